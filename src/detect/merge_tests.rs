#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use std::sync::LazyLock;

use proptest::prelude::*;

use super::super::engine::tests::engine;
use super::*;
use crate::detect::Decided;
use crate::state::MemoryStore;

const HOUR: i64 = 3_600_000;

static ENGINE: LazyLock<Engine> = LazyLock::new(engine);

/// The first detector of values that are learnt for a week, by the cluster or else by each key.
fn detector(of_cluster: bool) -> usize {
    let is_it = |detector: &Detector| match &detector.kind {
        Kind::FirstSeen(seen) => {
            seen.terms.learning == 7 * 24 * HOUR && seen.key.as_slice().is_empty() == of_cluster
        }
        _ => false,
    };
    ENGINE.detectors().iter().position(is_it).unwrap()
}

/// The sighting of a value of an owner, at a time.
fn sighting(detector: usize, (owner, value, time): (u8, u8, i64)) -> Contribution {
    Contribution {
        detector,
        time,
        step: 0,
        key: Digest([owner; 16]),
        event: Digest::default(),
        what: What::Seen {
            value: Digest(
                [[owner, value].as_slice(), &[255; 14]]
                    .concat()
                    .try_into()
                    .unwrap(),
            ),
        },
    }
}

/// What is decided in the end, and how many seeds were made.
fn decided(
    sightings: &[Contribution],
    learnt: &dyn Fn(usize) -> Option<i64>,
) -> (Vec<Decided>, usize) {
    let (mut store, mut seeds, mut found) = (MemoryStore::default(), 0, Vec::new());
    for (place, sighting) in sightings.iter().enumerate() {
        ENGINE
            .notice(sighting.key, sighting.time, &mut store)
            .unwrap();
        let lateness = Lateness {
            learnt: learnt(place),
            ..Lateness::default()
        };
        let mut seed = || {
            seeds += 1;
            sighting.time.to_string().into()
        };
        let on = &mut |_| {};
        ENGINE
            .merge(sighting, lateness, &mut store, &mut seed, on)
            .unwrap();
    }
    let (end, on) = (i64::MAX, &mut |decided| found.push(decided));
    ENGINE.decide(end, end, &mut store, on).unwrap();
    (found, seeds)
}

proptest! {
    #[test]
    fn what_is_learnt_at_once_would_never_have_been_an_alert(
        of_cluster: bool,
        sightings in prop::collection::vec((0..3_u8, 0..6_u8, 0..40 * 24_i64), 1..60),
    ) {
        let place = detector(of_cluster);
        let sightings: Vec<_> = sightings
            .into_iter()
            .map(|(owner, value, hour)| sighting(place, (owner, value, hour * HOUR)))
            .collect();
        let (all, _) = decided(&sightings, &|_| None);
        // The most that can be known: when the earliest of those happened that are still to come.
        let known = |from: usize| sightings.get(from..)?.iter().map(|one| one.time).min();
        prop_assert_eq!(decided(&sightings, &known).0, all.clone());
        prop_assert_eq!(decided(&sightings, &|_| Some(0)).0, all);
    }
}

#[test]
fn nothing_is_kept_of_what_is_learnt() {
    for of_cluster in [false, true] {
        let place = detector(of_cluster);
        let early = [(1, 1, HOUR), (1, 2, 2 * HOUR)].map(|one| sighting(place, one));
        assert_eq!(decided(&early, &|_| None), (Vec::new(), 2));
        assert_eq!(decided(&early, &|_| Some(0)), (Vec::new(), 0));
        let late = [(1, 1, HOUR), (1, 2, 1_000 * HOUR)].map(|one| sighting(place, one));
        let (found, seeds) = decided(&late, &|_| Some(0));
        assert_eq!((found.len(), seeds), (1, 1));
    }
}
