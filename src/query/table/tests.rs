#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may fail loudly")]

use super::super::coerce::shown;
use super::super::parse;
use super::super::samples::{Names, any_value};
use super::*;
use proptest::prelude::*;

type Fields = Vec<(&'static str, Value<'static>)>;

fn table(text: &str, events: &[Fields]) -> Result<Output, TableError> {
    let mut names = Names::default();
    let query = parse(text).unwrap_or_else(|found| panic!("{text}: {found:?}"));
    let program =
        Program::compile(&query, &mut names).unwrap_or_else(|error| panic!("{text}: {error}"));
    let mut table = Table::new(&program);
    for event in events {
        table.push(&names.row(event))?;
    }
    table.finish()
}

/// The table as text: a line of column names, then a line for each row.
fn lines(text: &str, events: &[Fields]) -> Vec<String> {
    let output = table(text, events).unwrap();
    let row = |cells: &[Value<'_>]| cells.iter().map(shown).collect::<Vec<_>>().join("|");
    let mut lines = vec![output.columns.join("|")];
    lines.extend(output.rows.iter().map(|cells| row(cells)));
    lines
}

fn event(minute: i64, user: &'static str, verb: &'static str, code: f64) -> Fields {
    let mut fields = vec![
        ("@timestamp", Value::Time(minute * 60_000)),
        ("@message", Value::text(verb)),
        ("verb", Value::text(verb)),
        ("code", Value::Number(code)),
    ];
    if !user.is_empty() {
        fields.push(("user", Value::text(user)));
    }
    fields
}

fn events() -> Vec<Fields> {
    vec![
        event(0, "ann", "get", 200.0),
        event(7, "bob", "list", 403.0),
        event(3, "ann", "get", 404.0),
        event(4, "", "watch", 401.0),
        event(9, "ann", "create", 201.0),
    ]
}

#[test]
fn time_series_aggregates_work_on_what_they_are_grouped_by() {
    assert_eq!(
        lines(
            "stats count_over_time(user) as n, sumOverTime(code) as s, rate(code, 1m) as r by bin(5m) | sort n desc",
            &events()
        ),
        [
            "bin(5m)|n|s|r",
            "1970-01-01 00:00:00.000|2|1005|50.25",
            "1970-01-01 00:05:00.000|2|604|-101"
        ]
    );
}

#[test]
fn without_columns_a_table_shows_time_and_message_newest_first() {
    assert_eq!(
        lines("filter code >= 400", &events()),
        [
            "@timestamp|@message",
            "1970-01-01 00:07:00.000|list",
            "1970-01-01 00:04:00.000|watch",
            "1970-01-01 00:03:00.000|get",
        ]
    );
}

#[test]
fn columns_add_up_and_the_last_display_wins() {
    let text = "fields verb, code + 1 as next | fields user | filter user = 'bob'";
    assert_eq!(lines(text, &events()), ["verb|next|user", "list|404|bob"]);
    let text = format!("{text} | display code | display verb, next");
    assert_eq!(lines(&text, &events()), ["verb|next", "list|404"]);
}

#[test]
fn sort_is_natural_descending_by_default_and_limit_keeps_the_first() {
    assert_eq!(
        lines("fields code | sort code | limit 2", &events()),
        ["code", "404", "403"]
    );
    assert_eq!(
        lines("sort code asc | limit 2 | fields code", &events()),
        ["code", "200", "201"]
    );
    let text = "fields user, code | sort user asc, code desc | display user, code";
    let rows = [
        "user|code",
        "|401",
        "ann|404",
        "ann|201",
        "ann|200",
        "bob|403",
    ];
    assert_eq!(lines(text, &events()), rows);
}

#[test]
fn dedup_keeps_the_first_in_order_and_every_missing_value() {
    let text = "fields user, verb | dedup user";
    assert_eq!(
        lines(text, &events()),
        ["user|verb", "ann|create", "bob|list", "|watch"]
    );
    let twice = [events(), events()].concat();
    let text = "fields user, verb | sort verb asc | dedup user";
    assert_eq!(
        lines(text, &twice),
        ["user|verb", "ann|create", "bob|list", "|watch", "|watch"]
    );
}

#[test]
fn stats_groups_and_keeps_a_missing_key_as_an_empty_value() {
    let text = "stats count(*) as n, max(code), sum(code) / count(*) as mean by user | sort n desc";
    assert_eq!(
        lines(text, &events()),
        [
            "user|n|max(code)|mean",
            "ann|3|404|268.3333333333333",
            "bob|1|403|403",
            "|1|401|401"
        ]
    );
}

#[test]
fn unnamed_columns_are_known_by_their_text() {
    let text = "stats count(*) by bin(5m) | filter count(*) > 1 | sort count(*) desc";
    assert_eq!(
        lines(text, &events()),
        [
            "bin(5m)|count(*)",
            "1970-01-01 00:00:00.000|3",
            "1970-01-01 00:05:00.000|2"
        ]
    );
    assert_eq!(
        lines("stats count() by verb | sort count desc", &events()).len(),
        5
    );
}

#[test]
fn a_second_stats_works_on_the_rows_of_the_first() {
    let text = "stats count(*) as n by user, verb | filter ispresent(user) | stats sum(n) as all, count(*) as kinds by user | sort all desc";
    assert_eq!(
        lines(text, &events()),
        ["user|all|kinds", "ann|3|2", "bob|1|1"]
    );
}

#[test]
fn without_keys_there_is_one_row_even_of_nothing() {
    assert_eq!(
        lines("stats count(*) as n, sum(code) as s", &[]),
        ["n|s", "0|"]
    );
    assert_eq!(lines("stats count(*) by user", &[]), ["user|count(*)"]);
}

#[test]
fn sort_and_limit_before_stats_have_no_effect() {
    let text = "sort code | limit 1 | fields verb | stats count(*) as n";
    assert_eq!(lines(text, &events()), ["n", "5"]);
}

#[test]
fn computed_fields_after_stats_join_its_columns() {
    let text = "stats count(*) as n by user | fields n * 2 as double | filter n = 3";
    assert_eq!(lines(text, &events()), ["user|n|double", "ann|3|6"]);
}

#[test]
fn too_many_groups_are_an_error_that_says_so() {
    let mut names = Names::default();
    let query = parse("stats count(*) by user").unwrap();
    let program = Program::compile(&query, &mut names).unwrap();
    let mut table = Table::new(&program);
    let push = |table: &mut Table<'_>, names: &mut Names, n: usize| {
        table.push(&names.row(&[("user", Value::Number(n as f64))]))
    };
    for n in 0..MOST_GROUPS {
        push(&mut table, &mut names, n).unwrap();
    }
    push(&mut table, &mut names, 0).unwrap();
    let error = push(&mut table, &mut names, MOST_GROUPS).unwrap_err();
    assert!(error.to_string().contains("more than 250000 groups"));
}

