//! What the fuzz targets share: log lines as entries, every field of an entry, and all built-in
//! detectors at work on it.
//!
//! Panics are the point: whatever does not hold ends the run with the input that shows it.

mod bench;
mod entries;
mod fields;

pub use bench::Bench;
pub use entries::{LINES, with_entry, with_line};
pub use fields::read_all;
