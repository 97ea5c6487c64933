//! Takes out what looks like a secret: in commands, user agents, URIs and bodies.
//!
//! It errs on the side of taking out: a lost word costs a look at the log, a leaked token costs a
//! cluster. Access key ids (`AKIA…`, `ASIA…`) are identifiers and stay. All expressions run in
//! linear time, and redacting twice changes nothing more.

mod body;
mod flag;
mod text;
mod uri;

pub use body::json;
pub use flag::{arguments, is_secret_flag};
pub use text::{MARK, text};
pub use uri::{uri, value};
