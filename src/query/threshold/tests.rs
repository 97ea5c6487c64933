#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may fail loudly")]

use super::*;
use crate::query::parse;
use crate::query::samples::Names;

fn compiled(text: &str) -> Program {
    let query = parse(text).unwrap_or_else(|found| panic!("{text}: {found:?}"));
    Program::compile(&query, &mut Names::default())
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn counted(text: &str) -> Counted {
    compiled(text)
        .counted()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn needs(text: &str) -> Vec<Option<f64>> {
    let counted = counted(text);
    assert!(counted.monotone, "{text}");
    counted.aggregates.iter().map(|one| one.need).collect()
}

#[test]
fn a_count_is_kept_as_far_as_the_filters_ask() {
    assert_eq!(
        needs("stats count() as n by a | filter n > 10"),
        [Some(11.0)]
    );
    assert_eq!(
        needs("stats count(*) as n by a | filter n >= 10"),
        [Some(10.0)]
    );
    assert_eq!(
        needs("stats count() as n by a | filter 10 < n"),
        [Some(11.0)]
    );
    assert_eq!(
        needs("stats count() as n by a | filter n >= 2.5"),
        [Some(3.0)]
    );
    assert_eq!(
        needs(
            "stats count_distinct(b) as n, count(c) as m by a | filter n > 3 and (m > 1 or n > 7)"
        ),
        [Some(8.0), Some(2.0)]
    );
}

#[test]
fn sums_and_extremes_are_kept_whole() {
    assert_eq!(needs("stats sum(b) as s by a | filter s > 10"), [None]);
    assert_eq!(needs("stats max(b) as m by a | filter m > 10"), [None]);
    assert_eq!(needs("stats min(b) as m by a | filter m < 10"), [None]);
}

#[test]
fn conditions_on_keys_do_not_matter() {
    assert_eq!(
        needs("stats count() as n by a | filter n > 1 and a like /x/ and not (a = \"y\")"),
        [Some(2.0)]
    );
}

#[test]
fn what_more_events_could_undo_is_told() {
    for text in [
        "stats count() as n by a | filter n < 10",
        "stats count() as n by a | filter n = 10",
        "stats count() as n by a | filter not (n > 10)",
        "stats count() as n by a | filter n != 3",
        "stats max(b) as n by a | filter n < 10",
        "stats min(b) as n by a | filter n > 10",
        "stats count() as n, count(b) as m by a | filter n > m",
        "stats count() / count(b) as n by a | filter n > 2",
    ] {
        let counted = counted(text);
        assert!(!counted.monotone, "{text}");
        assert!(
            counted.aggregates.iter().all(|one| one.need.is_none()),
            "{text}"
        );
    }
}

#[test]
fn other_queries_are_no_thresholds() {
    let refusal = |text: &str| compiled(text).counted().unwrap_err();
    assert_eq!(refusal("filter a = 1"), NoThreshold::Stats);
    assert_eq!(
        refusal("stats count() as n by a | stats max(n) as m | filter m > 1"),
        NoThreshold::Stats
    );
    assert_eq!(refusal("stats count() as n by a"), NoThreshold::NoFilter);
    assert_eq!(
        refusal("stats avg(b) as n by a | filter n > 1"),
        NoThreshold::Aggregate
    );
}

#[test]
fn a_group_passes_by_its_columns() {
    let program =
        compiled("stats count() as n, count(b) * 2 as m by a | filter n > 2 and a != \"x\"");
    let passes = |key: &'static str, numbers: &[f64]| program.group(&[Value::text(key)], numbers);
    assert_eq!(
        passes("k", &[3.0, 1.0]),
        Some(vec![
            Value::text("k"),
            Value::Number(3.0),
            Value::Number(2.0)
        ])
    );
    assert_eq!(passes("k", &[2.0, 1.0]), None);
    assert_eq!(passes("x", &[3.0, 1.0]), None);
    // Nothing was seen to take the largest of.
    let program = compiled("stats max(b) as m by a | filter m > 2");
    assert_eq!(program.group(&[Value::Missing], &[f64::NAN]), None);
}
