//! Feeds: what carries the logs of any number of clusters to a watch, in batches.
//!
//! A batch is judged in one transaction, together with the mark that says how far its feed has been read.
//! Decoding is done here, beside the thread that judges; reading is the business of the sources.

mod batch;
mod carried;
mod handling;
mod object;
mod objects;
mod packer;
mod records;

pub use batch::{Batch, Fed, Memo, Piece, Step};
pub(super) use carried::{Carried, carried};
pub use objects::Objects;
pub use records::unpack;
