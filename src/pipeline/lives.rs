//! For how long what detectors remember is needed after it was last used: what a store that deletes by itself
//! has to be told.

use std::time::Duration;

use super::settle::fold_family;
use crate::detect::{Detector, Engine, Kind};

/// For how long the cells of each family are needed after they were last used. `late` is how late an event
/// may come: as long as a queue keeps it, and not only as long as it is waited for.
#[must_use]
pub fn lives(engine: &Engine, late: Duration) -> Vec<(String, Duration)> {
    let of = |detector: &Detector| {
        let cells = Some((detector.id.clone(), needed(detector)));
        let folding = detector.folding.as_ref();
        let folds = folding.map(|fold| (fold_family(&detector.id), fold.window));
        let with_late = |(name, millis): (String, i64)| {
            let life = Duration::from_millis(millis.max(0).unsigned_abs());
            (name, life.saturating_add(late))
        };
        cells.into_iter().chain(folds).map(with_late)
    };
    engine.detectors().iter().flat_map(of).collect()
}

/// In milliseconds, without late events.
fn needed(detector: &Detector) -> i64 {
    match &detector.kind {
        Kind::Match => 0,
        // A stretch of time ends in one window and begins in the one before.
        Kind::Threshold(threshold) => threshold.plan.length.saturating_mul(2),
        Kind::Sequence(sequence) => sequence.plan.within.saturating_mul(2),
        // An owner that is forgotten would be learnt about anew: not before all of its values are.
        Kind::FirstSeen(seen) => {
            let terms = seen.terms;
            terms
                .horizon
                .saturating_add(terms.learning)
                .saturating_mul(2)
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;
    use crate::detect::{Enable, Lists, Loaded};

    #[test]
    fn what_is_remembered_lives_longer_than_it_is_needed() {
        let mut loaded = Loaded::default();
        let top = "title = \"t\"\nseverity = \"low\"\nsummary = \"s\"\n";
        for (id, rest) in [
            (
                "counted",
                "query = 'stats count() as n by verb | filter n > 3'\nwindow = \"1h\"",
            ),
            (
                "new",
                "query = 'filter verb = \"get\"'\n[first_seen]\nvalue = [\"verb\"]\nlearning = \"1d\"\nhorizon = \"30d\"",
            ),
            (
                "folded",
                "query = 'filter verb = \"get\"'\n[fold]\nby = [\"verb\"]\nwindow = \"2h\"",
            ),
        ] {
            loaded.add(id, &format!("id = \"{id}\"\n{top}{rest}\n"), &Lists::new());
        }
        assert!(loaded.errors.is_empty(), "{}", loaded.errors[0]);
        let (engine, _) = loaded
            .engine(&Enable::default(), Vec::new(), "", "")
            .unwrap();
        let hours = lives(&engine, Duration::from_secs(3_600)).into_iter();
        let mut hours: Vec<_> = hours
            .map(|(name, life)| (name, life.as_secs() / 3_600))
            .collect();
        hours.sort();
        let expected = [
            ("counted", 3),
            ("folded", 1),
            ("folded (folded)", 3),
            ("new", 62 * 24 + 1),
        ];
        assert_eq!(
            hours,
            expected.map(|(name, hours)| (name.to_owned(), hours))
        );
    }
}
