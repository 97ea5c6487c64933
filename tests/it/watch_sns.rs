//! Alerts of a watch on their way to SNS: who gets which, and what becomes of them when SNS does not
//! take them.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::hostile::{Action, Fault, Hostile, Log, Published};
use crate::watch::{EXPECTED, write_day};
use crate::watching::{Place, QUICK, cluster, id};

/// Settings of an SNS sink.
fn sink(name: &str, topic: &str) -> String {
    format!("[sink.{name}]\nkind = \"sns\"\ntopic_arn = \"{topic}\"\n")
}

/// An AWS with the day of the attack in it.
fn attacked() -> Hostile {
    let aws = Hostile::start();
    write_day(&aws.logs().group("/aws/eks/prod/cluster"));
    aws
}

fn place(more: &str) -> Place {
    Place::with(&format!("{QUICK}{}{more}", cluster("prod")))
}

/// The ids of the alerts that a topic took, in order.
fn ids<'l>(published: impl IntoIterator<Item = &'l Published>, topic: &str) -> Vec<String> {
    let to = published.into_iter().filter(|one| one.topic == topic);
    to.map(|one| one.attributes["id"].1.clone()).collect()
}

/// Whether a topic has taken all alerts of the day.
fn all_at(log: &Log, topic: &str) -> bool {
    let ids: BTreeSet<String> = ids(&log.accepted, topic).into_iter().collect();
    ids.is_superset(&EXPECTED)
}

fn is_grave(alert: &Value) -> bool {
    ["high", "critical"].contains(&alert["severity"].as_str().unwrap())
}

/// A message says in its subject and attributes what its body says.
fn check(one: &Published) -> Value {
    let alert: Value = serde_json::from_str(&one.message).unwrap();
    let is = |name: &str, pointer: &str| {
        let told = alert.pointer(pointer).and_then(Value::as_str);
        let attribute = one.attributes.get(name);
        let attribute = attribute.map(|(kind, text)| (kind.as_str(), text.as_str()));
        assert_eq!(
            attribute,
            told.map(|text| ("String", text)),
            "{name}: {alert}"
        );
    };
    is("id", "/id");
    is("severity", "/severity");
    is("detector", "/detector/id");
    is("cluster", "/cluster/name");
    is("account", "/cluster/account");
    is("region", "/cluster/region");
    let subject = one.subject.as_deref().unwrap_or_default();
    let severity = alert["severity"].as_str().unwrap().to_uppercase();
    assert!(
        subject.contains(&severity) && subject.contains("prod"),
        "{subject}"
    );
    alert
}

#[test]
fn routes_choose_who_gets_an_alert_and_each_gets_it_once() {
    let aws = attacked();
    let (all, grave) = (aws.sns().topic("all"), aws.sns().topic("grave.fifo"));
    let place = place(&format!(
        "{}{}[sink.file]\npath = \"FILE\"\n\
         [[route]]\nwhen = 'severity in [\"high\", \"critical\"]'\nsinks = [\"grave\", \"file\"]\n\
         [[route]]\nsinks = [\"all\"]\n",
        sink("all", &all),
        sink("grave", &grave),
    ));
    let file = place.file("alerts.jsonl");
    let settings = std::fs::read_to_string(place.file("trailhound.toml")).unwrap();
    let settings = settings.replace("FILE", file.to_str().unwrap());
    std::fs::write(place.file("trailhound.toml"), settings).unwrap();
    let run = place.start(&aws, &["--from", "1h"]);
    let topic = all.clone();
    aws.wait_for(move |log| all_at(log, &topic));
    // What is due to the others is delivered on the way out.
    let (code, printed, said) = run.stop();
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(
        printed,
        [] as [Value; 0],
        "nobody asked for standard output"
    );
    let accepted = aws.sns().accepted();
    let alerts: Vec<Value> = accepted.iter().map(check).collect();
    let (to_all, mut to_grave) = (ids(&accepted, &all), ids(&accepted, &grave));
    assert_eq!(to_all.iter().cloned().collect::<BTreeSet<_>>(), *EXPECTED);
    assert_eq!(to_all.len(), EXPECTED.len(), "an alert came twice");
    let expected: BTreeSet<String> = alerts.iter().filter(|it| is_grave(it)).map(id).collect();
    assert!(!expected.is_empty() && expected.len() < EXPECTED.len());
    to_grave.sort();
    assert_eq!(to_grave, expected.iter().cloned().collect::<Vec<_>>());
    for one in accepted.iter().filter(|one| one.topic == grave) {
        let group = "111122223333/us-east-1/prod".to_owned();
        assert_eq!(one.group, Some(group));
        assert_eq!(one.deduplication.as_ref(), Some(&one.attributes["id"].1));
    }
    let written = std::fs::read_to_string(file).unwrap();
    let written: Vec<Value> = written
        .lines()
        .map(|it| serde_json::from_str(it).unwrap())
        .collect();
    assert_eq!(written.iter().map(id).collect::<BTreeSet<_>>(), expected);
    assert_eq!(written.len(), expected.len());
}

