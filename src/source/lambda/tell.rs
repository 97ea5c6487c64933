//! Tells what kind of event a text is, by its content.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::event::{Batch, Content, Event, Kind, Record, Unknown};
use super::field::{Fields, text_of};
use super::{kinesis, notification};
use crate::record::parse_time;

/// How many keys of an unknown event are named, and how long each may be.
const SHOWN: (usize, usize) = (8, 40);

impl<'e> Event<'e> {
    /// Reads an event. Records that can't be read are among the others, each with what is wrong with it.
    ///
    /// # Errors
    /// When it is of no kind that is known.
    pub fn read(text: &'e str) -> Result<Self, Unknown> {
        match text.trim_start().bytes().next() {
            Some(b'{') => match Fields::of(text) {
                Some(fields) => of_object(text, &fields),
                None => unknown("a text that is not JSON"),
            },
            Some(b'[') => match serde_json::from_str::<Vec<&RawValue>>(text) {
                Ok(list) => of_lines(&list),
                Err(_) => unknown("a text that is not JSON"),
            },
            _ => unknown("neither an object nor a list"),
        }
    }
}

fn unknown<T>(found: impl Into<String>) -> Result<T, Unknown> {
    let found = found.into();
    Err(Unknown { found })
}

fn of_object<'e>(text: &str, fields: &Fields<'e>) -> Result<Event<'e>, Unknown> {
    if fields.has("awslogs") {
        let awslogs = fields.object("awslogs");
        let records = vec![kinesis::of_logs(awslogs.as_ref())];
        return Ok(batch(Kind::Logs, records));
    }
    if let Some(records) = fields.list("Records") {
        return of_records(text, &records);
    }
    if let Some(records) = fields.list("records") {
        return Ok(each(Kind::Firehose, &records, kinesis::of_firehose));
    }
    if let Some(lines) = fields.list("lines") {
        return of_lines(&lines);
    }
    let source = fields.text("source");
    if source.as_deref() == Some("aws.s3") {
        let records = vec![notification::of_event(text)];
        return Ok(batch(Kind::Bucket, records));
    }
    if let Some("aws.events" | "aws.scheduler") = source.as_deref() {
        let time = fields.text("time");
        return match time.as_deref().and_then(parse_time) {
            Some(time) => Ok(Event::Schedule { time }),
            None => unknown("a scheduled event without its \"time\""),
        };
    }
    unknown(keys(fields))
}

/// What an event has instead: its keys, since they may tell what it is.
fn keys(fields: &Fields<'_>) -> String {
    let (most, longest) = SHOWN;
    let fit = |key: &&str| key.len() <= longest && key.bytes().all(|byte| byte.is_ascii_graphic());
    let mut keys: Vec<&str> = fields.keys().filter(fit).take(most).collect();
    keys.sort_unstable();
    match keys.is_empty() {
        true => "an object without keys".to_owned(),
        false => format!("an object with the keys {}", keys.join(", ")),
    }
}

/// Under `Records` come those of several senders; the first tells which.
fn of_records<'e>(text: &str, records: &[&'e RawValue]) -> Result<Event<'e>, Unknown> {
    let Some(first) = records.first() else {
        return Ok(batch(Kind::Kinesis, Vec::new()));
    };
    let first = records
        .iter()
        .find_map(|raw| Fields::of(raw.get()).filter(tells))
        .or_else(|| Fields::of(first.get()));
    let Some(first) = first else {
        return unknown("\"Records\" that are no objects");
    };
    let source = first
        .text("eventSource")
        .or_else(|| first.text("EventSource"));
    match source.as_deref() {
        Some("aws:kinesis") => Ok(each(Kind::Kinesis, records, kinesis::of_stream)),
        Some("aws:sqs") => Ok(each(Kind::Queue, records, notification::of_message)),
        Some("aws:s3") => Ok(batch(Kind::Bucket, vec![notification::of_event(text)])),
        Some(_) => unknown("\"Records\" of another service"),
        None if first.has("kinesis") => Ok(each(Kind::Kinesis, records, kinesis::of_stream)),
        None => unknown("\"Records\" without an \"eventSource\""),
    }
}

/// Whether a record says who sent it.
fn tells(record: &Fields<'_>) -> bool {
    ["eventSource", "EventSource", "kinesis"]
        .iter()
        .any(|key| record.has(key))
}

fn each<'e>(
    kind: Kind,
    records: &[&'e RawValue],
    read: fn(usize, &'e RawValue) -> Record<'e>,
) -> Event<'e> {
    let records = records.iter().enumerate();
    batch(kind, records.map(|(place, raw)| read(place, raw)).collect())
}

const fn batch<'e>(kind: Kind, records: Vec<Record<'e>>) -> Event<'e> {
    Event::Batch(Batch { kind, records })
}

/// A list of texts, each a log line.
fn of_lines<'e>(list: &[&'e RawValue]) -> Result<Event<'e>, Unknown> {
    let lines: Option<Vec<Cow<'e, str>>> = list.iter().map(|raw| text_of(raw)).collect();
    let Some(lines) = lines else {
        return unknown("a list that does not hold texts alone");
    };
    let record = Record {
        id: None,
        name: "lines".to_owned(),
        content: Content::Lines(lines),
    };
    Ok(batch(Kind::Lines, vec![record]))
}
