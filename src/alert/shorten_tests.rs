//! Whatever the alert and the limit, the line fits, is valid, and says what it lacks.

#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use proptest::prelude::*;
use serde_json::Value;

use super::super::{EventRef, sample, schema};
use super::*;

/// An alert with everything in it, each far too long.
fn huge(text: &str, times: usize) -> Alert {
    let long = text.repeat(times);
    let mut alert = sample::threshold();
    alert.summary.push_str(&long);
    alert.runbook = Some(long.clone());
    alert.source.user_agent = Some(long.clone());
    alert.source.ips = vec![long.clone(); 5];
    alert.target.uri = Some(long.clone());
    alert.actor.username = Some(long.clone());
    alert.actor.groups = vec![long.clone(); 40];
    alert.group.insert("long".to_owned(), long.clone());
    alert.measured = (0..100).map(|n| (format!("m{n}"), 0.5)).collect();
    alert.events = vec![
        EventRef {
            log_stream: Some(long.clone()),
            ..EventRef::default()
        };
        50
    ];
    alert.event = Some(Value::String(long));
    alert
}

fn keys(line: &str) -> Vec<String> {
    let value: Value = serde_json::from_str(line).unwrap();
    serde_json::from_value(value.get("shortened").cloned().unwrap_or_default()).unwrap_or_default()
}

#[test]
fn no_request_makes_an_alert_long() {
    let mut alert = huge("0123456789abcdef", 65_536);
    alert.event = None;
    alert.summary.truncate(64);
    alert.runbook = None;
    alert.source.ips = vec!["x".repeat(9_999); 999];
    bound(&mut alert);
    let line = alert.to_json().unwrap();
    assert!(line.len() < 300_000, "{}", line.len());
    let uri = alert.target.uri.as_deref().unwrap();
    assert!(uri.len() <= MOST_BYTES && uri.ends_with('…'));
    let once = alert.clone();
    bound(&mut alert);
    assert_eq!(alert, once);
}

#[test]
fn a_line_that_fits_is_the_alert_itself() {
    let alert = sample::threshold();
    let whole = alert.to_json().unwrap();
    assert_eq!(line(&alert, whole.len()), Some(whole));
}

#[test]
fn the_raw_event_goes_first_then_the_link_and_the_rest_in_order() {
    let mut alert = huge("x", 3000);
    alert.measured.clear();
    let mut limit = alert.to_json().unwrap().len() - 1;
    let mut seen = Vec::new();
    while let Some(short) = line(&alert, limit) {
        let now = keys(&short);
        assert!(now.starts_with(&seen), "{seen:?} then {now:?}");
        seen = now;
        limit = short.len() - 1;
    }
    let order = [
        "event",
        "console.url",
        "events",
        "group",
        "runbook",
        "actor.behind",
        "source.ips",
        "actor.groups",
    ];
    assert_eq!(seen[..8], order);
    assert_eq!(seen.last().unwrap(), "summary");
}

#[test]
fn the_first_and_the_last_events_stay() {
    let mut alert = sample::full();
    alert.events = (0..1000)
        .map(|n| EventRef {
            audit_id: Some(n.to_string()),
            ..EventRef::default()
        })
        .collect();
    let short: Alert = serde_json::from_str(&line(&alert, 20_000).unwrap()).unwrap();
    let ids: Vec<_> = short.events.iter().flat_map(|e| &e.audit_id).collect();
    assert_eq!(ids, ["0", "1", "2", "998", "999"]);
}

#[test]
fn the_head_of_the_alert_is_what_it_was() {
    let alert = huge("é", 5000);
    let short: Alert = serde_json::from_str(&line(&alert, 8000).unwrap()).unwrap();
    assert_eq!(
        (short.id, short.time, short.severity),
        (alert.id, alert.time, alert.severity)
    );
    assert_eq!(short.detector, alert.detector);
    assert_eq!(short.cluster, alert.cluster);
    assert_eq!(short.count, alert.count);
}

#[test]
fn a_limit_that_nothing_fits_is_told() {
    assert_eq!(line(&sample::full(), 500), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_line_fits_and_is_valid(text in "(?s).{1,8}", times in 0_usize..2000, limit in 9_000_usize..300_000) {
        let validator = jsonschema::draft202012::options().build(&schema::document()).unwrap();
        let short = line(&huge(&text, times), limit).unwrap();
        prop_assert!(short.len() <= limit);
        prop_assert!(!short.contains(escape::is_hidden));
        prop_assert!(validator.is_valid(&serde_json::from_str(&short).unwrap()));
        serde_json::from_str::<Alert>(&short).unwrap();
    }

    #[test]
    fn a_plain_alert_fits_into_four_thousand_bytes(text in "[a-zA-Z0-9/:._-]{1,8}", times in 0_usize..2000) {
        prop_assert!(line(&huge(&text, times), 4000).is_some());
    }
}
