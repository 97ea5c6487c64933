//! What a message in a queue announces: S3's own notifications, EventBridge's, and either wrapped by SNS.
//!
//! Reads the message alone; whether the objects are there is another matter.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::address::{is_bucket, is_region};

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Announced {
    /// These objects were made. None where the message tells of something else that happened in a bucket.
    Objects(Vec<Named>),
    /// It is a test of the notification.
    Test,
    /// It is no notification of S3: why, in words.
    Unknown(&'static str),
}

/// An object, as it was announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The bucket's region.
    pub region: Option<String>,
}

/// Reads a message.
#[must_use]
pub fn announced(body: &str) -> Announced {
    let Ok(message) = serde_json::from_str::<Value>(body) else {
        return Announced::Unknown("it is not JSON");
    };
    let is_wrapped = message["Type"] == "Notification";
    match message["Message"].as_str().filter(|_| is_wrapped) {
        Some(inner) => match serde_json::from_str(inner) {
            Ok(inner) => of(&inner),
            Err(_) => Announced::Unknown("what SNS wrapped is not JSON"),
        },
        None => of(&message),
    }
}

fn of(message: &Value) -> Announced {
    if message["Event"] == "s3:TestEvent" {
        return Announced::Test;
    }
    if message["source"] == "aws.s3" {
        return of_event_bridge(message);
    }
    let Some(records) = message["Records"].as_array() else {
        return Announced::Unknown("it has no `Records`");
    };
    let mut objects = Vec::new();
    for record in records {
        if !record["s3"].is_object() {
            return Announced::Unknown("a record of it has no `s3`");
        }
        if is_made(record["eventName"].as_str().unwrap_or_default()) {
            let (bucket, object) = (&record["s3"]["bucket"], &record["s3"]["object"]);
            match named(bucket, object, &record["awsRegion"], decoded) {
                Some(one) => objects.push(one),
                None => return Announced::Unknown("a record of it has no bucket or key"),
            }
        }
    }
    Announced::Objects(objects)
}

fn of_event_bridge(event: &Value) -> Announced {
    if event["detail-type"] != "Object Created" {
        return Announced::Objects(Vec::new());
    }
    let detail = &event["detail"];
    // EventBridge leaves keys as they are.
    let as_it_is = |key: &str| Some(key.to_owned());
    match named(
        &detail["bucket"],
        &detail["object"],
        &event["region"],
        as_it_is,
    ) {
        Some(one) => Announced::Objects(vec![one]),
        None => Announced::Unknown("it has no bucket or key"),
    }
}

/// Whether an object is there after an event of this name.
fn is_made(event: &str) -> bool {
    let event = event.strip_prefix("s3:").unwrap_or(event);
    event.starts_with("ObjectCreated:") || event == "ObjectRestore:Completed"
}

fn named(
    bucket: &Value,
    object: &Value,
    region: &Value,
    decode: impl FnOnce(&str) -> Option<String>,
) -> Option<Named> {
    let bucket = bucket["name"].as_str().filter(|name| is_bucket(name))?;
    let key = decode(object["key"].as_str()?).filter(|key| !key.is_empty())?;
    let region = region.as_str().filter(|region| is_region(region));
    Some(Named {
        bucket: bucket.to_owned(),
        key,
        region: region.map(str::to_owned),
    })
}

/// A key as S3 writes it into a notification: encoded as in a form.
fn decoded(key: &str) -> Option<String> {
    let spaced = key.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

#[cfg(test)]
#[allow(clippy::panic, reason = "tests may fail loudly")]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(event: &str, key: &str) -> Value {
        json!({"eventSource": "aws:s3", "eventName": event, "awsRegion": "eu-west-1",
               "s3": {"bucket": {"name": "logs"}, "object": {"key": key, "size": 7}}})
    }

    fn keys(body: &Value) -> Vec<String> {
        match announced(&body.to_string()) {
            Announced::Objects(objects) => objects.into_iter().map(|one| one.key).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn keys_are_decoded_and_only_made_objects_count() {
        let body = json!({"Records": [
            record("ObjectCreated:Put", "2026/05/a+b%2Bc%3D%C3%BC.gz"),
            record("ObjectRemoved:Delete", "gone"),
            record("ObjectCreated:CompleteMultipartUpload", "b"),
        ]});
        assert_eq!(keys(&body), ["2026/05/a b+c=ü.gz", "b"]);
        let wrapped = json!({"Type": "Notification", "Message": body.to_string()});
        assert_eq!(keys(&wrapped), keys(&body));
    }

    #[test]
    fn event_bridge_leaves_keys_as_they_are() {
        let event = |kind: &str| {
            json!({"source": "aws.s3", "detail-type": kind, "region": "eu-west-1",
                   "detail": {"bucket": {"name": "logs"}, "object": {"key": "a+b%20"}}})
        };
        assert_eq!(keys(&event("Object Created")), ["a+b%20"]);
        assert!(keys(&event("Object Deleted")).is_empty());
    }

    #[test]
    fn a_test_is_told_from_what_is_no_notification() {
        let test = json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "logs"});
        assert_eq!(announced(&test.to_string()), Announced::Test);
        let wrapped = json!({"Type": "Notification", "Message": test.to_string()});
        assert_eq!(announced(&wrapped.to_string()), Announced::Test);
        let wrong = [
            "",
            "[]",
            "{}",
            "{\"Records\": [{}]}",
            "{\"Records\": [{\"eventName\": \"ObjectCreated:Put\", \"s3\": {\"bucket\": {\"name\": \"a/b\"}, \"object\": {\"key\": \"k\"}}}]}",
            "{\"Type\": \"Notification\", \"Message\": \"hello\"}",
        ];
        for body in wrong {
            assert!(matches!(announced(body), Announced::Unknown(_)), "{body}");
        }
    }
}
