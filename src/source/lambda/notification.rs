//! Notifications of S3: which objects were made. In a message of SQS they may be wrapped by SNS, and come in
//! the form of EventBridge.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde_json::value::RawValue;

use super::event::{Content, Object, Record};
use super::field::{self, Fields};

/// What `CreateExportTask` leaves at the root of its prefix to test its permission.
const EXPORT_PROBE: &str = "aws-logs-write-test";

/// A message of SQS.
pub(super) fn of_message(place: usize, raw: &RawValue) -> Record<'_> {
    let message = Fields::of(raw.get());
    let id = message
        .as_ref()
        .and_then(|message| message.text("messageId"));
    let name = field::name(id.as_deref(), "message", place);
    let body = message.as_ref().and_then(|message| message.text("body"));
    let content = match body {
        Some(body) => body_of(&body),
        None => Content::Unreadable("it has no text under \"body\""),
    };
    Record { id, name, content }
}

/// What a notification that invoked the function by itself announces.
pub(super) fn of_bucket<'e>(place: usize, raw: &RawValue) -> Record<'e> {
    let content = Fields::of(raw.get()).map_or(NOT_ONE, |record| {
        created(&record).map_or_else(Content::Unreadable, |found| {
            Content::Objects(found.into_iter().collect())
        })
    });
    Record {
        id: None,
        name: field::name(None, "notification", place),
        content,
    }
}

/// The notification that EventBridge brings.
pub(super) fn of_bridge<'e>(event: &Fields<'_>) -> Record<'e> {
    Record {
        id: None,
        name: field::name(event.text("id").as_deref(), "notification", 0),
        content: bridged(event),
    }
}

const NOT_ONE: Content<'static> = Content::Unreadable("it is no notification of S3");

/// What the body of a message announces.
pub(super) fn body_of<'e>(body: &str) -> Content<'e> {
    let Some(fields) = Fields::of(body) else {
        return NOT_ONE;
    };
    if fields.text("Type").as_deref() == Some("Notification") {
        let message = fields.text("Message");
        return match message.as_deref().and_then(Fields::of) {
            Some(inner) => unwrapped(&inner),
            None => NOT_ONE,
        };
    }
    unwrapped(&fields)
}

fn unwrapped<'e>(fields: &Fields<'_>) -> Content<'e> {
    if fields.text("Event").as_deref() == Some("s3:TestEvent") {
        return Content::Objects(Vec::new());
    }
    if is_bridged(fields) {
        return bridged(fields);
    }
    let Some(records) = fields.list("Records") else {
        return NOT_ONE;
    };
    let mut objects = Vec::new();
    for raw in records {
        let found = match Fields::of(raw.get()) {
            Some(record) => created(&record),
            None => return NOT_ONE,
        };
        match found {
            Ok(found) => objects.extend(found),
            Err(why) => return Content::Unreadable(why),
        }
    }
    Content::Objects(objects)
}

/// The object that a record announces; `None` where it tells of something else, or of no log.
fn created(record: &Fields<'_>) -> Result<Option<Object>, &'static str> {
    const WITHOUT: &str = "it names no object of S3";
    if let Some(name) = record.text("eventName")
        && !name.trim_start_matches("s3:").starts_with("ObjectCreated")
    {
        return Ok(None);
    }
    let s3 = record.object("s3").ok_or("it is no notification of S3")?;
    let object = s3.object("object").ok_or(WITHOUT)?;
    let bucket = s3.object("bucket").and_then(|bucket| bucket.text("name"));
    let key = object.text("key").ok_or(WITHOUT)?.replace('+', " ");
    let key = percent_decode_str(&key).decode_utf8();
    let key = key.map_err(|_| "the key of its object is not UTF-8")?;
    Ok(wanted(Object {
        bucket: bucket.ok_or(WITHOUT)?.into_owned(),
        key: key.into_owned(),
        version: object.text("versionId").map(Cow::into_owned),
        region: record.text("awsRegion").map(Cow::into_owned),
    }))
}

/// Whether this is an event of S3 in the form of EventBridge.
pub(super) fn is_bridged(event: &Fields<'_>) -> bool {
    event.text("source").as_deref() == Some("aws.s3") && event.has("detail")
}

fn bridged<'e>(event: &Fields<'_>) -> Content<'e> {
    if event.text("detail-type").as_deref() != Some("Object Created") {
        return Content::Objects(Vec::new());
    }
    let detail = event.object("detail");
    let part = |name| detail.as_ref().and_then(|detail| detail.object(name));
    let (bucket, object) = (part("bucket"), part("object"));
    // Here keys are not encoded.
    let bucket = bucket.and_then(|bucket| bucket.text("name"));
    let key = object.as_ref().and_then(|object| object.text("key"));
    let (Some(bucket), Some(key)) = (bucket, key) else {
        return NOT_ONE;
    };
    let object = Object {
        bucket: bucket.into_owned(),
        key: key.into_owned(),
        version: object.and_then(|it| it.text("version-id").map(Cow::into_owned)),
        region: event.text("region").map(Cow::into_owned),
    };
    Content::Objects(wanted(object).into_iter().collect())
}

/// Leaves out what is no log: folders, and what an export task leaves behind.
fn wanted(object: Object) -> Option<Object> {
    let is_probe = object.key.rsplit('/').next() == Some(EXPORT_PROBE);
    (!object.key.ends_with('/') && !is_probe).then_some(object)
}
