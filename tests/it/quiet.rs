//! A quiet day in a cluster that has been known for long, and of which nothing was remembered: no
//! learning time keeps the baselines from speaking, and all they see is new to them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::court::event;
use crate::program::{Ran, run, write};

const QUIET_DAY: &str = "samples/quiet-day";
/// Sixty days before the quiet day: longer than any learning time.
const EARLY: &str = "2026-03-14T09:00:00.000000Z";

/// The cluster of the samples, for files that tell neither group nor account.
const SETTINGS: &str = r#"
[[cluster]]
name = "prod"
log_group = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/eks/prod/cluster"
"#;

/// What each actor of the quiet day is known for: one harmless request, long ago.
static EARLY_EVENTS: LazyLock<String> = LazyLock::new(|| {
    let query = "filter ispresent(user.username) and actor.kind != \"anonymous\" | fields @message";
    let day = run(&["query", query, QUIET_DAY, "--format", "json"]).exits(0);
    let mut users = BTreeMap::new();
    for message in day.column("/@message") {
        let seen: Value = serde_json::from_str(&message).unwrap();
        users.entry(seen["user"].to_string()).or_insert(seen);
    }
    assert!(users.len() > 10, "{users:?}");
    let line = |(number, seen): (usize, &Value)| {
        let mut early = event(json!({
            "auditID": format!("5b0d5a8c-2f6c-4c1e-9d56-{number:012}"),
            "requestReceivedTimestamp": EARLY, "stageTimestamp": EARLY,
        }));
        for key in ["user", "sourceIPs", "userAgent"] {
            early[key] = seen[key].clone();
        }
        format!("{early}\n")
    };
    users.values().enumerate().map(line).collect()
});

/// Replays the quiet day, sixty days after the early events.
fn replay(more: &[&str]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let early = write(folder.path(), "early.jsonl", &*EARLY_EVENTS);
    let settings = write(folder.path(), "trailhound.toml", SETTINGS);
    let mut args = vec!["replay", &early, QUIET_DAY, "--format", "json"];
    args.extend(["--cluster", "prod", "--config", &settings]);
    args.extend(more);
    run(&args).exits(0)
}

/// The detectors and sentences of the alerts of medium severity and above.
fn loud(more: &[&str]) -> Vec<String> {
    let ran = replay(&[&["--min-severity", "medium"], more].concat());
    let text = |alert: &Value, pointer: &str| {
        let text = alert.pointer(pointer).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let told = |alert: &Value| {
        let [id, summary] = ["/detector/id", "/summary"].map(|pointer| text(alert, pointer));
        format!("{id}: {summary}")
    };
    ran.rows().iter().map(told).collect()
}

#[test]
fn a_quiet_day_stays_quiet_when_every_baseline_is_empty_and_no_longer_learns() {
    assert_eq!(loud(&[]), Vec::<String>::new());
}

#[test]
fn a_quiet_day_stays_quiet_with_every_detector_on() {
    assert_eq!(loud(&["--enable", "all"]), Vec::<String>::new());
}

#[test]
fn the_baselines_do_speak_of_what_is_new() {
    let ids = replay(&[]).column("/detector/id");
    for id in ["workload-new-registry", "borrowed-identity"] {
        assert!(ids.iter().any(|known| known == id), "{id}: {ids:?}");
    }
}
