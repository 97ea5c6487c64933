//! The samples, told by the program: what the attack raises, that a quiet day stays quiet, that broken
//! input neither stops nor fools it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use serde_json::Value;
use trailhound::alert::Alert;

use crate::court::judge;
use crate::program::{ROOT, Ran, run, write};

/// The cluster of the samples, for files that tell neither group nor account.
const SETTINGS: &str = r#"
[[cluster]]
name = "prod"
log_group = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/eks/prod/cluster"
"#;

const DETECTOR: &str = "/detector/id";
const ID: &str = "/id";

fn text<'v>(alert: &'v Value, pointer: &str) -> &'v str {
    alert
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or("-")
}

/// The alerts in the order of time, a line each.
fn story(ran: &Ran) -> String {
    let mut alerts = ran.rows();
    alerts.sort_by_key(|alert| {
        [text(alert, "/time"), text(alert, DETECTOR), text(alert, ID)].map(str::to_owned)
    });
    let line = |alert: &Value| {
        let [time, severity, detector, summary] =
            ["/time", "/severity", DETECTOR, "/summary"].map(|pointer| text(alert, pointer));
        format!("{time} {severity:<8} {detector:<24} {summary}\n")
    };
    alerts.iter().map(line).collect()
}

/// Replays samples as events of the cluster `prod`.
fn replay_as_prod(paths: &[&str]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let settings = write(folder.path(), "trailhound.toml", SETTINGS);
    let mut args = vec![
        "replay",
        "--format",
        "json",
        "--cluster",
        "prod",
        "--config",
        &settings,
    ];
    args.extend(paths);
    run(&args).exits(0)
}

fn set(texts: Vec<String>) -> BTreeSet<String> {
    texts.into_iter().collect()
}

/// The attack, replayed once for all tests that look at it.
static ATTACK: LazyLock<Ran> = LazyLock::new(|| replay_as_prod(&["samples/attack"]));

/// The broken input, replayed once, with every detector, in the form for people.
static BROKEN: LazyLock<Ran> = LazyLock::new(|| {
    run(&[
        "replay",
        "samples/broken",
        "--format",
        "pretty",
        "--enable",
        "all",
    ])
});

/// The alerts of a sample file, judged in this process.
fn judged(file: &str) -> Vec<Alert> {
    judge([fs::read(Path::new(ROOT).join(file)).unwrap().as_slice()]).0
}

fn ids(alerts: &[Alert]) -> BTreeSet<String> {
    alerts.iter().map(|alert| alert.id.to_string()).collect()
}

#[test]
fn the_attack_is_told_in_order() {
    assert_eq!(ATTACK.code, Some(0), "{}", ATTACK.err);
    insta::assert_snapshot!("attack", story(&ATTACK));
}

