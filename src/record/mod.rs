//! The nouns: log events, audit records, authenticator records, and the facts about them.

mod event;

pub use event::{LogEvent, Origin, Position};
