//! Merges findings into the state, and makes the alerts that several events come to. The text of the
//! event that completes one is read again for it: that is rare.

use super::clusters::Clusters;
use super::evaluate::Finding;
use super::merge::{Found, guarded};
use super::tally::Tally;
use crate::alert::{self, Alert, Cause, EventRef, RawEvent, raise, reference};
use crate::decode::{Decoded, Item, line};
use crate::detect::{Contribution, Decided, Detector, Engine, Folded, Kind, Lateness, Raised};
use crate::record::{Entry, LogEvent};
use crate::state::{Cell, Cells, Digest, Place, Seed, Store, StoreError};

/// What it takes to merge.
pub(super) struct Remembering<'m, 'c> {
    pub(super) engine: &'c Engine,
    pub(super) clusters: &'m mut Clusters<'c>,
    pub(super) raw: RawEvent,
    pub(super) tally: &'m mut Tally,
}

/// The family of a detector's folded alerts: apart from what else it remembers.
fn fold_family(detector: &str) -> String {
    format!("{detector} (folded)")
}

impl Remembering<'_, '_> {
    /// Merges findings in one transaction. The alerts of several events, each with the place of the
    /// finding that completed it, in order.
    pub(super) fn merge<'i>(
        &mut self,
        store: &mut dyn Store,
        found: &Found,
        item: &'i dyn Fn(usize) -> Option<Item<'i>>,
    ) -> Result<Vec<(usize, Alert)>, StoreError> {
        let mut alerts = Vec::new();
        let (mut lost, mut folded) = (0, 0);
        store.transact(&mut |cells| {
            alerts.clear();
            (lost, folded) = (0, 0);
            for (place, (at, finding)) in found.iter().enumerate() {
                match finding {
                    Finding::Alert(_) | Finding::Login => {}
                    Finding::Noticed(cluster, time) => {
                        self.engine.notice(*cluster, *time, cells)?
                    }
                    Finding::Folded(alert, fold) => {
                        if let Some(item) = item(*at) {
                            let first = self.fold(alert, fold, &item, cells)?;
                            match first {
                                true => alerts.push((place, (**alert).clone())),
                                false => folded += 1,
                            }
                        }
                    }
                    Finding::Contribution(contribution) => {
                        let Some(item) = item(*at) else { continue };
                        lost += self.contribute(contribution, &item, cells, &mut |alert| {
                            alerts.push((place, alert));
                        })?;
                    }
                }
            }
            Ok(())
        })?;
        self.tally.lost += lost;
        self.tally.folded += folded;
        Ok(alerts)
    }

    fn contribute(
        &mut self,
        contribution: &Contribution,
        item: &Item<'_>,
        cells: &mut dyn Cells,
        on: &mut dyn FnMut(Alert),
    ) -> Result<u64, StoreError> {
        let mut crossings = Vec::new();
        let engine = self.engine;
        let mut seed = || {
            let alert = self.alert(contribution, None, item);
            seed_of(alert.as_ref())
        };
        let lost = engine.merge(
            contribution,
            Lateness::default(),
            cells,
            &mut seed,
            &mut |raised| {
                crossings.push(raised);
            },
        )?;
        for raised in &crossings {
            if let Some(alert) = self.alert(contribution, Some(raised), item) {
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

    /// Folds an alert; whether it is the first of its fold.
    fn fold(
        &mut self,
        alert: &Alert,
        folded: &Folded,
        item: &Item<'_>,
        cells: &mut dyn Cells,
    ) -> Result<bool, StoreError> {
        let clusters = &mut *self.clusters;
        fold(alert, folded, cells, &mut || {
            with_entry(item, clusters, reference)
        })
    }

    /// The alerts that waited until no event from before `until` would come any more; conditions that
    /// more events could undo are judged over what ended before `closed`.
    pub(super) fn settle(
        &mut self,
        store: &mut dyn Store,
        until: i64,
        closed: i64,
    ) -> Result<Vec<Alert>, StoreError> {
        settle(self.engine, store, until, closed)
    }
}

/// Folds an alert; whether it is the first of its fold. `sample` refers to its event.
///
/// # Errors
/// When the store fails.
pub fn fold(
    alert: &Alert,
    folded: &Folded,
    cells: &mut dyn Cells,
    sample: &mut dyn FnMut() -> Option<EventRef>,
) -> Result<bool, StoreError> {
    let family = fold_family(&alert.detector.id);
    let place = Place {
        detector: &family,
        key: Digest(alert.id.bytes()),
    };
    let mut first = false;
    cells.change(place, &mut |cell| {
        let fold = cell.fold();
        let (event, time, ends) = (folded.event, folded.time, folded.window.1);
        let changed;
        let mut sample = || serde_json::to_string(&sample()).unwrap_or_default().into();
        (first, changed) = fold.add(event, time, ends, &mut sample);
        if changed && fold.is_closed() {
            fold.keep(seed_of(Some(alert)));
        }
        changed
    })?;
    Ok(first)
}

/// The alerts that waited until no event from before `until` (milliseconds since the Unix epoch)
/// would come any more, by time; conditions that more events could undo are judged over what ended
/// before `closed`.
///
/// # Errors
/// When the store fails.
pub fn settle(
    engine: &Engine,
    store: &mut dyn Store,
    until: i64,
    closed: i64,
) -> Result<Vec<Alert>, StoreError> {
    let mut alerts = Vec::new();
    store.transact(&mut |cells| {
        alerts.clear();
        let mut on = |decided| alerts.extend(of_decided(engine, decided));
        engine.decide_values(until, cells, &mut on)?;
        engine.decide_windows(closed, cells, &mut on)?;
        for detector in engine.detectors() {
            close_folds(detector, until, cells, &mut alerts)?;
        }
        Ok(())
    })?;
    // By time, so that the order does not depend on the store's.
    alerts.sort_by_key(|alert| (alert.time, alert.id));
    Ok(alerts)
}

fn of_decided(engine: &Engine, decided: Decided) -> Option<Alert> {
    let alert: Alert = serde_json::from_str(&decided.seed).ok()?;
    let detector = engine.detectors().get(decided.detector)?;
    match (&detector.kind, decided.raised) {
        (Kind::Threshold(_), Some(raised)) => Some(alert::complete(alert, detector, &raised)),
        _ => Some(alert),
    }
}

/// The closing summaries of a detector's folds.
fn close_folds(
    detector: &Detector,
    until: i64,
    cells: &mut dyn Cells,
    alerts: &mut Vec<Alert>,
) -> Result<(), StoreError> {
    if detector.folding.is_none() {
        return Ok(());
    }
    cells.each(&fold_family(&detector.id), &mut |_, cell| {
        let Cell::Fold(fold) = cell else { return false };
        let Some(seed) = fold.close(until) else {
            return false;
        };
        let alert = serde_json::from_str::<Alert>(&seed).ok();
        alerts.extend(alert.and_then(|alert| alert::close(alert, fold)));
        true
    })
}

/// What an alert that is decided later is kept as.
pub fn seed_of(alert: Option<&Alert>) -> Seed {
    let text = alert.map(|alert| serde_json::to_string(alert).unwrap_or_default());
    text.unwrap_or_default().into()
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
    let (Decoded::Record(record) | Decoded::Salvaged(record)) = line::decode(event) else {
        return None;
    };
    Some(look(&Entry::new(event, clusters.of(event.origin), record)))
}
