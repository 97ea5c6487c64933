//! Which messages of a queue are worked on, and up to when all that was sent has been handled.
//!
//! A queue gives messages in no order: after a while without a reader one that was sent today may come
//! before those of yesterday. Only a queue that had nothing to give says that nothing is left.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::telemetry::milliseconds;

/// A call that waits asks all of the queue's servers, and gives what any of them has at once. When it took
/// longer than that, in milliseconds, there was nothing when it began.
const AT_ONCE: i64 = 1_000;

/// What is worked on. Times are milliseconds since the Unix epoch.
#[derive(Debug)]
pub(super) struct Handling {
    visibility: i64,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// When the messages were sent that are worked on, by a number of our own.
    open: BTreeMap<u64, i64>,
    number: u64,
    /// Until when a message may be hidden that nobody works on.
    hidden: i64,
}

impl Handling {
    /// Of a queue that hides messages for so long. What a former reader left undone is hidden at first.
    pub(super) fn new(visibility: Duration, now: i64) -> Self {
        let visibility = milliseconds(visibility);
        Self {
            visibility,
            inner: Mutex::new(Inner {
                open: BTreeMap::new(),
                number: 0,
                hidden: now.saturating_add(visibility),
            }),
        }
    }

    /// Begins the work on a message that was sent then; its number.
    pub(super) fn begin(&self, sent: i64) -> u64 {
        let mut inner = self.inner();
        inner.number += 1;
        let number = inner.number;
        inner.open.insert(number, sent);
        number
    }

    /// Ends the work on a message.
    pub(super) fn end(&self, number: u64) {
        self.inner().open.remove(&number);
    }

    /// What a message announces can't be read now: it is hidden for a while, and comes again.
    pub(super) fn failed(&self, now: i64) {
        let mut inner = self.inner();
        let until = now.saturating_add(2 * self.visibility);
        inner.hidden = inner.hidden.max(until);
    }

    /// Before when all messages were sent that have been handled for certain, after a call that began at
    /// `since`, ended at `now`, and gave a message or none; `None` where it says nothing of that.
    pub(super) fn handled(&self, since: i64, now: i64, gave: bool) -> Option<i64> {
        let inner = self.inner();
        let was_empty = !gave || now.saturating_sub(since) >= AT_ONCE;
        if !was_empty || since < inner.hidden {
            return None;
        }
        let oldest = inner.open.values().copied().min();
        Some(oldest.map_or(since, |oldest| oldest.min(since)))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATER: i64 = 100_000;

    fn handling() -> Handling {
        Handling::new(Duration::from_secs(10), 0)
    }

    #[test]
    fn a_message_says_nothing_of_those_that_were_sent_before_it() {
        let handling = handling();
        // Sent just now, although others wait since yesterday: the queue gave it at once.
        let number = handling.begin(LATER);
        assert_eq!(handling.handled(LATER, LATER + 20, true), None);
        handling.end(number);
        assert_eq!(handling.handled(LATER, LATER + 20, true), None);
    }

    #[test]
    fn a_queue_that_had_nothing_to_give_is_done_but_for_what_is_worked_on() {
        let handling = handling();
        let empty = || handling.handled(LATER, LATER + 20_000, false);
        assert_eq!(empty(), Some(LATER));
        // The call had to wait for what it gave.
        assert_eq!(handling.handled(LATER, LATER + 3_000, true), Some(LATER));
        let (one, other) = (handling.begin(LATER - 9), handling.begin(LATER - 7));
        assert_eq!(empty(), Some(LATER - 9));
        handling.end(one);
        assert_eq!(empty(), Some(LATER - 7));
        handling.end(other);
        assert_eq!(empty(), Some(LATER));
    }

    #[test]
    fn what_is_hidden_may_come_again_and_is_waited_for() {
        let handling = handling();
        let empty = |since| handling.handled(since, since + 20_000, false);
        assert_eq!(
            empty(9_999),
            None,
            "a former reader may have left something"
        );
        assert_eq!(empty(10_000), Some(10_000));
        handling.failed(LATER);
        assert_eq!(empty(LATER + 19_999), None);
        assert_eq!(empty(LATER + 20_000), Some(LATER + 20_000));
    }
}
