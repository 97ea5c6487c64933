#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use proptest::prelude::*;

use super::*;

const TERMS: Terms = Terms {
    learning: 1_000,
    horizon: 300,
};

fn see(baseline: &mut Baseline, time: i64) -> bool {
    let mut sighting = Sighting {
        time,
        owner: Digest::default(),
        seed: &mut || Some(time.to_string().into()),
    };
    baseline.see(TERMS, &mut sighting)
}

fn decide(times: &[i64], since: i64) -> Option<String> {
    let mut baseline = Baseline::default();
    for time in times {
        see(&mut baseline, *time);
    }
    let (seed, _) = baseline.decide(TERMS, since, i64::MAX);
    assert_eq!(baseline.waits(), None);
    assert_eq!(
        baseline.decide(TERMS, since, i64::MAX),
        (None, false),
        "once"
    );
    seed.map(|seed| seed.to_string())
}

#[test]
fn a_value_is_new_when_it_first_comes_after_the_learning_time() {
    assert_eq!(decide(&[500], 0), None);
    assert_eq!(decide(&[1_000], 0).as_deref(), Some("1000"));
    assert_eq!(decide(&[500, 700, 900, 1_100], 0), None);
}

#[test]
fn a_value_that_was_not_seen_for_long_is_new_again() {
    assert_eq!(decide(&[500, 1_200], 0).as_deref(), Some("1200"));
    // What is in between keeps it known.
    assert_eq!(decide(&[500, 1_200, 800, 990], 0), None);
}

#[test]
fn nothing_is_decided_while_an_earlier_sighting_may_come() {
    let mut baseline = Baseline::default();
    see(&mut baseline, 1_500);
    assert_eq!(baseline.decide(TERMS, 0, 1_500), (None, false));
    see(&mut baseline, 900);
    see(&mut baseline, 1_200);
    assert_eq!(baseline.decide(TERMS, 0, 2_000).0, None);
}

#[test]
fn a_sighting_that_tells_nothing_new_changes_nothing() {
    let mut baseline = Baseline::default();
    assert!(see(&mut baseline, 100));
    assert!(!see(&mut baseline, 100));
    assert!(!see(&mut baseline, 101));
    assert!(see(&mut baseline, 200));
    assert!(!see(&mut baseline, 150));
}

proptest! {
    #[test]
    fn the_order_of_sightings_does_not_matter(
        mut times in prop::collection::vec(0_i64..4_000, 1..20),
        shuffled in prop::collection::vec(any::<prop::sample::Index>(), 30),
    ) {
        let mut other: Vec<i64> = shuffled.iter().map(|index| *index.get(&times)).collect();
        other.extend(&times);
        times.sort_unstable();
        let since = times[0];
        prop_assert_eq!(decide(&other, since), decide(&times, since));
        // As one sees who looks at all sightings, in steps of the horizon's hundredth.
        let step = TERMS.horizon / 100;
        let coarse = |time: i64| time.div_euclid(step) * step;
        let new = times.iter().find(|time| {
            **time >= since + TERMS.learning
                && !times.iter().any(|before| before < time && coarse(**time) - coarse(*before) <= TERMS.horizon)
        });
        prop_assert_eq!(decide(&times, since), new.map(ToString::to_string));
    }
}
