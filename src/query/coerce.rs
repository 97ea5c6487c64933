//! How values of different kinds meet: what counts as a number, which text a value has, when two
//! values are equal.
//!
//! The rules, where the documents of Logs Insights leave room:
//! - A text counts as a number when it is a plain decimal (`-12`, `3.50`): no exponent, no blanks, no
//!   leading plus, at most [`LONGEST_NUMBER`] bytes.
//! - Two texts are equal when they are the same text: `"01"` is not `"1"`. As soon as one side is a
//!   number (a literal, a JSON number, the result of a computation), they are compared as numbers.
//! - A boolean equals `true`/`false`, the same word as a text, and 1/0.
//! - `<`, `<=`, `>`, `>=` compare numbers; anything else has no order and the answer is unknown.
//! - A comparison with a list holds when any element satisfies it, also a negative one.
//! - A missing value, an empty list and raw JSON make every comparison unknown.

use std::borrow::Cow;
use std::fmt::Write as _;

use chrono::DateTime;

use super::truth::Truth;
use super::value::Value;

/// The longest text, in bytes, that is tried as a number.
pub const LONGEST_NUMBER: usize = 64;

/// The number a text looks like, if it does.
#[must_use]
pub(super) fn number_of_text(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if text.len() > LONGEST_NUMBER || !digits.ends_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let mut dots = 0_usize;
    for (place, byte) in digits.bytes().enumerate() {
        match byte {
            b'0'..=b'9' => {}
            b'.' if place > 0 => dots += 1,
            _ => return None,
        }
    }
    if dots > 1 { None } else { text.parse().ok() }
}

/// The number a value is, or looks like. Times are milliseconds since the epoch, booleans 1 and 0.
#[must_use]
pub fn number_of(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Number(number) => number.is_finite().then_some(*number),
        Value::Text(text) => number_of_text(text),
        Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
        Value::Time(millis) => Some(*millis as f64),
        Value::Missing | Value::List(_) | Value::Json(_) => None,
    }
}

/// A number as a value; what is not finite is missing.
#[must_use]
pub(super) fn finite<'r>(number: f64) -> Value<'r> {
    if number.is_finite() {
        Value::Number(number)
    } else {
        Value::Missing
    }
}

/// The one way a number is written: no exponent, no trailing zeros, no negative zero.
#[must_use]
pub(super) fn number_text(number: f64) -> String {
    if number == 0.0 {
        "0".to_owned()
    } else {
        number.to_string()
    }
}

/// A time as the console shows it: `2024-01-31 23:59:59.000`, in UTC.
#[must_use]
pub(super) fn time_text(millis: i64) -> String {
    let mut text = String::new();
    let written = DateTime::from_timestamp_millis(millis)
        .is_some_and(|time| write!(text, "{}", time.format("%Y-%m-%d %H:%M:%S%.3f")).is_ok());
    if written { text } else { millis.to_string() }
}

/// The text of a single value; `None` for what is missing, a list, or raw JSON.
#[must_use]
pub fn text_of<'v>(value: &'v Value<'_>) -> Option<Cow<'v, str>> {
    match value {
        Value::Text(text) => Some(Cow::Borrowed(text)),
        Value::Bool(flag) => Some(Cow::Borrowed(if *flag { "true" } else { "false" })),
        Value::Number(number) => Some(Cow::Owned(number_text(*number))),
        Value::Time(millis) => Some(Cow::Owned(time_text(*millis))),
        Value::Missing | Value::List(_) | Value::Json(_) => None,
    }
}

