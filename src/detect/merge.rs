//! Merges contributions into state and tells what crossed a line by it.

use super::contribution::{Contribution, Counted, What};
use super::decide::{first_of, with_keys};
use super::detector::Detector;
use super::engine::Engine;
use super::kind::{CLUSTERS, FirstSeen, Kind, Threshold};
use super::probe::Probe;
use crate::query::Value;
use crate::state::{Cells, Completion, Crossing, Digest, Place, Seed, Sighting, Step, StoreError};

/// Several events that together are an alert.
#[derive(Clone, Debug, PartialEq)]
pub struct Raised {
    /// The start of the aligned window in which it became one; `None` for a value seen first.
    pub window: Option<i64>,
    /// The time of the first of the events.
    pub first: i64,
    /// The time of the last.
    pub at: i64,
    /// The columns of `stats`.
    pub columns: Vec<Value<'static>>,
}

/// How late events may come, and what follows from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lateness {
    /// No event from before this time will come any more; `None` when any may.
    pub settled: Option<i64>,
    /// The same, for what is learnt: a sighting of which this tells that it lies in the learning time is learnt
    /// at once, and nothing is kept to raise an alert of it.
    pub learnt: Option<i64>,
}

impl Engine {
    /// Remembers that a cluster was heard of at a time.
    ///
    /// # Errors
    /// When the store fails.
    pub fn notice(
        &self,
        cluster: Digest,
        time: i64,
        cells: &mut dyn Cells,
    ) -> Result<(), StoreError> {
        let place = Place {
            detector: CLUSTERS,
            key: cluster,
        };
        cells.change(place, &mut |cell| cell.earliest(time).1)
    }

    /// Merges a contribution and calls `on` for what crossed a line by it. `seed` makes what an alert
    /// that is decided later will be made of. Returns how much was lost for want of room.
    ///
    /// # Errors
    /// When the store fails.
    pub fn merge(
        &self,
        contribution: &Contribution,
        lateness: Lateness,
        cells: &mut dyn Cells,
        seed: &mut dyn FnMut() -> Seed,
        on: &mut dyn FnMut(Raised),
    ) -> Result<u64, StoreError> {
        let Some(detector) = self.detectors().get(contribution.detector) else {
            return Ok(0);
        };
        let place = Place {
            detector: &detector.id,
            key: contribution.key,
        };
        let mut lost = 0;
        let (what, counted) = (&contribution.what, contribution.what.counted());
        match (
            &detector.kind,
            what,
            detector.probes.first().zip(counted.as_deref()),
        ) {
            (Kind::Threshold(threshold), _, Some((probe, counted))) => {
                let Counted { observed, keys } = counted;
                let plan = &threshold.plan;
                let time = contribution.time;
                cells.change(place, &mut |cell| {
                    let window = cell.window();
                    let accepts = |values: &[f64]| match &threshold.limits {
                        Some(limits) => limits.iter().all(|limit| limit.holds(values)),
                        None => threshold.group(probe, keys, values).is_some(),
                    };
                    let mut crossed = |crossing: Crossing| {
                        on(Raised::of_crossing(&crossing, threshold, probe, keys));
                    };
                    let (gone, mut changed) =
                        window.add(plan, time, observed, &accepts, &mut crossed);
                    lost += gone;
                    if changed && !plan.monotone {
                        window.plant(plan, time, &mut || with_keys(keys, &seed()));
                    }
                    if let Some(settled) = lateness.settled {
                        changed |= window.forget(plan, settled);
                        cell.tidy();
                    }
                    changed
                })?;
            }
            (Kind::FirstSeen(seen), What::Seen { value }, _) => {
                if !seen.key.as_slice().is_empty() {
                    cells.change(place, &mut |cell| cell.earliest(contribution.time).1)?;
                }
                let learns = lateness.learns(seen, detector, contribution, cells)?;
                let place = Place {
                    key: *value,
                    ..place
                };
                let mut sighting = Sighting {
                    time: contribution.time,
                    owner: contribution.key,
                    seed: &mut || (!learns).then(&mut *seed),
                };
                cells.change(place, &mut |cell| {
                    cell.baseline().see(seen.terms, &mut sighting)
                })?;
            }
            (Kind::Sequence(sequence), What::Step, _) => {
                let step = Step {
                    step: contribution.step,
                    time: contribution.time,
                    event: contribution.event,
                };
                cells.change(place, &mut |cell| {
                    let steps = cell.sequence();
                    let mut completed = |completion: Completion| on(Raised::of_steps(completion));
                    let (gone, mut changed) = steps.add(sequence.plan, step, &mut completed);
                    lost += gone;
                    if let Some(settled) = lateness.settled {
                        let before = settled.saturating_sub(sequence.plan.within);
                        changed |= steps.forget(sequence.plan, before);
                        cell.tidy();
                    }
                    changed
                })?;
            }
            _ => {}
        }
        Ok(lost)
    }
}

impl Lateness {
    /// Whether a sighting lies in the learning time, whatever else will come: who was first seen now or
    /// earlier can only turn out to have been seen earlier still, but not before anything comes.
    fn learns(
        self,
        seen: &FirstSeen,
        detector: &Detector,
        sighting: &Contribution,
        cells: &mut dyn Cells,
    ) -> Result<bool, StoreError> {
        let Some(earliest) = self.learnt else {
            return Ok(false);
        };
        let since = first_of(seen, detector, sighting.key, cells)?;
        let ends = |since: i64| since.min(earliest).saturating_add(seen.terms.learning);
        Ok(since.is_some_and(|since| sighting.time < ends(since)))
    }
}

impl Raised {
    pub(super) fn of_crossing(
        crossing: &Crossing,
        threshold: &Threshold,
        probe: &Probe,
        keys: &[Value<'static>],
    ) -> Self {
        Self {
            window: Some(crossing.window),
            first: crossing.first,
            at: crossing.at,
            columns: threshold
                .group(probe, keys, &crossing.values)
                .unwrap_or_default(),
        }
    }

    const fn of_steps(completion: Completion) -> Self {
        Self {
            window: Some(completion.window),
            first: completion.first,
            at: completion.at,
            columns: Vec::new(),
        }
    }
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
