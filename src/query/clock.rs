//! What time a query believes it is. Never reads a clock itself: whoever owns the clock sets it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// The time for `now()` and the range for `queryStartTime()` and `queryEndTime()`, in seconds since
/// the Unix epoch. Clones share one state, so that one owner can advance all programs.
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<Times>);

#[derive(Debug, Default)]
struct Times {
    now: AtomicI64,
    start: AtomicI64,
    end: AtomicI64,
}

impl Clock {
    /// A clock that stands at `now` seconds; the range of the query is from the epoch until then.
    #[must_use]
    pub fn at(now: i64) -> Self {
        let clock = Self::default();
        clock.set(now);
        clock.set_range(0, now);
        clock
    }

    /// Sets what `now()` says, in seconds.
    pub fn set(&self, now: i64) {
        self.0.now.store(now, Ordering::Relaxed);
    }

    /// Sets what `queryStartTime()` and `queryEndTime()` say, in seconds.
    pub fn set_range(&self, start: i64, end: i64) {
        self.0.start.store(start, Ordering::Relaxed);
        self.0.end.store(end, Ordering::Relaxed);
    }

    /// What `now()` says, in seconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.0.now.load(Ordering::Relaxed)
    }

    /// The range of the query, in seconds.
    #[must_use]
    pub fn range(&self) -> (i64, i64) {
        (
            self.0.start.load(Ordering::Relaxed),
            self.0.end.load(Ordering::Relaxed),
        )
    }
}
