//! Events of each kind, and what is none.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may fail loudly")]

use serde_json::{Value, json};

use super::{Batch, Content, Event, Kind};

/// The batch that an event is: kind, and each record's id, name and content in words.
fn batch(event: &Value) -> (Kind, Vec<(Option<String>, String, String)>) {
    let text = event.to_string();
    let Ok(Event::Batch(Batch { kind, records })) = Event::read(&text) else {
        panic!("no batch: {text}");
    };
    let records = records.into_iter().map(|record| {
        let content = match record.content {
            Content::Base64(text) => format!("base64 {text}"),
            Content::Lines(lines) => format!("lines {lines:?}"),
            Content::Unreadable(why) => format!("unreadable: {why}"),
            Content::Objects(objects) => {
                let names: Vec<String> = objects
                    .iter()
                    .map(|it| format!("s3://{}/{}", it.bucket, it.key))
                    .collect();
                format!("objects {}", names.join(" "))
            }
        };
        (record.id.map(Into::into), record.name, content)
    });
    (kind, records.collect())
}

#[track_caller]
fn unknown(text: &str, words: &str) {
    let error = Event::read(text).unwrap_err().to_string();
    assert!(
        error.starts_with(&format!("no event that can be read: {words};")),
        "{error}"
    );
    assert!(
        error.contains("expected a CloudWatch Logs subscription"),
        "{error}"
    );
}

fn words(id: Option<&str>, name: &str, content: &str) -> (Option<String>, String, String) {
    (id.map(Into::into), name.into(), content.into())
}

#[test]
fn a_subscription_has_one_record() {
    let (kind, records) = batch(&json!({"awslogs": {"data": "QQ==", "more": 1}}));
    assert_eq!(kind, Kind::Logs);
    assert_eq!(records, [words(None, "awslogs.data", "base64 QQ==")]);
    let (_, records) = batch(&json!({"awslogs": 5}));
    assert!(records[0].2.starts_with("unreadable"));
}

#[test]
fn records_of_a_stream_are_known_by_their_sequence_numbers_and_one_that_is_broken_spoils_no_other()
{
    let record = |number: &str, data: Value| {
        json!({
            "kinesis": {"sequenceNumber": number, "data": data}, "eventSource": "aws:kinesis",
            "eventID": format!("shardId-000000000000:{number}")
        })
    };
    let event = json!({"Records": [record("1", json!("QQ==")), 7, record("3", json!(5))]});
    let (kind, records) = batch(&event);
    assert_eq!(kind, Kind::Kinesis);
    assert_eq!(
        records[0],
        words(Some("1"), "shardId-000000000000:1", "base64 QQ==")
    );
    assert_eq!(
        records[1],
        words(
            None,
            "record 2",
            "unreadable: it has no text under \"data\""
        )
    );
    assert_eq!(records[2].0.as_deref(), Some("3"));
    assert!(records[2].2.starts_with("unreadable"));
    assert_eq!(batch(&json!({"Records": []})).1.len(), 0);
}

/// A notification of S3 about an object of this key.
fn created(key: &str) -> Value {
    json!({"Records": [{
        "eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "awsRegion": "eu-central-1",
        "s3": {"bucket": {"name": "logs"}, "object": {"key": key, "size": 5}}
    }]})
}

fn message(body: &Value) -> Value {
    json!({"eventSource": "aws:sqs", "messageId": "m1", "body": body.to_string()})
}

#[test]
fn a_message_announces_objects_with_keys_as_they_are() {
    let wrapped =
        json!({"Type": "Notification", "Message": created("a+b%2Bc/%C3%A9.gz").to_string()});
    let bridged = json!({
        "source": "aws.s3", "detail-type": "Object Created", "region": "eu-central-1",
        "detail": {"bucket": {"name": "logs"}, "object": {"key": "a b+c/é.gz"}}
    });
    for body in [created("a+b%2Bc/%C3%A9.gz"), wrapped, bridged.clone()] {
        let (kind, records) = batch(&json!({"Records": [message(&body)]}));
        assert_eq!(kind, Kind::Queue);
        assert_eq!(
            records,
            [words(Some("m1"), "m1", "objects s3://logs/a b+c/é.gz")]
        );
    }
    assert_eq!(batch(&bridged).1[0].2, "objects s3://logs/a b+c/é.gz");
    let (kind, records) = batch(&created("a"));
    assert_eq!(
        (kind, records[0].2.as_str()),
        (Kind::Bucket, "objects s3://logs/a")
    );
}

#[test]
fn what_announces_no_log_announces_nothing() {
    let mut removed = created("a");
    removed["Records"][0]["eventName"] = json!("ObjectRemoved:Delete");
    let test = json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "logs"});
    let bodies = [removed, test];
    for body in bodies {
        let (_, records) = batch(&json!({"Records": [message(&body)]}));
        assert_eq!(records[0].2, "objects ");
    }
    for body in [
        json!("hello"),
        json!({"a": 1}),
        json!({"Records": [{}]}),
        created("%FF"),
    ] {
        let (_, records) = batch(&json!({"Records": [message(&body)]}));
        assert!(
            records[0].2.starts_with("unreadable"),
            "{body}: {:?}",
            records[0]
        );
    }
}

#[test]
fn firehose_lines_and_schedules_are_told_apart() {
    let event = json!({"invocationId": "i", "records": [{"recordId": "r", "data": "QQ=="}]});
    assert_eq!(
        batch(&event),
        (Kind::Firehose, vec![words(Some("r"), "r", "base64 QQ==")])
    );
    for event in [json!(["a", "b\n"]), json!({"lines": ["a", "b\n"]})] {
        let content = "lines [\"a\", \"b\\n\"]";
        assert_eq!(
            batch(&event),
            (Kind::Lines, vec![words(None, "lines", content)])
        );
    }
    for source in ["aws.events", "aws.scheduler"] {
        let event = json!({"source": source, "detail-type": "Scheduled Event", "time": "1970-01-01T00:00:01Z"});
        let text = event.to_string();
        assert!(matches!(
            Event::read(&text),
            Ok(Event::Schedule { time: 1000 })
        ));
    }
}

#[test]
fn other_events_are_refused_with_what_was_found_and_what_was_expected() {
    unknown("", "neither an object nor a list");
    unknown("{", "a text that is not JSON");
    unknown("{}", "an object without keys");
    unknown(r#"{"b":1,"a":"secret"}"#, "an object with the keys a, b");
    unknown("[1]", "a list that does not hold texts alone");
    unknown(
        r#"{"Records":[{"EventSource":"aws:sns"}]}"#,
        "\"Records\" of another service",
    );
    unknown(
        r#"{"Records":[{"a":1}]}"#,
        "\"Records\" without an \"eventSource\"",
    );
    unknown(
        r#"{"source":"aws.events"}"#,
        "a scheduled event without its \"time\"",
    );
}
