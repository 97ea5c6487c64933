//! `detectors.md`: every detector.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use trailhound::detect::{Detector, Lists, Loaded, Log};

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
         sets it; one that is off is noise by nature and runs with `--enable ID`. All are of the kind *match*: an event \
         that passes the query is an alert. What is not detected, and why, stands in [coverage.md](coverage.md).\n",
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
        "match".to_owned(),
        log(detector).to_owned(),
        detector.attack.join(" "),
        detector.title.clone(),
    ]
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
    let _ = write!(out, "\n{}", block(&detector.query_text));
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
