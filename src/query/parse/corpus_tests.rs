//! Every published query of the collection parses, or is refused for the reason that is known.
//!
//! The collection is found by `TRAILHOUND_CORPUS`, or beside the repository; without it there is
//! nothing to test.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may fail loudly"
)]
#![allow(clippy::print_stderr, reason = "a skipped test says so")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::query::{Diagnostics, FieldId, FieldInfo, FieldType, Lists, Schema, analyse, parse};

/// The published queries that are refused, and by which lint.
const REFUSED: [(u64, &str); 5] = [
    (13, "unknown-command"),
    (95, "syntax"),
    (134, "unquoted-path"),
    (140, "unquoted-path"),
    (150, "unquoted-path"),
];

/// Warnings that must come.
const WARNED: [(u64, &str); 9] = [
    (7, "before-stats"),
    (5, "limit-before-filter"),
    (20, "odd-match"),
    (34, "system-field-case"),
    (146, "system-field-case"),
    (49, "like-everything"),
    (81, "sort-unknown"),
    (52, "negative-on-missing"),
    (113, "odd-match"),
];

/// Knows every name that has a dot or an `@`, and the top-level names of audit events and of the
/// authenticator.
struct Permissive;

const TOP: [&str; 18] = [
    "verb",
    "stage",
    "requestURI",
    "userAgent",
    "sourceIPs",
    "level",
    "kind",
    "auditID",
    "requestReceivedTimestamp",
    "stageTimestamp",
    "annotations",
    "message",
    "msg",
    "timestamp",
    "pod",
    "err",
    "arn",
    "kubernetes",
];

impl Schema for Permissive {
    fn resolve(&mut self, name: &str) -> Result<FieldInfo, Vec<String>> {
        if name.contains(['.', '@']) || TOP.contains(&name) {
            Ok(FieldInfo {
                id: FieldId(0),
                kind: FieldType::Any,
                may_be_missing: !name.starts_with('@'),
            })
        } else {
            Err(Vec::new())
        }
    }
}

fn corpus() -> Option<Vec<(u64, String)>> {
    let folder = std::env::var_os("TRAILHOUND_CORPUS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"),
        PathBuf::from,
    );
    let text = std::fs::read_to_string(folder.join("insights-queries.jsonl")).ok()?;
    let read = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        (
            value["line"].as_u64().unwrap(),
            value["query"].as_str().unwrap().to_owned(),
        )
    };
    Some(text.lines().map(read).collect())
}

fn lints(found: &Diagnostics, severity: crate::query::Severity) -> Vec<&'static str> {
    found
        .iter()
        .filter(|d| d.severity == severity)
        .map(|d| d.lint)
        .collect()
}

#[test]
fn every_published_query_is_accepted_or_refused_for_the_known_reason() {
    let Some(corpus) = corpus() else {
        eprintln!("skipped: the corpus is absent");
        return;
    };
    let mut refused = BTreeMap::new();
    let mut warned = BTreeMap::new();
    for (line, text) in &corpus {
        let found = analyse(text, &Lists::new(), &mut Permissive).diagnostics;
        let errors = lints(&found, crate::query::Severity::Error);
        if let Some(first) = errors.first() {
            refused.insert(*line, (*first, found.to_string()));
        }
        warned.insert(*line, lints(&found, crate::query::Severity::Warning));
    }
    for (line, lint) in REFUSED {
        let (got, message) = refused
            .remove(&line)
            .unwrap_or_else(|| panic!("{line} is accepted"));
        assert_eq!(got, lint, "line {line}: {message}");
    }
    assert!(
        refused.is_empty(),
        "refused without a known reason: {refused:#?}"
    );
    for (line, lint) in WARNED {
        let lints = &warned[&line];
        assert!(lints.contains(&lint), "line {line} has {lints:?}");
    }
}

#[test]
fn every_published_query_survives_being_printed() {
    let Some(corpus) = corpus() else {
        eprintln!("skipped: the corpus is absent");
        return;
    };
    for (line, text) in &corpus {
        let Ok(query) = parse(text) else {
            continue;
        };
        let printed = query.to_string();
        let again = parse(&printed).unwrap_or_else(|e| panic!("line {line}: {printed}\n{e}"));
        assert_eq!(again.to_string(), printed, "line {line}");
    }
}
