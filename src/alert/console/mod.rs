//! The way back to the console: a Logs Insights query that returns the events of an alert, and a
//! link that opens it.

mod group;
mod link;
mod query;

pub use group::{Who, group_query};
pub use link::Link;
pub use query::{Kind, Line, MAX_LINES, Query, Scope, query};
