//! What policies allow: no more than the program and AWS need, and the same in every form.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::cloudformation::templates;
use super::statement::{Statement, statements};
use super::{files, none, read, short, terraform};

/// Statements that allow all actions of a service, and why.
const EVERY_ACTION: [(&str, &str); 1] = [(
    "TheAccount",
    "AWS's own default for a key: without it nobody could rule the key any more",
)];

/// Statements that name no resource, and why.
const EVERY_RESOURCE: [(&str, &str); 5] = [
    ("TheAccount", "in a key's policy the resource is that key"),
    (
        "EncryptAlarms",
        "in a key's policy the resource is that key",
    ),
    (
        "EncryptNotifications",
        "in a key's policy the resource is that key",
    ),
    (
        "TheTaskThroughItsAccessPoint",
        "in a file system's policy the resource is that file system",
    ),
    ("LogInToEcr", "the action knows no resources"),
];

/// Statements that are not about what the program calls, and whom they serve.
const OF_AWS: [(&str, &str); 23] = [
    ("AlarmsOfThisAccount", "alarms publish to the topic"),
    ("EncryptAlarms", "alarms publish to the topic"),
    ("EncryptNotifications", "S3 tells of objects"),
    (
        "EncryptForTheStream",
        "CloudWatch Logs writes to the stream",
    ),
    ("EncryptObjects", "Firehose writes objects"),
    (
        "EncryptWhatIsSetAside",
        "Lambda sets aside in the function's name",
    ),
    ("Firehose", "Firehose becomes its role"),
    ("Lambda", "Lambda becomes the function's role"),
    ("Log", "Lambda and ECS write what the program says"),
    ("LogInToEcr", "ECS fetches the image"),
    ("LogsOfSenders", "CloudWatch Logs becomes the writer"),
    ("LookAtTheBucket", "Firehose writes objects"),
    (
        "MapTheQueue",
        "Lambda reads the queue in the function's name",
    ),
    (
        "MapTheStream",
        "Lambda reads the stream in the function's name",
    ),
    ("NotificationsOfTheBucket", "S3 tells of objects"),
    ("PullTheImage", "ECS fetches the image"),
    ("Senders", "accounts with clusters subscribe"),
    ("SetAside", "Lambda sets aside in the function's name"),
    ("Subscribers", "other accounts read alerts"),
    ("Tasks", "ECS becomes the task's roles"),
    ("TellOfErrors", "Firehose says why it can't write"),
    ("TheAccount", "the account rules its key"),
    ("TheTaskThroughItsAccessPoint", "ECS mounts the state"),
];

/// Those of both forms under one name.
const WRITERS: [(&str, &str); 3] = [
    ("WriteObjects", "Firehose writes objects"),
    ("WriteToTheGatherer", "CloudWatch Logs writes to Firehose"),
    ("WriteToTheStream", "CloudWatch Logs writes to the stream"),
];

/// Statements for people alone, which no template gives to the program.
const OF_PEOPLE: [(&str, &str); 1] = [("LetTheDoctorLookAtTheTable", "a function asks no doctor")];

fn of_templates() -> Vec<Statement> {
    let templates = templates();
    templates
        .iter()
        .flat_map(|(file, template)| statements(file, template))
        .collect()
}

fn of_both() -> Vec<Statement> {
    let mut both = of_templates();
    both.extend(terraform::policies().unwrap_or_default());
    both
}

fn of_iam() -> Vec<Statement> {
    let read = |path: &std::path::PathBuf| {
        let policy: Json = serde_json::from_str(&read(path)).unwrap();
        statements(&short(path), &policy)
    };
    files("config/iam", "json").iter().flat_map(read).collect()
}

fn is_among(sid: &str, table: &[(&str, &str)]) -> bool {
    table.iter().any(|(known, _)| *known == sid)
}

#[test]
fn no_statement_allows_everything_of_a_service() {
    let star =
        |it: &&Statement| it.allows && it.actions.iter().any(|a| a.ends_with(":*") || a == "*");
    let wrong: Vec<_> = of_both()
        .iter()
        .filter(star)
        .filter(|it| !is_among(&it.sid, &EVERY_ACTION))
        .map(|it| format!("{} {}: {:?}", it.file, it.sid, it.actions))
        .collect();
    none(&wrong);
}

#[test]
fn no_statement_allows_something_on_everything() {
    let wrong: Vec<_> = of_both()
        .iter()
        .filter(|it| it.allows && it.resources.iter().any(|resource| resource == "*"))
        .filter(|it| !is_among(&it.sid, &EVERY_RESOURCE))
        .map(|it| format!("{} {}: {:?}", it.file, it.sid, it.actions))
        .collect();
    none(&wrong);
}

#[test]
fn nobody_is_trusted_who_is_not_named() {
    let everybody = |it: &Statement| {
        let principal = it.principal.as_ref().map(Json::to_string);
        principal.is_some_and(|text| text.contains("\"*\""))
    };
    let unconditional = |it: &Statement| {
        // Lambda has no account to name when it becomes a role.
        it.actions == ["sts:AssumeRole"]
            && it.principal.is_some()
            && !it.conditional
            && it.sid != "Lambda"
    };
    let wrong: Vec<_> = of_both()
        .iter()
        .filter(|it| it.allows && (everybody(it) || unconditional(it)))
        .map(|it| format!("{} {}: {:?}", it.file, it.sid, it.principal))
        .collect();
    none(&wrong);
}

#[test]
fn what_the_program_may_do_is_the_same_in_every_form() {
    let known: BTreeMap<String, Vec<String>> = of_iam()
        .into_iter()
        .map(|it| (it.sid, it.actions))
        .collect();
    let mut wrong = Vec::new();
    for it in of_both().iter().filter(|it| it.allows) {
        match known.get(&it.sid) {
            Some(actions) if *actions == it.actions => {}
            Some(actions) => wrong.push(format!(
                "{} {}: {:?}, config/iam has {actions:?}",
                it.file, it.sid, it.actions
            )),
            None if is_among(&it.sid, &OF_AWS) || is_among(&it.sid, &WRITERS) => {}
            None => wrong.push(format!("{} {}: not in config/iam", it.file, it.sid)),
        }
    }
    none(&wrong);
}

#[test]
fn each_form_has_each_statement() {
    let of_iam: BTreeSet<String> = of_iam().into_iter().map(|it| it.sid).collect();
    let sids = |found: Vec<Statement>| found.into_iter().map(|it| it.sid).collect::<BTreeSet<_>>();
    let templates = sids(of_templates());
    let missing: Vec<_> = of_iam
        .difference(&templates)
        .filter(|sid| !is_among(sid, &OF_PEOPLE))
        .cloned()
        .collect();
    none(&missing);
    if let Some(modules) = terraform::policies() {
        assert_eq!(templates, sids(modules));
    }
    let listed = OF_AWS.iter().chain(&WRITERS);
    let gone: Vec<_> = listed
        .filter(|(sid, _)| !templates.contains(*sid))
        .map(|(sid, _)| format!("{sid} is listed and nowhere"))
        .collect();
    none(&gone);
}
