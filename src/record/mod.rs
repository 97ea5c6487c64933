//! The nouns: log events, audit records, authenticator records, and the facts about them.

pub mod audit;
pub mod authenticator;
mod cluster;
mod entry;
mod event;
pub mod fact;
pub mod field;
pub mod stamp;

pub use audit::AuditRecord;
pub use authenticator::Record as AuthenticatorRecord;
pub use cluster::{Cluster, cluster_name};
pub use entry::{Entry, Record};
pub use event::{LogEvent, Origin, Position};
pub use fact::Facts;
pub use stamp::parse_time;
