//! The user's exceptions: `[[allow]]`, apart from the detectors, each with a reason and an end.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::NaiveDate;
use serde::Deserialize;
use toml::Spanned;

use super::detector::log_kind;
use super::fault::Fault;
use super::file::Log;
use super::probe::condition;
use crate::query::{Program, Row};
use crate::record::field::FieldSchema;

/// An `[[allow]]` as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllowFile {
    /// The detector it silences.
    pub detector: Spanned<String>,
    /// For which events, in the query language.
    pub when: Spanned<String>,
    /// Why that is known and accepted.
    pub reason: String,
    /// The last day it holds, UTC.
    pub until: Option<Spanned<String>>,
    /// Who answers for it.
    pub owner: Option<String>,
}

/// An exception that was read, checked and compiled.
#[derive(Debug)]
pub struct Allow {
    /// The detector it silences.
    pub detector: String,
    /// Its condition as written.
    pub when: String,
    /// Why it is there.
    pub reason: String,
    /// The last day it holds, UTC; for ever when there is none.
    pub until: Option<NaiveDate>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// How many matches it has silenced.
    pub used: AtomicU64,
    program: Program,
}

impl Allow {
    /// Checks and compiles an exception to a detector of that kind of log.
    ///
    /// # Errors
    /// When the condition can't be used, or the date is none.
    pub fn load(
        name: &str,
        text: &str,
        file: AllowFile,
        log: Log,
        schema: &mut FieldSchema,
        faults: &mut Vec<Fault>,
    ) -> Result<Self, Fault> {
        let until = file
            .until
            .map(|until| read_date(name, text, &until))
            .transpose()?;
        schema.set_log(log_kind(log));
        let program = condition(name, text, &file.when, schema, faults)?;
        Ok(Self {
            detector: file.detector.into_inner(),
            when: file.when.into_inner(),
            reason: file.reason,
            until,
            owner: file.owner,
            used: AtomicU64::new(0),
            program,
        })
    }

    /// Whether it silences this event, which happened at `time` (milliseconds since the Unix epoch).
    /// An exception that has ended on that day does not. Counts its uses.
    pub(super) fn covers(&self, row: &dyn Row, time: Option<i64>) -> bool {
        if !self.holds_at(time) || !self.program.matches(row) {
            return false;
        }
        self.used.fetch_add(1, Ordering::Relaxed);
        true
    }

    /// Whether it has not ended at that time. Event time, so that a replay gives what the day gave.
    fn holds_at(&self, time: Option<i64>) -> bool {
        let Some(until) = self.until else { return true };
        let day = time
            .and_then(chrono::DateTime::from_timestamp_millis)
            .map(|time| time.date_naive());
        day.is_some_and(|day| day <= until)
    }
}

/// An exception to a detector that does not exist; `ids` are those that do.
pub(super) fn unknown_detector<'i>(
    name: &str,
    text: &str,
    id: &Spanned<String>,
    ids: impl Iterator<Item = &'i String>,
) -> Fault {
    let message = format!("there is no detector {:?}", id.get_ref());
    let near = ids.min_by_key(|known| strsim::osa_distance(known, id.get_ref()));
    let help = match near.filter(|near| strsim::osa_distance(near, id.get_ref()) <= 3) {
        Some(near) => format!("did you mean {near:?}?"),
        None => "`trailhound detectors list` shows them all".to_owned(),
    };
    Fault::advise(name, text, id.span(), message, help)
}

fn read_date(name: &str, text: &str, until: &Spanned<String>) -> Result<NaiveDate, Fault> {
    NaiveDate::parse_from_str(until.get_ref(), "%Y-%m-%d").map_err(|_| {
        let message = format!("{:?} is no date", until.get_ref());
        Fault::advise(
            name,
            text,
            until.span(),
            message,
            "write until = \"2027-01-31\"",
        )
    })
}
