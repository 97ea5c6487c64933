//! Functions that share a table, as moto plays it.

use std::collections::BTreeSet;

use serde_json::json;

use super::envelope::{exec, kinesis, logs, payload, schedule, sequence};
use super::equal::{payloads, streams};
use super::function::Function;
use crate::dynamo::{TABLE, make_table};
use crate::moto::Moto;
use crate::program::run;

/// Settings with the table.
pub(super) fn settings() -> String {
    format!("[state]\ntable = \"{TABLE}\"\n")
}

fn function(moto: &Moto) -> Function {
    Function::start_in(moto.environment(), &settings())
}

/// A moto, with the table or without it.
pub(super) fn moto(table: bool) -> Option<Moto> {
    let moto = Moto::start_atomic()?;
    if table {
        let client = aws_sdk_dynamodb::Client::new(&moto.sdk());
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_all().build().unwrap();
        runtime.block_on(make_table(&client));
    }
    Some(moto)
}

#[test]
fn two_containers_that_share_a_table_raise_together_what_a_replay_raises() {
    let Some(moto) = moto(true) else { return };
    let folder = "samples/attack";
    let mut random = fastrand::Rng::with_seed(7);
    let payloads = payloads(&streams(folder), &mut random);
    let (first, second) = payloads.split_at(payloads.len() / 2);
    // Both get some of what the other gets, too.
    let shares = [
        [first, &second[..second.len() / 3]].concat(),
        second.to_vec(),
    ];
    let written = std::thread::scope(|scope| {
        let containers = shares.map(|share| {
            let container = function(&moto);
            scope.spawn(move || {
                for some in share.chunks(5) {
                    let answer = container.invoke(&kinesis(1, some)).ok();
                    assert_eq!(answer, json!({"batchItemFailures": []}));
                }
                container
            })
        });
        let [one, other] = containers.map(|container| container.join().unwrap());
        one.invoke(&schedule("2027-01-01T00:00:00Z")).ok();
        [one.stop(), other.stop()]
    });
    let ids = [written[0].ids(), written[1].ids()].concat();
    let unique: BTreeSet<String> = ids.iter().cloned().collect();
    assert_eq!(ids.len(), unique.len(), "an alert came from both");
    let replayed = run(&["replay", folder, "--format", "json"]).exits(0);
    let expected: BTreeSet<String> = replayed.column("/id").into_iter().collect();
    let missing: Vec<_> = expected.difference(&unique).collect();
    let more: Vec<_> = unique.difference(&expected).collect();
    assert!(
        missing.is_empty() && more.is_empty(),
        "missing {missing:?}, more {more:?}"
    );
    assert!(!written[1].alerts.is_empty());
}

#[test]
fn without_its_table_a_stream_is_told_to_come_again_and_others_fail() {
    let Some(moto) = moto(false) else { return };
    let function = function(&moto);
    let event = kinesis(5, &[payload(&[exec(1)]), payload(&[exec(2)])]);
    let lowest = json!({"batchItemFailures": [{"itemIdentifier": sequence(5)}]});
    assert_eq!(function.invoke(&event).ok(), lowest);
    let (kind, message) = function.invoke(&logs(&payload(&[exec(3)]))).failed();
    assert_eq!(kind, "Records");
    assert!(
        message.contains("DynamoDB table \"trailhound\" can't be used"),
        "{message}"
    );
    // The next schedule does what this one could not.
    let answer = function.invoke(&schedule("2026-05-14T13:00:00Z")).ok();
    assert_eq!(answer["settled"], 0);
    let written = function.stop();
    assert!(written.alerts.is_empty());
    assert_eq!(written.lines("ready")[0]["state"], "dynamodb");
    let failed = written.lines("invocation");
    let failed: Vec<_> = failed.iter().map(|it| it["failed"].as_u64()).collect();
    assert_eq!(failed, [Some(2), Some(1), Some(1)]);
}
