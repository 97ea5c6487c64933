//! What time a query believes it is. Never reads a clock itself: whoever owns the clock sets it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// The time for `now()`, in seconds since the Unix epoch. Clones share one state, so that one owner
/// can advance all programs.
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<AtomicI64>);

impl Clock {
    /// A clock that stands at `now` seconds.
    #[must_use]
    pub fn at(now: i64) -> Self {
        Self(Arc::new(AtomicI64::new(now)))
    }

    /// Sets what `now()` says, in seconds.
    pub fn set(&self, now: i64) {
        self.0.store(now, Ordering::Relaxed);
    }

    /// What `now()` says, in seconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}
