//! What waits until no more events can come: folds that close, values and windows that are decided.

use std::ops::Range;

use super::seed::seed_of;
use crate::alert::{self, Alert, AlertId, EventRef};
use crate::detect::{Decided, Detector, Engine, Folded, Found, Kind};
use crate::state::{Cell, Cells, Digest, Place, Store, StoreError};

/// The family of a detector's folded alerts: apart from what else it remembers.
pub(super) fn fold_family(detector: &str) -> String {
    format!("{detector} (folded)")
}

/// Folds the alert of a detector at its [place](Alert::place); whether it is the first of its fold.
/// `sample` refers to its event, and `alert` makes it, where it is to be remembered.
///
/// # Errors
/// When the store fails.
pub fn fold(
    (detector, place): (&str, AlertId),
    folded: &Folded,
    cells: &mut dyn Cells,
    sample: &mut dyn FnMut() -> Option<EventRef>,
    alert: &mut dyn FnMut() -> Option<Alert>,
) -> Result<bool, StoreError> {
    let family = fold_family(detector);
    let place = Place {
        detector: &family,
        key: Digest(place.bytes()),
    };
    let mut first = false;
    cells.change(place, &mut |cell| {
        let fold = cell.fold();
        let (event, time, ends) = (folded.event, folded.time, folded.window.1);
        let changed;
        let mut sample = || serde_json::to_string(&sample()).unwrap_or_default().into();
        (first, changed) = fold.add(event, time, ends, &mut sample);
        if changed && fold.is_closed() {
            fold.keep(seed_of(alert().as_ref()));
        }
        changed
    })?;
    Ok(first)
}

/// The alerts that waited until no event from before `until` (milliseconds since the Unix epoch)
/// would come any more, by time, where their seeds are alerts; conditions that more events could undo
/// are judged over what ended before `closed`.
///
/// # Errors
/// When the store fails.
pub fn settle(
    engine: &Engine,
    store: &mut dyn Store,
    until: i64,
    closed: i64,
) -> Result<Vec<Alert>, StoreError> {
    let all = 0..engine.detectors().len();
    settle_with(engine, store, all, (until, closed), &mut |decided| {
        let alert = serde_json::from_str(&decided.seed).ok()?;
        completed(engine, decided, alert)
    })
}

/// Whether anything of a detector may wait until no more events can come.
pub(super) fn may_wait(detector: &Detector) -> bool {
    let waits = match &detector.kind {
        Kind::FirstSeen(_) => true,
        Kind::Threshold(threshold) => !threshold.plan.monotone,
        Kind::Match | Kind::Sequence(_) => false,
    };
    waits || detector.folding.is_some()
}

/// The same for the detectors at some places; `make` tells what alert was decided.
pub(super) fn settle_with(
    engine: &Engine,
    store: &mut dyn Store,
    places: Range<usize>,
    (until, closed): (i64, i64),
    make: &mut dyn FnMut(&Decided) -> Option<Alert>,
) -> Result<Vec<Alert>, StoreError> {
    let mut alerts = Vec::new();
    store.transact(&mut |cells| {
        alerts.clear();
        let mut on = |decided: Decided| alerts.extend(make(&decided));
        for place in places.clone() {
            engine.decide_one(place, (until, closed), cells, &mut on)?;
        }
        for detector in engine.detectors().get(places.clone()).unwrap_or_default() {
            close_folds(detector, until, cells, &mut alerts)?;
        }
        Ok(())
    })?;
    // By time, so that the order does not depend on the store's.
    alerts.sort_by_key(|alert| (alert.time, alert.id));
    Ok(alerts)
}

/// The alert that was planted, with what was decided.
pub(super) fn completed(engine: &Engine, decided: &Decided, alert: Alert) -> Option<Alert> {
    let detector = engine.detectors().get(decided.detector)?;
    Some(match &decided.found {
        Found::Raised(raised) => alert::complete(alert, detector, raised),
        Found::Value { .. } => alert,
    })
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
    cells.waiting(&fold_family(&detector.id), &mut |_, cell| {
        let Cell::Fold(fold) = cell else { return false };
        let Some(seed) = fold.close(until) else {
            return false;
        };
        let alert = serde_json::from_str::<Alert>(&seed).ok();
        alerts.extend(alert.and_then(|alert| alert::close(alert, fold)));
        true
    })
}
