//! `trailhound doctor` against an AWS that refuses: each refusal is a line that says what to mend.

use crate::hostile::{Action, Fault, Hostile, Rule};
use crate::program::{Ran, command, write};

const GROUP: &str = "/aws/eks/prod/cluster";
const AUDIT: &str = "kube-apiserver-audit-0123456789abcdef0123456789abcdef";
const AUTHENTICATOR: &str = "authenticator-0123456789abcdef0123456789abcdef";

/// Asks the doctor about these settings.
fn doctor(aws: &Hostile, settings: &str, options: &[&str]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "trailhound.toml", settings);
    let args = [
        &["doctor", "--config", &path, "--format", "pretty"],
        options,
    ]
    .concat();
    let output = command(&args).envs(aws.environment()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran {
        code: output.status.code(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

fn cluster() -> String {
    format!("[[cluster]]\nlog_group = \"{GROUP}\"\nregion = \"us-east-1\"\n")
}

/// A group in which both logs have just been written to.
fn fresh(aws: &Hostile) {
    let group = aws.logs().group(GROUP);
    let now = aws.now();
    group.put(AUDIT, now - 3_000, "{}");
    group.put(AUTHENTICATOR, now - 3_000, "level=info");
}

/// The report without what differs from run to run.
fn steady(text: &str) -> String {
    let age = regex::Regex::new(r"\d+s old").unwrap();
    let id = regex::Regex::new(r"message \([^)]*\)").unwrap();
    let text = age.replace_all(text, "Ns old");
    id.replace_all(&text, "message (ID)").into_owned()
}

#[test]
fn all_is_well_and_a_test_message_arrives_when_asked_for() {
    let aws = Hostile::start();
    fresh(&aws);
    let topic = aws.sns().topic("alerts");
    let settings = format!("{}[sink.sns]\ntopic_arn = \"{topic}\"\n", cluster());
    let ran = doctor(&aws, &settings, &[]).exits(0);
    assert!(aws.sns().accepted().is_empty());
    assert!(!ran.out.contains("publish"), "{}", ran.out);
    let ran = doctor(&aws, &settings, &["--send-test"]).exits(0);
    assert_eq!(aws.sns().accepted().len(), 1);
    insta::assert_snapshot!("doctor_well", steady(&ran.out));
}

#[test]
fn a_denied_call_names_principal_action_and_resource() {
    let aws = Hostile::start();
    fresh(&aws);
    aws.rule(Rule::every(Fault::Denied).on(Action::FilterLogEvents));
    let ran = doctor(&aws, &cluster(), &[]).exits(1);
    insta::assert_snapshot!("doctor_denied", steady(&ran.out));
}

#[test]
fn a_role_that_may_not_be_assumed_says_what_its_trust_needs() {
    let aws = Hostile::start();
    let role = "arn:aws:iam::444455556666:role/trailhound-reader";
    aws.sts().external_id(role, "right");
    let settings = format!(
        "{}role_arn = \"{role}\"\nexternal_id = \"wrong\"\n",
        cluster()
    );
    let ran = doctor(&aws, &settings, &[]).exits(1);
    insta::assert_snapshot!("doctor_role", steady(&ran.out));

    aws.logs().group_in("444455556666", "us-east-1", GROUP);
    let ran = doctor(&aws, &settings.replace("wrong", "right"), &[]);
    let taken = "trailhound-reader: can be assumed by";
    assert!(ran.out.contains(taken), "{}", ran.out);
}

#[test]
fn a_silent_log_and_a_missing_group_and_a_wrong_class_fail_with_what_to_do() {
    let aws = Hostile::start();
    let ran = doctor(&aws, &cluster(), &[]).exits(1);
    assert!(
        ran.out.contains("there is no such log group"),
        "{}",
        ran.out
    );

    let group = aws.logs().group(GROUP);
    group.put(AUDIT, aws.now() - 3_600_000, "{}");
    let ran = doctor(&aws, &cluster(), &[]).exits(1);
    insta::assert_snapshot!("doctor_silent", steady(&ran.out));

    group.infrequent_access();
    let ran = doctor(&aws, &cluster(), &[]).exits(1);
    assert!(ran.out.contains("fail  class"), "{}", ran.out);
    assert!(!ran.out.contains("fresh"), "{}", ran.out);
}

#[test]
fn a_topic_that_is_gone_fails() {
    let aws = Hostile::start();
    let settings = "[sink.sns]\ntopic_arn = \"arn:aws:sns:us-east-1:111122223333:nowhere\"\n";
    let ran = doctor(&aws, settings, &["--send-test"]).exits(1);
    insta::assert_snapshot!("doctor_topic", steady(&ran.out));
}

#[test]
fn findings_as_json_are_an_object_a_line() {
    let aws = Hostile::start();
    fresh(&aws);
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "trailhound.toml", cluster());
    let args = ["doctor", "--config", &path, "--format", "json"];
    let output = command(&args).envs(aws.environment()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.lines().count() > 5, "{text}");
    for line in text.lines() {
        let finding: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(finding["level"], "ok", "{line}");
    }
}

#[test]
fn settings_without_anything_to_try_are_a_mistake_of_usage() {
    let aws = Hostile::start();
    let ran = doctor(&aws, "[lists]\n", &[]).exits(2);
    ran.says(&["there is nothing to try"]);
}

#[test]
fn the_policies_allow_what_is_called_and_nothing_that_changes_a_log() {
    let read = |name: &str| -> serde_json::Value {
        let path = format!("{}/config/iam/{name}", crate::program::ROOT);
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    };
    let mut actions = Vec::new();
    for name in ["read.json", "assume.json", "stream.json", "objects.json"] {
        for statement in read(name)["Statement"].as_array().unwrap() {
            match &statement["Action"] {
                serde_json::Value::String(action) => actions.push(action.clone()),
                several => {
                    let several = several.as_array().unwrap().iter();
                    actions.extend(several.map(|action| action.as_str().unwrap().to_owned()));
                }
            }
        }
    }
    actions.sort();
    let needed = [
        "kinesis:DescribeStreamConsumer",
        "kinesis:DescribeStreamSummary",
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:ListShards",
        "kinesis:SubscribeToShard",
        "logs:DescribeLogGroups",
        "logs:DescribeLogStreams",
        "logs:FilterLogEvents",
        "s3:GetObject",
        "s3:ListBucket",
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
        "sts:AssumeRole",
    ];
    assert_eq!(actions, needed);
    let trust = read("trust.json");
    let condition = "/Statement/0/Condition/StringEquals/sts:ExternalId";
    assert!(trust.pointer(condition).is_some());
}

#[test]
fn what_discovery_finds_is_tried_like_what_is_named() {
    let aws = Hostile::start();
    fresh(&aws);
    aws.logs().group("/aws/eks/other/cluster");
    aws.logs().group("/aws/eks/other/not-a-cluster");
    let settings = format!("{}[discover]\nregions = [\"us-east-1\"]\n", cluster());
    let ran = doctor(&aws, &settings, &[]).exits(1);
    assert!(ran.out.contains("finds 2 log groups"), "{}", ran.out);
    let silent = "/aws/eks/other/cluster: has no audit stream";
    assert!(ran.out.contains(silent), "{}", ran.out);
    let tried = ran.out.matches(&format!("{GROUP}: is there")).count();
    assert_eq!(tried, 1, "{}", ran.out);
}

#[test]
fn a_topic_is_tried_as_whoever_publishes_to_it() {
    let aws = Hostile::start();
    fresh(&aws);
    let role = "arn:aws:iam::444455556666:role/publisher";
    let topic = aws.sns().topic_in("444455556666", "us-east-1", "alerts");
    let settings = format!(
        "{}[sink.sns]\ntopic_arn = \"{topic}\"\nrole_arn = \"{role}\"\n",
        cluster()
    );
    let ran = doctor(&aws, &settings, &["--send-test"]).exits(0);
    assert!(
        ran.out.contains(&format!("{role}: can be assumed")),
        "{}",
        ran.out
    );
    assert_eq!(aws.sns().accepted().len(), 1);
}
