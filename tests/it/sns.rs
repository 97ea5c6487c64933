//! The SNS sink and its drain against the hostile AWS: everything arrives once, whatever happens on
//! the way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prop_assert_eq;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;
use tokio::sync::watch;
use trailhound::alert::{Alert, trial};
use trailhound::sink::{
    Body, Class, DeadLetters, Drain, DrainSettings, Fate, Outbox, Signals, Sink, SnsSettings,
    SnsSink, Unobserved, Verdict, Waiting,
};
use trailhound::state::StoreError;
use trailhound::telemetry::Clock;

use crate::hostile::{Action, Fault, Hostile, Rule};

const START: i64 = 1_800_000_000_000;

fn alert(number: i64) -> Alert {
    let mut alert = trial(START + number);
    alert.cluster.name = Some("prod".to_owned());
    alert.cluster.account = Some("111122223333".to_owned());
    alert.cluster.region = Some("eu-west-1".to_owned());
    alert
        .cluster
        .labels
        .insert("env".to_owned(), "prod".to_owned());
    alert.target.namespace = Some("shop".to_owned());
    alert.actor.kind = Some("human".to_owned());
    alert.attack = vec!["T1609".to_owned(), "T1611".to_owned()];
    alert.summary = format!("alert {number} <script>\u{202e}\r\n東京");
    alert
}

fn waiting(numbers: impl IntoIterator<Item = i64>) -> Vec<Waiting> {
    let one = |number| Waiting {
        number,
        attempts: 0,
        since: START,
        alert: alert(number),
    };
    numbers.into_iter().map(one).collect()
}

fn settings(topic: &str) -> SnsSettings {
    SnsSettings {
        name: "sns".to_owned(),
        topic_arn: topic.to_owned(),
        ..SnsSettings::default()
    }
}

async fn sink(aws: &Hostile, topic: &str) -> SnsSink {
    SnsSink::connect(settings(topic), &aws.sdk()).await.unwrap()
}

fn class(verdict: &Verdict) -> Option<Class> {
    match verdict {
        Verdict::Failed(failure) => Some(failure.class),
        _ => None,
    }
}

#[tokio::test]
async fn a_message_carries_what_filter_policies_and_readers_need() {
    let aws = Hostile::start();
    let topic = aws.sns().topic_in("111122223333", "eu-west-1", "alerts");
    let mut sink = sink(&aws, &topic).await;
    let batch = waiting(0..3);
    let verdicts = sink.deliver(&batch).await;
    assert!(
        verdicts
            .iter()
            .all(|(_, verdict)| *verdict == Verdict::Delivered),
        "{verdicts:?}"
    );
    let accepted = aws.sns().accepted();
    assert_eq!(accepted.len(), 3);
    let first = &accepted[0];
    assert_eq!(first.message, batch[0].alert.to_json().unwrap());
    let subject = first.subject.as_deref().unwrap();
    assert_eq!(subject, "[INFO] prod: alert 0 <script>? ??");
    let values: BTreeMap<_, _> = first
        .attributes
        .iter()
        .map(|(k, (_, v))| (k.as_str(), v.as_str()))
        .collect();
    assert_eq!(values.len(), 10);
    assert_eq!((values["severity"], values["env"]), ("info", "prod"));
    let tactics: Vec<String> = serde_json::from_str(values["tactics"]).unwrap();
    assert_eq!(tactics, ["execution", "privilege-escalation"]);
    assert_eq!(first.attributes["tactics"].0, "String.Array");
    // The region of every call is the topic's, whatever the settings of the process say.
    assert!(aws.log(|log| log.calls.iter().all(|call| call.region == "eu-west-1")));
}

