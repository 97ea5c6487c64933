//! Whether an event passes a filter.
//!
//! Where the documents leave something open, this is the stricter reading: a missing member, or one of
//! another type, fulfils nothing but `NOT EXISTS`.

use serde_json::Value;

use super::filter::{Filter, Op, Test};
use super::glob::matches;

impl Filter {
    /// Whether a line passes; one that is no JSON object does not.
    #[must_use]
    pub fn passes(&self, line: &str) -> bool {
        // Most lines of other logs need no parsing to see that.
        line.trim_start().starts_with('{')
            && serde_json::from_str(line).is_ok_and(|event| self.holds(&event, line))
    }

    fn holds(&self, event: &Value, line: &str) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(event, line)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(event, line)),
            Self::Test(test) => test.holds(event),
            Self::Line(text) => line.contains(text.as_str()),
        }
    }
}

impl Test {
    fn holds(&self, event: &Value) -> bool {
        let found = self.path.split('.').try_fold(event, |value, part| {
            value
                .get(part)
                .or_else(|| value.get(part.parse::<usize>().ok()?))
        });
        match (&self.op, found) {
            (Op::NotExists, found) => found.is_none(),
            (Op::Equal(pattern), Some(Value::String(text))) => matches(pattern, text),
            (Op::NotEqual(pattern), Some(Value::String(text))) => !matches(pattern, text),
            (Op::Number(op, wanted), Some(Value::Number(number))) => number
                .as_f64()
                .is_some_and(|number| compares(number, op, *wanted)),
            (Op::IsNull, Some(Value::Null)) => true,
            (Op::Is(wanted), Some(Value::Bool(flag))) => flag == wanted,
            _ => false,
        }
    }
}

#[allow(
    clippy::float_cmp,
    reason = "status codes and the like: whole numbers, compared as written"
)]
fn compares(number: f64, op: &str, wanted: f64) -> bool {
    match op {
        "=" => number == wanted,
        "!=" => number != wanted,
        "<" => number < wanted,
        "<=" => number <= wanted,
        ">" => number > wanted,
        ">=" => number >= wanted,
        _ => false,
    }
}
