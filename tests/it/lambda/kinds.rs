//! Every kind of event, what its sender is answered, and what can't be read.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::envelope::{base64, exec, gzip, kinesis, logs, payload, schedule, sequence, sqs};
use super::function::Function;
use crate::hostile::{Fault, Hostile};

fn failures(names: &[&str]) -> Value {
    let names = names.iter().map(|name| json!({"itemIdentifier": name}));
    json!({"batchItemFailures": names.collect::<Vec<_>>()})
}

#[test]
fn every_kind_of_event_is_read_and_answered_as_its_sender_expects() {
    let function = Function::start("");
    let answer = function.invoke(&logs(&payload(&[exec(1), exec(2)]))).ok();
    assert_eq!(
        (&answer["kind"], &answer["events"]),
        (&json!("logs"), &json!(2))
    );
    assert_eq!(answer["set_aside"], 0);
    let answer = function
        .invoke(&kinesis(1, &[payload(&[exec(3)]), payload(&[exec(4)])]))
        .ok();
    assert_eq!(answer, failures(&[]));
    let line = base64(format!("{}\n", exec(5)).as_bytes());
    let firehose = json!({
        "invocationId": "i", "deliveryStreamArn": "arn:aws:firehose:us-east-1:111122223333:deliverystream/a",
        "region": "us-east-1",
        "records": [{"recordId": "r1", "data": payload(&[exec(6)])}, {"recordId": "r2", "data": line}]
    });
    let answer = function.invoke(&firehose).ok();
    assert_eq!(
        answer["records"][1],
        json!({"recordId": "r2", "result": "Ok", "data": line})
    );
    assert_eq!(answer["records"][0]["result"], "Ok");
    let answer = function.invoke(&json!([exec(7)])).ok();
    assert_eq!(
        (&answer["kind"], &answer["events"]),
        (&json!("lines"), &json!(1))
    );
    let answer = function.invoke(&json!({"lines": [exec(8), "hello"]})).ok();
    assert_eq!(
        (&answer["events"], &answer["unread"]),
        (&json!(1), &json!(1))
    );
    let answer = function.invoke(&schedule("2026-05-14T13:00:00Z")).ok();
    assert_eq!(answer["kind"], "schedule");
    assert!(answer["settled"].as_u64().unwrap() > 10, "{answer}");
    // Nothing that was there is raised again.
    let again = function.invoke(&logs(&payload(&[exec(8), exec(1)]))).ok();
    assert_eq!(again["alerts"], 0);
    let written = function.stop();
    assert_eq!(written.code, Some(0), "{}", written.text());
    let execs = written
        .alerts
        .iter()
        .filter(|it| it["detector"]["id"] == "exec-any");
    let ids: Vec<&str> = execs.map(|it| it["id"].as_str().unwrap()).collect();
    assert_eq!(
        (ids.len(), ids.iter().collect::<BTreeSet<_>>().len()),
        (8, 8)
    );
    assert_eq!(written.alerts[0]["cluster"]["name"], "prod");
    assert_eq!(written.alerts[0]["cluster"]["region"], "us-east-1");
    let ready = written.lines("ready");
    assert!(ready[0]["detectors"].as_u64().unwrap() > 50);
    assert_eq!(
        (&ready[0]["memory_mb"], &ready[0]["state"]),
        (&json!(256), &json!("memory"))
    );
    assert!(ready[0]["init_ms"].is_u64());
    let invocations = written.lines("invocation");
    assert_eq!(invocations.len(), 7);
    assert_eq!(invocations[1]["kind"], "kinesis");
    assert_eq!(invocations[1]["records"], 2);
}

#[test]
fn a_poisoned_record_is_set_aside_with_its_number_and_holds_up_no_other() {
    let function = Function::start("");
    let bomb = base64(&gzip(b"secret words of somebody"));
    let event = kinesis(
        1,
        &[
            payload(&[exec(1)]),
            bomb,
            "%%%".to_owned(),
            payload(&[exec(2)]),
        ],
    );
    assert_eq!(function.invoke(&event).ok(), failures(&[]));
    let answer = function.invoke(&logs("not-base64")).ok();
    assert_eq!(
        (&answer["set_aside"], &answer["over_limit"]),
        (&json!(1), &json!(0))
    );
    let written = function.stop();
    assert_eq!(
        written
            .alerts
            .iter()
            .filter(|it| it["detector"]["id"] == "exec-any")
            .count(),
        2
    );
    let aside = written.lines("set aside");
    let names: Vec<&str> = aside
        .iter()
        .map(|it| it["record"].as_str().unwrap())
        .collect();
    let shard = |number| format!("shardId-000000000000:{}", sequence(number));
    assert_eq!(names, [&shard(2), &shard(3), "awslogs.data"]);
    assert!(aside.iter().all(|it| it["level"] == "ERROR"));
    assert!(
        !written.text().contains("secret words"),
        "{}",
        written.text()
    );
    assert_eq!(written.lines("invocation")[0]["set_aside"], 2);
}