#[tokio::test]
async fn a_long_alert_is_shortened_to_the_topics_limit_and_a_batch_is_split() {
    let aws = Hostile::start();
    let topic = aws.sns().topic("alerts");
    aws.sns().largest(&topic, 16_384);
    let mut sink = sink(&aws, &topic).await;
    let mut batch = waiting(0..10);
    for one in &mut batch {
        one.alert.event = Some(Value::String("x".repeat(300_000)));
        one.alert.source.user_agent = Some("é".repeat(5000));
    }
    let verdicts = sink.deliver(&batch).await;
    assert!(
        verdicts
            .iter()
            .all(|(_, verdict)| *verdict == Verdict::Delivered),
        "{verdicts:?}"
    );
    let accepted = aws.sns().accepted();
    assert_eq!(accepted.len(), 10);
    for published in &accepted {
        let value: Value = serde_json::from_str(&published.message).unwrap();
        assert_eq!(value["shortened"][0], "event");
    }
    let calls: BTreeSet<_> = accepted.iter().map(|published| published.call).collect();
    assert!(calls.len() > 1, "one call would have been too large");
}

#[tokio::test]
async fn entries_that_fail_are_told_apart_from_those_that_arrive() {
    let aws = Hostile::start();
    let topic = aws.sns().topic("alerts");
    let mut sink = sink(&aws, &topic).await;
    let fault = Fault::Entries {
        first: 1,
        step: 2,
        code: "InternalError",
        sender_fault: false,
    };
    aws.rule(Rule::every(fault).on(Action::PublishBatch).times(1));
    let batch = waiting(0..6);
    let verdicts = sink.deliver(&batch).await;
    for (number, verdict) in &verdicts {
        let expected = (number % 2 == 1).then_some(Class::Retry);
        assert_eq!(class(verdict), expected, "{number}: {verdict:?}");
    }
    assert_eq!(aws.sns().accepted().len(), 3);
}

#[tokio::test]
async fn a_refused_message_spoils_no_other() {
    let aws = Hostile::start();
    let topic = aws.sns().topic("alerts");
    aws.sns()
        .refuse_messages("alert 2 ", "InvalidParameter", true);
    let mut sink = sink(&aws, &topic).await;
    let verdicts = sink.deliver(&waiting(0..5)).await;
    for (number, verdict) in &verdicts {
        assert_eq!(
            class(verdict),
            (*number == 2).then_some(Class::Refused),
            "{verdict:?}"
        );
    }
}

async fn class_of_call(fault: Fault) -> Class {
    let aws = Hostile::start();
    let topic = aws.sns().topic("alerts");
    let mut sink = sink(&aws, &topic).await;
    aws.rule(Rule::every(fault.clone()).on(Action::PublishBatch));
    let verdicts = sink.deliver(&waiting(0..2)).await;
    let class = class(&verdicts[0].1);
    class.unwrap_or_else(|| panic!("{fault:?}: {verdicts:?}"))
}

#[tokio::test]
async fn failures_of_a_call_are_told_apart() {
    let body = |status, with_body| Fault::Unavailable { status, with_body };
    let refused = |status, code| Fault::Refused {
        status,
        code,
        message: "no",
    };
    for (fault, expected) in [
        (Fault::Throttled, Class::Throttled),
        (body(503, false), Class::Retry),
        (body(500, true), Class::Retry),
        (Fault::CutBefore, Class::Retry),
        (Fault::CutInside, Class::Retry),
        (Fault::PromisedMore, Class::Retry),
        (Fault::WebPage, Class::Retry),
        (Fault::Denied, Class::Denied),
        (Fault::Expired, Class::Denied),
        (refused(400, "KMSAccessDenied"), Class::Denied),
        (refused(404, "NotFound"), Class::Denied),
        (refused(400, "KMSThrottling"), Class::Throttled),
        (refused(400, "InvalidParameter"), Class::Refused),
        (refused(400, "SomethingNew"), Class::Denied),
    ] {
        assert_eq!(class_of_call(fault.clone()).await, expected, "{fault:?}");
    }
}

