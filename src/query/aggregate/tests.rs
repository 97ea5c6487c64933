use std::collections::HashSet;

use super::super::coerce::shown;
use super::super::samples::any_value;
use super::*;
use proptest::prelude::*;

fn over(kind: Kind, values: &[Value<'static>]) -> Value<'static> {
    let mut state = kind.start();
    for (time, value) in (0_i64..).zip(values) {
        kind.add(&mut state, value, Some(time * 1000));
    }
    kind.finish(state)
}

fn numbers(numbers: &[f64]) -> Vec<Value<'static>> {
    numbers
        .iter()
        .map(|number| Value::Number(*number))
        .collect()
}

fn texts(texts: &[&'static str]) -> Vec<Value<'static>> {
    texts.iter().map(|text| Value::text(text)).collect()
}

const ALL: [Kind; 16] = [
    Kind::Rows,
    Kind::Present,
    Kind::Distinct,
    Kind::Sum,
    Kind::Average,
    Kind::First,
    Kind::Last,
    Kind::Percentile(95.0),
    Kind::Deviation,
    Kind::Variance,
    Kind::Earliest,
    Kind::Latest,
    Kind::Values,
    Kind::Top(2),
    Kind::Rate(60_000.0),
    Kind::Percentile(50.0),
];

#[test]
fn aggregates_of_numbers_compute() {
    let values = numbers(&[4.0, 1.0, 3.0, 2.0]);
    let expected = [
        (Kind::Rows, 4.0),
        (Kind::Present, 4.0),
        (Kind::Distinct, 4.0),
        (Kind::Sum, 10.0),
        (Kind::Average, 2.5),
        (Kind::First, 1.0),
        (Kind::Last, 4.0),
        (Kind::Percentile(50.0), 2.5),
        (Kind::Percentile(0.0), 1.0),
        (Kind::Percentile(100.0), 4.0),
        (Kind::Earliest, 4.0),
        (Kind::Latest, 2.0),
        (Kind::Rate(1500.0), -1.0),
    ];
    for (kind, result) in expected {
        assert_eq!(over(kind, &values), Value::Number(result), "{kind:?}");
    }
    let spread = over(Kind::Variance, &values);
    assert!(
        matches!(spread, Value::Number(n) if (n - 5.0 / 3.0).abs() < 1e-12),
        "{spread:?}"
    );
    let spread = over(Kind::Deviation, &values);
    assert!(
        matches!(spread, Value::Number(n) if (n * n - 5.0 / 3.0).abs() < 1e-12),
        "{spread:?}"
    );
}

#[test]
fn aggregates_of_texts_compute() {
    let values = texts(&["b", "a", "10", "b", "9"]);
    assert_eq!(over(Kind::First, &values), Value::text("a"));
    assert_eq!(over(Kind::Last, &values), Value::text("10"));
    assert_eq!(over(Kind::Sum, &values), Value::Number(19.0));
    assert_eq!(over(Kind::Distinct, &values), Value::Number(4.0));
    assert_eq!(
        over(Kind::Values, &values),
        Value::List(texts(&["a", "b", "9", "10"]).into())
    );
    assert_eq!(
        over(Kind::Top(2), &values),
        Value::List(texts(&["b", "a"]).into())
    );
}

#[test]
fn over_nothing_counts_are_zero_and_the_rest_is_missing() {
    for values in [
        vec![],
        vec![Value::Missing],
        vec![Value::List(vec![].into())],
    ] {
        for kind in ALL {
            let expected = match kind {
                Kind::Rows => Value::Number(values.len() as f64),
                Kind::Present | Kind::Distinct => Value::Number(0.0),
                _ => Value::Missing,
            };
            assert_eq!(over(kind, &values), expected, "{kind:?} over {values:?}");
        }
    }
}

#[test]
fn every_element_of_a_list_counts_but_rows_count_once() {
    let list = [Value::List(texts(&["a", "b", "a"]).into())];
    assert_eq!(over(Kind::Present, &list), Value::Number(1.0));
    assert_eq!(over(Kind::Distinct, &list), Value::Number(2.0));
    assert_eq!(over(Kind::Top(1), &list), Value::List(texts(&["a"]).into()));
}

#[test]
fn very_many_different_values_are_estimated_closely() {
    let mut state = Kind::Distinct.start();
    let truth = 50_000;
    for _ in 0..2 {
        for n in 0..truth {
            Kind::Distinct.add(&mut state, &Value::Number(f64::from(n)), None);
        }
    }
    let Value::Number(estimate) = Kind::Distinct.finish(state) else {
        unreachable!("a count is a number")
    };
    let error = (estimate / f64::from(truth) - 1.0).abs();
    assert!(error < 0.06, "{estimate} for {truth}");
}

#[test]
fn percentiles_of_very_many_numbers_stay_close() {
    let mut state = Kind::Percentile(90.0).start();
    for n in 0..400_000_u32 {
        let scattered = f64::from(n.wrapping_mul(2_654_435_761) % 1_000_000);
        Kind::Percentile(90.0).add(&mut state, &Value::Number(scattered), None);
    }
    let result = Kind::Percentile(90.0).finish(state);
    assert!(
        matches!(result, Value::Number(n) if (890_000.0..910_000.0).contains(&n)),
        "{result:?}"
    );
}

proptest! {
    #[test]
    fn count_distinct_agrees_with_a_naive_count(values in prop::collection::vec(any_value(), 0..60)) {
        let flat = values.iter().flat_map(|value| match value {
            Value::List(items) => items.to_vec(),
            single => vec![single.clone()],
        });
        let naive: HashSet<_> =
            flat.filter(|value| !value.is_missing()).map(|value| shown(&value).into_owned()).collect();
        prop_assert_eq!(over(Kind::Distinct, &values), Value::Number(naive.len() as f64));
    }

    #[test]
    fn no_aggregate_fails_on_any_values(values in prop::collection::vec(any_value(), 0..20)) {
        for kind in ALL {
            over(kind, &values);
        }
    }

    #[test]
    fn an_exact_percentile_lies_between_its_neighbours(
        mut values in prop::collection::vec(-100.0_f64..100.0, 1..50), percent in 0.0_f64..=100.0
    ) {
        let Value::Number(result) = over(Kind::Percentile(percent), &numbers(&values)) else {
            return Err(TestCaseError::fail("a percentile of numbers is a number"));
        };
        values.sort_by(f64::total_cmp);
        let below = values.iter().filter(|value| **value <= result + 1e-9).count();
        let share = below as f64 / values.len() as f64;
        prop_assert!(share + 1e-9 >= percent / 100.0 - 1.0 / values.len() as f64);
        prop_assert!(values.first().is_some_and(|least| *least <= result + 1e-9));
    }
}
