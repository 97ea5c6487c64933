//! Who writes next, among the connections of one process: in the order of asking. SQLite itself lets those who
//! wait ask again after ever longer sleeps, so that one who writes all the time would keep all others out.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// What the writers of one database share.
#[derive(Debug, Default)]
pub(super) struct Turns {
    /// Whoever holds it is next.
    next: Mutex<()>,
    taken: Mutex<bool>,
    free: Condvar,
}

/// The leave to write, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn(Arc<Turns>);

impl Turns {
    /// Waits until nobody else writes.
    pub(super) fn take(self: &Arc<Self>) -> Turn {
        let next = hold(&self.next);
        let taken = self.free.wait_while(hold(&self.taken), |taken| *taken);
        *taken.unwrap_or_else(PoisonError::into_inner) = true;
        drop(next);
        Turn(Arc::clone(self))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *hold(&self.0.taken) = false;
        self.0.free.notify_one();
    }
}

fn hold<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