#[tokio::test]
async fn half_an_answer_is_believed_as_far_as_it_goes() {
    let aws = Hostile::start();
    let topic = aws.sns().topic("alerts");
    let mut sink = sink(&aws, &topic).await;
    aws.rule(fails(Fault::Malformed, 0, 1));
    let verdicts = sink.deliver(&waiting(0..10)).await;
    assert_eq!(verdicts.len(), 10);
    for (number, verdict) in &verdicts {
        let known = *verdict == Verdict::Delivered || class(verdict) == Some(Class::Retry);
        assert!(known, "{number}: {verdict:?}");
    }
    assert!(verdicts.iter().any(|(_, verdict)| class(verdict).is_some()));
    assert_eq!(
        aws.sns().accepted().len(),
        10,
        "what is not believed arrives twice"
    );
}

#[tokio::test]
async fn a_server_that_is_away_is_tried_again() {
    let aws = Hostile::start();
    let topic = aws.sns().topic("alerts");
    let mut sink = sink(&aws, &topic).await;
    aws.close();
    let verdicts = sink.deliver(&waiting(0..1)).await;
    assert_eq!(class(&verdicts[0].1), Some(Class::Retry), "{verdicts:?}");
    aws.open();
    assert_eq!(sink.deliver(&waiting(0..1)).await[0].1, Verdict::Delivered);
}

#[tokio::test]
async fn a_role_is_assumed_with_its_external_id_and_a_denial_says_so() {
    let aws = Hostile::start();
    let role = "arn:aws:iam::444455556666:role/publisher";
    aws.sts().external_id(role, "secret handshake");
    let topic = aws.sns().topic_in("444455556666", "us-east-1", "alerts");
    let with = |id: &str| SnsSettings {
        role_arn: Some(role.to_owned()),
        external_id: Some(id.to_owned()),
        ..settings(&topic)
    };
    let mut good = SnsSink::connect(with("secret handshake"), &aws.sdk())
        .await
        .unwrap();
    assert_eq!(good.deliver(&waiting(0..1)).await[0].1, Verdict::Delivered);
    let mut bad = SnsSink::connect(with("guess"), &aws.sdk()).await.unwrap();
    let verdicts = bad.deliver(&waiting(0..1)).await;
    assert_eq!(class(&verdicts[0].1), Some(Class::Denied), "{verdicts:?}");
}

#[tokio::test]
async fn a_check_tells_whether_the_topic_is_there() {
    let aws = Hostile::start();
    let topic = aws.sns().topic("alerts");
    let mut sink = sink(&aws, &topic).await;
    let found = sink.check().await.unwrap();
    assert!(
        found.contains(&topic) && found.contains("262144"),
        "{found}"
    );
    assert_eq!(sink.send_test(alert(1)).await, Verdict::Delivered);
    aws.sns().delete(&topic);
    let failure = sink.check().await.unwrap_err();
    assert_eq!(failure.class, Class::Denied, "{failure}");
}

#[tokio::test]
async fn publishing_needs_no_more_than_the_permission_to_publish() {
    let aws = Hostile::start();
    let topic = aws.sns().topic("alerts");
    aws.rule(Rule::every(Fault::Denied).on(Action::GetTopicAttributes));
    let mut sink = sink(&aws, &topic).await;
    for _ in 0..3 {
        assert_eq!(sink.deliver(&waiting(0..1)).await[0].1, Verdict::Delivered);
    }
    assert_eq!(
        aws.log(|log| log.count(Action::GetTopicAttributes, &topic)),
        1
    );
}

#[tokio::test]
async fn each_body_is_accepted() {
    let aws = Hostile::start();
    let topic = aws.sns().topic("alerts");
    for (_, body) in Body::ALL {
        let settings = SnsSettings {
            body,
            ..settings(&topic)
        };
        let mut sink = SnsSink::connect(settings, &aws.sdk()).await.unwrap();
        assert_eq!(sink.deliver(&waiting(0..1)).await[0].1, Verdict::Delivered);
    }
    let accepted = aws.sns().accepted();
    let chat: Value = serde_json::from_str(&accepted[2].message).unwrap();
    assert_eq!(
        (&chat["version"], &chat["source"]),
        (&"1.0".into(), &"custom".into())
    );
    assert!(
        accepted[1]
            .message
            .starts_with("alert 0 <script>\\u{202e}\\r\\n")
    );
}

