//! The Logs Insights query language: text to syntax tree, checks, compiled form, evaluation.
//!
//! This room knows nothing of Kubernetes or AWS: it asks a [`Row`] for the values of fields.

pub mod ast;
mod field;
mod value;

pub use field::{FieldId, FieldInfo, FieldType, Row, Schema};
pub use value::{Items, Value};
