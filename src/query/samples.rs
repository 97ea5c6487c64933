//! Values, rows and a schema for the tests of this room.

use std::collections::HashMap;

use proptest::prelude::*;

use super::ast::BinaryOp;
use super::{FieldId, FieldInfo, FieldType, Row, Schema, Value};

/// Values of every kind, with texts that collide with numbers and booleans.
pub(crate) fn any_value() -> impl Strategy<Value = Value<'static>> {
    let single = prop_oneof![
        2 => Just(Value::Missing),
        1 => any::<bool>().prop_map(Value::Bool),
        2 => (-3_i32..4).prop_map(|n| Value::Number(f64::from(n))),
        1 => any::<f64>().prop_map(Value::Number),
        1 => (-5_i64..5).prop_map(Value::Time),
        1 => any::<i64>().prop_map(Value::Time),
        6 => prop::sample::select(vec!["", "a", "b", "A", "ab", "1", "01", "1.0", "-1", "true", "false", "x1", "x10"])
            .prop_map(Value::text),
        1 => ".{0,6}".prop_map(|text| Value::Text(text.into())),
        1 => Just(Value::Json(r#"{"a":{"b":[1,"x",null]},"a.c":true}"#.into())),
    ];
    let list = prop::collection::vec(single.clone(), 0..4);
    prop_oneof![4 => single, 1 => list.prop_map(|items| Value::List(items.into()))]
}

/// Every operator with two operands.
pub(crate) fn any_op() -> impl Strategy<Value = BinaryOp> {
    use BinaryOp::*;
    prop::sample::select(vec![
        Or,
        And,
        Equal,
        NotEqual,
        Less,
        LessEqual,
        Greater,
        GreaterEqual,
        Add,
        Subtract,
        Multiply,
        Divide,
        Remainder,
        Power,
    ])
}

/// A schema that knows every name but `nosuch`, and remembers ids in the order of asking.
#[derive(Default)]
pub(crate) struct Names {
    ids: HashMap<String, u32>,
}

impl Schema for Names {
    fn resolve(&mut self, name: &str) -> Result<FieldInfo, Vec<String>> {
        if name == "nosuch" {
            return Err(vec!["such".to_owned()]);
        }
        let next = u32::try_from(self.ids.len()).unwrap_or(u32::MAX);
        let id = *self.ids.entry(name.to_owned()).or_insert(next);
        let kind = match name {
            "@timestamp" => FieldType::Time,
            _ => FieldType::Any,
        };
        Ok(FieldInfo {
            id: FieldId(id),
            kind,
            may_be_missing: true,
        })
    }
}

impl Names {
    /// A row that holds these fields and no others.
    pub(crate) fn row(&mut self, fields: &[(&str, Value<'static>)]) -> Sample {
        let mut sample = Sample::default();
        for (name, value) in fields {
            if let Ok(info) = self.resolve(name) {
                sample.0.insert(info.id, value.clone());
            }
        }
        sample
    }
}

/// A row made by hand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample(pub(crate) HashMap<FieldId, Value<'static>>);

impl Row for Sample {
    fn value(&self, field: FieldId) -> Value<'_> {
        self.0.get(&field).map_or(Value::Missing, Value::reborrow)
    }
}
