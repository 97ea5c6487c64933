//! The program itself, which keeps what it remembers in a file.

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;

use super::Ids;
use super::day::{Line, day};
use super::rules::{RULES, file};
use crate::program::{feed, write};

/// Replays lines with a state; the alerts by detector and id.
fn replay(folder: &std::path::Path, state: Option<&str>, lines: &[Line]) -> Ids {
    let rules = folder.join("rules");
    let state = state.map(|name| folder.join(name));
    let mut options = vec![
        "replay",
        "-",
        "--format",
        "json",
        "--detectors",
        rules.to_str().unwrap(),
    ];
    if let Some(state) = &state {
        options.extend(["--state", state.to_str().unwrap()]);
    }
    let text: String = lines.iter().flat_map(|line| [&*line.text, "\n"]).collect();
    let ran = feed(&options, text.as_bytes()).exits(0);
    let ids = ran.column("/id");
    let detectors = ran.column("/detector/id");
    detectors
        .iter()
        .zip(ids)
        .map(|(detector, id)| format!("{detector} {id}"))
        .collect()
}

#[test]
fn a_day_in_two_parts_with_one_state_is_a_day_in_one() {
    let folder = tempfile::tempdir().unwrap();
    for (id, rest) in RULES {
        write(folder.path(), &format!("rules/{id}.toml"), file(id, rest));
    }
    let mut runner = TestRunner::deterministic();
    for round in 0..6 {
        let lines = day(1, 90).new_tree(&mut runner).unwrap().current();
        let middle = lines.len() * (round + 1) / 7;
        // No event of the first part comes after one of the second.
        let first: Vec<Line> = lines
            .iter()
            .take_while(|line| line.time < lines[middle].time)
            .cloned()
            .collect();
        let overlap = first.len().saturating_sub(9);
        let two = format!("two-{round}");
        let mut alerts = replay(folder.path(), Some(&two), &first);
        alerts.extend(replay(folder.path(), Some(&two), &lines[overlap..]));
        let whole = replay(folder.path(), Some(&format!("one-{round}")), &lines);
        assert_eq!(alerts, whole, "round {round}");
        // What is read again raises nothing: the state knows it all.
        let again = replay(folder.path(), Some(&two), &lines);
        assert!(again.is_subset(&whole));
    }
}
