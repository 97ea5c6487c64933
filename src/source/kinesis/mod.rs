//! Kinesis data streams: which shards are read, how far, and what comes of it.
//!
//! A [`Reader`] reads each shard by a task of its own, parents before their children, and sends what it
//! reads through one bounded channel. A shard is asked for what is new, or subscribed to. It does not look into records. What outlives it is a [`Mark`] for
//! each shard, which whoever handles the records keeps together with what came of them.

mod delivery;
mod fan_out;
mod following;
mod name;
mod pulse;
mod reader;
mod reading;
mod shard;
mod stream;
mod tree;

pub use delivery::{Ended, Listed, Mark, Marks, Parcel, Record, Sent, Shard};
pub use name::StreamName;
pub use reader::{Reader, ReaderSettings, StreamSettings};
