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
mod lists;
mod mentions;
mod names;
mod parse;
mod period;
mod precedence;
mod print;

pub use check::{Analysed, Checked, analyse, analyse_condition, check};
pub use diagnostic::{Diagnostic, Diagnostics, Severity, Source, Style};
pub use field::{FieldId, FieldInfo, FieldType, Row, Schema};
pub use lex::MAX_QUERY_CHARS;
pub use lists::Lists;
pub use mentions::mentions;
pub use parse::{MAX_DEPTH, Parsed, parse, parse_condition, parse_filling, parse_with_warnings};
pub use parse::{Refusal, refused_commands, refused_forms, refused_functions};
pub use print::column_name;
pub use value::{Items, Value};

// Evaluation, from the ground up.
mod aggregate;
mod clock;
mod coerce;
mod compile;
mod explain;
mod function;
mod given;
mod group_names;
mod natural;
mod node;
mod opening;
mod parse_command;
mod pattern;
mod program;
mod reads;
mod regexp;
#[cfg(test)]
mod samples;
mod stage;
mod table;
mod test;
mod threshold;
mod truth;

pub use aggregate::{MOST_DISTINCT, MOST_SAMPLES, MOST_VALUES};
pub use clock::Clock;
pub use coerce::{LONGEST_NUMBER, number_of, shown, text_of};
pub use compile::{CompileError, DEFAULT_LIMIT, MOST_ROWS, MOST_STATS};
pub use explain::{Explanation, Form, Told};
pub use function::{LONGEST_LIST, LONGEST_TEXT};
pub use given::Given;
pub use natural::natural_order;
pub use program::{Bound, Program};
pub use regexp::REGEX_SIZE_LIMIT;
pub use stage::MOST_ROWS_PER_EVENT;
pub use table::{MOST_BYTES, MOST_GROUPS, Output, Table, TableError};
pub use threshold::{Counted, Limit, Measure, Measured, NoThreshold};
pub use truth::Truth;
