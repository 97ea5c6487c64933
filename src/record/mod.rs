//! The nouns: log events, audit records, authenticator records, and the facts about them.

pub mod audit;
pub mod authenticator;
mod event;
pub mod fact;

pub use audit::AuditRecord;
pub use event::{LogEvent, Origin, Position};
pub use fact::Facts;
