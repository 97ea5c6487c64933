//! What a drain tells whoever counts.

use super::deliver::Class;

/// Is told how delivery goes, for metrics. Calls must be quick. Times are in milliseconds.
pub trait Observer: Send + Sync {
    /// An alert was accepted by a sink, so long after it had been put into the outbox.
    fn delivered(&self, _sink: &str, _waited: i64) {}

    /// Attempts failed; refused alerts are counted here too.
    fn failed(&self, _sink: &str, _class: Class, _alerts: u64) {}

    /// Alerts were given up and written to the dead letters.
    fn refused(&self, _sink: &str, _alerts: u64) {}

    /// So many alerts wait; the oldest since then (milliseconds since the Unix epoch).
    fn waiting(&self, _sink: &str, _alerts: u64, _oldest: Option<i64>) {}

    /// One call to a sink took so long.
    fn took(&self, _sink: &str, _millis: i64) {}
}

/// Nobody counts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl Observer for Unobserved {}
