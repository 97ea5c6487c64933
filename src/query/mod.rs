//! The Logs Insights query language: text to syntax tree, checks, compiled form, evaluation.
//!
//! This room knows nothing of Kubernetes or AWS: it asks a [`Row`] for the values of fields.

pub mod ast;
mod field;
mod value;

pub use field::{FieldId, FieldInfo, FieldType, Row, Schema};
pub use value::Value;

// Evaluation, from the ground up.
mod clock;
mod coerce;
mod function;
mod natural;
mod node;
mod parse_command;
mod pattern;
#[cfg(test)]
mod samples;
mod test;
mod truth;

pub use clock::Clock;
pub use coerce::{number_of, shown, text_of};
pub use natural::natural_order;
pub use truth::Truth;
