//! The stacks that somebody else's AWS can make of the templates: what is put together from parameters is as
//! the program and AWS expect it.

use std::path::Path;
use std::process::Command;

use serde_json::{Value as Json, json};

use crate::moto::{ACCOUNT, Moto};
use crate::program::ROOT;

fn made(moto: &Moto) -> Json {
    let python = Path::new(ROOT).join("target/moto/bin/python");
    let output = Command::new(python)
        .args(["-c", include_str!("stacks.py")])
        .arg(Path::new(ROOT).join("config/deploy/cloudformation"))
        .envs(moto.environment())
        .env("NO_PROXY", "127.0.0.1")
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn stacks_can_be_made_and_fit_together() {
    let Some(moto) = Moto::start() else { return };
    let made = made(&moto);
    let settings = made["variables"]["TRAILHOUND_CONFIG_TOML"]
        .as_str()
        .unwrap();
    let settings: toml::Table = toml::from_str(settings).unwrap();
    assert_eq!(settings["state"]["table"].as_str(), Some("trailhound"));
    assert_eq!(
        settings["sink"]["sns"]["topic_arn"].as_str(),
        made["topic"].as_str()
    );
    assert!(made["variables"]["TRAILHOUND_CONFIG"].is_null());
    let mappings = made["mappings"].as_array().unwrap();
    assert_eq!(mappings.len(), 1);
    let source = mappings[0]["EventSourceArn"].as_str().unwrap();
    assert!(source.ends_with(":stream/trailhound"), "{source}");
    let reader = made["reader"].as_str().unwrap();
    assert!(reader.ends_with(":role/trailhound-reader"), "{reader}");
    let trust = made["trust"].as_object().unwrap();
    let (_, writer) = trust
        .iter()
        .find(|(name, _)| name.contains("Writer"))
        .unwrap();
    let of = |account: &str| format!("arn:*:logs:*:{account}:*");
    assert_eq!(
        writer.pointer("/Statement/0/Condition/StringLike/aws:SourceArn"),
        Some(&json!([
            of(ACCOUNT),
            of("111122223333"),
            of("444455556666")
        ])),
    );
}
