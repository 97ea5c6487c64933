//! The same day through a replay and through a function, in random batches with repeats, gives the same
//! alerts.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::PathBuf;

use serde_json::{Value, json};
use trailhound::decode::{Item, Limits, Reader};
use trailhound::record::Origin;
use trailhound::source::{Progress, find};

use super::envelope::{base64, gzip, kinesis, logs, schedule};
use super::function::Function;
use crate::program::run;

/// Log lines of one stream, each as an envelope has it.
pub(super) struct Stream {
    origin: Origin,
    events: Vec<Value>,
}

/// All that a folder holds, by stream.
pub(super) fn streams(folder: &str) -> Vec<Stream> {
    let mut streams: Vec<Stream> = Vec::new();
    let mut reader = Reader::new(Limits::default());
    for input in find(&[PathBuf::from(crate::program::ROOT).join(folder)]).inputs {
        let bytes = input.open(&Progress::default()).unwrap();
        let _ = reader.read(&input.name, bytes, &input.origin, &mut |item| {
            if let Item::Event(event) = item {
                let place = streams.iter().position(|it| it.origin == *event.origin);
                let place = place.unwrap_or_else(|| {
                    let origin = event.origin.clone();
                    let events = Vec::new();
                    streams.push(Stream { origin, events });
                    streams.len() - 1
                });
                streams[place].events.push(json!({
                    "id": event.event_id, "timestamp": event.timestamp, "message": event.message
                }));
            }
            ControlFlow::Continue(())
        });
    }
    streams
}

/// An envelope of some events; what is not known is left out.
fn payload(origin: &Origin, events: &[Value]) -> String {
    let mut envelope = json!({"messageType": "DATA_MESSAGE", "logEvents": events});
    let members = [
        ("owner", &origin.account),
        ("logGroup", &origin.log_group),
        ("logStream", &origin.log_stream),
    ];
    for (key, value) in members {
        if let Some(value) = value {
            envelope[key] = json!(value);
        }
    }
    base64(&gzip(envelope.to_string().as_bytes()))
}

/// The streams cut into envelopes of random sizes, some of them twice, in a random order.
pub(super) fn payloads(streams: &[Stream], random: &mut fastrand::Rng) -> Vec<String> {
    let mut payloads = Vec::new();
    for stream in streams {
        let mut rest = stream.events.as_slice();
        while !rest.is_empty() {
            let (now, later) = rest.split_at(random.usize(1..=rest.len().min(400)));
            let one = payload(&stream.origin, now);
            // Delivered again, and again cut in another way.
            if random.u8(..) < 60 {
                payloads.push(payload(&stream.origin, &now[..now.len().div_ceil(2)]));
            }
            payloads.push(one);
            rest = later;
        }
    }
    random.shuffle(&mut payloads);
    payloads
}

/// Gives a function all payloads, by subscriptions or, with odd seeds, in batches of a stream, and then lets
/// it decide.
fn ids_by_lambda(streams: &[Stream], seed: u64) -> BTreeSet<String> {
    let mut random = fastrand::Rng::with_seed(seed);
    let function = Function::start("");
    let payloads = payloads(streams, &mut random);
    let one_by_one = seed.is_multiple_of(2);
    let mut rest = payloads.as_slice();
    while !rest.is_empty() {
        let most = if one_by_one { 1 } else { rest.len().min(12) };
        let (now, later) = rest.split_at(random.usize(1..=most));
        if one_by_one {
            function.invoke(&logs(&now[0])).ok();
        } else {
            let answer = function.invoke(&kinesis(1, now)).ok();
            assert_eq!(answer, json!({"batchItemFailures": []}));
        }
        rest = later;
    }
    function.invoke(&schedule("2027-01-01T00:00:00Z")).ok();
    let written = function.stop();
    let mut unique = BTreeSet::new();
    for alert in &written.alerts {
        let first = unique.insert(alert["id"].as_str().unwrap().to_owned());
        assert!(first, "seed {seed}: it came twice: {alert}");
    }
    unique
}

#[track_caller]
fn same(folder: &str, seeds: std::ops::Range<u64>) {
    let replayed = run(&["replay", folder, "--format", "json"]);
    let expected: BTreeSet<String> = replayed.exits(0).column("/id").into_iter().collect();
    let streams = streams(folder);
    assert!(!streams.is_empty());
    for seed in seeds {
        let ids = ids_by_lambda(&streams, seed);
        let missing: Vec<_> = expected.difference(&ids).collect();
        let more: Vec<_> = ids.difference(&expected).collect();
        assert!(
            missing.is_empty() && more.is_empty(),
            "seed {seed}: missing {missing:?}, more {more:?}"
        );
    }
}

#[test]
fn an_attack_raises_the_alerts_of_a_replay() {
    same("samples/attack", 0..4);
}

#[test]
fn a_quiet_day_raises_the_alerts_of_a_replay() {
    same("samples/quiet-day", 10..12);
}
