//! A detector as coverage sees it: its kind, whether it runs, and what it needs to see.

use std::collections::BTreeSet;

use crate::detect::{Detector, Enable, Loaded, Log, Severity};
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
    let answer = |detector: &'l Detector| {
        let text = loaded.texts.get(&detector.id).map_or("", String::as_str);
        let file: toml::Table = toml::from_str(text).unwrap_or_default();
        Answer {
            id: &detector.id,
            title: &detector.title,
            covers: &detector.covers,
            kind: kind(&file),
            severity: detector.severity,
            on: on(detector, enable),
            needs: match detector.log {
                Log::Audit => level(&file).as_str(),
                Log::Authenticator => "authenticator",
            },
            attack: &detector.attack,
        }
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

/// The kind is told by the keys of the file.
fn kind(file: &toml::Table) -> &'static str {
    if file.contains_key("sequence") {
        "sequence"
    } else if file.contains_key("first_seen") {
        "first seen"
    } else if file.contains_key("window") {
        "threshold"
    } else {
        "match"
    }
}

/// The least level at which every field that decides has a value: those of the query or of all steps,
/// and what a first sighting is told by.
fn level(file: &toml::Table) -> AuditLevel {
    let mut fields = BTreeSet::new();
    let part = |table: &str, key: &str| file.get(table).and_then(|table| table.get(key));
    let steps = part("sequence", "steps").and_then(|steps| steps.as_array());
    let queries = file
        .get("query")
        .into_iter()
        .chain(steps.into_iter().flatten());
    for query in queries.filter_map(toml::Value::as_str) {
        if let Ok(query) = parse(&without_lists(query)) {
            fields.extend(mentions(&query).into_iter().map(str::to_owned));
        }
    }
    for key in ["key", "value"] {
        let names = part("first_seen", key).and_then(|names| names.as_array());
        let names = names.into_iter().flatten().filter_map(toml::Value::as_str);
        fields.extend(names.map(str::to_owned));
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

    fn file(text: &str) -> toml::Table {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn the_kind_is_told_by_what_the_file_holds() {
        assert_eq!(kind(&file("query = 'filter a = 1'")), "match");
        assert_eq!(kind(&file("window = '5m'")), "threshold");
        assert_eq!(kind(&file("[first_seen]\nkey = []")), "first seen");
        assert_eq!(kind(&file("[sequence]\nsteps = []")), "sequence");
    }

    #[test]
    fn the_level_is_that_of_the_neediest_field_of_query_steps_and_keys() {
        let of = |text: &str| level(&file(text));
        assert_eq!(of("query = 'filter verb = 1'"), AuditLevel::Metadata);
        assert_eq!(
            of("query = 'filter verb = 1 and pod.images in ${images}'"),
            AuditLevel::Request
        );
        assert_eq!(
            of("[sequence]\nsteps = ['filter verb = 1', 'filter ispresent(responseObject.a)']"),
            AuditLevel::RequestResponse
        );
        assert_eq!(
            of("query = 'filter verb = 1'\n[first_seen]\nkey = []\nvalue = ['pod.serviceAccount']"),
            AuditLevel::Request
        );
    }

    #[test]
    fn every_query_of_the_built_in_detectors_is_read() {
        let loaded = Loaded::built_in(&Lists::new());
        for (id, text) in &loaded.texts {
            let file = file(text);
            let query = file.get("query").and_then(toml::Value::as_str);
            if let Some(query) = query {
                assert!(parse(&without_lists(query)).is_ok(), "{id}");
            }
        }
    }
}
