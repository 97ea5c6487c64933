//! From bytes to log events, and from a log line to a record.
//!
//! [`Reader`] takes any input that may hold log events of an EKS control plane: bare lines,
//! downloads, exports, envelopes of subscriptions, compressed or not, and gives [`Item`]s. It tells
//! the shape by content, streams with flat memory, and counts what it cannot read.

mod ahead;
mod base64_text;
mod columns;
mod compress;
mod envelope;
mod fault;
mod head;
mod item;
mod layer;
mod limits;
pub mod line;
mod lines;
mod list;
mod outlet;
mod payload;
mod reader;
mod refusal;
mod row;
mod scan;
mod shape;
mod stamped;
mod stream;
mod subscription;
mod table;
mod walk;
mod window;

#[cfg(test)]
mod tests;

pub use ahead::{Ahead, Waiting, open};
pub use item::{Item, Problem};
pub use limits::Limits;
pub use line::Decoded;
pub use reader::Reader;
pub use refusal::Refusal;
pub use stream::StreamKind;
