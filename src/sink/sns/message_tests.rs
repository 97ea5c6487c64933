//! Whatever an alert tells, SNS would take the message.

#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use proptest::prelude::*;

use super::*;
use crate::alert::sample;

const FORMS: [Body; 3] = [Body::Json, Body::Text, Body::Chat];

fn topic(name: &str) -> Topic {
    Topic::parse(&format!("arn:aws:sns:us-east-1:111122223333:{name}")).unwrap()
}

#[test]
fn the_attributes_are_what_filter_policies_ask_for() {
    let mut alert = sample::full();
    alert.attack = ["T1609", "T1078.004"].map(str::to_owned).to_vec();
    let all: Vec<_> = attributes(&alert)
        .into_iter()
        .map(|(name, value)| format!("{name} {} {}", value.data_type(), value.value()))
        .collect();
    insta::assert_snapshot!(all.join("\n"));
    assert_eq!(all.len(), 10);
}

#[test]
fn what_is_not_known_is_no_attribute() {
    let mut alert = sample::bare();
    alert.cluster.name = Some("  ".to_owned());
    let names: Vec<_> = attributes(&alert)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["id", "severity", "detector"]);
}

#[test]
fn a_fifo_topic_groups_by_cluster_and_drops_repeats_by_id() {
    let alert = sample::full();
    let message = Message::of(&alert, &topic("a.fifo"), Body::Json, DEFAULT_LIMIT).unwrap();
    let expected = (
        "111122223333/us-east-1/prod".to_owned(),
        alert.id.to_string(),
    );
    assert_eq!(message.fifo, Some(expected));
    assert_eq!(group(&sample::bare()), "trailhound");
    let mut odd = alert.clone();
    odd.cluster.name = Some("two words".to_owned());
    assert_eq!(group(&odd).len(), 64);
    assert_eq!(
        Message::of(&alert, &topic("a"), Body::Json, DEFAULT_LIMIT)
            .unwrap()
            .fifo,
        None
    );
}

#[test]
fn what_cannot_be_made_short_enough_is_no_message() {
    assert_eq!(
        Message::of(&sample::full(), &topic("a"), Body::Json, 1024),
        None
    );
    assert_eq!(
        Message::of(&sample::full(), &topic("a"), Body::Json, 10),
        None
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_message_keeps_the_limits(text in "(?s).{0,40}", times in 1_usize..500, limit in 12_000_usize..300_000, form in 0_usize..3) {
        let long = text.repeat(times);
        let mut alert = sample::threshold();
        alert.summary.clone_from(&long);
        alert.cluster.name = Some(long.clone());
        alert.cluster.labels.insert("env".to_owned(), long.clone());
        alert.target.namespace = Some(long.clone());
        alert.actor.kind = Some(long.clone());
        alert.detector.id.clone_from(&long);
        alert.source.user_agent = Some(long.clone());
        alert.event = Some(serde_json::Value::String(long));
        let message = Message::of(&alert, &topic("a.fifo"), FORMS[form], limit).unwrap();
        prop_assert!(message.size() <= limit);
        prop_assert!((1..=10).contains(&message.attributes.len()));
        for (name, value) in &message.attributes {
            prop_assert!(!name.starts_with("AWS.") && !value.value().is_empty());
            prop_assert!(!value.value().contains(escape::is_hidden));
        }
        let (group, id) = message.fifo.unwrap();
        for id in [group, id] {
            prop_assert!((1..=LONGEST_GROUP).contains(&id.len()));
            prop_assert!(id.bytes().all(|byte| byte.is_ascii_graphic()));
        }
        prop_assert!(message.subject.len() < 100);
    }
}
