//! Where alerts go.

mod stdout;

pub use stdout::{Format, StdoutSink};
