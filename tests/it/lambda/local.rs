//! `trailhound lambda --event`: events from files.

use serde_json::{Value, json};

use super::envelope::{base64, exec, gzip, kinesis, logs, payload, schedule};
use crate::program::{Ran, feed, run, write};

/// Handles an event from standard input.
fn handle(event: &Value) -> Ran {
    feed(&["lambda", "--event", "-"], event.to_string().as_bytes())
}

#[test]
fn alerts_are_printed_as_a_replay_does_and_the_response_comes_last() {
    let lines = [exec(1), exec(2)];
    let ran = handle(&logs(&payload(&lines))).exits(0);
    let mut rows = ran.rows();
    let response = rows.pop().unwrap();
    assert_eq!(
        (&response["kind"], &response["events"]),
        (&json!("logs"), &json!(2))
    );
    assert_eq!(response["alerts"], rows.len());
    let replayed = feed(
        &["replay", "-"],
        logs(&payload(&lines)).to_string().as_bytes(),
    );
    let ids = |rows: &[Value]| rows.iter().map(|it| it["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&rows), ids(&replayed.rows()));
    let pretty = feed(
        &["lambda", "--event", "-", "--format", "pretty"],
        logs(&payload(&lines)).to_string().as_bytes(),
    );
    assert!(pretty.exits(0).out.contains("exec-any"));
}

#[test]
fn several_events_are_handled_one_after_the_other_in_one_memory() {
    let folder = tempfile::tempdir().unwrap();
    let event = kinesis(1, &[payload(&[exec(1)])]).to_string();
    let first = write(folder.path(), "1.json", &event);
    let last = write(
        folder.path(),
        "2.json",
        schedule("2026-05-14T13:00:00Z").to_string(),
    );
    let args = [
        "lambda", "--event", &first, "--event", &first, "--event", &last,
    ];
    let rows = run(&args).exits(0).rows();
    let execs = rows.iter().filter(|it| it["detector"]["id"] == "exec-any");
    assert_eq!(execs.count(), 1);
    let responses = rows.iter().filter(|it| it["schema"].is_null());
    let kinds: Vec<&Value> = responses.map(|it| &it["kind"]).collect();
    assert_eq!(kinds, [&json!(null), &json!(null), &json!("schedule")]);
}

#[test]
fn what_is_no_event_or_no_file_is_refused_in_words() {
    handle(&json!({"a": 1}))
        .exits(1)
        .prints_nothing()
        .says(&["-: no event that can be read: an object with the keys a; expected"]);
    run(&["lambda", "--event", "none.json"])
        .exits(2)
        .says(&["can't read none.json"]);
    feed(&["lambda", "--event", "-"], b"\xff\xfe")
        .exits(2)
        .says(&["- is not UTF-8, as an event is"]);
    run(&["lambda", "--format", "json"])
        .exits(2)
        .says(&["--event"]);
}

#[test]
fn every_envelope_of_the_collection_ends_in_an_answer() {
    let Some(folder) = crate::corpus::folder() else {
        return;
    };
    for line in crate::corpus::lines(&folder, "cloudwatch-envelopes.jsonl") {
        let case: Value = serde_json::from_str(&line).unwrap();
        let name = case["case"].as_str().unwrap();
        let events = match case["kind"].as_str().unwrap() {
            "subscription-json" => {
                let data = base64(&gzip(case["payload"].to_string().as_bytes()));
                handle(&case["payload"])
                    .exits(1)
                    .says(&["no event that can be read"]);
                vec![logs(&data), kinesis(1, &[data])]
            }
            "log-message" => {
                let line = case["raw"].as_str().unwrap().to_owned();
                vec![json!([line]), logs(&payload(&[line]))]
            }
            _ => vec![case["payload"].clone()],
        };
        for event in events {
            let ran = handle(&event).exits(0);
            let rows = ran.rows();
            let answer = rows.last().unwrap();
            match event["Records"].is_null() {
                true => assert_eq!(answer["alerts"], 0, "{name}: {answer}"),
                false => assert_eq!(*answer, json!({"batchItemFailures": []}), "{name}"),
            }
            let poison = ["envelope/kinesis event", "envelope/not base64"].contains(&name);
            assert_eq!(ran.err.contains("set aside"), poison, "{name}: {}", ran.err);
        }
    }
}
