//! Objects in S3: found under a prefix, or announced by a queue, and read as a stream of bytes.
//!
//! Nothing here looks into an object. Whoever reads a [`Body`] sets the pace; where a connection breaks, it
//! is read on from there.

mod address;
mod announce;
mod body;
mod queue;
mod store;

pub use address::{Address, BadAddress};
pub use announce::{Announced, Named, announced};
pub use body::{Body, Fate, Stopper};
pub use queue::{Message, Queue, QueueSettings, Refused};
pub use store::{Listed, Object, S3Failure, Store};
