//! CloudWatch Logs: which log groups are read, how far, and what comes of it.

mod delivery;

pub use delivery::{Class, Delivery, Fetched, LogKind, Notice, Page, Stream, What};