#[test]
fn whatever_an_alert_tells_it_is_accepted() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let aws = Hostile::start();
    let topics = ["alerts", "alerts.fifo"].map(|name| aws.sns().topic(name));
    let mut sinks = Vec::new();
    for (_, body) in Body::ALL {
        for topic in &topics {
            let settings = SnsSettings {
                body,
                ..settings(topic)
            };
            sinks.push(
                runtime
                    .block_on(SnsSink::connect(settings, &aws.sdk()))
                    .unwrap(),
            );
        }
    }
    let sinks = Mutex::new(sinks);
    let number = AtomicI64::new(0);
    let texts = proptest::collection::vec("(?s).{0,60}|\\PC{0,60}", 6);
    let mut runner = TestRunner::new(Config::with_cases(24));
    let done = runner.run(&(texts, 1_usize..8000), |(texts, times)| {
        let mut alert = alert(number.fetch_add(1, Ordering::Relaxed));
        let text = |place: usize| Some(texts[place].clone());
        alert.summary = texts[0].repeat(times);
        alert.cluster.name = text(1);
        alert
            .cluster
            .labels
            .insert("env".to_owned(), texts[2].clone());
        alert.target.namespace = text(3);
        alert.actor.kind = text(4);
        alert.actor.username = text(5);
        alert.runbook = Some(texts[1].repeat(times));
        for sink in sinks.lock().unwrap().iter_mut() {
            let verdict = runtime.block_on(sink.send_test(alert.clone()));
            prop_assert_eq!(verdict, Verdict::Delivered);
        }
        Ok(())
    });
    done.unwrap();
}

/// Alerts that wait, and what became of them.
#[derive(Default)]
struct Shelf {
    waiting: BTreeMap<i64, (Waiting, i64)>,
    left: watch::Sender<usize>,
}

impl Outbox for Shelf {
    fn due(&mut self, _sink: &str, now: i64, most: usize) -> Result<Vec<Waiting>, StoreError> {
        let due = self.waiting.values().filter(|(_, at)| *at <= now);
        Ok(due.map(|(waiting, _)| waiting.clone()).take(most).collect())
    }

    fn next(&mut self, _sink: &str) -> Result<Option<i64>, StoreError> {
        Ok(self.waiting.values().map(|(_, at)| *at).min())
    }

    fn note(&mut self, _sink: &str, fates: &[(i64, Fate)]) -> Result<(), StoreError> {
        for (number, fate) in fates {
            if let Fate::Later { at, .. } = fate {
                let (waiting, until) = self.waiting.get_mut(number).unwrap();
                waiting.attempts += 1;
                *until = *at;
            } else {
                self.waiting.remove(number).unwrap();
            }
        }
        self.left.send_replace(self.waiting.len());
        Ok(())
    }

    fn waiting(&mut self, _sink: &str) -> Result<(u64, Option<i64>), StoreError> {
        Ok((self.waiting.len() as u64, None))
    }
}

