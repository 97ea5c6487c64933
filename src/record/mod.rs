//! The nouns: log events, audit records, authenticator records, and the facts about them.

pub mod authenticator;
mod event;

pub use authenticator::Record as AuthenticatorRecord;
pub use event::{LogEvent, Origin, Position};
