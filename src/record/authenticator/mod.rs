//! Lines of aws-iam-authenticator: who asked for a token review, and what became of it.
//!
//! The authenticator writes logrus text (`key=value`, Go-quoted where needed) or one JSON object a
//! line. This room reads both into a [`Record`]. It never decides whether a line is suspicious.

mod denial;
mod jsonline;
mod logfmt;
mod message;
mod record;
mod unquote;

pub use denial::DenialReason;
pub use logfmt::{Logfmt, MAX_PAIRS, Pair};
pub use message::{Event, Message};
pub use record::{Level, Record};
