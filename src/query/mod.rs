//! The Logs Insights query language: text to syntax tree, checks, compiled form, evaluation.
//!
//! This room knows nothing of Kubernetes or AWS: it asks a [`Row`] for the values of fields.

pub mod ast;
mod field;
mod value;

// From text to tree and back.
mod check;
pub mod diagnostic;
pub mod functions;
mod lex;
mod names;
mod parse;
mod period;
mod precedence;
mod print;

pub use check::{Analysed, Checked, analyse, analyse_condition, check};
pub use diagnostic::{Diagnostic, Diagnostics, Severity, Source, Style};
pub use field::{FieldId, FieldInfo, FieldType, Row, Schema};
pub use lex::MAX_QUERY_CHARS;
pub use parse::{MAX_DEPTH, Parsed, parse, parse_condition, parse_with_warnings};
pub use print::column_name;
pub use value::{Items, Value};
