//! Numbers about the running program, for Prometheus.
//!
//! Labels come from settings and from the program, never from a log line, so their number is bounded.
//! Whoever counts takes a handle once ([`LogMetrics`], [`SinkMetrics`]): counting is one atomic addition.

mod board;
mod handle;
mod label;
mod register;
mod set;

pub use board::Metrics;
pub use handle::{LogMetrics, SinkMetrics};
pub use register::Described;

#[cfg(test)]
mod tests;
