//! The arithmetic operators. What is not a finite number is missing, division by zero too.

use crate::query::coerce::finite;
use crate::query::value::Value;

/// An operator between two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::query) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
}

impl Arithmetic {
    /// The result, missing unless both sides are numbers.
    pub(in crate::query) fn of<'r>(self, left: Option<f64>, right: Option<f64>) -> Value<'r> {
        let (Some(a), Some(b)) = (left, right) else {
            return Value::Missing;
        };
        finite(match self {
            Self::Add => a + b,
            Self::Subtract => a - b,
            Self::Multiply => a * b,
            Self::Divide => a / b,
            Self::Remainder => a % b,
            Self::Power => a.powf(b),
        })
    }
}
