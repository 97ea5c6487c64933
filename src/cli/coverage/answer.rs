//! A detector as coverage sees it: its kind, whether it runs, and what it needs to see.

use std::collections::BTreeSet;

use crate::detect::{Detector, Enable, Kind, Loaded, Log, Severity};
use crate::query::{mentions, parse};
use crate::record::field::AuditLevel;

/// What a detector brings to the catalogue.
#[derive(Debug)]
pub(super) struct Answer<'l> {
    pub(super) id: &'l str,
    pub(super) title: &'l str,
    /// Rows that it answers for beside its own.
    pub(super) covers: &'l [String],
    /// `match`, `threshold`, `first seen` or `sequence`.
    pub(super) kind: &'static str,
    pub(super) severity: Severity,
    /// `yes`, `no`, or which list it waits for.
    pub(super) on: String,
    /// The least level of the audit log, or the authenticator's stream.
    pub(super) needs: &'static str,
    pub(super) attack: &'l [String],
}

impl Answer<'_> {
    /// Whether it answers for a row of the catalogue.
    pub(super) fn is_for(&self, row: &str) -> bool {
        self.id == row || self.covers.iter().any(|covered| covered == row)
    }
}

/// All detectors, by id.
pub(super) fn all<'l>(loaded: &'l Loaded, enable: &Enable) -> Vec<Answer<'l>> {
    let answer = |detector: &'l Detector| Answer {
        id: &detector.id,
        title: &detector.title,
        covers: &detector.covers,
        kind: detector.kind.as_str(),
        severity: detector.severity,
        on: on(detector, enable),
        needs: match detector.log {
            Log::Audit => level(detector).as_str(),
            Log::Authenticator => "authenticator",
        },
        attack: &detector.attack,
    };
    loaded.detectors.values().map(answer).collect()
}

fn on(detector: &Detector, enable: &Enable) -> String {
    let on = detector.enabled || enable.all || enable.ids.contains(&detector.id);
    match detector.unset_lists.as_slice() {
        _ if !on => "no".to_owned(),
        [] => "yes".to_owned(),
        lists => format!("with list {}", lists.join(", ")),
    }
}

/// The least level at which every field that decides has a value: those of the query or of all steps,
/// and what a first sighting is told by.
fn level(detector: &Detector) -> AuditLevel {
    let mut fields = BTreeSet::new();
    for query in &detector.query_texts {
        if let Ok(query) = parse(&without_lists(query)) {
            fields.extend(mentions(&query).into_iter().map(str::to_owned));
        }
    }
    if let Kind::FirstSeen(seen) = &detector.kind {
        fields.extend([seen.key.as_slice(), seen.value.as_slice()].concat());
    }
    let levels = fields.iter().map(|field| AuditLevel::of_field(field));
    levels.max().unwrap_or_default()
}

/// A query with an empty text in place of each `${list}`, whatever the user has set.
fn without_lists(query: &str) -> String {
    let mut parts = query.split("${");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str("[\"\"]");
        out.push_str(part.split_once('}').map_or("", |(_, rest)| rest));
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;
    use crate::detect::Lists;

    fn level_of(text: &str) -> AuditLevel {
        let mut loaded = Loaded::default();
        let rest = "id = 'x'\ntitle = 'x'\nseverity = 'low'\nsummary = 'x'";
        loaded.add("x.toml", &format!("{rest}\n{text}"), &Lists::new());
        let errors: Vec<_> = loaded.errors.iter().map(ToString::to_string).collect();
        level(loaded.detectors.get("x").ok_or(errors).unwrap())
    }

    #[test]
    fn the_level_is_that_of_the_neediest_field_of_query_steps_and_keys() {
        let metadata = "query = 'filter verb = \"get\"'";
        assert_eq!(level_of(metadata), AuditLevel::Metadata);
        assert_eq!(
            level_of("query = 'filter verb = \"get\" and pod.images in ${images}'"),
            AuditLevel::Request
        );
        assert_eq!(
            level_of(
                "[sequence]\nby = ['verb']\nwithin = '5m'\nsteps = ['filter verb = \"get\"', 'filter ispresent(responseObject.a)']"
            ),
            AuditLevel::RequestResponse
        );
        assert_eq!(
            level_of(&format!(
                "{metadata}\n[first_seen]\nvalue = ['pod.serviceAccount']"
            )),
            AuditLevel::Request
        );
    }

    #[test]
    fn every_query_of_the_built_in_detectors_is_read() {
        let loaded = Loaded::built_in(&Lists::new());
        for detector in loaded.detectors.values() {
            for query in &detector.query_texts {
                assert!(parse(&without_lists(query)).is_ok(), "{}", detector.id);
            }
        }
    }
}
