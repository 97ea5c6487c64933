//! Numbers about the running program, for Prometheus.
//!
//! Labels come from settings and from the program, never from a log line, so their number is bounded.
//! Whoever counts takes a handle once ([`LogMetrics`], [`SinkMetrics`]): counting is one atomic addition.

mod board;
mod handle;
mod label;

pub use board::{Described, Metrics};
pub use handle::{LogMetrics, SinkMetrics};

#[cfg(test)]
mod tests;