/// What SNS delivered of `count` alerts of two clusters while some calls met faults, in order: the id of
/// each alert with its group.
async fn drained(name: &str, count: i64, faults: Vec<Rule>) -> Vec<(String, Option<String>)> {
    let aws = Hostile::start();
    let topic = aws.sns().topic(name);
    let sink = Box::new(sink(&aws, &topic).await);
    for fault in faults {
        aws.rule(fault.about(&topic));
    }
    let mut shelf = Shelf::default();
    shelf.left.send_replace(usize::try_from(count).unwrap());
    let mut left = shelf.left.subscribe();
    for mut one in waiting(0..count) {
        if one.number % 3 == 0 {
            one.alert.cluster.name = Some("other".to_owned());
        }
        shelf.waiting.insert(one.number, (one, 0));
    }
    // Every look at the clock is an hour later than the one before: no pause takes any time.
    let looks = AtomicI64::new(0);
    let clock = Clock::new(move || START + looks.fetch_add(3_600_000, Ordering::Relaxed));
    let folder = tempfile::tempdir().unwrap();
    let (stop, committed) = (watch::channel(false).0, watch::channel(0).0);
    let mut settings = DrainSettings::new(DeadLetters::at(folder.path().join("dead.jsonl")));
    settings.keep = Duration::from_secs(10 * 365 * 86_400);
    let signals = Signals {
        committed: committed.subscribe(),
        stop: stop.subscribe(),
    };
    let shelf = Arc::new(Mutex::new(shelf));
    let drain = Drain::new(sink, shelf, settings, signals, clock, Arc::new(Unobserved));
    let drain = tokio::spawn(drain.run());
    left.wait_for(|left| *left == 0).await.unwrap();
    stop.send_replace(true);
    drain.await.unwrap();
    assert!(
        !folder.path().join("dead.jsonl").exists(),
        "nothing was given up"
    );
    let id = |published: &crate::hostile::Published| published.attributes["id"].1.clone();
    let accepted = aws.sns().accepted();
    accepted
        .iter()
        .map(|one| (id(one), one.group.clone()))
        .collect()
}

/// The ids of the alerts that [`drained`] sends, in order.
fn ids(count: i64) -> Vec<String> {
    (0..count)
        .map(|number| alert(number).id.to_string())
        .collect()
}

fn fails(fault: Fault, after: u64, times: u64) -> Rule {
    Rule::every(fault)
        .on(Action::PublishBatch)
        .skip(after)
        .times(times)
}

fn trouble() -> Vec<Rule> {
    let away = Fault::Unavailable {
        status: 503,
        with_body: false,
    };
    let half = Fault::Entries {
        first: 0,
        step: 2,
        code: "InternalError",
        sender_fault: false,
    };
    vec![
        fails(away, 0, 5),
        fails(Fault::Throttled, 1, 3),
        fails(half, 2, 4),
        fails(Fault::CutBefore, 3, 2),
        fails(Fault::Denied, 4, 2),
    ]
}

#[tokio::test]
async fn after_trouble_of_every_kind_each_alert_has_arrived_once() {
    let mut arrived: Vec<_> = drained("alerts", 60, trouble())
        .await
        .into_iter()
        .map(|(id, _)| id)
        .collect();
    let mut expected = ids(60);
    arrived.sort_unstable();
    expected.sort_unstable();
    assert_eq!(arrived, expected);
}

#[tokio::test]
async fn a_fifo_topic_keeps_the_order_of_each_cluster_and_drops_repeats() {
    let mut faults = trouble();
    // These were accepted although nobody heard so: sent again, they are dropped.
    faults.push(fails(Fault::CutAfter, 5, 2));
    faults.push(fails(Fault::CutInside, 6, 2));
    let arrived = drained("alerts.fifo", 40, faults).await;
    let expected = ids(40);
    let of = |other: bool| {
        let numbered = expected.iter().enumerate();
        let of_cluster = numbered.filter(move |(number, _)| (number % 3 == 0) == other);
        of_cluster.map(|(_, id)| id.clone()).collect::<Vec<_>>()
    };
    for (cluster, other) in [("prod", false), ("other", true)] {
        let group = Some(format!("111122223333/eu-west-1/{cluster}"));
        let of_group = arrived.iter().filter(|(_, of)| *of == group);
        let of_group: Vec<_> = of_group.map(|(id, _)| id.clone()).collect();
        assert_eq!(of_group, of(other), "{cluster}");
    }
}
