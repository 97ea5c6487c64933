//! From a sink's verdicts to what becomes of each alert. Pure but for the chance in a wait.

use std::collections::HashMap;
use std::time::Duration;

use crate::sink::backoff::delay;
use crate::sink::deliver::{Class, Failure, Verdict};
use crate::sink::outbox::Waiting;
use crate::telemetry::milliseconds;

/// An alert that is tried again.
#[derive(Debug)]
pub(super) struct Later {
    pub(super) waiting: Waiting,
    /// Milliseconds since the Unix epoch.
    pub(super) at: i64,
    pub(super) reason: String,
}

/// What became of a batch. Alerts that were not tried are in none of these.
#[derive(Debug, Default)]
pub(super) struct Judged {
    pub(super) delivered: Vec<Waiting>,
    pub(super) later: Vec<Later>,
    pub(super) refused: Vec<(Waiting, String)>,
    /// One failure of each kind, and how many alerts it befell.
    pub(super) failures: Vec<(Failure, u64)>,
}

impl Judged {
    pub(super) fn of(
        batch: Vec<Waiting>,
        verdicts: Vec<(i64, Verdict)>,
        now: i64,
        keep: Duration,
    ) -> Self {
        let mut verdicts: HashMap<i64, Verdict> = verdicts.into_iter().collect();
        let mut judged = Self::default();
        for waiting in batch {
            let silent = || {
                let message = "the sink did not say what became of it";
                Verdict::Failed(Failure::new(Class::Retry, message))
            };
            match verdicts.remove(&waiting.number).unwrap_or_else(silent) {
                Verdict::Held => {}
                Verdict::Delivered => judged.delivered.push(waiting),
                Verdict::Failed(failure) => judged.failed(waiting, failure, now, keep),
            }
        }
        judged
    }

    fn failed(&mut self, waiting: Waiting, failure: Failure, now: i64, keep: Duration) {
        let of_kind = self.failures.iter_mut();
        match of_kind
            .into_iter()
            .find(|(known, _)| known.class == failure.class)
        {
            Some((_, count)) => *count += 1,
            None => self.failures.push((failure.clone(), 1)),
        }
        let Failure { class, message } = failure;
        let age = u128::from(now.saturating_sub(waiting.since).max(0).unsigned_abs());
        if class == Class::Refused {
            self.refused.push((waiting, message));
        } else if age > keep.as_millis() {
            let hours = keep.as_secs() / 3600;
            let reason = format!("it was not accepted for {hours} hours: {message}");
            self.refused.push((waiting, reason));
        } else {
            let at = now.saturating_add(wait(class, waiting.attempts));
            self.later.push(Later {
                waiting,
                at,
                reason: message,
            });
        }
    }

    /// Whether the sink, as it looks, accepts nothing at all.
    pub(super) fn is_hopeless(&self) -> bool {
        let all = |(failure, _): &(Failure, u64)| failure.class != Class::Refused;
        self.delivered.is_empty() && !self.failures.is_empty() && self.failures.iter().all(all)
    }

    /// The kind of failure that takes longest to mend.
    pub(super) fn worst(&self) -> Class {
        let classes = self.failures.iter().map(|(failure, _)| failure.class);
        classes.max().unwrap_or(Class::Retry)
    }
}

/// How long to wait, in milliseconds.
pub(super) fn wait(class: Class, attempts: u32) -> i64 {
    milliseconds(delay(class, attempts, fastrand::f64()))
}
