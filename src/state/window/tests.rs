#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may fail loudly")]

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const LENGTH: i64 = 100;

/// One event as the oracle sees it.
#[derive(Clone, Copy, Debug)]
struct Seen {
    time: i64,
    /// Which event.
    event: u8,
    /// The value it shows, for distinct counts and as a number.
    value: u8,
}

fn digest(of: u8) -> Digest {
    Digest::of([&*of.to_string()])
}

fn observed(seen: Seen) -> [Observed; 4] {
    let number = f64::from(seen.value);
    let one = |aggregate, key, number| Observed {
        aggregate,
        key,
        number,
    };
    [
        one(0, digest(seen.event), 0.0),
        one(1, digest(seen.value), 0.0),
        one(2, digest(seen.event), number),
        one(3, digest(seen.event), number),
    ]
}

fn plan(needs: [u32; 2]) -> WindowPlan {
    let aggregate = |tally, need| Aggregate { tally, need };
    WindowPlan {
        length: LENGTH,
        aggregates: vec![
            aggregate(Tally::Count, Some(needs[0])),
            aggregate(Tally::Count, Some(needs[1])),
            aggregate(Tally::Sum, None),
            aggregate(Tally::Max, None),
        ],
        monotone: true,
    }
}

/// The windows that cross, as one sees who looks at every stretch of time.
fn oracle(events: &[Seen], accepts: &dyn Fn(&[f64]) -> bool) -> BTreeSet<i64> {
    let mut crossed = BTreeSet::new();
    for end in events {
        let inside: Vec<&Seen> = events
            .iter()
            .filter(|one| one.time > end.time - LENGTH && one.time <= end.time)
            .collect();
        let by_event: std::collections::BTreeMap<u8, &Seen> =
            inside.iter().map(|one| (one.event, *one)).collect();
        let values: BTreeSet<u8> = inside.iter().map(|one| one.value).collect();
        let numbers = || by_event.values().map(|one| f64::from(one.value));
        let row = [
            by_event.len() as f64,
            values.len() as f64,
            numbers().sum(),
            numbers().fold(f64::NAN, f64::max),
        ];
        if accepts(&row) {
            crossed.insert(end.time.div_euclid(LENGTH) * LENGTH);
        }
    }
    crossed
}

fn windows(plan: &WindowPlan, events: &[Seen], accepts: &dyn Fn(&[f64]) -> bool) -> BTreeSet<i64> {
    let mut window = Window::default();
    let mut crossed = BTreeSet::new();
    for seen in events {
        window.add(
            plan,
            seen.time,
            &observed(*seen),
            accepts,
            &mut |crossing| {
                assert!(crossed.insert(crossing.window), "each window crosses once");
                assert!(accepts(&crossing.values));
                assert!(crossing.first <= crossing.at && crossing.at - crossing.first < LENGTH);
            },
        );
    }
    crossed
}

/// Events of a few windows; an event has one time and one value, however often it comes.
fn events() -> impl Strategy<Value = Vec<Seen>> {
    prop::collection::vec((-250_i64..250, 0_u8..6), 1..40).prop_map(|events| {
        let number = events.into_iter().enumerate();
        number
            .map(|(event, (time, value))| Seen {
                time,
                event: event as u8,
                value,
            })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn every_stretch_of_time_counts_in_any_order(
        events in events(),
        order in prop::collection::vec(any::<prop::sample::Index>(), 80),
        count in 1_u32..8,
        distinct in 1_u32..5,
        least in 0_u32..14,
        either in any::<bool>(),
    ) {
        let accepts = |values: &[f64]| {
            let (many, different) = (values[0] >= f64::from(count), values[1] >= f64::from(distinct));
            let (much, high) = (values[2] >= f64::from(least), values[3] >= 4.0);
            if either { (many && different) || (much && high) } else { many && different && much }
        };
        let plan = plan([count, distinct]);
        let expected = oracle(&events, &accepts);
        prop_assert_eq!(&windows(&plan, &events, &accepts), &expected);
        // In another order, with repeats; then what is missing.
        let mut shuffled: Vec<Seen> = order.iter().map(|index| *index.get(&events)).collect();
        shuffled.extend(&events);
        prop_assert_eq!(&windows(&plan, &shuffled, &accepts), &expected);
    }

    #[test]
    fn what_is_forgotten_matters_to_no_later_event(events in events(), count in 1_u32..6) {
        let accepts = |values: &[f64]| values[0] >= f64::from(count);
        let plan = plan([count, 1]);
        let mut events = events;
        events.sort_by_key(|seen| seen.time);
        let mut window = Window::default();
        let mut crossed = BTreeSet::new();
        for seen in &events {
            window.add(&plan, seen.time, &observed(*seen), &accepts, &mut |crossing| {
                crossed.insert(crossing.window);
            });
            window.forget(&plan, seen.time);
            prop_assert!(window.buckets.len() <= 2);
        }
        prop_assert_eq!(crossed, oracle(&events, &accepts));
    }
}

#[test]
fn a_bucket_keeps_no_more_than_it_needs() {
    let plan = plan([5, 5]);
    let counts = WindowPlan {
        aggregates: plan.aggregates.iter().take(1).copied().collect(),
        ..plan
    };
    let mut window = Window::default();
    let mut crossings = 0;
    for event in 0..10_000_i64 {
        let one = Observed {
            aggregate: 0,
            key: Digest::of([&*event.to_string()]),
            number: 0.0,
        };
        let accepts = |values: &[f64]| values[0] >= 5.0;
        window.add(&counts, event % LENGTH, &[one], &accepts, &mut |_| {
            crossings += 1
        });
    }
    assert_eq!(crossings, 1);
    assert!(window.size() < 4_000, "{} bytes", window.size());
}

#[test]
fn a_condition_that_could_be_undone_is_judged_over_whole_windows_at_the_end() {
    let plan = WindowPlan {
        length: LENGTH,
        aggregates: vec![Aggregate {
            tally: Tally::Count,
            need: None,
        }],
        monotone: false,
    };
    let exactly_two = |values: &[f64]| values[0] == 2.0;
    let mut window = Window::default();
    for (time, event) in [(10, 0), (20, 1), (110, 2), (120, 3), (130, 4)] {
        let seen = Seen {
            time,
            event,
            value: 0,
        };
        window.add(&plan, time, &observed(seen)[..1], &exactly_two, &mut |_| {
            panic!("nothing is decided before the end");
        });
        window.plant(&plan, time, &mut || format!("seed {time}").into());
    }
    let mut close = |until| {
        let mut found = Vec::new();
        window.close(
            &plan,
            until,
            &|_, values| exactly_two(values),
            &mut |crossing| {
                found.push((crossing.window, crossing.first, crossing.at, crossing.seed));
            },
        );
        found
    };
    assert_eq!(close(99), []);
    assert_eq!(close(100), [(0, 10, 20, Some("seed 10".into()))]);
    assert_eq!(close(300), []);
}
