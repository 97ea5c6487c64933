//! How a function is set up: where its settings are, and what is refused.

use serde_json::json;

use super::envelope::{exec, logs, payload};
use super::function::{Function, variables};
use crate::hostile::environment;
use crate::live;
use crate::moto::Moto;
use crate::program::{command, run, write};

const NOWHERE: &str = "http://127.0.0.1:9";

/// Settings that silence what an exec raises, but for the marker of a detector of the user's own.
const SETTINGS: &str =
    "[[cluster]]\nlog_group = \"/aws/eks/prod/cluster\"\nlabels = { team = \"shop\" }\n";

/// The team that the alert of an exec is labelled with.
fn team(function: Function) -> serde_json::Value {
    function.invoke(&logs(&payload(&[exec(1)]))).ok();
    let written = function.stop();
    written.alerts[0]["cluster"]["labels"]["team"].clone()
}

#[test]
fn settings_come_from_a_path_the_environment_or_the_package() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "trailhound.toml", SETTINGS);
    let root = folder.path().to_str().unwrap().to_owned();
    for more in [
        ("TRAILHOUND_CONFIG", path),
        ("TRAILHOUND_CONFIG_TOML", SETTINGS.to_owned()),
        ("LAMBDA_TASK_ROOT", root),
    ] {
        let function = Function::start_with(environment(NOWHERE).into_iter().chain([more]));
        assert_eq!(team(function), "shop");
    }
    let none = ("LAMBDA_TASK_ROOT", "/nowhere".to_owned());
    let function = Function::start_with(environment(NOWHERE).into_iter().chain([none]));
    assert_eq!(team(function), json!(null));
}

#[tokio::test]
async fn settings_come_from_an_object_or_a_parameter() {
    let Some(moto) = Moto::start() else { return };
    let s3 = aws_sdk_s3::Client::from_conf(
        aws_sdk_s3::config::Builder::from(&moto.sdk())
            .force_path_style(true)
            .build(),
    );
    s3.create_bucket().bucket("settings").send().await.unwrap();
    let put = s3.put_object().bucket("settings").key("a/b.toml");
    put.body(SETTINGS.as_bytes().to_vec().into())
        .send()
        .await
        .unwrap();
    let ssm = aws_sdk_ssm::Client::new(&moto.sdk());
    let put = ssm
        .put_parameter()
        .name("/trailhound/settings")
        .value(SETTINGS);
    put.r#type(aws_sdk_ssm::types::ParameterType::SecureString)
        .send()
        .await
        .unwrap();
    for place in ["s3://settings/a/b.toml", "ssm:/trailhound/settings"] {
        let more = ("TRAILHOUND_CONFIG", place.to_owned());
        let function = Function::start_with(moto.environment().into_iter().chain([more]));
        assert_eq!(team(function), "shop", "{place}");
    }
    for (place, words) in [
        (
            "s3://settings/none.toml",
            "can't read the settings s3://settings/none.toml: ",
        ),
        (
            "ssm:/none",
            "can't read the settings ssm:/none: ParameterNotFound",
        ),
    ] {
        let more = ("TRAILHOUND_CONFIG", place.to_owned());
        let mut function = Function::start_with(moto.environment().into_iter().chain([more]));
        let written = function.end();
        assert_eq!(written.code, Some(2));
        assert!(written.text().contains(words), "{}", written.text());
    }
}

#[test]
fn detectors_come_from_a_folder_that_the_environment_names() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        "marker.toml",
        live::detector("own-marker", "marker"),
    );
    let own = (
        "TRAILHOUND_DETECTORS",
        folder.path().to_str().unwrap().to_owned(),
    );
    let function = Function::start_with(environment(NOWHERE).into_iter().chain([own]));
    let line = live::event("alice", "marker", 1_778_760_000_000);
    assert_eq!(function.invoke(&logs(&payload(&[line]))).ok()["alerts"], 1);
    assert_eq!(function.stop().alerts[0]["detector"]["id"], "own-marker");
}

#[test]
fn what_is_wrong_with_the_settings_ends_the_start_with_words() {
    let ends = |more: Vec<(&'static str, String)>, words: &str| {
        let environment = environment(NOWHERE).into_iter().chain(more);
        let written = Function::start_with(environment).end();
        assert_eq!(written.code, Some(2), "{}", written.text());
        assert!(written.text().contains(words), "{}", written.text());
    };
    let text = |text: &str| ("TRAILHOUND_CONFIG_TOML", text.to_owned());
    ends(vec![text("[sinks]")], "did you mean `sink`?");
    ends(
        vec![text("[sink.file]\npath = \"/tmp/a\"\n")],
        "[sink.file] is a file: the disk of a function ends with its container",
    );
    ends(
        vec![text("# none"), ("TRAILHOUND_CONFIG", "x.toml".to_owned())],
        "both TRAILHOUND_CONFIG and TRAILHOUND_CONFIG_TOML are set",
    );
    ends(
        vec![("TRAILHOUND_CONFIG", "s3://a".to_owned())],
        "write s3://BUCKET/KEY",
    );
    ends(
        vec![("TRAILHOUND_CONFIG", "none.toml".to_owned())],
        "can't read the settings none.toml",
    );
}

#[test]
fn outside_of_lambda_it_says_what_to_do_and_other_commands_work_inside() {
    run(&["lambda"])
        .exits(2)
        .says(&["AWS_LAMBDA_RUNTIME_API is not set", "--event FILE"]);
    let mut lacking = command(&["lambda"]);
    lacking.env("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9");
    let output = lacking.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("AWS_LAMBDA_FUNCTION_NAME is not set")
    );
    let mut other = command(&["fields", "actor.identity"]);
    other.envs(variables("127.0.0.1:9"));
    assert!(other.output().unwrap().status.success());
}
