//! Decides what waits until no more events can come: values that may be new, and windows whose
//! condition more events could undo.

use super::detector::Detector;
use super::engine::Engine;
use super::kind::{FirstSeen, Kind, Threshold};
use super::merge::Raised;
use crate::query::Value;
use crate::state::{Cell, Cells, Digest, Place, Seed, StoreError};

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

impl Engine {
    /// Decides which values that were seen before `until` were new, and judges the windows that ended
    /// before `closed` where more events could undo a condition: no event from before will come any
    /// more. Times are milliseconds since the Unix epoch.
    ///
    /// # Errors
    /// When the store fails.
    pub fn decide(
        &self,
        until: i64,
        closed: i64,
        cells: &mut dyn Cells,
        on: &mut dyn FnMut(Decided),
    ) -> Result<(), StoreError> {
        for place in 0..self.detectors().len() {
            self.decide_one(place, (until, closed), cells, on)?;
        }
        Ok(())
    }

    /// The same for the detector at a place; `(until, closed)` as there.
    ///
    /// # Errors
    /// When the store fails.
    pub fn decide_one(
        &self,
        place: usize,
        (until, closed): (i64, i64),
        cells: &mut dyn Cells,
        on: &mut dyn FnMut(Decided),
    ) -> Result<(), StoreError> {
        let Some(detector) = self.detectors().get(place) else {
            return Ok(());
        };
        match &detector.kind {
            Kind::FirstSeen(seen) => decide_values(place, detector, seen, until, cells, on),
            Kind::Threshold(threshold) if !threshold.plan.monotone => {
                decide_windows(place, detector, threshold, closed, cells, on)
            }
            _ => Ok(()),
        }
    }
}

/// When the owner of a detector's values was first seen: the cluster, or the key.
///
/// # Errors
/// When the store fails.
pub(super) fn first_of(
    seen: &FirstSeen,
    detector: &Detector,
    owner: Digest,
    cells: &mut dyn Cells,
) -> Result<Option<i64>, StoreError> {
    let place = Place {
        detector: seen.owners(&detector.id),
        key: owner,
    };
    look(cells, place, |cell| match cell {
        Cell::First(first) => Some(*first),
        _ => None,
    })
}

/// Looks at a cell, and changes nothing.
///
/// # Errors
/// When the store fails.
pub(super) fn look<T>(
    cells: &mut dyn Cells,
    place: Place<'_>,
    look: impl Fn(&Cell) -> Option<T>,
) -> Result<Option<T>, StoreError> {
    let mut found = None;
    cells.change(place, &mut |cell| {
        found = look(cell);
        false
    })?;
    Ok(found)
}

/// A seed that keeps the group's keys in its first line.
pub(super) fn with_keys(keys: &[Value<'static>], seed: &str) -> Seed {
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
        threshold.group(probe, &keys_of(seed), values).is_some()
    };
    cells.waiting(&detector.id, &mut |_, cell| {
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
    cells.waiting(&detector.id, &mut |key, cell| {
        if let Cell::Baseline(baseline) = cell
            && baseline.waits().is_some_and(|since| since < until)
        {
            pending.push((*key, baseline.owner()));
        }
        false
    })?;
    for (key, owner) in pending {
        let Some(since) = first_of(seen, detector, owner, cells)? else {
            continue;
        };
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
