//! What a drain is told: how long it tries, where the dead letters are, and what it listens to.

use std::time::Duration;

use tokio::sync::watch;

use crate::sink::dead::DeadLetters;

/// How a drain goes about it.
#[derive(Clone, Debug)]
pub struct DrainSettings {
    /// How long an alert is tried before it is given up.
    pub keep: Duration,
    /// How long delivering may go on after a stop was asked for.
    pub grace: Duration,
    /// Where alerts go that a sink refuses for good.
    pub dead: DeadLetters,
}

impl DrainSettings {
    /// Seven days of trying, ten seconds for the end.
    #[must_use]
    pub const fn new(dead: DeadLetters) -> Self {
        Self {
            keep: Duration::from_secs(7 * 24 * 60 * 60),
            grace: Duration::from_secs(10),
            dead,
        }
    }
}

/// What a drain listens to.
#[derive(Clone, Debug)]
pub struct Signals {
    /// Changes, whatever the value, when alerts were committed to the outbox.
    pub committed: watch::Receiver<u64>,
    /// Becomes true when everything ends.
    pub stop: watch::Receiver<bool>,
}