proptest! {
    #[test]
    fn the_limit_keeps_exactly_the_first_rows_of_the_whole_order(
        values in prop::collection::vec(any_value(), 0..40), limit in 1..10_usize
    ) {
        let events: Vec<Fields> = values.into_iter().map(|value| vec![("v", value)]).collect();
        let whole = table("fields v | sort v asc", &events).unwrap();
        let cut = table(&format!("fields v | sort v asc | limit {limit}"), &events).unwrap();
        let show = |rows: &[Vec<Value<'_>>]| format!("{rows:?}");
        prop_assert_eq!(show(&cut.rows), show(whole.rows.get(..limit.min(events.len())).unwrap()));
    }

    #[test]
    fn the_order_of_arrival_does_not_change_a_grouped_table(
        values in prop::collection::vec((0..5_i64, 0..4_i32), 1..40)
    ) {
        let rows = |values: &[(i64, i32)]| values.iter().map(|(time, v)| vec![
            ("@timestamp", Value::Time(*time)),
            ("v", Value::Number(f64::from(*v))),
        ]).collect::<Vec<Fields>>();
        let text = "stats count(*), count_distinct(v), min(v), max(v), median(v), earliest(v), latest(v), values(v) by bin(2ms) | sort bin(2ms) asc";
        let mut reversed = values.clone();
        reversed.reverse();
        prop_assert_eq!(lines(text, &rows(&values)), lines(text, &rows(&reversed)));
    }
}
