//! The rooms of the source and the direction in which they may use each other, as
//! `docs/architecture.md` has it; and what a file looks like.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

use crate::program::ROOT;

/// The rooms from the ground up: each may use only what stands before it.
const ROOMS: [&str; 15] = [
    "json",
    "telemetry",
    "state",
    "query",
    "record",
    "source",
    "decode",
    "detect",
    "pattern",
    "alert",
    "sink",
    "serve",
    "config",
    "pipeline",
    "cli",
];

/// What a room may not use although it stands before it.
const APART: [(&str, &[&str], &str); 5] = [
    (
        "query",
        &["record"],
        "the language knows nothing of Kubernetes",
    ),
    ("decode", &["query"], "reading judges nothing"),
    ("source", &["query", "json"], "bytes have no meaning there"),
    (
        "detect",
        &["source", "decode"],
        "a detector knows nothing of where events come from",
    ),
    (
        "alert",
        &["source", "decode"],
        "an alert is made of a record, however that came",
    ),
];

/// The longest file, and the longest file of tests, in lines.
const LONGEST: (usize, usize) = (400, 500);

/// Names that tell no idea.
const EMPTY_NAMES: [&str; 7] = [
    "util", "utils", "helper", "helpers", "common", "manager", "misc",
];

/// What only some rooms or files may do: the words, and the beginnings of the paths that may.
const OWNED: [(&str, &[&str]); 5] = [
    (r"\b(e?print(ln)?|dbg)!", &["cli/"]),
    (r"\benv::(var|vars|args)|\bstd::env\b", &["telemetry/"]),
    (r"\b(SystemTime|Utc|Local|Instant)::now\b", &["cli/"]),
    (r"\bprocess::(exit|abort)\b", &["cli/"]),
    (r"\bunsafe\s*(\{|fn|impl)", &[]),
];

struct Source {
    /// Below `src/`, with slashes.
    path: String,
    text: String,
}

impl Source {
    /// The folder or file right below `src/`.
    fn room(&self) -> &str {
        self.path.split(['/', '.']).next().unwrap()
    }

    fn is_test(&self) -> bool {
        let name = Path::new(&self.path).file_stem().unwrap().to_string_lossy();
        self.path.contains("/tests/")
            || name == "tests"
            || name == "test"
            || name.ends_with("_tests")
            || name.ends_with("samples")
    }