/// Any value for a person: a missing one is empty, the elements of a list are joined by `, `.
#[must_use]
pub fn shown<'v>(value: &'v Value<'_>) -> Cow<'v, str> {
    match value {
        Value::Missing => Cow::Borrowed(""),
        Value::Json(raw) => Cow::Borrowed(raw),
        Value::List(items) => Cow::Owned(items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        single => text_of(single).unwrap_or_default(),
    }
}

/// What a value says when it stands where a condition is expected.
#[must_use]
pub(super) fn truth_of(value: &Value<'_>) -> Truth {
    match value {
        Value::Missing | Value::Json(_) => Truth::Unknown,
        Value::Bool(flag) => Truth::from(*flag),
        Value::Number(number) => Truth::from(*number != 0.0),
        Value::Time(_) => Truth::True,
        Value::Text(text) => match &**text {
            "true" => Truth::True,
            other => Truth::from(number_of_text(other).is_some_and(|number| number != 0.0)),
        },
        Value::List(items) => any(items, &truth_of),
    }
}

/// A truth as a value: what an expression such as `a = b` yields in `fields`.
#[must_use]
pub(super) const fn value_of<'r>(truth: Truth) -> Value<'r> {
    match truth {
        Truth::True => Value::Bool(true),
        Truth::False => Value::Bool(false),
        Truth::Unknown => Value::Missing,
    }
}

/// Whether any element satisfies the test; unknown when there is none.
pub(super) fn any(items: &[Value<'_>], test: &dyn Fn(&Value<'_>) -> Truth) -> Truth {
    let mut best = if items.is_empty() {
        Truth::Unknown
    } else {
        Truth::False
    };
    for item in items {
        best = best.or(test(item));
        if best.holds() {
            break;
        }
    }
    best
}

/// Whether any element of one side and any of the other satisfy the test.
pub(super) fn any_pair(
    left: &Value<'_>,
    right: &Value<'_>,
    test: &dyn Fn(&Value<'_>, &Value<'_>) -> Truth,
) -> Truth {
    match (left, right) {
        (Value::List(items), _) => any(items, &|item| any_pair(item, right, test)),
        (_, Value::List(items)) => any(items, &|item| any_pair(left, item, test)),
        _ => test(left, right),
    }
}

/// Whether two single values are equal.
pub(super) fn equal(left: &Value<'_>, right: &Value<'_>) -> Truth {
    use Value::{Bool, Json, List, Missing, Number, Text, Time};
    Truth::from(match (left, right) {
        (Missing | Json(_) | List(_), _) | (_, Missing | Json(_) | List(_)) => {
            return Truth::Unknown;
        }
        (Text(a), Text(b)) => a == b,
        (Number(a), Number(b)) => a == b,
        (Bool(a), Bool(b)) => a == b,
        (Time(a), Time(b)) => a == b,
        (Number(n), Text(t)) | (Text(t), Number(n)) => number_of_text(t) == Some(*n),
        (Bool(b), Text(t)) | (Text(t), Bool(b)) => t == if *b { "true" } else { "false" },
        (Bool(b), Number(n)) | (Number(n), Bool(b)) => *n == f64::from(u8::from(*b)),
        (Time(m), Number(n)) | (Number(n), Time(m)) => *m as f64 == *n,
        (Time(m), Text(t)) | (Text(t), Time(m)) => {
            number_of_text(t).map_or_else(|| time_text(*m) == *t, |n| n == *m as f64)
        }
        (Time(_), Bool(_)) | (Bool(_), Time(_)) => false,
    })
}

/// The comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

impl Comparison {
    /// The operator that says the same with the sides exchanged.
    pub(super) const fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessEqual => Self::GreaterEqual,
            Self::Greater => Self::Less,
            Self::GreaterEqual => Self::LessEqual,
            same => same,
        }
    }

    /// Whether it holds between two numbers.
    pub(super) fn numbers(self, left: f64, right: f64) -> bool {
        match self {
            Self::Equal => left == right,
            Self::NotEqual => left != right,
            Self::Less => left < right,
            Self::LessEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterEqual => left >= right,
        }
    }

    /// Whether it holds between two values, lists included.
    pub(super) fn values(self, left: &Value<'_>, right: &Value<'_>) -> Truth {
        any_pair(left, right, &|a, b| match self {
            Self::Equal => equal(a, b),
            Self::NotEqual => !equal(a, b),
            _ => match (number_of(a), number_of(b)) {
                (Some(a), Some(b)) => Truth::from(self.numbers(a, b)),
                _ => Truth::Unknown,
            },
        })
    }
}

#[cfg(test)]
#[path = "coerce_tests.rs"]
mod tests;
