//! Alerts on their way: what a sink takes from the outbox, and what it says became of it.

use crate::alert::Alert;
use crate::state::StoreError;

/// An alert that waits for a sink.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Its place in the outbox: alerts leave in this order.
    pub number: i64,
    /// How often the sink has tried.
    pub attempts: u32,
    /// When it was put there, in milliseconds since the Unix epoch.
    pub since: i64,
    /// The alert.
    pub alert: Alert,
}

/// What became of an alert at a sink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was accepted.
    Delivered,
    /// Not yet: it stays in the outbox until `at` (milliseconds since the Unix epoch).
    Later {
        /// When to try again.
        at: i64,
        /// Why it failed.
        reason: String,
    },
    /// It will never be accepted.
    Refused {
        /// Why.
        reason: String,
    },
}

/// Alerts that were committed and not yet delivered, by sink. Blocking calls.
pub trait Outbox: Send {
    /// At most `most` alerts for a sink that may be tried at `now`, oldest first. In order: an alert that
    /// waits for its next attempt does not hold up later ones.
    ///
    /// # Errors
    /// When the store fails.
    fn due(&mut self, sink: &str, now: i64, most: usize) -> Result<Vec<Waiting>, StoreError>;

    /// When the next alert of a sink may be tried, if any waits; milliseconds since the Unix epoch.
    ///
    /// # Errors
    /// When the store fails.
    fn next(&mut self, sink: &str) -> Result<Option<i64>, StoreError>;

    /// Notes what became of alerts. Delivered and refused ones leave the outbox.
    ///
    /// # Errors
    /// When the store fails.
    fn note(&mut self, sink: &str, fates: &[(i64, Fate)]) -> Result<(), StoreError>;

    /// How many alerts wait for a sink, and since when the oldest (milliseconds since the Unix epoch).
    ///
    /// # Errors
    /// When the store fails.
    fn waiting(&mut self, sink: &str) -> Result<(u64, Option<i64>), StoreError>;
}
