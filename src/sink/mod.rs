//! Where alerts go.

mod outbox;
mod stdout;

pub use outbox::{Fate, Outbox, Waiting};
pub use stdout::{Format, StdoutSink};
