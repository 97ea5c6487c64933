//! Where what a detector remembers stands at an event: for those who ask why there is an alert, or
//! none. Changes nothing.

use super::contribution::{Contribution, What};
use super::decide::{first_of, look};
use super::engine::Engine;
use super::kind::{Kind, Threshold};
use super::probe::Probe;
use crate::query::Value;
use crate::state::{Cell, Cells, Place, StoreError};

/// What is remembered about the group of a contribution, at the time of its event. Times are
/// milliseconds since the Unix epoch.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// What a threshold has counted in the stretch that ends at the event.
    Counted {
        /// The results of `stats`, by name.
        measured: Vec<(String, Value<'static>)>,
        /// Whether a number is at least that: a threshold counts no further than it needs to.
        at_least: bool,
        /// Whether they pass the filters after it.
        passes: bool,
        /// Whether an alert of this aligned window has been raised.
        told: bool,
        /// When the aligned window begins.
        window: i64,
    },
    /// When a value was seen.
    Seen {
        /// When its owner was first seen.
        owner: Option<i64>,
        /// When the stretch of sightings began in which the event lies.
        since: i64,
        /// Whether there was another stretch before, longer ago than the horizon.
        again: bool,
    },
    /// When the steps of a sequence were last seen, in the stretch that ends at the event.
    Steps {
        /// By step.
        seen: Vec<Option<i64>>,
        /// Whether an alert of this aligned window has been raised.
        told: bool,
        /// When the aligned window begins.
        window: i64,
    },
}

impl Engine {
    /// Where the group of a contribution stands. `None` where nothing is kept of it.
    ///
    /// # Errors
    /// When the store fails.
    pub fn standing(
        &self,
        contribution: &Contribution,
        cells: &mut dyn Cells,
    ) -> Result<Option<Standing>, StoreError> {
        let Some(detector) = self.detectors().get(contribution.detector) else {
            return Ok(None);
        };
        let place = Place {
            detector: &detector.id,
            key: contribution.key,
        };
        let time = contribution.time;
        let (what, shown) = (&contribution.what, contribution.what.counted());
        match (
            &detector.kind,
            what,
            detector.probes.first().zip(shown.as_deref()),
        ) {
            (Kind::Threshold(threshold), _, Some((probe, shown))) => look(cells, place, |cell| {
                counted(threshold, probe, &shown.keys, time, cell)
            }),
            (Kind::FirstSeen(seen), What::Seen { value }, _) => {
                let owner = first_of(seen, detector, contribution.key, cells)?;
                let place = Place {
                    key: *value,
                    ..place
                };
                look(cells, place, |cell| {
                    let Cell::Baseline(baseline) = cell else {
                        return None;
                    };
                    let (since, again) = baseline.at(time)?;
                    Some(Standing::Seen {
                        owner,
                        since,
                        again,
                    })
                })
            }
            (Kind::Sequence(sequence), What::Step, _) => look(cells, place, |cell| {
                let Cell::Sequence(steps) = cell else {
                    return None;
                };
                let plan = sequence.plan;
                let (seen, told) = steps.at(plan, time);
                let window = time.div_euclid(plan.within).saturating_mul(plan.within);
                Some(Standing::Steps { seen, told, window })
            }),
            _ => Ok(None),
        }
    }
}

fn counted(
    threshold: &Threshold,
    probe: &Probe,
    keys: &[Value<'static>],
    time: i64,
    cell: &Cell,
) -> Option<Standing> {
    let Cell::Window(window) = cell else {
        return None;
    };
    let plan = &threshold.plan;
    let level = window.at(plan, time)?;
    let columns = threshold.columns(probe, keys, &level.values);
    let passes = probe.program.accepts(&columns);
    let mut needs = plan.aggregates.iter().map(|aggregate| aggregate.need);
    let enough = |value: &f64| {
        let need = needs.next().flatten();
        need.is_some_and(|need| *value >= f64::from(need))
    };
    let at_least = level.values.iter().any(enough);
    let names = probe.columns().iter().cloned();
    Some(Standing::Counted {
        measured: names.zip(columns).skip(probe.keys()).collect(),
        at_least,
        passes,
        told: level.told,
        window: level.window,
    })
}