#[test]
fn a_message_that_nobody_understands_stays_in_its_queue() {
    let function = Function::start("");
    // One odd record, and nobody knows what else the message is about.
    let odd = json!({"Records": [{"eventName": "ObjectCreated:Put"}]});
    let test = json!({"Event": "s3:TestEvent"});
    let answer = function.invoke(&sqs(&[json!("hello"), test, odd])).ok();
    assert_eq!(answer, failures(&["m0", "m2"]));
    // A bucket keeps nothing for later, and gets its notification set aside.
    let bucket = json!({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put"}]});
    assert_eq!(function.invoke(&bucket).ok()["set_aside"], 1);
    let written = function.stop();
    let invocation = written.lines("invocation")[0];
    assert_eq!(
        (&invocation["failed"], &invocation["set_aside"]),
        (&json!(2), &json!(0))
    );
    let failed = written.lines("a record failed, and comes again");
    assert_eq!(failed[0]["reason"], "it has no `Records`");
}

#[test]
fn without_time_left_everything_comes_again_from_the_lowest_number_on() {
    let function = Function::start("");
    let past = 1_600_000_000_000;
    let event = kinesis(7, &[payload(&[exec(1)]), payload(&[exec(2)])]);
    let answer = function.api.invoke_until(&event, past).ok();
    assert_eq!(answer, failures(&[&sequence(7)]));
    let messages = sqs(&[json!({"Event": "s3:TestEvent"}), json!("hello")]);
    let answer = function.api.invoke_until(&messages, past).ok();
    assert_eq!(answer, failures(&["m0", "m1"]));
    let (kind, message) = function
        .api
        .invoke_until(&logs(&payload(&[exec(3)])), past)
        .failed();
    assert_eq!(kind, "Records");
    assert_eq!(
        message,
        "1 of 1 records failed, the first since there was no time left"
    );
    assert_eq!(function.invoke(&event).ok(), failures(&[]));
    let written = function.stop();
    assert_eq!(
        written
            .alerts
            .iter()
            .filter(|it| it["detector"]["id"] == "exec-any")
            .count(),
        2
    );
}

#[test]
fn an_event_of_no_known_kind_fails_with_what_was_expected() {
    let function = Function::start("");
    let (kind, message) = function.invoke(&json!({"hello": "secret"})).failed();
    assert_eq!(kind, "UnknownEvent");
    assert!(
        message.starts_with("no event that can be read: an object with the keys hello; expected")
    );
    assert!(!message.contains("secret"));
    // The container lives on.
    assert_eq!(
        function.invoke(&logs(&payload(&[exec(1)]))).ok()["events"],
        1
    );
}

#[test]
fn what_no_sink_takes_fails_the_invocation_and_is_delivered_by_the_next() {
    let aws = Hostile::start();
    let topic = aws.sns().topic("alerts");
    aws.sns().meets(&topic, Fault::Denied);
    let settings = format!("[sink.sns]\nmax_bytes = 262144\ntopic_arn = \"{topic}\"\n");
    let function = Function::start_in(aws.environment(), &settings);
    let event = kinesis(1, &[payload(&[exec(1)])]);
    let (kind, message) = function.invoke(&event).failed();
    assert_eq!(kind, "Undelivered");
    assert!(message.contains("could not be delivered"), "{message}");
    assert!(aws.sns().accepted().is_empty());
    aws.peace();
    assert_eq!(function.invoke(&event).ok(), failures(&[]));
    let accepted = aws.sns().accepted();
    let execs = accepted
        .iter()
        .filter(|it| it.attributes["detector"].1 == "exec-any");
    assert_eq!(execs.count(), 1);
    let before = accepted.len();
    assert_eq!(function.invoke(&event).ok(), failures(&[]));
    assert_eq!(aws.sns().accepted().len(), before, "an alert came twice");
    let written = function.stop();
    assert!(
        written.alerts.is_empty(),
        "nobody asked for standard output"
    );
    assert_eq!(
        written.lines("alerts were not accepted, and wait")[0]["class"],
        "denied"
    );
}

#[test]
fn not_even_at_the_last_level_does_the_log_quote_an_event() {
    let more = ("RUST_LOG", "trace".to_owned());
    let environment = crate::hostile::environment("http://127.0.0.1:9");
    let function = Function::start_with(environment.into_iter().chain([more]));
    let words = "words-of-somebody";
    function
        .invoke(&json!([exec(1).replace("command=ls", words), words]))
        .ok();
    function.invoke(&json!({ words: words })).failed();
    let written = function.stop();
    assert!(!written.alerts.is_empty());
    let quoted = |line: &&Value| {
        let text = line.to_string();
        text.contains(words) && !text.contains("no event that can be read: an object with the keys")
    };
    assert_eq!(written.log.iter().find(quoted), None);
}
