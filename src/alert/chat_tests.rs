//! The notification keeps the limits of the chat service, and an event has no markup in it.

#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use proptest::prelude::*;
use serde_json::Value;

use super::super::sample;
use super::*;

const LIMIT: usize = 262_144;

fn shown(alert: &Alert) -> Value {
    serde_json::from_str(&body(alert, LIMIT).unwrap()).unwrap()
}

#[test]
fn a_notification_tells_what_happened() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&shown(&sample::full())).unwrap());
}

#[test]
fn what_an_attacker_wrote_is_no_markup() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&shown(&sample::hostile())).unwrap());
}

#[test]
fn the_closing_summary_stands_in_the_thread_of_the_first() {
    let first = sample::threshold();
    let mut last = first.clone();
    last.id = AlertId::of(&["another"]);
    last.count = 500;
    assert_eq!(
        shown(&first)["metadata"]["threadId"],
        shown(&last)["metadata"]["threadId"]
    );
    last.cluster.name = Some("other".to_owned());
    assert_ne!(
        shown(&first)["metadata"]["threadId"],
        shown(&last)["metadata"]["threadId"]
    );
}

#[test]
fn a_small_limit_leaves_a_shorter_notification() {
    let mut alert = sample::full();
    alert.runbook = Some("step\n".repeat(100));
    alert.source.user_agent = Some("x".repeat(900));
    let short = body(&alert, 1500).unwrap();
    assert!(short.len() <= 1500);
    assert_eq!(body(&alert, 300), None);
}

proptest! {
    #[test]
    fn the_limits_hold_for_any_text(text in "(?s).{0,400}", times in 1_usize..30) {
        let long = text.repeat(times);
        let mut alert = sample::full();
        alert.summary.clone_from(&long);
        alert.detector.title.clone_from(&long);
        alert.actor.username = Some(long.clone());
        alert.source.user_agent = Some(long.clone());
        alert.target.name = Some(long.clone());
        alert.cluster.name = Some(long.clone());
        alert.runbook = Some(long);
        let shown = shown(&alert);
        let content = &shown["content"];
        let length = |value: &Value| value.as_str().unwrap().chars().count();
        prop_assert!(length(&content["title"]) <= LONGEST_TITLE);
        prop_assert!((1..=LONGEST_DESCRIPTION).contains(&length(&content["description"])));
        for step in content.get("nextSteps").and_then(Value::as_array).into_iter().flatten() {
            prop_assert!((1..=LONGEST_STEP).contains(&length(step)));
        }
        for word in content["keywords"].as_array().unwrap() {
            prop_assert!((1..=LONGEST_KEYWORD).contains(&length(word)));
        }
        for value in shown["metadata"]["additionalContext"].as_object().unwrap().values() {
            prop_assert!(!value.as_str().unwrap().is_empty());
        }
        // Code is closed on the line where it opens, and nothing calls anybody.
        for line in content["description"].as_str().unwrap().lines() {
            prop_assert!(line.matches('`').count() % 2 == 0, "{line}");
            prop_assert!(!line.contains(['<', '>']), "{line}");
        }
    }
}
