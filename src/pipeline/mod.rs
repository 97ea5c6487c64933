//! Wires source, decode, detect, alert and sink.

mod judge;
mod once;
mod tally;

pub use judge::{Judge, Window};
pub use once::Once;
pub use tally::{Severities, Tally};