#[test]
fn an_alert_keeps_the_recorded_contract() {
    let schema =
        fs::read_to_string(Path::new(ROOT).join("docs/reference/alert.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let with_event = run(&["replay", "samples/tail", "--include-event"]).exits(0);
    let mut alerts: Vec<Value> = ATTACK.rows().into_iter().chain(with_event.rows()).collect();
    for file in ["cut.jsonl", "wrong-types.jsonl", "invalid-utf8.jsonl"] {
        let broken = judged(&format!("samples/broken/{file}"));
        alerts.extend(
            broken
                .iter()
                .map(|alert| serde_json::to_value(alert).unwrap()),
        );
    }
    assert!(alerts.len() > 100, "{} alerts", alerts.len());
    for alert in &alerts {
        let errors: Vec<String> = validator
            .iter_errors(alert)
            .map(|e| e.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?} in {alert}");
    }
}

#[test]
fn no_request_is_told_twice_by_one_detector() {
    let ids = ATTACK.column(ID);
    assert_eq!(set(ids.clone()).len(), ids.len());
}

#[test]
fn a_quiet_day_raises_nothing_of_medium_or_above() {
    let ran = run(&["replay", "samples/quiet-day", "--min-severity", "medium"]).exits(0);
    assert_eq!(story(&ran), "");
    ran.says(&["nothing: every line was understood", "alerts      none"]);
}

#[test]
fn broken_input_is_counted_by_cause() {
    assert_eq!(BROKEN.code, Some(0), "{}", BROKEN.err);
    assert!(!BROKEN.err.contains("panic"), "{}", BROKEN.err);
    // The causes and their numbers are ours; the words of a case may be a library's.
    let keep = |line: &&str| !line.starts_with("              ");
    let end = BROKEN.err.find("alerts ").unwrap();
    let counts: Vec<&str> = BROKEN.err[..end]
        .lines()
        .filter(keep)
        .map(str::trim_end)
        .collect();
    insta::assert_snapshot!("broken", counts.join("\n"));
    for place in [
        "samples/broken/not-audit.jsonl:6 (byte 18)",
        "samples/broken/garbage.bin:1 (byte 0)",
    ] {
        assert!(BROKEN.err.contains(place), "{place}");
    }
}

#[test]
fn every_broken_file_alone_neither_stops_nor_crashes_the_program() {
    for file in fs::read_dir(Path::new(ROOT).join("samples/broken")).unwrap() {
        let path = file.unwrap().path();
        let (_, tally) = judge([fs::read(&path).unwrap().as_slice()]);
        assert_eq!(tally.quarantined, 0, "{}", path.display());
    }
}

#[test]
fn another_download_of_the_same_events_gives_the_same_alerts() {
    for sample in ["samples/insights", "samples/tail"] {
        let other = replay_as_prod(&[sample]);
        let query = [
            "query",
            "fields auditID | filter ispresent(auditID)",
            sample,
            "--format",
            "json",
        ];
        let requests = set(run(&query).exits(0).column("/auditID"));
        assert!(requests.len() > 5, "{requests:?}");
        // What counts and folds needs all of its events, and a download has a part of them.
        let alone = |alert: &Value| {
            alert["group"]
                .as_object()
                .is_none_or(serde_json::Map::is_empty)
        };
        let about =
            |alert: &Value| alone(alert) && requests.contains(text(alert, "/events/0/audit_id"));
        let expected: BTreeSet<String> = ATTACK
            .rows()
            .iter()
            .filter(|alert| about(alert))
            .map(|alert| text(alert, ID).to_owned())
            .collect();
        let found = other.rows();
        let found = found.iter().filter(|alert| about(alert));
        assert_eq!(
            found
                .map(|alert| text(alert, ID).to_owned())
                .collect::<BTreeSet<_>>(),
            expected
        );
        assert!(
            set(other.column(ID)).is_subset(&set(ATTACK.column(ID))),
            "{sample}"
        );
    }
}

#[test]
fn each_file_of_a_sample_tells_its_events_alike() {
    let files = ["console.csv", "console.json", "get-query-results.json"];
    let [csv, console, results] =
        files.map(|file| ids(&judged(&format!("samples/insights/{file}"))));
    assert!(csv.len() > 10);
    assert_eq!(csv, console);
    assert_eq!(csv, results);
    let files = ["short.txt", "detailed.txt", "json.txt"];
    let [short, detailed, json] = files.map(|file| ids(&judged(&format!("samples/tail/{file}"))));
    assert!(short.len() > 5);
    assert_eq!(short, detailed);
    assert_eq!(short, json);
}

#[test]
fn nothing_in_an_alert_reaches_a_terminal_unescaped() {
    let control = |text: &str| text.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(control(&BROKEN.out), None);
    assert_eq!(control(&BROKEN.err), None);
    let hostile = judged("samples/broken/wrong-types.jsonl");
    assert!(!hostile.is_empty());
    for alert in &hostile {
        assert_eq!(control(&alert.to_json().unwrap()), None);
    }
}
