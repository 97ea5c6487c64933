//! One invocation after the other: what to do with an event, for as long as there is time.

use std::time::Duration;

use serde_json::Value;

use super::answer::{self, Failed, Failure};
use super::courier::Courier;
use super::intake::Intake;
use super::outcome::Outcome;
use super::records::{Reading, Sources};
use crate::source::lambda::{Batch, Event};
use crate::telemetry::{Clock, milliseconds};

/// When an invocation ends whether it is done or not, in milliseconds since the Unix epoch.
pub type Deadline = Option<i64>;

/// Times that the settings tell.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// How late events may come.
    pub lateness: Duration,
    /// How long before the deadline no record is begun any more.
    pub margin: Duration,
}

/// What an invocation gave.
#[derive(Debug)]
pub struct Handled {
    /// What its sender is answered.
    pub answer: Value,
    /// What came of it.
    pub outcome: Outcome,
}

/// Handles events one after the other.
#[derive(Debug)]
pub struct Handler<'c> {
    intake: Intake<'c>,
    sources: Sources,
    courier: Courier,
    times: Times,
    clock: Clock,
    /// The detector at which deciding goes on.
    place: usize,
}

impl<'c> Handler<'c> {
    /// A handler.
    #[must_use]
    pub const fn new(
        intake: Intake<'c>,
        sources: Sources,
        courier: Courier,
        times: Times,
        clock: Clock,
    ) -> Self {
        Self {
            intake,
            sources,
            courier,
            times,
            clock,
            place: 0,
        }
    }

    /// Handles an event, and says in the log what came of it. Blocks: not for a thread of a runtime.
    ///
    /// # Errors
    /// When its sender has to be told that all of it failed.
    pub fn handle(&mut self, event: &str, deadline: Deadline) -> Result<Handled, Failure> {
        let started = self.clock.now();
        let mut outcome = Outcome {
            kind: "unknown",
            ..Outcome::default()
        };
        let ends = Ends::of(started, deadline, self.times.margin);
        let handled = self.dispatch(event, ends, &mut outcome);
        let took = self.clock.now().saturating_sub(started);
        outcome.millis = took.max(0).unsigned_abs();
        outcome.log();
        handled.map(|answer| Handled { answer, outcome })
    }

    fn dispatch(
        &mut self,
        event: &str,
        ends: Ends,
        outcome: &mut Outcome,
    ) -> Result<Value, Failure> {
        match Event::read(event)? {
            Event::Schedule { time } => {
                outcome.kind = "schedule";
                let until = time.saturating_sub(milliseconds(self.times.lateness));
                if let Err(failure) = self.settle(until, ends.reading, outcome) {
                    // The next schedule does it. Were the call to fail, each of these would come to lie
                    // where log lines do that could not be judged.
                    outcome.failed += 1;
                    tracing::error!(%failure, "not everything that waits could be decided; it is tried again by the next schedule");
                }
                self.deliver(ends.delivering, true, outcome)?;
                Ok(outcome.answer())
            }
            Event::Batch(batch) => {
                outcome.kind = batch.kind.as_str();
                outcome.records = batch.records.len() as u64;
                let failed = self.batch(&batch, ends.reading, outcome);
                outcome.failed = failed.count();
                self.deliver(ends.delivering, false, outcome)?;
                answer::of(&batch, &failed, outcome)
            }
        }
    }

    fn batch(&mut self, batch: &Batch<'_>, until: i64, outcome: &mut Outcome) -> Failed {
        let mut reading = Reading::new(&mut self.intake, &self.clock, until);
        let failed = reading.all(batch, &mut self.sources, outcome);
        self.count(outcome);
        failed
    }

    /// Decides what waited for events from before `until`, detector by detector while there is time: what is
    /// left comes first the next time.
    fn settle(&mut self, until: i64, ends: i64, outcome: &mut Outcome) -> Result<(), Failure> {
        let mut failure = None;
        while let Some(place) = self.intake.next_waiting(self.place) {
            let now = self.clock.now();
            if now >= ends {
                tracing::warn!(
                    "there was no time to decide for every detector; it goes on next time"
                );
                break;
            }
            match self.intake.settle(place, until, now) {
                Ok(()) => outcome.settled += 1,
                // The others may be decided all the same.
                Err(error) => failure = failure.or(Some(error)),
            }
            self.place = place.saturating_add(1);
        }
        if self.intake.next_waiting(self.place).is_none() {
            self.place = 0;
        }
        self.count(outcome);
        match failure {
            Some(failure) => Err(failure.into()),
            None => Ok(()),
        }
    }

    fn count(&mut self, outcome: &mut Outcome) {
        outcome.add(&std::mem::take(&mut self.intake.taken));
    }

    /// Delivers what was posted, or `everything` that is due. Alerts are safe in an outbox that lasts, so that no failure here is one of the
    /// invocation; otherwise none may be left.
    fn deliver(
        &mut self,
        until: i64,
        everything: bool,
        outcome: &mut Outcome,
    ) -> Result<(), Failure> {
        let delivered = self
            .courier
            .deliver(&self.clock, until, everything, outcome);
        if let Err(error) = delivered {
            // How many wait can't be asked.
            outcome.undelivered = outcome.undelivered.max(1);
            tracing::error!(%error, "the outbox can't be used; alerts wait in it");
        }
        outcome.waiting = self.courier.stranded()?;
        match outcome.waiting {
            0 => Ok(()),
            alerts => Err(Failure::Stranded(alerts)),
        }
    }
}

/// When to stop what, in milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ends {
    reading: i64,
    delivering: i64,
}

impl Ends {
    fn of(now: i64, deadline: Deadline, margin: Duration) -> Self {
        let Some(deadline) = deadline else {
            return Self {
                reading: i64::MAX,
                delivering: i64::MAX,
            };
        };
        // A function that is given little time uses most of it all the same.
        let quarter = deadline.saturating_sub(now).max(0) / 4;
        let margin = milliseconds(margin).min(quarter);
        Self {
            reading: deadline.saturating_sub(margin),
            delivering: deadline.saturating_sub(margin / 4),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_time_is_used_and_of_much_a_margin_is_left() {
        let ends = |now, deadline| Ends::of(now, Some(deadline), Duration::from_secs(4)).reading;
        assert_eq!(ends(0, 60_000), 56_000);
        assert_eq!(ends(0, 4_000), 3_000);
        assert_eq!(ends(9_000, 4_000), 4_000);
        assert_eq!(Ends::of(0, None, Duration::ZERO).reading, i64::MAX);
    }
}
