//! The values a query works with: what a field source hands out and what expressions yield.
//!
//! Insights knows no declared types: a discovered value is a text that counts as a number when it
//! looks like one. The coercions live in `coerce`; this file only says what a value can be.

use std::borrow::Cow;

/// A value of a field or an expression. `'a` is the record it borrows from.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value<'a> {
    /// The field does not exist in this row (also JSON `null`).
    #[default]
    Missing,
    /// A JSON boolean. It equals `true`, `"true"` and `1`.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A point in time, in milliseconds since the Unix epoch.
    Time(i64),
    /// A text. It counts as a number when it looks like one.
    Text(Cow<'a, str>),
    /// Several values; a comparison holds when any element satisfies it.
    List(Items<'a>),
    /// Raw JSON of an object that nobody has looked into yet.
    Json(Cow<'a, str>),
}

impl<'a> Value<'a> {
    /// A borrowed text.
    #[must_use]
    pub const fn text(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    /// Whether there is no value at all.
    #[must_use]
    pub const fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }
}

impl Value<'_> {
    /// About how many bytes it takes.
    pub(super) fn size(&self) -> usize {
        let inside = match self {
            Self::Text(text) | Self::Json(text) => text.len(),
            Self::List(items) => items.iter().map(Value::size).sum(),
            _ => 0,
        };
        inside + size_of::<Self>()
    }

    /// The same value, holding its own text, so that it outlives the record: `'o` may be `'static`.
    #[must_use]
    pub fn into_owned<'o>(self) -> Value<'o> {
        match self {
            Self::Missing => Value::Missing,
            Self::Bool(flag) => Value::Bool(flag),
            Self::Number(number) => Value::Number(number),
            Self::Time(millis) => Value::Time(millis),
            Self::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Self::List(items) => Value::List(
                items
                    .into_vec()
                    .into_iter()
                    .map(Value::into_owned)
                    .collect(),
            ),
            Self::Json(raw) => Value::Json(Cow::Owned(raw.into_owned())),
        }
    }

    /// The same value, borrowing from this one.
    #[must_use]
    pub fn reborrow(&self) -> Value<'_> {
        match self {
            Self::Missing => Value::Missing,
            Self::Bool(flag) => Value::Bool(*flag),
            Self::Number(number) => Value::Number(*number),
            Self::Time(millis) => Value::Time(*millis),
            Self::Text(text) => Value::Text(Cow::Borrowed(text)),
            Self::List(items) => Value::List(Items::Borrowed(items)),
            Self::Json(raw) => Value::Json(Cow::Borrowed(raw)),
        }
    }
}

/// The elements of a list, borrowed or owned. (`Cow` of a slice would do the same, but its lifetime
/// can't be shortened, and a row must hand out what its record holds.)
#[derive(Clone, Debug)]
pub enum Items<'a> {
    /// Elements that the record holds.
    Borrowed(&'a [Value<'a>]),
    /// Elements made for this list.
    Owned(Vec<Value<'a>>),
}

impl<'a> Items<'a> {
    /// The elements as a vector; copied when they are borrowed.
    #[must_use]
    pub fn into_vec(self) -> Vec<Value<'a>> {
        match self {
            Self::Borrowed(items) => items.to_vec(),
            Self::Owned(items) => items,
        }
    }
}

impl<'a> std::ops::Deref for Items<'a> {
    type Target = [Value<'a>];

    fn deref(&self) -> &[Value<'a>] {
        match self {
            Self::Borrowed(items) => items,
            Self::Owned(items) => items,
        }
    }
}

impl PartialEq for Items<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<'a> From<Vec<Value<'a>>> for Items<'a> {
    fn from(items: Vec<Value<'a>>) -> Self {
        Self::Owned(items)
    }
}

impl<'a> From<&'a [Value<'a>]> for Items<'a> {
    fn from(items: &'a [Value<'a>]) -> Self {
        Self::Borrowed(items)
    }
}

impl<'a> FromIterator<Value<'a>> for Items<'a> {
    fn from_iter<I: IntoIterator<Item = Value<'a>>>(items: I) -> Self {
        Self::Owned(items.into_iter().collect())
    }
}
