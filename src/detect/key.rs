//! Keys that are made of the values of fields.

use crate::query::{FieldId, Row, Value};

/// Adds the values of some fields to a key; `false` when one is not simple.
#[inline]
pub(super) fn add_values(key: &mut Vec<u8>, fields: &[FieldId], row: &dyn Row) -> bool {
    fields.iter().all(|field| add(key, &row.value(*field)))
}

#[inline]
fn add(key: &mut Vec<u8>, value: &Value<'_>) -> bool {
    match value {
        Value::Missing => key.push(0),
        Value::Bool(flag) => key.push(1 + u8::from(*flag)),
        Value::Number(number) => {
            key.push(3);
            key.extend_from_slice(&number.to_bits().to_le_bytes());
        }
        Value::Text(text) => {
            key.push(4);
            key.extend_from_slice(&text.len().to_le_bytes());
            key.extend_from_slice(text.as_bytes());
        }
        Value::Time(_) | Value::List(_) | Value::Json(_) => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    struct One(Value<'static>);

    impl Row for One {
        fn value(&self, _: FieldId) -> Value<'_> {
            self.0.reborrow()
        }
    }

    fn any_value() -> impl Strategy<Value = Value<'static>> {
        prop_oneof![
            Just(Value::Missing),
            any::<bool>().prop_map(Value::Bool),
            (0..3).prop_map(|number| Value::Number(f64::from(number))),
            "[01]{0,2}".prop_map(|text| Value::Text(text.into())),
        ]
    }

    fn key(values: &[Value<'static>]) -> Option<Vec<u8>> {
        let mut key = Vec::new();
        let all = values
            .iter()
            .all(|value| add_values(&mut key, &[FieldId(0)], &One(value.clone())));
        all.then_some(key)
    }

    #[test]
    fn a_list_is_in_no_key() {
        let list = Value::List(vec![Value::Bool(true)].into());
        assert_eq!(key(&[Value::Missing, list]), None);
    }

    proptest! {
        #[test]
        fn only_the_same_values_have_the_same_key(
            one in prop::collection::vec(any_value(), 0..3),
            other in prop::collection::vec(any_value(), 0..3),
        ) {
            prop_assert_eq!(key(&one) == key(&other), one == other);
        }
    }
}
