//! What waits until no more events can come: folds that close, values and windows that are decided.

use std::ops::Range;

use crate::alert::{self, Alert, AlertId, EventRef};
use crate::detect::{Decided, Detector, Engine, Folded, Found, Kind};
use crate::state::{Cell, Cells, Digest, Fold, Place, Seed, Store, StoreError};

/// The family of a detector's folded alerts: apart from what else it remembers.
pub(super) fn fold_family(detector: &str) -> String {
    format!("{detector} (folded)")
}

/// Folds the alert of a detector at its [place](Alert::place). The alert, if it is the first of its fold.
/// `tell` refers to its event, and makes the alert where it is asked for; `keep` makes the seed of the alert
/// that is told when the fold closes.
///
/// # Errors
/// When the store fails.
pub fn fold(
    (detector, place): (&str, AlertId),
    folded: &Folded,
    cells: &mut dyn Cells,
    tell: &mut dyn FnMut(bool) -> (Option<EventRef>, Option<Alert>),
    keep: &mut dyn FnMut(Option<&Alert>) -> Seed,
) -> Result<Option<Alert>, StoreError> {
    let family = fold_family(detector);
    let place = Place {
        detector: &family,
        key: Digest(place.bytes()),
    };
    let (mut first, mut alert) = (false, None);
    cells.change(place, &mut |cell| {
        let fold = cell.fold();
        let (event, time, ends) = (folded.event, folded.time, folded.window.1);
        let is_kept = !fold.is_closed();
        let changed;
        let mut sample = || {
            let (event, made) = tell(!is_kept);
            alert = made;
            serde_json::to_string(&event).unwrap_or_default().into()
        };
        (first, changed) = fold.add(event, time, ends, &mut sample);
        if changed && !is_kept {
            if alert.is_none() {
                alert = tell(true).1;
            }
            fold.keep(keep(alert.as_ref()));
        }
        changed
    })?;
    Ok(alert.filter(|_| first))
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
    settle_with(engine, store, all, (until, closed), &mut |waited| {
        waited.made(engine, serde_json::from_str(waited.seed()).ok()?)
    })
}

/// What waited until no more events could come.
pub(super) enum Waited<'w> {
    /// A value or a window that was decided.
    Decided(&'w Decided),
    /// A fold that closes, of the detector at a place, with the seed of its alert.
    Fold(usize, &'w str),
}

impl Waited<'_> {
    /// The place of its detector.
    pub(super) const fn detector(&self) -> usize {
        match self {
            Self::Decided(decided) => decided.detector,
            Self::Fold(place, _) => *place,
        }
    }

    /// What its alert is made of.
    pub(super) fn seed(&self) -> &str {
        match self {
            Self::Decided(decided) => &decided.seed,
            Self::Fold(_, seed) => seed,
        }
    }

    /// The alert that was planted, with what was decided.
    pub(super) fn made(&self, engine: &Engine, alert: Alert) -> Option<Alert> {
        let detector = engine.detectors().get(self.detector())?;
        Some(match self {
            Self::Decided(Decided {
                found: Found::Raised(raised),
                ..
            }) => alert::complete(alert, detector, raised),
            Self::Decided(_) | Self::Fold(..) => alert,
        })
    }
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
    make: &mut dyn FnMut(&Waited<'_>) -> Option<Alert>,
) -> Result<Vec<Alert>, StoreError> {
    let mut alerts = Vec::new();
    store.transact(&mut |cells| {
        alerts.clear();
        let mut on = |decided: Decided| alerts.extend(make(&Waited::Decided(&decided)));
        for place in places.clone() {
            engine.decide_one(place, (until, closed), cells, &mut on)?;
        }
        for place in places.clone() {
            close_folds(engine, place, until, cells, &mut |seed, fold| {
                let alert = make(&Waited::Fold(place, seed));
                alerts.extend(alert.map(|alert| alert::close(alert, fold)));
            })?;
        }
        Ok(())
    })?;
    // By time, so that the order does not depend on the store's.
    alerts.sort_by_key(|alert| (alert.time, alert.id));
    Ok(alerts)
}

/// Closes folds of the detector at a place, and shows those that have a summary: one event alone has been told.
fn close_folds(
    engine: &Engine,
    place: usize,
    until: i64,
    cells: &mut dyn Cells,
    on: &mut dyn FnMut(&str, &Fold),
) -> Result<(), StoreError> {
    let detector = engine.detectors().get(place);
    let Some(detector) = detector.filter(|detector| detector.folding.is_some()) else {
        return Ok(());
    };
    cells.waiting(&fold_family(&detector.id), &mut |_, cell| {
        let Cell::Fold(fold) = cell else { return false };
        let Some(seed) = fold.close(until) else {
            return false;
        };
        if fold.count().0 > 1 {
            on(&seed, fold);
        }
        true
    })
}
