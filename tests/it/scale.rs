//! `docs/scale.md` has the figures that `cargo bench --bench scale` prints.
//!
//! `UPDATE_DOCS=1 cargo test --test it scale` writes them; without it a stale table fails the test.

#[path = "../../benches/scale/report/mod.rs"]
mod report;

use std::fs;
use std::path::Path;

use clap::Parser as _;

use crate::program::ROOT;

/// The options of the program.
#[derive(clap::Parser)]
struct Options {
    #[command(flatten)]
    inputs: report::Inputs,
}

fn inputs(options: &[&str]) -> report::Inputs {
    Options::parse_from(["scale"].iter().chain(options)).inputs
}

/// A tenth of the default, which is quicker.
const SMALL: [&str; 2] = ["--terabytes", "5"];

/// One table, as rows of cells.
fn rows(name: &str, inputs: &report::Inputs) -> Vec<Vec<String>> {
    let tables = report::tables(inputs);
    let (_, text) = tables.iter().find(|(found, _)| *found == name).unwrap();
    let cells = |line: &str| {
        let inner = line.trim_matches('|').split('|');
        inner.map(|cell| cell.trim().to_owned()).collect()
    };
    text.lines().map(cells).collect()
}

/// A cell of the row that begins so.
fn cell(rows: &[Vec<String>], row: &str, column: usize) -> String {
    let found = rows.iter().find(|cells| cells[0] == row);
    found.unwrap_or_else(|| panic!("no row {row}"))[column].clone()
}

fn number(text: &str) -> f64 {
    let digits = text.trim_end_matches(" %").replace(',', "");
    digits.parse().unwrap_or_else(|_| panic!("{text}"))
}

#[test]
fn scale_tables_of_the_document_are_those_that_the_program_prints() {
    let path = Path::new(ROOT).join("docs/scale.md");
    let recorded = fs::read_to_string(&path).unwrap();
    let mut text = recorded.clone();
    for (name, table) in report::tables(&inputs(&[])) {
        let begin = format!("<!-- scale: {name} -->\n");
        let at = text
            .find(&begin)
            .unwrap_or_else(|| panic!("docs/scale.md has no {begin}"));
        let from = at + begin.len();
        let until = from + text[from..].find("<!-- end -->").unwrap();
        text.replace_range(from..until, &format!("\n{table}\n"));
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, text).unwrap();
        return;
    }
    let mut lines = recorded.lines().zip(text.lines());
    let stale = lines.find(|(was, is)| was != is);
    assert!(
        recorded == text,
        "docs/scale.md is stale: UPDATE_DOCS=1 cargo test --test it scale\n{stale:?}"
    );
}

#[test]
fn a_day_is_the_same_each_time_and_another_for_another_seed() {
    let of = |seed| rows("day", &inputs(&[&SMALL[..], &["--seed", seed]].concat()));
    assert_eq!(of("1"), of("1"));
    assert_ne!(of("1"), of("2"));
}

#[test]
fn all_that_is_logged_is_judged() {
    let day = rows("day", &inputs(&SMALL));
    let random = 2;
    let calls = number(&cell(&day, "calls of the function a second, mean", random));
    let in_a_call = number(&cell(&day, "events in a call, mean", random));
    let events = number(&cell(&day, "events a second, mean", random));
    // Of figures with three places each.
    assert!(
        (calls * in_a_call / events - 1.0).abs() < 0.02,
        "{calls} {in_a_call} {events}"
    );
    // 5 TB of lines of 3,300 bytes.
    assert!((events / (5e12 / 3_300.0 / 86_400.0) - 1.0).abs() < 0.02);
}

#[test]
fn no_shard_is_too_full_when_lines_are_spread_at_random() {
    let day = rows("day", &inputs(&SMALL));
    let fullest = |column| number(&cell(&day, "fullest shard, share of what it takes", column));
    assert!(fullest(2) <= 50.0);
    assert!(fullest(1) > fullest(2));
}

#[test]
fn more_shards_catch_up_sooner() {
    let outage = rows("outage", &inputs(&SMALL));
    let minutes: Vec<f64> = outage[2..]
        .iter()
        .map(|cells| number(cells[2].trim_end_matches(" min")))
        .collect();
    assert!(minutes.is_sorted_by(|a, b| a > b), "{minutes:?}");
}

#[test]
fn how_much_a_call_is_given_changes_little_since_it_commits_in_pieces() {
    let table = rows("writes", &inputs(&SMALL));
    let writes = |row| number(&cell(&table, row, 2));
    let (few, many) = (
        writes("five seconds of a shard"),
        writes("an object of 16 MB"),
    );
    assert!((few / many - 1.0).abs() < 0.2, "{few} {many}");
    assert!(writes("and were each object one commit") < 0.9 * many);
}

#[test]
fn a_table_that_takes_too_little_makes_it_late() {
    let day = rows(
        "day",
        &inputs(&[&SMALL[..], &["--table-writes", "1000"]].concat()),
    );
    assert!(cell(&day, "lag in an ordinary hour, most", 2).ends_with(" h"));
}