#[test]
fn a_topic_that_throttles_and_half_fails_gets_everything_once() {
    let aws = attacked();
    let topic = aws.sns().topic("alerts");
    aws.sns().meets_next(&topic, 1, Fault::Throttled);
    let half = Fault::Entries {
        first: 0,
        step: 2,
        code: "InternalError",
        sender_fault: false,
    };
    aws.sns().meets_next(&topic, 3, half);
    let place = place(&sink("sns", &topic));
    let run = place.start(&aws, &["--from", "1h"]);
    let to = topic.clone();
    aws.wait_for(move |log| all_at(log, &to));
    let (code, _, said) = run.stop();
    assert_eq!(code, Some(0), "{said}");
    let mut came = ids(&aws.sns().accepted(), &topic);
    came.sort();
    assert_eq!(came, EXPECTED.iter().cloned().collect::<Vec<_>>());
}

#[test]
fn alerts_wait_for_sns_over_a_kill_and_hold_up_nobody_else() {
    let aws = attacked();
    let topic = aws.sns().topic("alerts");
    let place = place(&format!("{}[sink.stdout]\n", sink("sns", &topic)));
    let away = aws.sns().go_away();
    let mut run = place.start(&aws, &["--from", "1h"]);
    let printed = run.until(&EXPECTED);
    aws.wait_for(|log| log.of(Action::PublishBatch).next().is_some());
    run.kill();
    assert_eq!(aws.sns().accepted(), []);
    let run = place.start(&aws, &[]);
    let before = aws.log(|log| log.of(Action::PublishBatch).count());
    aws.wait_for(|log| log.of(Action::PublishBatch).count() > before);
    aws.forgive(away);
    let to = topic.clone();
    aws.wait_for(move |log| all_at(log, &to));
    let (code, again, said) = run.stop();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("alerts are accepted again"), "{said}");
    let came = ids(&aws.sns().accepted(), &topic);
    assert_eq!(came.len(), EXPECTED.len(), "an alert came twice");
    // The kill may have come between the printing of an alert and the note of it.
    let again: BTreeSet<String> = again.iter().map(id).collect();
    assert!(again.is_subset(&printed.into_iter().collect()), "{again:?}");
}

#[test]
fn what_is_refused_for_good_lies_beside_the_state_and_what_is_denied_waits_for_the_next_start() {
    let aws = attacked();
    let (topic, denied) = (aws.sns().topic("alerts"), aws.sns().topic("denied"));
    let refusal = aws.sns().meets(&denied, Fault::Denied);
    aws.sns()
        .refuse_messages("\"severity\":\"high\"", "InvalidParameter", true);
    let place = place(&format!(
        "{}{}[sink.stdout]\n",
        sink("sns", &topic),
        sink("other", &denied)
    ));
    let mut run = place.start(&aws, &["--from", "1h"]);
    run.until(&EXPECTED);
    run.says("alerts were given up: they are in the dead letters");
    let (code, _, said) = run.stop();
    assert_eq!(code, Some(0), "{said}");
    for part in ["SNS:Publish", "user/trailhound", denied.as_str()] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let dead = std::fs::read_to_string(place.file("state.dead.jsonl")).unwrap();
    let dead: Vec<Value> = dead
        .lines()
        .map(|it| serde_json::from_str(it).unwrap())
        .collect();
    for letter in &dead {
        assert_eq!(
            (&letter["sink"], &letter["alert"]["severity"]),
            (&"sns".into(), &"high".into())
        );
        let reason = letter["reason"].as_str().unwrap();
        assert!(reason.contains("InvalidParameter"), "{reason}");
    }
    let mut known: Vec<String> = dead.iter().map(|it| id(&it["alert"])).collect();
    assert!(!known.is_empty());
    known.extend(ids(&aws.sns().accepted(), &topic));
    known.sort();
    assert_eq!(known, EXPECTED.iter().cloned().collect::<Vec<_>>());

    aws.forgive(refusal);
    aws.sns().welcome_messages();
    // Not after the pause of a denial: what is due is delivered even on the way out.
    let mut run = place.start(&aws, &["-v"]);
    run.says("watching");
    let (code, _, said) = run.stop();
    assert_eq!(code, Some(0), "{said}");
    let mut came = ids(&aws.sns().accepted(), &denied);
    came.sort();
    assert_eq!(came, EXPECTED.iter().cloned().collect::<Vec<_>>());
}
