//! Records of a stream, as the event source mapping hands them over; those of Firehose differ in names only.

use serde_json::value::RawValue;

use super::event::{Content, Record};
use super::field::{self, Fields};

/// A record of a Kinesis stream.
pub(super) fn of_stream(place: usize, raw: &RawValue) -> Record<'_> {
    let record = Fields::of(raw.get());
    let kinesis = record.as_ref().and_then(|record| record.object("kinesis"));
    let id = kinesis.as_ref().and_then(|it| it.text("sequenceNumber"));
    // Shard and sequence number.
    let given = record.as_ref().and_then(|record| record.text("eventID"));
    let name = field::name(given.as_deref().or(id.as_deref()), "record", place);
    let content = content(kinesis.as_ref());
    Record { id, name, content }
}

/// A record of a Firehose stream.
pub(super) fn of_firehose(place: usize, raw: &RawValue) -> Record<'_> {
    let record = Fields::of(raw.get());
    let id = record.as_ref().and_then(|record| record.text("recordId"));
    let name = field::name(id.as_deref(), "record", place);
    let content = content(record.as_ref());
    Record { id, name, content }
}

/// The payload of a subscription of CloudWatch Logs, which is a record alone.
pub(super) fn of_logs<'e>(awslogs: Option<&Fields<'e>>) -> Record<'e> {
    Record {
        id: None,
        name: "awslogs.data".to_owned(),
        content: content(awslogs),
    }
}

const NO_DATA: Content<'static> = Content::Unreadable("it has no text under \"data\"");

fn content<'e>(fields: Option<&Fields<'e>>) -> Content<'e> {
    match fields.and_then(|fields| fields.text("data")) {
        Some(data) => Content::Base64(data),
        None => NO_DATA,
    }
}