    /// The text without comments and without the tests at its end.
    fn code(&self) -> String {
        let text = self.text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let text = text.split("#[cfg(test)]\n#[allow").next().unwrap();
        let lines = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(ROOT).join("src");
    let files: Vec<PathBuf> = walkdir::WalkDir::new(&root)
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    assert!(files.len() > 100, "{} files", files.len());
    let read = |path: PathBuf| Source {
        text: fs::read_to_string(&path).unwrap(),
        path: path
            .strip_prefix(&root)
            .unwrap()
            .to_str()
            .unwrap()
            .replace('\\', "/"),
    };
    files.into_iter().map(read).collect()
}

/// Everything that is wrong, each with its place, or nothing.
#[track_caller]
fn none(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// The rooms that a text uses, by `crate::room`, alone or in a list in braces.
fn used(text: &str) -> BTreeSet<String> {
    let path = Regex::new(r"\bcrate::(?:([a-z_]+)|\{([^}]*)\})").unwrap();
    let word = Regex::new(r"(?:^|,)\s*([a-z_]+)").unwrap();
    let mut rooms = BTreeSet::new();
    for found in path.captures_iter(text) {
        match (found.get(1), found.get(2)) {
            (Some(room), _) => drop(rooms.insert(room.as_str().to_owned())),
            (_, Some(list)) => {
                rooms.extend(
                    word.captures_iter(list.as_str())
                        .map(|word| word[1].to_owned()),
                );
            }
            _ => {}
        }
    }
    rooms
}

#[test]
fn every_room_is_in_the_table() {
    let found: BTreeSet<String> = sources()
        .iter()
        .map(|source| source.room().to_owned())
        .filter(|room| !["lib", "main"].contains(&room.as_str()))
        .collect();
    let table: BTreeSet<String> = ROOMS.iter().map(ToString::to_string).collect();
    assert_eq!(found, table);
}

#[test]
fn a_room_uses_only_what_stands_before_it() {
    let place = |room: &str| ROOMS.iter().position(|known| *known == room);
    let mut wrong = Vec::new();
    for source in sources() {
        let Some(own) = place(source.room()) else {
            continue;
        };
        // Tests may look further: the code of a room is what is kept in order.
        let text = if source.is_test() {
            String::new()
        } else {
            source.code()
        };
        for other in used(&text) {
            let apart = APART.iter().find(|(room, others, _)| {
                *room == source.room() && others.contains(&other.as_str())
            });
            match (place(&other), apart) {
                (_, Some((_, _, why))) => {
                    wrong.push(format!("{} uses {other}: {why}", source.path))
                }
                (Some(at), None) if at > own => wrong.push(format!("{} uses {other}", source.path)),
                _ => {}
            }
        }
    }
    none(wrong);
}

#[test]
fn the_tests_of_a_room_use_no_room_above_it_either() {
    let place = |room: &str| ROOMS.iter().position(|known| *known == room);
    let mut wrong = Vec::new();
    for source in sources() {
        let Some(own) = place(source.room()) else {
            continue;
        };
        for other in used(&source.text) {
            if place(&other).is_some_and(|at| at > own) {
                wrong.push(format!("{} uses {other}", source.path));
            }
        }
    }
    none(wrong);
}

#[test]
fn rooms_use_each_other_in_no_circle() {
    let mut uses = BTreeMap::<String, BTreeSet<String>>::new();
    for source in sources().iter().filter(|source| !source.is_test()) {
        let room = source.room().to_owned();
        let others = used(&source.code())
            .into_iter()
            .filter(|other| ROOMS.contains(&other.as_str()));
        let others: BTreeSet<String> = others.filter(|other| *other != room).collect();
        uses.entry(room).or_default().extend(others);
    }
    assert!(
        uses["cli"].contains("pipeline"),
        "the graph is empty: {uses:?}"
    );
    // Rooms that use nothing that is left are taken away, until none is left or all are in a circle.
    while let Some(free) = uses
        .iter()
        .find(|(_, others)| others.iter().all(|other| !uses.contains_key(other)))
    {
        let free = free.0.clone();
        uses.remove(&free);
    }
    assert!(uses.is_empty(), "in circles: {uses:?}");
}

#[test]
fn nobody_climbs_out_of_a_room_by_super() {
    let climb = Regex::new(r"\b(?:super::)+").unwrap();
    let mut wrong = Vec::new();
    for source in sources() {
        // The path of the module this file is, without `mod.rs` itself.
        let depth = source.path.trim_end_matches("/mod.rs").split('/').count();
        for found in climb.find_iter(&source.code()) {
            let steps = found.as_str().matches("super").count();
            if steps >= depth && !source.is_test() {
                wrong.push(format!("{}: {}", source.path, found.as_str()));
            }
        }
    }
    none(wrong);
}

#[test]
fn every_file_begins_with_what_it_is_for() {
    let lacks = |source: &Source| !source.is_test() && !source.text.starts_with("//!");
    none(
        sources()
            .into_iter()
            .filter(lacks)
            .map(|source| source.path)
            .collect(),
    );
}

#[test]
fn files_stay_short_enough_to_be_read_in_one_sitting() {
    let mut wrong = Vec::new();
    for source in sources() {
        let lines = source.text.lines().count();
        let longest = if source.is_test() {
            LONGEST.1
        } else {
            LONGEST.0
        };
        if lines > longest {
            wrong.push(format!(
                "{} has {lines} lines, more than {longest}",
                source.path
            ));
        } else if lines > 300 && !source.is_test() {
            eprintln!("note: {} has {lines} lines", source.path);
        }
    }
    none(wrong);
}

#[test]
fn names_tell_an_idea() {
    let empty = |source: &Source| {
        source
            .path
            .split(['/', '.', '_'])
            .any(|part| EMPTY_NAMES.contains(&part))
    };
    none(
        sources()
            .into_iter()
            .filter(empty)
            .map(|source| source.path)
            .collect(),
    );
}

#[test]
fn the_screen_the_environment_the_clock_and_the_end_each_have_one_owner() {
    let mut wrong = Vec::new();
    for (words, owners) in OWNED {
        let words = Regex::new(words).unwrap();
        for source in sources().iter().filter(|source| !source.is_test()) {
            if owners.iter().any(|owner| source.path.starts_with(owner)) {
                continue;
            }
            for found in words.find_iter(&source.code()) {
                wrong.push(format!("{}: {}", source.path, found.as_str()));
            }
        }
    }
    none(wrong);
}

#[test]
fn the_scan_of_this_test_sees_every_form_of_use() {
    let text = "use crate::json::Raw;\nuse crate::{alert, detect::Severity,\n    sink};\nlet x: crate::query::Value;";
    let rooms: Vec<String> = used(text).into_iter().collect();
    assert_eq!(rooms, ["alert", "detect", "json", "query", "sink"]);
}
