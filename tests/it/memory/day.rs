//! Some minutes of a few clusters: few callers, addresses and objects, so that they meet often.

use std::fmt::Write as _;

use chrono::DateTime;
use proptest::prelude::*;
use serde_json::json;
use trailhound::record::Origin;

/// When it begins, in milliseconds since the Unix epoch: a full hour.
pub(crate) const BEGIN: i64 = 1_778_760_000_000;
/// How long it lasts, in milliseconds.
const LENGTH: i64 = 10 * 60_000;

/// One log line of one cluster.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Line {
    /// When the event happened.
    pub(crate) time: i64,
    /// Which cluster: a place in [`clusters`].
    pub(crate) cluster: usize,
    /// As it stands in the log.
    pub(crate) text: String,
}

/// The clusters: two share an account and a name, and two a name.
pub(crate) fn clusters() -> Vec<Origin> {
    let one = |account: &str, region: &str, name: &str| Origin {
        log_group: Some(format!("/aws/eks/{name}/cluster")),
        log_stream: None,
        account: Some(account.to_owned()),
        region: Some(region.to_owned()),
    };
    vec![
        one("111122223333", "eu-west-1", "prod"),
        one("111122223333", "us-east-1", "prod"),
        one("444455556666", "eu-west-1", "prod"),
        one("111122223333", "eu-west-1", "test"),
    ]
}

/// What is drawn for an event.
#[derive(Clone, Debug)]
struct Draw {
    time: i64,
    cluster: usize,
    caller: usize,
    address: usize,
    verb: usize,
    object: usize,
    code: u16,
    /// A second stage of the same request, with another code.
    stage: Option<u16>,
    authenticator: bool,
}

fn time() -> impl Strategy<Value = i64> {
    prop_oneof![
        2 => 0..LENGTH,
        // Close together.
        2 => (0..4_i64, 0..4_000_i64).prop_map(|(at, more)| at * 150_000 + more),
        // At the borders of windows, of learning times and of horizons.
        2 => (0..LENGTH / 30_000, -1..2_i64).prop_map(|(at, by)| (at * 30_000 + by).max(0)),
    ]
    .prop_map(|offset| BEGIN + offset)
}

fn draw(clusters: usize) -> impl Strategy<Value = Draw> {
    let code = || prop::sample::select(vec![200_u16, 403, 500]);
    let who = (0..clusters, 0..3_usize, 0..3_usize);
    let what = (0..5_usize, 0..6_usize, code());
    let stage = prop::option::weighted(0.2, code());
    (time(), who, what, stage, prop::bool::weighted(0.2)).prop_map(
        |(time, (cluster, caller, address), (verb, object, code), stage, authenticator)| Draw {
            time,
            cluster,
            caller,
            address,
            verb,
            object,
            code,
            stage,
            authenticator,
        },
    )
}

/// The lines of some events in so many clusters, in the order of time.
pub(crate) fn day(clusters: usize, events: usize) -> impl Strategy<Value = Vec<Line>> {
    prop::collection::vec(draw(clusters), 1..events).prop_map(|draws| {
        let mut lines = Vec::new();
        for (number, draw) in draws.iter().enumerate() {
            for text in texts(number, draw) {
                lines.push(Line {
                    time: draw.time,
                    cluster: draw.cluster,
                    text,
                });
            }
        }
        lines.sort();
        lines
    })
}

fn texts(number: usize, draw: &Draw) -> Vec<String> {
    if draw.authenticator {
        return vec![granted(number, draw)];
    }
    let complete = audit(number, draw, "ResponseComplete", draw.code);
    let started = draw
        .stage
        .map(|code| audit(number, draw, "ResponseStarted", code));
    [Some(complete), started].into_iter().flatten().collect()
}

fn stamp(time: i64) -> String {
    let time = DateTime::from_timestamp_millis(time).unwrap();
    time.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

fn granted(number: usize, draw: &Draw) -> String {
    let mut line = String::new();
    write!(
        line,
        "time=\"{}\" level=info msg=\"access granted\" arn=\"arn:aws:iam::111122223333:role/r{}\" \
         client=\"127.0.0.1:{}\" groups=\"[]\" method=POST path=/authenticate \
         uid=\"aws-iam-authenticator:111122223333:AROAEXAMPLE\" username=\"u{}\"",
        stamp(draw.time),
        draw.address,
        30_000 + number,
        draw.caller,
    )
    .unwrap();
    line
}

fn audit(number: usize, draw: &Draw, stage: &str, code: u16) -> String {
    let verb = ["get", "create", "delete", "patch", "get"][draw.verb];
    let object = &["a", "b", "c"][draw.object % 3];
    // An object of no namespace may have the name of a namespace, and the other way round.
    let (namespace, name) = match draw.object {
        0..3 => (Some("a"), Some(*object)),
        3 => (None, Some("a")),
        4 => (Some("a"), None),
        _ => (None, Some("b")),
    };
    let mut target = json!({"resource": "pods"});
    for (key, value) in [("namespace", namespace), ("name", name)] {
        if let Some(value) = value {
            target[key] = value.into();
        }
    }
    json!({
        "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Metadata",
        "auditID": format!("5b0d5a8c-2f6c-4c1e-9d56-{number:012x}"), "stage": stage,
        "requestURI": format!("/api/v1/p{}", draw.object), "verb": verb,
        "user": { "username": format!("u{}", draw.caller), "groups": ["system:authenticated"] },
        "sourceIPs": [format!("10.0.0.{}", draw.address)], "objectRef": target,
        "responseStatus": { "metadata": {}, "code": code },
        "requestReceivedTimestamp": stamp(draw.time), "stageTimestamp": stamp(draw.time),
    })
    .to_string()
}

/// Lines of one cluster as one subscription delivers them.
pub(crate) fn envelope(lines: &[&Line]) -> Vec<u8> {
    let clusters = clusters();
    let origin = &clusters[lines[0].cluster];
    let events: Vec<_> = lines
        .iter()
        .enumerate()
        .map(|(at, line)| json!({"id": at.to_string(), "timestamp": 0, "message": line.text}))
        .collect();
    let envelope = json!({
        "messageType": "DATA_MESSAGE", "owner": origin.account, "logGroup": origin.log_group,
        "logStream": "s", "subscriptionFilters": ["all"], "logEvents": events,
    });
    envelope.to_string().into_bytes()
}
