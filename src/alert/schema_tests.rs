//! The schema, the recorded file and the alerts that are made agree.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests may fail loudly"
)]

use super::super::{Alert, sample};
use super::*;

fn samples() -> [Value; 3] {
    [sample::full(), sample::bare(), sample::threshold()]
        .map(|alert| serde_json::from_str(&alert.to_json().unwrap()).unwrap())
}

#[test]
fn the_recorded_schema_is_current() {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/docs/reference/alert.schema.json"
        );
        let text = serde_json::to_string_pretty(&document()).unwrap();
        std::fs::write(path, format!("{text}\n")).unwrap();
        return;
    }
    let recorded: Value = serde_json::from_str(RECORDED).unwrap();
    assert_eq!(
        recorded,
        document(),
        "UPDATE_DOCS=1 cargo test schema records it anew"
    );
}

#[test]
fn alerts_are_valid() {
    let schema = document();
    assert!(jsonschema::meta::is_valid(&schema));
    let validator = jsonschema::draft202012::options().should_validate_formats(true);
    let validator = validator.build(&schema).unwrap();
    for alert in samples() {
        let errors: Vec<_> = validator
            .iter_errors(&alert)
            .map(|e| e.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

#[test]
fn what_is_no_alert_is_not_valid() {
    let validator = jsonschema::draft202012::options().should_validate_formats(true);
    let validator = validator.build(&document()).unwrap();
    for (key, wrong) in [
        ("schema", json!("trailhound.alert/2")),
        ("id", json!("x")),
        ("time", json!("yesterday")),
        ("severity", json!("urgent")),
        ("attack", json!(null)),
        ("actor", json!({})),
        ("count", json!(-1)),
    ] {
        let [mut alert, ..] = samples();
        alert[key] = wrong;
        assert!(!validator.is_valid(&alert), "{key}");
    }
}

/// Every key of an alert stands in the schema, and every key of the schema in the alert.
fn assert_same_keys(place: &str, schema: &Value, alert: &Value) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        if let (Some(items), Some(array)) = (schema.get("items"), alert.as_array()) {
            array
                .iter()
                .for_each(|item| assert_same_keys(place, items, item));
        }
        return;
    };
    let Some(members) = alert.as_object() else {
        return;
    };
    let keys = |map: &Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
    let (mut of_schema, mut of_alert) = (keys(properties), keys(members));
    of_schema.sort_unstable();
    of_alert.sort_unstable();
    assert_eq!(of_schema, of_alert, "{place}");
    for (key, value) in members {
        assert_same_keys(key, &properties[key], value);
    }
}

#[test]
fn the_schema_describes_every_key() {
    let [.., mut threshold] = samples();
    threshold["shortened"] = json!(["event"]);
    assert_same_keys("alert", &document(), &threshold);
}

#[test]
fn the_keys_stand_in_the_documented_order() {
    let line = sample::full().to_json().unwrap();
    let keys = [
        "schema",
        "id",
        "time",
        "detector",
        "severity",
        "summary",
        "attack",
        "cluster",
        "actor",
        "source",
        "target",
        "outcome",
        "count",
        "first",
        "last",
        "group",
        "events",
        "console",
        "runbook",
        "truncated",
        "detected_by",
    ];
    let places: Vec<_> = keys
        .iter()
        .map(|key| line.find(&format!("\"{key}\":")).expect(key))
        .collect();
    assert!(places.is_sorted(), "{line}");
    assert!(!line.contains('\n'));
}

#[test]
fn an_alert_is_read_back_as_it_was() {
    for alert in [sample::full(), sample::bare(), sample::threshold()] {
        let line = alert.to_json().unwrap();
        assert_eq!(serde_json::from_str::<Alert>(&line).unwrap(), alert);
    }
}

#[test]
fn hidden_characters_are_escaped_and_kept() {
    let mut alert = sample::full();
    alert.source.user_agent = Some("a\u{202e}\u{9b}2J\u{e0041}\n".to_owned());
    let line = alert.to_json().unwrap();
    assert!(!line.contains(super::super::escape::is_hidden));
    assert_eq!(serde_json::from_str::<Alert>(&line).unwrap(), alert);
}

#[test]
fn an_alert_keeps_no_secret_of_the_event() {
    let mut alert = sample::threshold();
    let canary = "c4n4ry";
    let text = Some(format!("x --password {canary}"));
    alert.source.user_agent.clone_from(&text);
    alert.outcome.reason = text.clone();
    alert.target.uri = Some(format!("/exec?command=--token&command={canary}"));
    alert
        .group
        .insert("userAgent".to_owned(), format!("token={canary}"));
    alert.event = Some(json!({"responseObject": {"status": {"token": canary}}}));
    alert.redact();
    let once = alert.clone();
    assert!(!alert.to_json().unwrap().contains(canary));
    alert.redact();
    assert_eq!(alert, once, "twice is the same as once");
}
