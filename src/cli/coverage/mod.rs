//! `trailhound detectors coverage`: what of the catalogue is detected, by what, and what it needs.
//!
//! Reads detectors and the catalogue, and judges no event.

mod answer;
mod catalogue;
mod layer;
mod page;

use std::io::Write as _;

use anyhow::Result;

use super::Exit;
use super::args::{CoverageFormat, DetectorSetArgs, TableFormat};
use super::setup;
use super::table::{self, Table};
use crate::alert::health::Trouble;
use answer::Answer;
use catalogue::{Catalogue, Row};

pub(super) fn run(set: &DetectorSetArgs, format: CoverageFormat) -> Result<Exit> {
    let settings = setup::settings(set.config.as_deref())?;
    let loaded = setup::load(set, &settings)?;
    let enable = setup::enable(set, &loaded)?;
    let answers = answer::all(&loaded, &enable);
    let catalogue = Catalogue::load()?;
    let text = match format {
        CoverageFormat::Layer => layer::of(&answers)?,
        CoverageFormat::Markdown => page::of(&catalogue, &answers),
        CoverageFormat::Table | CoverageFormat::Json => {
            let format = if format == CoverageFormat::Json {
                TableFormat::Json
            } else {
                TableFormat::Table
            };
            table::print(&rows(&catalogue, &answers), format)?;
            return Ok(Exit::Done);
        }
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(Exit::Done)
}

/// A line for each row of the catalogue and each detector that answers for it.
fn rows(catalogue: &Catalogue, answers: &[Answer<'_>]) -> Table {
    let mut table = Table::new(&[
        "row", "detector", "kind", "severity", "on", "needs", "attack", "what",
    ]);
    for row in &catalogue.row {
        let found: Vec<&Answer<'_>> = answers.iter().filter(|a| a.is_for(&row.id)).collect();
        match row.trouble() {
            Some(trouble) => table.push(watched(row, trouble)),
            None if found.is_empty() => table.push(unanswered(row)),
            None => {}
        }
        for answer in found {
            table.push(answered(&row.id, answer, &row.what));
        }
    }
    for answer in answers.iter().filter(|answer| catalogue.is_beyond(answer)) {
        table.push(answered("-", answer, catalogue.purpose(answer)));
    }
    table
}

fn answered(row: &str, answer: &Answer<'_>, what: &str) -> [String; 8] {
    [
        row.to_owned(),
        answer.id.to_owned(),
        answer.kind.to_owned(),
        answer.severity.to_string(),
        answer.on.clone(),
        answer.needs.to_owned(),
        answer.attack.join(" "),
        what.to_owned(),
    ]
}

/// A row that the watch itself answers for.
fn watched(row: &Row, trouble: Trouble) -> [String; 8] {
    [
        row.id.clone(),
        trouble.id().to_owned(),
        "health".to_owned(),
        trouble.severity().to_string(),
        "yes".to_owned(),
        "audit".to_owned(),
        trouble.attack().join(" "),
        row.what.clone(),
    ]
}

fn unanswered(row: &Row) -> [String; 8] {
    let why = row.why.clone().unwrap_or_default();
    let what = row.what.clone();
    let none = || "-".to_owned();
    [
        row.id.clone(),
        format!("none: {why}"),
        none(),
        none(),
        none(),
        none(),
        none(),
        what,
    ]
}
