//! `detectors.md`: every detector.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use trailhound::detect::{Detector, Kind, Lists, Loaded, Log, Names};

use super::markdown::{block, code, table};

pub(super) fn page() -> String {
    let loaded = Loaded::built_in(&Lists::new());
    assert!(loaded.errors.is_empty(), "{:?}", loaded.errors);
    let mut groups: BTreeMap<&str, Vec<&Detector>> = BTreeMap::new();
    for detector in loaded.detectors.values() {
        groups.entry(group(detector)).or_default().push(detector);
    }
    let mut out = format!(
        "# Detectors\n\n{} detectors, {} of them on by default. A detector that needs a list is silent until `[lists]` \
         sets it; one that is off is noise by nature and runs with `--enable ID`. A *match* \
         alerts on every event that passes its query; a *threshold* when enough of them come in a stretch of time; \
         *first seen* when a value is new; a *sequence* when several different events belong together \
         ([guide](../guide/own-detectors.md)). What is not detected, and why, stands in [coverage.md](coverage.md).\n",
        loaded.detectors.len(),
        loaded
            .detectors
            .values()
            .filter(|detector| detector.enabled)
            .count()
    );
    for (name, detectors) in &groups {
        let _ = write!(out, "\n## {name}\n\n");
        let head = ["id", "severity", "on", "kind", "log", "ATT&CK", "title"];
        out.push_str(&table(head, detectors.iter().map(|detector| row(detector))));
    }
    for (name, detectors) in &groups {
        let _ = write!(out, "\n# In full: {name}\n");
        for detector in detectors {
            out.push_str(&section(detector));
        }
    }
    out
}

/// The folder of its file.
fn group(detector: &Detector) -> &str {
    detector.file.split('/').nth(1).unwrap_or_default()
}

fn on(detector: &Detector) -> String {
    match (detector.enabled, detector.unset_lists.as_slice()) {
        (false, _) => "no".to_owned(),
        (true, []) => "yes".to_owned(),
        (true, lists) => format!("with list {}", lists.join(", ")),
    }
}

const fn log(detector: &Detector) -> &'static str {
    match detector.log {
        Log::Audit => "audit",
        Log::Authenticator => "authenticator",
    }
}

fn row(detector: &Detector) -> [String; 7] {
    [
        format!("[{0}](#{0})", detector.id),
        detector.severity.to_string(),
        on(detector),
        detector.kind.as_str().to_owned(),
        log(detector).to_owned(),
        detector.attack.join(" "),
        detector.title.clone(),
    ]
}

/// What a detector remembers, in a sentence.
fn memory(detector: &Detector) -> String {
    let names = |names: &Names| {
        let codes: Vec<String> = names.as_slice().iter().map(|name| code(name)).collect();
        codes.join(", ")
    };
    let span = |millis: i64| humantime(millis);
    let mut out = match &detector.kind {
        Kind::Match => String::new(),
        Kind::Threshold(threshold) => format!("\nWithin any {}.\n", threshold.window),
        Kind::FirstSeen(seen) => {
            let whose = match seen.key.as_slice() {
                [] => "the cluster".to_owned(),
                _ => names(&seen.key),
            };
            format!(
                "\nFirst seen: {} of {whose}; learns for {}, forgets after {}.\n",
                names(&seen.value),
                span(seen.terms.learning),
                span(seen.terms.horizon)
            )
        }
        Kind::Sequence(sequence) => format!(
            "\nAll steps{} of the same {} within {}.\n",
            if sequence.plan.ordered {
                ", in this order,"
            } else {
                ""
            },
            names(&sequence.by),
            span(sequence.plan.within)
        ),
    };
    for one in &detector.escalate {
        let _ = write!(
            out,
            "\nAt least {} where {}.\n",
            one.severity,
            code(&one.when)
        );
    }
    if let Some(folding) = &detector.folding {
        let _ = write!(
            out,
            "\nEqual alerts of one {} fold within {}.\n",
            names(&folding.by),
            span(folding.window)
        );
    }
    out
}

/// `300000` as `5m`.
fn humantime(millis: i64) -> String {
    let seconds = millis / 1_000;
    let units = [(86_400, 'd'), (3_600, 'h'), (60, 'm')];
    let whole = units.iter().find(|(unit, _)| seconds % unit == 0);
    whole.map_or_else(
        || format!("{seconds}s"),
        |(unit, letter)| format!("{}{letter}", seconds / unit),
    )
}

fn section(detector: &Detector) -> String {
    let mut out = format!(
        "\n## {}\n\n{} ({}",
        detector.id, detector.title, detector.severity
    );
    if !detector.attack.is_empty() {
        let _ = write!(out, ", {}", detector.attack.join(" "));
    }
    out.push_str(")\n");
    if let Some(reason) = &detector.disabled_reason {
        let _ = write!(out, "\n**Off by default:** {reason}\n");
    }
    if !detector.unset_lists.is_empty() {
        let lists: Vec<String> = detector.unset_lists.iter().map(|list| code(list)).collect();
        let _ = write!(
            out,
            "\n**Silent until set:** the list {}\n",
            lists.join(", ")
        );
    }
    if !detector.covers.is_empty() {
        let _ = write!(out, "\nAlso answers for {}.\n", detector.covers.join(", "));
    }
    if !detector.description.trim().is_empty() {
        let _ = write!(out, "\n{}\n", detector.description.trim());
    }
    for query in &detector.query_texts {
        let _ = write!(out, "\n{}", block(query));
    }
    let _ = write!(out, "{}", memory(detector));
    if !detector.runbook.trim().is_empty() {
        let _ = write!(out, "\n**Runbook.** {}\n", detector.runbook.trim());
    }
    let mut list = |head: &str, items: &[String]| {
        if !items.is_empty() {
            let items: Vec<String> = items.iter().map(|item| format!("- {item}\n")).collect();
            let _ = write!(out, "\n**{head}**\n\n{}", items.concat());
        }
    };
    list("What else raises it", &detector.false_positives);
    list("Read on", &detector.references);
    out
}

#[test]
fn the_example_settings_name_every_list_that_a_detector_needs() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/config/trailhound.toml");
    let text = std::fs::read_to_string(path).unwrap();
    for detector in Loaded::built_in(&Lists::new()).detectors.values() {
        for list in &detector.unset_lists {
            let named = text.contains(&format!("{list} = [")) && text.contains(&detector.id);
            assert!(named, "{path} does not tell of {list} for {}", detector.id);
        }
    }
}
