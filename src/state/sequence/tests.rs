#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const WITHIN: i64 = 100;

fn plan(steps: u16, ordered: bool) -> StepPlan {
    StepPlan {
        steps,
        within: WITHIN,
        ordered,
    }
}

fn completed(plan: StepPlan, steps: &[(i64, u16, u16)]) -> BTreeSet<i64> {
    let mut sequence = Sequence::default();
    let mut found = BTreeSet::new();
    for (time, step, event) in steps {
        let step = Step {
            step: *step,
            time: *time,
            event: Digest::of([&*event.to_string()]),
        };
        sequence.add(plan, step, &mut |completion| {
            assert!(found.insert(completion.window), "each window is told once");
            assert!(completion.first <= completion.at && completion.at - completion.first < WITHIN);
        });
    }
    found
}

#[test]
fn steps_in_order_within_the_time_complete_it() {
    assert_eq!(
        completed(plan(2, true), &[(10, 0, 1), (20, 1, 2)]),
        [0].into()
    );
    assert_eq!(
        completed(plan(2, true), &[(10, 1, 1), (20, 0, 2)]),
        [].into()
    );
    assert_eq!(
        completed(plan(2, false), &[(10, 1, 1), (20, 0, 2)]),
        [0].into()
    );
    assert_eq!(
        completed(plan(2, true), &[(10, 0, 1), (110, 1, 2)]),
        [].into()
    );
    assert_eq!(
        completed(plan(2, true), &[(50, 0, 1), (140, 1, 2)]),
        [100].into()
    );
}

#[test]
fn one_event_is_not_two_steps() {
    assert_eq!(
        completed(plan(2, true), &[(10, 0, 1), (10, 1, 1)]),
        [].into()
    );
    assert_eq!(
        completed(plan(2, true), &[(10, 0, 1), (10, 1, 1), (10, 1, 2)]),
        [0].into()
    );
}

/// Whether marks that end at `end` hold a whole sequence.
fn oracle(plan: StepPlan, steps: &[(i64, u16, u16)]) -> BTreeSet<i64> {
    let mut found = BTreeSet::new();
    for last in steps {
        let inside: Vec<_> = steps
            .iter()
            .filter(|one| one.0 <= last.0 && one.0 > last.0 - WITHIN && one.2 != last.2)
            .collect();
        let others: Vec<u16> = (0..plan.steps).filter(|step| *step != last.1).collect();
        let complete = if plan.ordered {
            // Two or three steps are enough to be sure.
            last.1 == plan.steps - 1
                && match plan.steps {
                    2 => inside.iter().any(|one| one.1 == 0),
                    _ => inside.iter().any(|second| {
                        second.1 == 1
                            && inside.iter().any(|first| {
                                first.1 == 0 && first.0 <= second.0 && first.2 != second.2
                            })
                    }),
                }
        } else {
            others
                .iter()
                .all(|step| inside.iter().any(|one| one.1 == *step))
        };
        if complete {
            found.insert(last.0.div_euclid(WITHIN) * WITHIN);
        }
    }
    found
}

proptest! {
    #[test]
    fn the_order_of_arrival_does_not_matter(
        events in prop::collection::vec((0_i64..400, 0_u16..3), 1..24),
        order in prop::collection::vec(any::<prop::sample::Index>(), 40),
        steps in 2_u16..4,
        ordered in any::<bool>(),
    ) {
        let plan = plan(steps, ordered);
        let events: Vec<(i64, u16, u16)> = events
            .into_iter()
            .enumerate()
            .map(|(event, (time, step))| (time, step % steps, event as u16))
            .collect();
        let expected = oracle(plan, &events);
        prop_assert_eq!(&completed(plan, &events), &expected);
        let mut shuffled: Vec<_> = order.iter().map(|index| *index.get(&events)).collect();
        shuffled.extend(&events);
        prop_assert_eq!(&completed(plan, &shuffled), &expected);
    }
}
