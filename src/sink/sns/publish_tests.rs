//! What becomes of the alerts of a batch when calls and entries fail.

#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use super::super::message::Body;
use super::*;
use crate::alert::trial;

fn waiting(count: i64) -> Vec<Waiting> {
    let one = |number| Waiting {
        number,
        attempts: 0,
        since: 0,
        alert: trial(number),
    };
    (0..count).map(one).collect()
}

fn messages(alerts: &[Waiting], topic: &str) -> Vec<Option<Message>> {
    let topic = Topic::parse(&format!("arn:aws:sns:us-east-1:111122223333:{topic}")).unwrap();
    let made = |waiting: &Waiting| Message::of(&waiting.alert, &topic, Body::Json, DEFAULT_LIMIT);
    alerts.iter().map(made).collect()
}

fn failed(class: Class) -> Failure {
    Failure::new(class, "no")
}

#[test]
fn one_bad_message_does_not_hold_up_the_others_when_the_whole_call_is_refused() {
    let alerts = waiting(4);
    let messages = messages(&alerts, "a");
    let mut round = Round::new(&alerts, &messages, DEFAULT_LIMIT);
    let mut calls = Vec::new();
    while let Some(places) = round.next() {
        let outcome = match places.contains(&2) {
            true => Err(failed(Class::Refused)),
            false => Ok(vec![Verdict::Delivered; places.len()]),
        };
        round.note(&places, outcome);
        calls.push(places);
    }
    assert_eq!(
        calls,
        [vec![0, 1, 2, 3], vec![0], vec![1], vec![2], vec![3]]
    );
    let refused = (2, Verdict::Failed(failed(Class::Refused)));
    assert_eq!(round.verdicts[2], refused);
    assert_eq!(round.verdicts[3], (3, Verdict::Delivered));
}

#[test]
fn a_call_that_fails_leaves_the_rest_untried() {
    let alerts = waiting(3);
    let messages = messages(&alerts, "a");
    let mut round = Round::new(&alerts, &messages, DEFAULT_LIMIT);
    round.most = 1;
    let places = round.next().unwrap();
    assert_eq!(places, [0]);
    round.note(&places, Err(failed(Class::Throttled)));
    assert_eq!(round.next(), None);
    assert_eq!(
        round.verdicts[0].1,
        Verdict::Failed(failed(Class::Throttled))
    );
    assert_eq!(round.verdicts[1].1, Verdict::Held);
}

#[test]
fn what_follows_a_failure_in_its_group_waits_with_it() {
    let mut alerts = waiting(4);
    alerts[2].alert.cluster.name = Some("other".to_owned());
    let messages = messages(&alerts, "a.fifo");
    let mut round = Round::new(&alerts, &messages, DEFAULT_LIMIT);
    let places = round.next().unwrap();
    assert_eq!(places, [0, 2], "one of each group");
    let verdicts = vec![Verdict::Failed(failed(Class::Retry)), Verdict::Delivered];
    round.note(&places, Ok(verdicts));
    assert_eq!(round.next(), None);
    assert_eq!(round.verdicts[1].1, Verdict::Held);
}

#[test]
fn what_is_given_up_does_not_hold_up_its_group() {
    let alerts = waiting(2);
    let messages = messages(&alerts, "a.fifo");
    let mut round = Round::new(&alerts, &messages, DEFAULT_LIMIT);
    let places = round.next().unwrap();
    round.note(&places, Ok(vec![Verdict::Failed(failed(Class::Refused))]));
    assert_eq!(round.next(), Some(vec![1]));
}

#[test]
fn what_cannot_be_made_short_enough_is_refused_and_the_others_go() {
    let alerts = waiting(2);
    let mut messages = messages(&alerts, "a");
    messages[0] = None;
    let round = Round::new(&alerts, &messages, 1024);
    assert!(
        matches!(&round.verdicts[0].1, Verdict::Failed(failure) if failure.class == Class::Refused)
    );
    assert_eq!(round.next(), Some(vec![1]));
}
