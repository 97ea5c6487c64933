#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may fail loudly")]

use std::collections::BTreeSet;

use super::super::answer;
use super::Catalogue;
use crate::detect::{Enable, Lists, Loaded};

/// What is wrong, each in a sentence, or nothing.
#[track_caller]
fn none(wrong: &[String]) {
    assert!(
        wrong.is_empty(),
        "src/cli/coverage/catalogue.toml:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn every_row_is_answered_or_says_why_not() {
    let loaded = Loaded::built_in(&Lists::new());
    let answers = answer::all(&loaded, &Enable::default());
    let catalogue = Catalogue::load().unwrap();
    let mut wrong = Vec::new();
    for row in &catalogue.row {
        let id = &row.id;
        let by = answers.iter().find(|answer| answer.is_for(id));
        match (by, &row.why) {
            (Some(by), Some(_)) => {
                wrong.push(format!("{id} is answered by {}: take its `why` out", by.id))
            }
            (_, None) if row.trouble().is_some() => {}
            (None, None) => wrong.push(format!("{id} is answered by no detector: say `why`")),
            (None, Some(why)) if !catalogue.reasons.contains_key(why) => {
                wrong.push(format!("{id}: there is no reason {why:?}"));
            }
            _ => {}
        }
    }
    none(&wrong);
}

#[test]
fn every_detector_answers_for_a_row_or_is_listed_as_beyond() {
    let loaded = Loaded::built_in(&Lists::new());
    let catalogue = Catalogue::load().unwrap();
    let mut wrong = Vec::new();
    for answer in answer::all(&loaded, &Enable::default()) {
        let listed = catalogue.beyond.contains_key(answer.id);
        match (catalogue.is_beyond(&answer), listed) {
            (true, false) => wrong.push(format!(
                "{} answers for no row: add it to `beyond`",
                answer.id
            )),
            (false, true) => wrong.push(format!(
                "{} answers for a row: take it out of `beyond`",
                answer.id
            )),
            _ => {}
        }
        let unknown = answer
            .covers
            .iter()
            .filter(|id| !catalogue.row.iter().any(|row| row.id == **id));
        wrong.extend(unknown.map(|id| format!("{} covers {id}, which is no row", answer.id)));
    }
    let unknown = catalogue
        .beyond
        .keys()
        .filter(|id| !loaded.detectors.contains_key(*id));
    wrong.extend(unknown.map(|id| format!("`beyond` names {id}, which is no detector")));
    none(&wrong);
}

#[test]
fn ids_stand_once_in_a_group_that_exists() {
    let catalogue = Catalogue::load().unwrap();
    let groups: BTreeSet<&str> = catalogue
        .group
        .iter()
        .map(|group| group.id.as_str())
        .collect();
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for row in &catalogue.row {
        if !seen.insert(&row.id) {
            wrong.push(format!("{} stands twice", row.id));
        }
        if !groups.contains(row.group.as_str()) {
            wrong.push(format!("{}: there is no group {:?}", row.id, row.group));
        }
    }
    none(&wrong);
}
