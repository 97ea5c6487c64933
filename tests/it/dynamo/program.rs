//! The program and a table: what it refuses, and what the doctor says.

use aws_sdk_dynamodb::types::TimeToLiveSpecification;

use super::{Stage, TABLE, make_table_with};
use crate::program::{Ran, command, run, write};

const STATE: &str = "[state]\ntable = \"trailhound\"\n";

fn doctor(stage: &Stage) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "trailhound.toml", STATE);
    let args = ["doctor", "--config", &path, "--format", "pretty"];
    let output = command(&args)
        .envs(stage.moto.environment())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran {
        code: output.status.code(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

#[track_caller]
fn shows(ran: &Ran, parts: &[&str]) {
    for part in parts {
        assert!(
            ran.out.contains(part),
            "no {part:?} in: {}{}",
            ran.out,
            ran.err
        );
    }
}

#[test]
fn the_doctor_looks_at_keys_and_expiry() {
    let Some(stage) = Stage::start() else { return };
    let client = stage.client();
    shows(
        &doctor(&stage).exits(0),
        &[
            "table",
            "with the keys pk and sk",
            "keeps what has expired",
            "attribute expires",
        ],
    );
    let expiry = TimeToLiveSpecification::builder()
        .enabled(true)
        .attribute_name("expires");
    let switch = client
        .update_time_to_live()
        .table_name(TABLE)
        .time_to_live_specification(expiry.build().unwrap());
    stage.runtime.block_on(switch.send()).unwrap();
    shows(&doctor(&stage).exits(0), &["deletes what has expired"]);
    let delete = client.delete_table().table_name(TABLE).send();
    stage.runtime.block_on(delete).unwrap();
    shows(
        &doctor(&stage).exits(1),
        &["ResourceNotFoundException", "exists"],
    );
    let make = make_table_with(&client, ["id", "at"]);
    stage.runtime.block_on(make);
    shows(
        &doctor(&stage).exits(1),
        &["with the keys id, at", "partition key pk and sort key sk"],
    );
}

#[test]
fn a_watch_takes_no_table() {
    let folder = tempfile::tempdir().unwrap();
    let cluster = "[[cluster]]\nlog_group = \"/aws/eks/prod/cluster\"\n";
    let path = write(
        folder.path(),
        "trailhound.toml",
        format!("{STATE}{cluster}"),
    );
    let ran = run(&["watch", "--config", &path]).exits(2).prints_nothing();
    ran.says(&[
        "table = \"trailhound\" is for `lambda`",
        "one file",
        "--state FILE",
    ]);
}

#[test]
fn the_policy_allows_what_is_called_on_the_table_and_no_more() {
    let path = format!("{}/config/iam/state.json", crate::program::ROOT);
    let policy = std::fs::read_to_string(path).unwrap();
    let policy: serde_json::Value = serde_json::from_str(&policy).unwrap();
    let statements = policy["Statement"].as_array().unwrap();
    let actions = statements
        .iter()
        .flat_map(|one| one["Action"].as_array().unwrap());
    let mut actions: Vec<&str> = actions.map(|action| action.as_str().unwrap()).collect();
    actions.sort_unstable();
    // A transaction needs the permissions of what it does, and none of its own.
    let called = [
        "BatchGetItem",
        "DeleteItem",
        "DescribeTable",
        "DescribeTimeToLive",
        "PutItem",
        "Query",
        "UpdateItem",
    ];
    assert_eq!(actions, called.map(|call| format!("dynamodb:{call}")));
    for statement in statements {
        let resource = statement["Resource"].as_str().unwrap();
        assert!(resource.ends_with(":table/trailhound"), "{resource}");
    }
}
