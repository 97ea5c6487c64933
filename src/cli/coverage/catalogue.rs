//! The catalogue: what can be detected in the logs of EKS, as far as anybody has thought of it.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::answer::Answer;
use crate::alert::health::Trouble;

/// The rows, as they are kept in `catalogue.toml`.
const TEXT: &str = include_str!("catalogue.toml");

/// What the file holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Catalogue {
    /// Why a row is not built, by the key that `why` names.
    pub(super) reasons: BTreeMap<String, String>,
    /// Detectors that answer for no row, and what for instead.
    pub(super) beyond: BTreeMap<String, String>,
    /// What the rows are gathered under, in order.
    pub(super) group: Vec<Group>,
    /// The rows, in order.
    pub(super) row: Vec<Row>,
}

/// A heading.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Group {
    pub(super) id: String,
    pub(super) title: String,
}

/// Something that can be detected.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    /// The id that a detector bears or covers.
    pub(super) id: String,
    pub(super) group: String,
    pub(super) what: String,
    /// Why no detector answers for it; absent where one does.
    pub(super) why: Option<String>,
    /// The alert about the watching itself that answers for it, where no event could.
    health: Option<String>,
    pub(super) note: Option<String>,
}

impl Row {
    /// The alert about the watching itself that answers for it.
    pub(super) fn trouble(&self) -> Option<Trouble> {
        self.health.as_deref().and_then(Trouble::of)
    }
}

impl Catalogue {
    /// Reads the catalogue that is part of the program.
    pub(super) fn load() -> Result<Self> {
        toml::from_str(TEXT).context("the catalogue can't be read")
    }

    /// What a detector beyond the rows is for.
    pub(super) fn purpose<'a>(&'a self, answer: &'a Answer<'_>) -> &'a str {
        self.beyond
            .get(answer.id)
            .map_or(answer.title, String::as_str)
    }

    /// Whether a detector answers for none of the rows.
    pub(super) fn is_beyond(&self, answer: &Answer<'_>) -> bool {
        !self.row.iter().any(|row| answer.is_for(&row.id))
    }
}

#[cfg(test)]
#[path = "catalogue_tests.rs"]
mod tests;
