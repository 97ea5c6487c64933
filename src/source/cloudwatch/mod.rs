//! CloudWatch Logs: which log groups are read, how far, and what comes of it.
//!
//! A [`Reader`] reads each group by a task of its own and sends what it reads, in pages, through one
//! bounded channel: whoever takes the pages sets the pace. What has been read is never decided by what was
//! asked for last, since events come late: see `plan` for the ground that is walked again. Tokens of
//! CloudWatch live within one walk; what outlives it is a time.

pub(in crate::source) mod access;
pub(in crate::source) mod backoff;
mod budget;
mod claims;
mod delivery;
mod describe;
mod discover;
pub(in crate::source) mod failure;
mod follow;
mod group;
mod lateness;
mod named;
mod outlet;
mod plan;
mod progress;
mod rate;
mod reader;
mod room;
mod seen;
mod settings;
mod slice;
mod start;
mod stretch;
mod walk;

pub use delivery::{Class, Delivery, Fetched, Found, LogKind, Notice, Page, Purpose, Stream, What};
pub use group::{is_wanted, partition};
pub use rate::quota;
pub use reader::{NoRegion, Reader};
pub use settings::{
    ClusterSettings, DiscoverSettings, EKS, PollSettings, Positions, ReaderSettings,
};
