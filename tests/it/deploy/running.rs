//! How the templates run the program and keep what it works on.

use serde_json::Value as Json;

use super::cloudformation::{resources, templates};
use super::none;
use crate::program::run;

/// Variables that the program reads, and those of libraries in it.
const VARIABLES: [&str; 5] = [
    "AWS_REGION",
    "MALLOC_ARENA_MAX",
    "SQLITE_TMPDIR",
    "TRAILHOUND_CONFIG",
    "TRAILHOUND_CONFIG_TOML",
];

/// What holds log lines, alerts or state, and the property that says how it is encrypted.
const ENCRYPTED: [(&str, &str); 7] = [
    ("AWS::DynamoDB::Table", "/SSESpecification/SSEEnabled"),
    ("AWS::EFS::FileSystem", "/Encrypted"),
    ("AWS::Kinesis::Stream", "/StreamEncryption/KeyId"),
    (
        "AWS::KinesisFirehose::DeliveryStream",
        "/DeliveryStreamEncryptionConfigurationInput/KeyType",
    ),
    (
        "AWS::S3::Bucket",
        "/BucketEncryption/ServerSideEncryptionConfiguration/0/ServerSideEncryptionByDefault/KMSMasterKeyID",
    ),
    ("AWS::SNS::Topic", "/KmsMasterKeyId"),
    ("AWS::SQS::Queue", "/KmsMasterKeyId"),
];

fn only(kind: &str) -> Json {
    let mut found = resources(kind);
    assert_eq!(found.len(), 1, "{kind}");
    found.remove(0).1
}

#[test]
fn whatever_holds_lines_or_alerts_is_encrypted() {
    let mut wrong = Vec::new();
    for (kind, property) in ENCRYPTED {
        for (name, properties) in resources(kind) {
            match properties.pointer(property) {
                Some(Json::String(key)) if !key.is_empty() => {}
                Some(Json::Bool(true)) => {}
                found => wrong.push(format!("{name}: {property} is {found:?}")),
            }
        }
    }
    none(&wrong);
}

#[test]
fn logs_are_not_kept_for_ever() {
    for (name, properties) in resources("AWS::Logs::LogGroup") {
        assert!(!properties["RetentionInDays"].is_null(), "{name}");
    }
}

#[test]
fn variables_are_ones_that_somebody_reads() {
    let function = &only("AWS::Lambda::Function")["Environment"]["Variables"];
    let mut names: Vec<String> = function.as_object().unwrap().keys().cloned().collect();
    let task = &only("AWS::ECS::TaskDefinition")["ContainerDefinitions"][0]["Environment"];
    let named = |it: &Json| it["Name"].as_str().unwrap().to_owned();
    names.extend(task.as_array().unwrap().iter().map(named));
    names.retain(|name| !VARIABLES.contains(&name.as_str()));
    none(&names);
}

#[test]
fn the_function_is_told_its_settings_by_variables_that_it_names() {
    let help = run(&["lambda", "--help"]);
    if help.code != Some(0) {
        eprintln!("skipped: this program is no function");
        return;
    }
    let ours = VARIABLES.iter().filter(|it| it.starts_with("TRAILHOUND_"));
    let unknown = ours.filter(|name| !help.out.contains(**name));
    none(&unknown.map(|name| (*name).to_owned()).collect::<Vec<_>>());
}

#[test]
fn never_do_two_tasks_share_a_state() {
    let service = only("AWS::ECS::Service");
    assert_eq!(service["DesiredCount"], 1);
    let deployment = &service["DeploymentConfiguration"];
    assert_eq!(deployment["MinimumHealthyPercent"], 0);
    assert_eq!(deployment["MaximumPercent"], 100);
}

#[test]
fn the_task_can_write_its_state_and_nothing_else() {
    let container = &only("AWS::ECS::TaskDefinition")["ContainerDefinitions"][0];
    assert_eq!(container["ReadonlyRootFilesystem"], true);
    assert_eq!(container["User"], "65532:65532");
    assert_eq!(container["Privileged"], false);
    assert_eq!(
        container["LinuxParameters"]["Capabilities"]["Drop"],
        serde_json::json!(["ALL"])
    );
    assert_eq!(container["MountPoints"].as_array().unwrap().len(), 1);
    assert!(container["Secrets"].is_null());
}

#[test]
fn nothing_reaches_the_task_from_outside() {
    let groups = resources("AWS::EC2::SecurityGroup");
    let (_, task) = groups
        .iter()
        .find(|(name, _)| name.ends_with("TaskGroup"))
        .unwrap();
    assert!(task["SecurityGroupIngress"].is_null());
    for (file, template) in templates() {
        let into_task = template["Resources"].as_object().unwrap().values();
        let opened = into_task.filter(|it| it["Type"] == "AWS::EC2::SecurityGroupIngress");
        assert_eq!(opened.count(), 0, "{file}");
    }
}

#[test]
fn a_record_that_fails_is_tried_alone_and_then_set_aside() {
    let mappings = resources("AWS::Lambda::EventSourceMapping");
    assert_eq!(mappings.len(), 2);
    for (name, mapping) in &mappings {
        let types = serde_json::json!(["ReportBatchItemFailures"]);
        assert_eq!(mapping["FunctionResponseTypes"], types, "{name}");
    }
    let (_, stream) = &mappings
        .iter()
        .find(|(name, _)| name.ends_with("FromStream"))
        .unwrap();
    assert_eq!(stream["BisectBatchOnFunctionError"], true);
    assert!(stream["MaximumRetryAttempts"].as_i64().unwrap() > 0);
    // As long as the stream keeps it.
    assert_eq!(stream["MaximumRecordAgeInSeconds"], -1);
    assert!(
        stream
            .pointer("/DestinationConfig/OnFailure/Destination")
            .is_some()
    );
    let asynchronous = only("AWS::Lambda::EventInvokeConfig");
    assert!(
        asynchronous
            .pointer("/DestinationConfig/OnFailure/Destination")
            .is_some()
    );
    let queues = resources("AWS::SQS::Queue");
    assert!(
        queues
            .iter()
            .any(|(_, queue)| queue.pointer("/RedrivePolicy/maxReceiveCount").is_some())
    );
}

#[test]
fn the_table_is_as_the_program_expects_it() {
    let table = only("AWS::DynamoDB::Table");
    let keys = serde_json::json!([
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ]);
    assert_eq!(table["KeySchema"], keys);
    assert_eq!(table["TimeToLiveSpecification"]["AttributeName"], "expires");
    assert_eq!(table["BillingMode"], "PAY_PER_REQUEST");
    let recovery = &table["PointInTimeRecoverySpecification"];
    assert_eq!(recovery["PointInTimeRecoveryEnabled"], true);
}
