//! Wraps log lines the way CloudWatch Logs, its subscribers and its downloads do.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

/// The ways to hand the same lines over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrapping {
    Lines,
    LinesWithCarriageReturns,
    GzipOfLines,
    GzipMembers,
    GzipInGzip,
    Zstd,
    EventList,
    Export,
    FilterLogEvents,
    GetLogEvents,
    InsightsResults,
    InsightsCsv,
    Subscription,
    SubscriptionInBase64,
    Lambda,
    Kinesis,
    Firehose,
    FirehoseObject,
}

/// All of them.
pub(crate) const ALL: [Wrapping; 18] = [
    Wrapping::Lines,
    Wrapping::LinesWithCarriageReturns,
    Wrapping::GzipOfLines,
    Wrapping::GzipMembers,
    Wrapping::GzipInGzip,
    Wrapping::Zstd,
    Wrapping::EventList,
    Wrapping::Export,
    Wrapping::FilterLogEvents,
    Wrapping::GetLogEvents,
    Wrapping::InsightsResults,
    Wrapping::InsightsCsv,
    Wrapping::Subscription,
    Wrapping::SubscriptionInBase64,
    Wrapping::Lambda,
    Wrapping::Kinesis,
    Wrapping::Firehose,
    Wrapping::FirehoseObject,
];

/// Event time and millisecond stamps, all alike: nothing about an alert may depend on them.
const STAMP: (&str, i64) = ("2026-05-14T12:00:00.000Z", 1_778_760_000_000);

/// One input that holds these lines, in this order.
pub(crate) fn wrap(lines: &[&str], how: Wrapping) -> Vec<u8> {
    let text = || {
        lines
            .iter()
            .flat_map(|line| [line, "\n"])
            .collect::<String>()
            .into_bytes()
    };
    match how {
        Wrapping::Lines => text(),
        Wrapping::LinesWithCarriageReturns => lines.join("\r\n").into_bytes(),
        Wrapping::GzipOfLines => gzip(&text()),
        Wrapping::GzipMembers => lines
            .iter()
            .flat_map(|line| gzip(format!("{line}\n").as_bytes()))
            .collect(),
        Wrapping::GzipInGzip => gzip(&gzip(&text())),
        Wrapping::Zstd => zstd::encode_all(text().as_slice(), 1).unwrap(),
        Wrapping::EventList => event_list(lines),
        Wrapping::Export => gzip(
            &lines
                .iter()
                .flat_map(|line| [STAMP.0, " ", line, "\n"])
                .collect::<String>()
                .into_bytes(),
        ),
        Wrapping::FilterLogEvents => {
            pretty(&json!({ "events": records(lines), "searchedLogStreams": [] }))
        }
        Wrapping::GetLogEvents => pretty(&json!({
            "events": records(lines), "nextForwardToken": "f/1", "nextBackwardToken": "b/1"
        })),
        Wrapping::InsightsResults => results(lines),
        Wrapping::InsightsCsv => csv(lines),
        Wrapping::Subscription => subscription(lines),
        Wrapping::SubscriptionInBase64 => STANDARD.encode(gzip(&subscription(lines))).into_bytes(),
        Wrapping::Lambda => {
            pretty(&json!({ "awslogs": { "data": STANDARD.encode(gzip(&subscription(lines))) } }))
        }
        Wrapping::Kinesis => in_halves(
            lines,
            "Records",
            |data| json!({ "kinesis": { "data": data } }),
        ),
        Wrapping::Firehose => in_halves(
            lines,
            "records",
            |data| json!({ "recordId": "1", "data": data }),
        ),
        Wrapping::FirehoseObject => lines
            .chunks(3)
            .flat_map(|some| gzip(&subscription(some)))
            .collect(),
    }
}

/// Whether lines like these can be wrapped so: a list holds JSON only.
pub(crate) fn fits(lines: &[&str], how: Wrapping) -> bool {
    how != Wrapping::EventList
        || lines
            .iter()
            .all(|line| line.starts_with('{') && line.ends_with('}'))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn pretty(value: &Value) -> Vec<u8> {
    serde_json::to_vec_pretty(value).unwrap()
}

fn event_list(lines: &[&str]) -> Vec<u8> {
    let items = lines.join(",");
    format!(
        r#"{{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{{}},"items":[{items}]}}"#
    )
    .into_bytes()
}

fn records(lines: &[&str]) -> Vec<Value> {
    let numbered = lines.iter().enumerate();
    numbered
        .map(|(number, line)| {
            json!({
                "eventId": number.to_string(), "timestamp": STAMP.1, "ingestionTime": STAMP.1,
                "message": line
            })
        })
        .collect()
}

fn results(lines: &[&str]) -> Vec<u8> {
    let field = |name: &str, value: &str| json!({ "field": name, "value": value });
    let row = |line: &&str| json!([field("@message", line), field("@ptr", "CmEKJgo")]);
    pretty(&json!({ "status": "Complete", "results": lines.iter().map(row).collect::<Vec<_>>() }))
}

fn csv(lines: &[&str]) -> Vec<u8> {
    let quoted = |line: &&str| {
        format!(
            "2026-05-14 12:00:00.000,\"{}\"\n",
            line.replace('"', "\"\"")
        )
    };
    let rows: String = lines.iter().map(quoted).collect();
    format!("@timestamp,@message\n{rows}").into_bytes()
}

/// The envelope of a subscription, of the same log group as everything else.
fn subscription(lines: &[&str]) -> Vec<u8> {
    let events: Vec<Value> = lines
        .iter()
        .enumerate()
        .map(|(number, line)| json!({ "id": number.to_string(), "timestamp": STAMP.1, "message": line }))
        .collect();
    let envelope = json!({
        "messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": "/aws/eks/prod/cluster",
        "subscriptionFilters": ["all"], "logEvents": events
    });
    envelope.to_string().into_bytes()
}

fn in_halves(lines: &[&str], list: &str, record: impl Fn(String) -> Value) -> Vec<u8> {
    let (first, second) = lines.split_at(lines.len() / 2);
    let halves = [first, second].into_iter().filter(|half| !half.is_empty());
    let records: Vec<Value> = halves
        .map(|half| record(STANDARD.encode(gzip(&subscription(half)))))
        .collect();
    pretty(&json!({ list: records }))
}
