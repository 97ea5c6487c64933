//! Events as AWS sends them, around log lines of our own.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::court::event;
use crate::live::AUDIT;

/// The log group that lines are in, unless they say otherwise.
pub(crate) const GROUP: &str = "/aws/eks/prod/cluster";

/// A session into a pod, with a word in its command: it raises `exec-any`, and nothing else differs.
pub(crate) fn exec(number: usize) -> String {
    event(json!({
        "auditID": format!("00000000-0000-4000-8000-{number:012}"), "stage": "ResponseStarted",
        "requestURI": "/api/v1/namespaces/shop/pods/web/exec?command=ls",
        "objectRef": { "resource": "pods", "name": "web", "subresource": "exec" },
        "responseStatus": { "code": 101 },
        "requestReceivedTimestamp": "2026-05-14T12:00:00.000000Z"
    }))
    .to_string()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The payload of a subscription: base64 of gzip of an envelope with these lines.
pub(crate) fn payload(lines: &[String]) -> String {
    let events: Vec<Value> = lines
        .iter()
        .enumerate()
        .map(|(at, line)| json!({"id": at.to_string(), "timestamp": 1_778_760_000_000_u64, "message": line}))
        .collect();
    let envelope = json!({
        "messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": GROUP,
        "logStream": AUDIT, "subscriptionFilters": ["all"], "logEvents": events
    });
    base64(&gzip(envelope.to_string().as_bytes()))
}

/// What CloudWatch Logs invokes a function with.
pub(crate) fn logs(payload: &str) -> Value {
    json!({"awslogs": {"data": payload}})
}

/// The sequence number of a record.
pub(crate) fn sequence(number: usize) -> String {
    format!("4957{number:052}")
}

/// A batch of a stream, numbered from `first` on.
pub(crate) fn kinesis(first: usize, payloads: &[String]) -> Value {
    let records = (first..).zip(payloads).map(|(number, data)| {
        json!({
            "kinesis": {
                "kinesisSchemaVersion": "1.0", "partitionKey": "p", "sequenceNumber": sequence(number),
                "data": data, "approximateArrivalTimestamp": 1_778_760_000.5
            },
            "eventSource": "aws:kinesis", "eventVersion": "1.0", "eventName": "aws:kinesis:record",
            "eventID": format!("shardId-000000000000:{}", sequence(number)), "awsRegion": "us-east-1",
            "eventSourceARN": "arn:aws:kinesis:us-east-1:111122223333:stream/audit"
        })
    });
    json!({"Records": records.collect::<Vec<_>>()})
}

/// Messages of a queue with these bodies: `m0`, `m1` and so on.
pub(crate) fn sqs(bodies: &[Value]) -> Value {
    let records = bodies.iter().enumerate().map(|(at, body)| {
        json!({
            "messageId": format!("m{at}"), "receiptHandle": "r", "body": body.to_string(),
            "eventSource": "aws:sqs", "awsRegion": "us-east-1",
            "eventSourceARN": "arn:aws:sqs:us-east-1:111122223333:objects"
        })
    });
    json!({"Records": records.collect::<Vec<_>>()})
}

/// The notification of an object; its key as S3 writes it there.
pub(crate) fn created(bucket: &str, key: &str) -> Value {
    json!({"Records": [{
        "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "us-east-1",
        "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": bucket}, "object": {"key": key, "size": 5}}
    }]})
}

/// What EventBridge sends at a time.
pub(crate) fn schedule(time: &str) -> Value {
    json!({
        "version": "0", "id": "1", "detail-type": "Scheduled Event", "source": "aws.events",
        "account": "111122223333", "time": time, "region": "us-east-1", "resources": [], "detail": {}
    })
}
