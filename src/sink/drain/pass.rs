//! One attempt at some alerts, for whoever can't stay to try again.

use std::time::Duration;

use super::guard;
use super::judge::Judged;
use crate::sink::deliver::{Failure, Sink};
use crate::sink::outbox::{Fate, Waiting};

/// What became of some alerts.
#[derive(Debug, Default)]
pub struct Passed {
    /// What the outbox is to note; alerts that were not tried are not in it.
    pub fates: Vec<(i64, Fate)>,
    /// How many were accepted.
    pub delivered: u64,
    /// Those that will never be accepted, and why.
    pub refused: Vec<(Waiting, String)>,
    /// One failure of each kind, and how many alerts it befell; refused ones are counted here too.
    pub failures: Vec<(Failure, u64)>,
}

/// Brings alerts to a sink once. `now` is in milliseconds since the Unix epoch; alerts that were posted longer
/// than `keep` ago are given up when they fail.
pub async fn pass(sink: &mut dyn Sink, batch: Vec<Waiting>, now: i64, keep: Duration) -> Passed {
    let verdicts = guard::deliver(sink, &batch).await;
    let judged = Judged::of(batch, verdicts, now, keep);
    let mut passed = Passed {
        delivered: judged.delivered.len() as u64,
        failures: judged.failures,
        ..Passed::default()
    };
    for waiting in judged.delivered {
        passed.fates.push((waiting.number, Fate::Delivered));
    }
    for later in judged.later {
        let (at, reason) = (later.at, later.reason);
        passed
            .fates
            .push((later.waiting.number, Fate::Later { at, reason }));
    }
    for (waiting, reason) in &judged.refused {
        let reason = reason.clone();
        passed
            .fates
            .push((waiting.number, Fate::Refused { reason }));
    }
    passed.refused = judged.refused;
    passed
}
