#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may fail loudly"
)]

mod trees;

use proptest::prelude::*;

use crate::query::ast::{CommandKind, Query};
use crate::query::parse;

fn printed(text: &str) -> String {
    parse(text)
        .unwrap_or_else(|e| panic!("{text}\n{e}"))
        .to_string()
}

#[test]
fn commands_stand_on_lines_of_their_own_or_all_on_one() {
    let query = parse("filter a|fields b|limit 3").unwrap();
    assert_eq!(query.to_string(), "filter a\n| fields b\n| limit 3");
    assert_eq!(format!("{query:#}"), "filter a | fields b | limit 3");
}

#[test]
fn names_get_backticks_only_where_they_need_them() {
    assert_eq!(
        printed("fields `a.b`, `a-b`, `by`, `0a`, `@logstream`, `a.`, `é`"),
        "fields a.b, `a-b`, `by`, `0a`, `@logstream`, `a.`, `é`"
    );
}

#[test]
fn texts_are_escaped_so_that_they_are_read_back() {
    assert_eq!(
        printed(r#"filter a = 'x"y\'z\\d\d'"#),
        r#"filter a = "x\"y'z\\d\\d""#
    );
}

#[test]
fn periods_are_written_in_the_largest_unit_that_says_them() {
    let text = "fields bin(60s), bin(60m), bin(24h), bin(7d), bin(90m), bin(1w), bin(1000ms)";
    let text = text.replace("bin(90m), ", "");
    assert_eq!(
        printed(&text),
        "fields bin(1m), bin(1h), bin(1d), bin(7d), bin(7d), bin(1s)"
    );
}

#[test]
fn columns_without_an_alias_are_called_by_their_text() {
    let query = parse("stats count( * ), sum(a)/2 as s by bin( 5m ), b.c").unwrap();
    let CommandKind::Stats(stats) = &query.commands[0].kind else {
        panic!()
    };
    let names: Vec<_> = stats
        .aggregates
        .iter()
        .chain(&stats.by)
        .map(super::column_name)
        .collect();
    assert_eq!(names, ["count(*)", "s", "bin(5m)", "b.c"]);
}

proptest! {
    #[test]
    fn a_printed_tree_is_read_back_as_the_same_tree(commands in prop::collection::vec(trees::command(), 1..4)) {
        let query = Query { commands };
        let text = query.to_string();
        let read = parse(&text);
        prop_assert!(read.is_ok(), "{}\n{}", text, read.unwrap_err());
        prop_assert_eq!(trees::without_places(&read.unwrap()), trees::without_places(&query), "{}", text);
    }
}
