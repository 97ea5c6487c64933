//! A sign of life from the thread that judges.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// When a thread last went round its loop. Clones share it.
#[derive(Clone, Debug)]
pub struct Beat(Arc<AtomicI64>);

impl Beat {
    /// A heart that has just beaten.
    #[must_use]
    pub fn new(now: i64) -> Self {
        Self(Arc::new(AtomicI64::new(now)))
    }

    /// Beats; `now` in milliseconds since the Unix epoch. To be called every few seconds, also while
    /// there is nothing to do.
    pub fn beat(&self, now: i64) {
        self.0.store(now, Ordering::Relaxed);
    }

    /// The last one.
    #[must_use]
    pub fn last(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}
