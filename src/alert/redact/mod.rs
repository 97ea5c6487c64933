//! Takes out what looks like a secret: in names, commands, user agents, URIs and bodies.
//!
//! It errs on the side of taking out: a lost word costs a look at the log, a leaked token costs a
//! cluster. Access key ids (`AKIA…`, `ASIA…`) are identifiers and stay. All expressions run in
//! linear time, and redacting twice changes nothing more. What is found, and what not, stands in
//! `docs/guide/redaction.md`.

mod body;
mod clean;
mod encoded;
mod gate;
mod keep;
mod rules;
mod short;
mod text;
mod uri;
mod words;

pub use body::json;
pub use rules::MARK;
pub use text::text;
pub use uri::{uri, value};
pub use words::{arguments, is_secret_flag};
