//! How a query asks for the values of fields without knowing what a record is.
//!
//! A [`Schema`] turns names into [`FieldId`]s once, when a query is compiled. A [`Row`] answers for
//! an id, for each record. Whoever owns the records implements both.

use super::value::Value;

/// A resolved field of a [`Schema`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldId(pub u32);

/// What a field holds, as far as it is known before any record is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// A text.
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Bool,
    /// A point in time.
    Time,
    /// Several texts.
    List,
    /// Nothing is known: a path into a body, an annotation, a key of a log line.
    Any,
}

impl FieldType {
    /// The type in one word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Bool => "bool",
            Self::Time => "time",
            Self::List => "list",
            Self::Any => "any",
        }
    }
}

/// What a schema says of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldInfo {
    /// The id to ask a [`Row`] with.
    pub id: FieldId,
    /// What it holds.
    pub kind: FieldType,
    /// Whether a well-formed record may lack it. Negative tests on such a field are linted.
    pub may_be_missing: bool,
}

/// Resolves the names of fields.
pub trait Schema {
    /// The field of that flattened name (`user.extra.arn.0`), or the names that were probably meant,
    /// best first, possibly none.
    ///
    /// # Errors
    /// When no record can have such a field.
    fn resolve(&mut self, name: &str) -> Result<FieldInfo, Vec<String>>;

    /// The known field that a name spells in another case, where the name means something else.
    fn in_other_case(&self, _name: &str) -> Option<&'static str> {
        None
    }
}

/// One record, seen as a row of a table with very many columns.
pub trait Row {
    /// The value of a field in this record; [`Value::Missing`] when it has none.
    fn value(&self, field: FieldId) -> Value<'_>;
}
