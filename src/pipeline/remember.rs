//! Merges findings into the state, and makes the alerts that several events come to. The text of the
//! event that completes one is read again for it: that is rare.

use std::ops::Range;

use super::clusters::Clusters;
use super::evaluate::{Finding, Fold};
use super::merge::{Found as Findings, guarded};
use super::seed::{Held, Seeds, seed_of};
use super::settle::{self, Waited, settle_with};
use super::tally::{ByDetector, Tally, add_all, add_one};
use crate::alert::{Alert, Cause, RawEvent, raise, reference};
use crate::decode::{Item, line};
use crate::detect::{Contribution, Engine, Lateness, Raised};
use crate::record::{Entry, LogEvent};
use crate::state::{Cells, Store, StoreError};

/// What it takes to merge.
pub(super) struct Remembering<'m, 'c> {
    pub(super) engine: &'c Engine,
    pub(super) clusters: &'m mut Clusters<'c>,
    pub(super) raw: RawEvent,
    pub(super) seeds: &'m mut Seeds,
    pub(super) lateness: Lateness,
    pub(super) tally: &'m mut Tally,
}

impl Remembering<'_, '_> {
    /// Merges findings in one transaction. The alerts of several events, each with the place of the
    /// finding that completed it, in order.
    pub(super) fn merge<'i>(
        &mut self,
        store: &mut dyn Store,
        findings: &Findings,
        item: &'i dyn Fn(usize) -> Option<Item<'i>>,
    ) -> Result<Vec<(usize, Alert)>, StoreError> {
        let mut alerts = Vec::new();
        let (mut lost, mut folded) = (0, ByDetector::new());
        store.transact(&mut |cells| {
            alerts.clear();
            lost = 0;
            folded.clear();
            for (place, (at, finding)) in findings.iter().enumerate() {
                match finding {
                    Finding::Alert(_) | Finding::Login => {}
                    Finding::Noticed(cluster, time) => {
                        self.engine.notice(*cluster, *time, cells)?
                    }
                    Finding::Folded(fold) => {
                        let Some(item) = item(*at) else { continue };
                        match self.fold(fold, &item, cells)? {
                            Some(alert) => alerts.push((place, alert)),
                            None => {
                                let detector = self.engine.detectors().get(fold.detector);
                                add_one(&mut folded, detector.map_or("", |one| &one.id));
                            }
                        }
                    }
                    Finding::Contribution(contribution) => {
                        let item = || item(*at);
                        lost += self.contribute(contribution, &item, cells, &mut |alert| {
                            alerts.push((place, alert));
                        })?;
                    }
                }
            }
            Ok(())
        })?;
        self.tally.lost += lost;
        add_all(&mut self.tally.folded, folded);
        Ok(alerts)
    }

    /// Merges a contribution of an item, which only an alert needs, now or later.
    fn contribute<'i>(
        &mut self,
        contribution: &Contribution,
        item: &dyn Fn() -> Option<Item<'i>>,
        cells: &mut dyn Cells,
        on: &mut dyn FnMut(Alert),
    ) -> Result<u64, StoreError> {
        let mut crossings = Vec::new();
        let (engine, lateness) = (self.engine, self.lateness);
        let mut seed = || {
            let item = item();
            let sighted = item.as_ref().filter(|_| contribution.is_sighting());
            let line = sighted.and_then(|item| self.seeds.of_line(item));
            line.unwrap_or_else(|| {
                let alert = item.and_then(|item| self.alert(contribution, None, &item));
                seed_of(alert.as_ref())
            })
        };
        let lost = engine.merge(contribution, lateness, cells, &mut seed, &mut |raised| {
            crossings.push(raised);
        })?;
        for raised in &crossings {
            let alert = item().and_then(|item| self.alert(contribution, Some(raised), &item));
            if let Some(alert) = alert {
                on(alert);
            }
        }
        Ok(lost)
    }

    /// The alert of an event that made a contribution.
    fn alert(
        &mut self,
        contribution: &Contribution,
        raised: Option<&Raised>,
        item: &Item<'_>,
    ) -> Option<Alert> {
        let (engine, raw) = (self.engine, self.raw);
        let detector = engine.detectors().get(contribution.detector)?;
        let clusters = &mut *self.clusters;
        guarded(item, self.tally, |_| {
            with_entry(item, clusters, |entry| {
                let group = engine.group(contribution, entry);
                let cause = match raised {
                    Some(raised) => Cause::Group(&group, raised),
                    None => Cause::Seen(&group),
                };
                raise(detector, entry, cause, engine.schema(), raw)
            })
        })?
    }

    /// Folds a match; its alert, where it is the first of its fold.
    fn fold(
        &mut self,
        fold: &Fold,
        item: &Item<'_>,
        cells: &mut dyn Cells,
    ) -> Result<Option<Alert>, StoreError> {
        let (engine, raw) = (self.engine, self.raw);
        let Some(detector) = engine.detectors().get(fold.detector) else {
            return Ok(None);
        };
        let (clusters, tally, seeds) = (&mut *self.clusters, &mut *self.tally, &mut *self.seeds);
        let mut tell = |wants_alert: bool| {
            let told = guarded(item, tally, |_| {
                with_entry(item, clusters, |entry| {
                    let cause = Cause::Folded(&fold.folded);
                    let raise = || raise(detector, entry, cause, engine.schema(), raw);
                    (reference(entry), wants_alert.then(raise))
                })
            });
            let (event, alert) = told.flatten().unzip();
            (event, alert.flatten())
        };
        let mut keep = |alert: Option<&Alert>| {
            let line = alert.and_then(|_| seeds.of_line(item));
            line.unwrap_or_else(|| seed_of(alert))
        };
        let place = (detector.id.as_str(), fold.place);
        settle::fold(place, &fold.folded, cells, &mut tell, &mut keep)
    }

    /// The alerts of the detectors at some places that waited until no event from before `until` would come any more; conditions that
    /// more events could undo are judged over what ended before `closed`.
    pub(super) fn settle(
        &mut self,
        store: &mut dyn Store,
        places: Range<usize>,
        (until, closed): (i64, i64),
    ) -> Result<Vec<Alert>, StoreError> {
        let engine = self.engine;
        settle_with(engine, store, places, (until, closed), &mut |waited| {
            self.of_waited(waited)
        })
    }

    fn of_waited(&mut self, waited: &Waited<'_>) -> Option<Alert> {
        let (engine, raw) = (self.engine, self.raw);
        let event = match self.seeds.read(waited.seed())? {
            Held::Alert(alert) => return waited.made(engine, *alert),
            Held::Line(event) => event,
        };
        let detector = engine.detectors().get(waited.detector())?;
        with_entry(&Item::Event(event), self.clusters, |entry| {
            let (group, folded);
            let cause = match waited {
                Waited::Decided(decided) => {
                    group = engine.sighted(decided.detector, &decided.found, entry);
                    Cause::Seen(&group)
                }
                Waited::Fold(place, _) => {
                    folded = engine.folded(*place, entry)?;
                    Cause::Folded(&folded)
                }
            };
            Some(raise(detector, entry, cause, engine.schema(), raw))
        })?
    }
}

/// Reads an item's event again.
pub(super) fn with_entry<T>(
    item: &Item<'_>,
    clusters: &mut Clusters<'_>,
    look: impl FnOnce(&Entry<'_>) -> T,
) -> Option<T> {
    let Item::Event(event) = item else {
        return None;
    };
    let event: &LogEvent<'_> = event;
    let record = line::record(event)?;
    Some(look(&Entry::new(event, clusters.of(event.origin), record)))
}
