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

#[test]
fn an_event_that_fits_two_steps_hides_no_sequence() {
    // The second event fits both of the steps before the last.
    let steps = [(10, 1, 1), (20, 0, 2), (20, 1, 2), (30, 2, 3)];
    let orders = [[0, 1, 2, 3], [0, 3, 2, 1], [2, 1, 0, 3], [3, 0, 1, 2]];
    for order in orders {
        let steps = order.map(|at| steps[at]);
        assert_eq!(completed(plan(3, false), &steps), [0].into(), "{order:?}");
    }
    let steps = [(20, 0, 2), (20, 1, 2), (20, 1, 1), (30, 2, 3)];
    for order in orders {
        let steps = order.map(|at| steps[at]);
        assert_eq!(completed(plan(3, true), &steps), [0].into(), "{order:?}");
    }
}

/// Whether events can be dealt to the other steps, one after another, as one sees who tries them all.
fn fits(
    plan: StepPlan,
    inside: &[(i64, u16, u16)],
    step: u16,
    used: &mut Vec<(i64, u16, u16)>,
) -> bool {
    if step == plan.steps {
        return true;
    }
    if used.first().is_some_and(|last| last.1 == step) {
        return fits(plan, inside, step + 1, used);
    }
    // In order, no step is earlier than the one before it.
    let least = used.iter().skip(1).map(|one| one.0).max();
    let least = least.filter(|_| plan.ordered).unwrap_or(i64::MIN);
    for one in inside {
        let free = used.iter().all(|other| other.2 != one.2);
        if one.1 == step && free && one.0 >= least {
            used.push(*one);
            if fits(plan, inside, step + 1, used) {
                return true;
            }
            used.pop();
        }
    }
    false
}

fn oracle(plan: StepPlan, steps: &[(i64, u16, u16)]) -> BTreeSet<i64> {
    let mut found = BTreeSet::new();
    for last in steps {
        let inside = steps
            .iter()
            .filter(|one| one.0 <= last.0 && one.0 > last.0 - WITHIN);
        let inside: Vec<_> = inside.copied().collect();
        let ends = !plan.ordered || last.1 == plan.steps - 1;
        if ends && fits(plan, &inside, 0, &mut vec![*last]) {
            found.insert(last.0.div_euclid(WITHIN) * WITHIN);
        }
    }
    found
}

/// Events, each of which may fit several steps.
fn events(steps: u16) -> impl Strategy<Value = Vec<(i64, u16, u16)>> {
    let time = prop_oneof![0_i64..400, (0_i64..40).prop_map(|at| at * 10)];
    prop::collection::vec((time, 1_u16..1 << steps), 1..16).prop_map(move |events| {
        let marks = events
            .into_iter()
            .enumerate()
            .flat_map(|(event, (time, mask))| {
                let fitting = (0..steps).filter(move |step| mask >> step & 1 == 1);
                fitting.map(move |step| (time, step, event as u16))
            });
        marks.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_order_of_arrival_does_not_matter(
        (steps, events, shuffled) in (2_u16..5)
            .prop_flat_map(|steps| (Just(steps), events(steps)))
            .prop_flat_map(|(steps, events)| (Just(steps), Just(events.clone()), Just(events).prop_shuffle())),
        ordered in any::<bool>(),
    ) {
        let plan = plan(steps, ordered);
        let expected = oracle(plan, &events);
        prop_assert_eq!(&completed(plan, &events), &expected);
        prop_assert_eq!(&completed(plan, &shuffled), &expected);
        let twice = [&shuffled[..], &events].concat();
        prop_assert_eq!(&completed(plan, &twice), &expected);
    }
}
