//! Brings alerts from the outbox to the sinks while an invocation lasts; what fails waits for the next.

use std::time::Duration;

use tokio::runtime::Handle;

use crate::alert::escape;
use crate::pipeline::watch::Alerts;
use crate::sink::{Class, Fate, Outbox as _, Passed, Sink, Waiting, pass};
use crate::state::StoreError;
use crate::telemetry::Clock;

use super::outcome::Outcome;

/// How long a sink may take where nothing else ends it, in milliseconds: an hour.
const LONGEST: i64 = 3_600_000;

/// Delivers.
#[derive(Debug)]
pub struct Courier {
    sinks: Vec<Box<dyn Sink>>,
    outbox: Alerts,
    /// For how long an alert is tried.
    keep: Duration,
    /// Whether the outbox outlives the container: then alerts may wait in it.
    lasting: bool,
    runtime: Handle,
}

impl Courier {
    /// From this outbox to these sinks. `lasting` says whether the outbox outlives the container.
    #[must_use]
    pub fn new(
        sinks: Vec<Box<dyn Sink>>,
        outbox: Alerts,
        keep: Duration,
        lasting: bool,
        runtime: Handle,
    ) -> Self {
        Self {
            sinks,
            outbox,
            keep,
            lasting,
            runtime,
        }
    }

    /// Delivers until `until` (milliseconds since the Unix epoch): what was posted just now, or `everything`
    /// that is due. Blocks.
    ///
    /// # Errors
    /// When the state can't be used.
    pub(super) fn deliver(
        &mut self,
        clock: &Clock,
        until: i64,
        everything: bool,
        outcome: &mut Outcome,
    ) -> Result<(), StoreError> {
        // To look for what others left is dear where many look: that is done by schedule.
        let news = self.lasting && !everything;
        if news && outcome.alerts == 0 && outcome.conflicts == 0 {
            return Ok(());
        }
        for sink in &mut self.sinks {
            let name = sink.name().to_owned();
            while clock.now() < until {
                let now = clock.now();
                // What does not outlive the container does not wait for a better time.
                let due = if self.lasting { now } else { i64::MAX };
                let batch = self.outbox.due(&name, due, sink.most())?;
                let tried = batch.len();
                if tried == 0 {
                    break;
                }
                // Half of it may have arrived when it is given up: then it comes twice, with one id.
                let left = until.saturating_sub(now).clamp(0, LONGEST).unsigned_abs();
                let keep = self.keep;
                let passed = self.runtime.block_on(async {
                    let pass = pass(sink.as_mut(), batch, now, keep);
                    tokio::time::timeout(Duration::from_millis(left), pass).await
                });
                let Ok(passed) = passed else {
                    outcome.undelivered += tried as u64;
                    tracing::error!(sink = name, "the sink took too long: alerts wait");
                    break;
                };
                self.outbox.note(&name, &passed.fates)?;
                tell(&name, &passed);
                outcome.delivered += passed.delivered;
                outcome.refused += passed.refused.len() as u64;
                outcome.undelivered += later(&passed);
                let over = passed.delivered + passed.refused.len() as u64;
                if over < tried as u64 || (news && tried < sink.most()) {
                    break;
                }
            }
        }
        Ok(())
    }

    /// How many alerts wait for sinks although they could not be left waiting.
    ///
    /// # Errors
    /// When the state can't be used.
    pub(super) fn stranded(&mut self) -> Result<u64, StoreError> {
        if self.lasting {
            return Ok(0);
        }
        let mut all = 0;
        for sink in &self.sinks {
            all += self.outbox.waiting(sink.name())?.0;
        }
        Ok(all)
    }
}

/// How many alerts were not accepted, and are tried again.
fn later(passed: &Passed) -> u64 {
    let fates = passed.fates.iter();
    let later = fates.filter(|(_, fate)| matches!(fate, Fate::Later { .. }));
    later.count() as u64
}

/// Says what failed. What is given up is told whole: it is nowhere else.
fn tell(sink: &str, passed: &Passed) {
    for (failure, count) in &passed.failures {
        let (class, reason) = (failure.class.as_str(), escape::visible(&failure.message));
        if failure.class != Class::Refused {
            tracing::error!(sink, class, count, %reason, "alerts were not accepted, and wait");
        }
    }
    for (Waiting { alert, .. }, reason) in &passed.refused {
        let (reason, alert) = (escape::visible(reason), alert.to_json().unwrap_or_default());
        tracing::error!(sink, %reason, alert, "an alert was given up: this line is all that is left of it");
    }
}
