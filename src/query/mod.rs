//! The Logs Insights query language: text to syntax tree, checks, compiled form, evaluation.
//!
//! This room knows nothing of Kubernetes or AWS: it asks a [`Row`] for the values of fields.

pub mod ast;
mod field;
mod value;

// From text to tree and back.
pub mod diagnostic;
pub mod functions;
mod lex;
mod names;
mod parse;
mod period;
mod precedence;
mod print;

pub use diagnostic::{Diagnostic, Diagnostics, Severity, Source, Style};
pub use field::{FieldId, FieldInfo, FieldType, Row, Schema};
pub use lex::MAX_QUERY_CHARS;
pub use parse::{MAX_DEPTH, Parsed, parse, parse_condition, parse_with_warnings};
pub use print::column_name;
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
