//! Merges contributions into state and tells what crossed a line by it.

use super::contribution::{Contribution, What};
use super::detector::Detector;
use super::engine::Engine;
use super::kind::{FirstSeen, Kind, Threshold};
use super::probe::Probe;
use crate::query::Value;
use crate::state::{
    Cell, Cells, Completion, Crossing, Digest, Place, Seed, Sighting, Step, StoreError,
};

/// The family of cells that hold when each cluster was first heard of.
pub const CLUSTERS: &str = "clusters";

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

/// An alert that was decided when no more events could come.
#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    /// The place of the detector.
    pub detector: usize,
    /// What was planted for it.
    pub seed: Seed,
    /// What was decided.
    pub found: Found,
}

/// What is decided when no more events can come.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// What a threshold came to.
    Raised(Raised),
    /// A value that was not there before, and whose it is.
    Value {
        /// Whose it is.
        owner: Digest,
        /// The value.
        value: Digest,
    },
}

/// How late events may come, and what follows from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lateness {
    /// No event from before this time will come any more; `None` when any may.
    pub settled: Option<i64>,
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
        match (&detector.kind, &contribution.what, detector.probes.first()) {
            (Kind::Threshold(threshold), What::Counted { observed, keys }, Some(probe)) => {
                let plan = &threshold.plan;
                let time = contribution.time;
                cells.change(place, &mut |cell| {
                    let window = cell.window();
                    let accepts = |values: &[f64]| match &threshold.limits {
                        Some(limits) => limits.iter().all(|limit| limit.holds(values)),
                        None => group(threshold, probe, keys, values).is_some(),
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
                let place = Place {
                    key: *value,
                    ..place
                };
                let mut sighting = Sighting {
                    time: contribution.time,
                    owner: contribution.key,
                    seed,
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

    /// Decides everything that happened before `until`: no event from before will come any more.
    ///
    /// # Errors
    /// When the store fails.
    pub fn decide(
        &self,
        until: i64,
        cells: &mut dyn Cells,
        on: &mut dyn FnMut(Decided),
    ) -> Result<(), StoreError> {
        self.decide_values(until, cells, on)?;
        self.decide_windows(until, cells, on)
    }

    /// Decides which values that were seen before `until` were new.
    ///
    /// # Errors
    /// When the store fails.
    pub fn decide_values(
        &self,
        until: i64,
        cells: &mut dyn Cells,
        on: &mut dyn FnMut(Decided),
    ) -> Result<(), StoreError> {
        for (place, detector) in self.detectors().iter().enumerate() {
            if let Kind::FirstSeen(seen) = &detector.kind {
                decide_values(place, detector, seen, until, cells, on)?;
            }
        }
        Ok(())
    }

    /// Judges windows that ended before `until`, where more events could undo a condition.
    ///
    /// # Errors
    /// When the store fails.
    pub fn decide_windows(
        &self,
        until: i64,
        cells: &mut dyn Cells,
        on: &mut dyn FnMut(Decided),
    ) -> Result<(), StoreError> {
        for (place, detector) in self.detectors().iter().enumerate() {
            if let Kind::Threshold(threshold) = &detector.kind
                && !threshold.plan.monotone
            {
                decide_windows(place, detector, threshold, until, cells, on)?;
            }
        }
        Ok(())
    }
}

impl Raised {
    fn of_crossing(
        crossing: &Crossing,
        threshold: &Threshold,
        probe: &Probe,
        keys: &[Value<'static>],
    ) -> Self {
        Self {
            window: Some(crossing.window),
            first: crossing.first,
            at: crossing.at,
            columns: group(threshold, probe, keys, &crossing.values).unwrap_or_default(),
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

/// The columns of a group, where they pass.
fn group(
    threshold: &Threshold,
    probe: &Probe,
    keys: &[Value<'static>],
    values: &[f64],
) -> Option<Vec<Value<'static>>> {
    let columns = columns(threshold, probe, keys, values);
    probe.program.accepts(&columns).then_some(columns)
}

/// The columns of a group. Keys that no filter looks at need not be known.
pub(super) fn columns(
    threshold: &Threshold,
    probe: &Probe,
    keys: &[Value<'static>],
    values: &[f64],
) -> Vec<Value<'static>> {
    if threshold.keys_matter {
        return probe.program.columns(keys, values);
    }
    let count = probe.program.stats_keys();
    let mut unknown = Vec::with_capacity(count);
    unknown.resize_with(count, Value::default);
    probe.program.columns(&unknown, values)
}

/// A seed that keeps the group's keys in its first line.
fn with_keys(keys: &[Value<'static>], seed: &str) -> Seed {
    let texts: Vec<_> = keys
        .iter()
        .map(|key| (!key.is_missing()).then(|| crate::query::shown(key)))
        .collect();
    let keys = serde_json::to_string(&texts).unwrap_or_default();
    format!("{keys}\n{seed}").into()
}

fn keys_of(seed: Option<&str>) -> Vec<Value<'static>> {
    let line = seed
        .and_then(|seed| seed.split_once('\n'))
        .map(|(keys, _)| keys);
    let texts: Vec<Option<String>> = line
        .and_then(|line| serde_json::from_str(line).ok())
        .unwrap_or_default();
    let value = |text: Option<String>| text.map_or(Value::Missing, |text| Value::Text(text.into()));
    texts.into_iter().map(value).collect()
}

fn decide_windows(
    place: usize,
    detector: &Detector,
    threshold: &Threshold,
    until: i64,
    cells: &mut dyn Cells,
    on: &mut dyn FnMut(Decided),
) -> Result<(), StoreError> {
    let Some(probe) = detector.probes.first() else {
        return Ok(());
    };
    let accepts = |seed: Option<&str>, values: &[f64]| {
        group(threshold, probe, &keys_of(seed), values).is_some()
    };
    cells.each(&detector.id, &mut |_, cell| {
        let Cell::Window(window) = cell else {
            return false;
        };
        window.close(&threshold.plan, until, &accepts, &mut |mut crossing| {
            let Some(seed) = crossing.seed.take() else {
                return;
            };
            let keys = keys_of(Some(&seed));
            let raised = Raised::of_crossing(&crossing, threshold, probe, &keys);
            let seed = seed
                .split_once('\n')
                .map_or(&*seed, |(_, seed)| seed)
                .into();
            on(Decided {
                detector: place,
                seed,
                found: Found::Raised(raised),
            });
        })
    })
}

fn decide_values(
    place: usize,
    detector: &Detector,
    seen: &FirstSeen,
    until: i64,
    cells: &mut dyn Cells,
    on: &mut dyn FnMut(Decided),
) -> Result<(), StoreError> {
    let mut pending = Vec::new();
    cells.each(&detector.id, &mut |key, cell| {
        if let Cell::Baseline(baseline) = cell
            && baseline.is_pending()
        {
            pending.push((*key, baseline.owner()));
        }
        false
    })?;
    let family = if seen.key.as_slice().is_empty() {
        CLUSTERS
    } else {
        &detector.id
    };
    for (key, owner) in pending {
        let mut since = None;
        let owner = Place {
            detector: family,
            key: owner,
        };
        cells.change(owner, &mut |cell| {
            if let Cell::First(first) = cell {
                since = Some(*first);
            }
            false
        })?;
        let Some(since) = since else { continue };
        let owner = owner.key;
        let value = Place {
            detector: &detector.id,
            key,
        };
        cells.change(value, &mut |cell| {
            let Cell::Baseline(baseline) = cell else {
                return false;
            };
            let (seed, changed) = baseline.decide(seen.terms, since, until);
            if let Some(seed) = seed {
                on(Decided {
                    detector: place,
                    seed,
                    found: Found::Value { owner, value: key },
                });
            }
            changed
        })?;
    }
    Ok(())
}
