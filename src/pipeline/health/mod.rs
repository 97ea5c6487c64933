//! Health: whether each log is seen, seen in time, and may be read; what is not is an alert.
//!
//! Pure: the monitor is told what happens and what time it is. It reads no clock, does no IO, and what
//! it remembers can be stored with the rest of a transaction, so that a restart raises nothing again.

mod judgement;
mod limits;
mod monitor;
mod watched;

pub use limits::Limits;
pub use monitor::{LoadError, Monitor, View};
pub use watched::{Seen, State};

#[cfg(test)]
mod feed_tests;
#[cfg(test)]
mod tests;
