//! `trailhound explain`: why a detector alerts, why it doesn't, and that it never tells another story
//! than the verdict.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use trailhound::decode::{Decoded, Item, Limits, Reader, line};
use trailhound::detect::{Detector, Loaded, Log};
use trailhound::query::{Explanation, Form, Program, Truth};
use trailhound::record::field::{EntryRow, FieldSchema, LogKind};
use trailhound::record::{Cluster, Entry, LogEvent, Record};

use crate::court::{LISTS, event, origin};
use crate::program::{Ran, feed, run, write};

/// Explains events of standard input to people.
fn explained(options: &[&str], events: &[String]) -> Ran {
    let args = [&["explain"], options, &["-", "--format", "pretty"]].concat();
    feed(&args, events.join("\n").as_bytes())
}

/// Somebody at a pod's subresource.
fn at_pod(id: &str, subresource: &str, code: u16) -> String {
    event(json!({
        "auditID": id, "requestURI": format!("/api/v1/namespaces/shop/pods/web/{subresource}"),
        "objectRef": { "resource": "pods", "namespace": "shop", "name": "web", "subresource": subresource },
        "responseStatus": { "code": code }
    }))
    .to_string()
}

/// A lease renewed: what a cluster does all day.
fn lease() -> String {
    event(json!({
        "auditID": "lease", "verb": "update",
        "objectRef": { "resource": "leases", "namespace": "kube-system", "name": "x" }
    }))
    .to_string()
}

mod tells {
    use super::*;

    #[test]
    fn the_attack_and_what_came_near() {
        let ran = run(&[
            "explain",
            "exec-any",
            "samples/attack",
            "--format",
            "pretty",
            "--limit",
            "8",
        ])
        .exits(0)
        .says(&[
            "audit events: 890 asked, 12 alerts, 0 silenced",
            "8 explained",
        ]);
        insta::assert_snapshot!("explain_exec", ran.out);
    }

    #[test]
    fn lines_of_the_authenticator() {
        let ran = run(&[
            "explain",
            "forged-token",
            "samples/attack",
            "--format",
            "pretty",
            "--limit",
            "1",
        ])
        .exits(0)
        .says(&["authenticator lines: 91 asked, 0 alerts"]);
        insta::assert_snapshot!("explain_forged_token", ran.out);
    }

    #[test]
    fn the_same_to_programs() {
        let ran = run(&[
            "explain",
            "masters-session",
            "samples/attack",
            "--limit",
            "1",
        ])
        .exits(0);
        let [case] = &ran.rows()[..] else {
            panic!("{}", ran.out)
        };
        insta::assert_snapshot!("explain_json", serde_json::to_string_pretty(case).unwrap());
    }

    #[test]
    fn the_nearest_misses_first_and_nothing_of_what_all_events_share() {
        let mut events = vec![lease(); 40];
        events.push(at_pod("far", "log", 200));
        events.push(at_pod("near", "exec", 403));
        let ran = explained(&["exec-any"], &events).exits(0);
        let order: Vec<_> = ran
            .out
            .lines()
            .filter_map(|line| line.trim().strip_prefix("auditID "))
            .collect();
        assert_eq!(order, ["near", "far"], "{}", ran.out);
        assert!(
            ran.out
                .contains("✗ outcome in [\"succeeded\", \"unknown\"]  ← \"allowed-but-failed\""),
            "{}",
            ran.out
        );
        ran.says(&["42 asked, 0 alerts, 0 silenced, 2 near misses; 2 explained"]);
    }

    #[test]
    fn one_request_by_its_id_or_all_in_order() {
        let events = [
            lease(),
            at_pod("one", "exec", 101),
            at_pod("two", "log", 200),
        ];
        let ran = explained(&["exec-any", "--event", "two"], &events).exits(0);
        assert!(
            ran.out.contains("auditID two") && !ran.out.contains("auditID one"),
            "{}",
            ran.out
        );
        explained(&["exec-any", "--event", "three"], &events)
            .exits(1)
            .prints_nothing()
            .says(&["none of them has the audit id or event id \"three\""]);
        let ran = explained(&["exec-any", "--all"], &events).exits(0);
        assert_eq!(ran.out.matches("auditID").count(), 3, "{}", ran.out);
        let ran = explained(&["exec-any", "--all", "--limit", "1"], &events).exits(0);
        assert!(ran.out.contains("auditID lease"), "{}", ran.out);
    }

    #[test]
    fn which_exception_silences_and_why_another_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let settings = |until: &str| {
            let text = format!(
                r#"
                [[allow]]
                detector = "secret-get-denied"
                when = 'verb = "get"'
                reason = "another detector's"
                [[allow]]
                detector = "exec-any"
                when = 'objectRef.namespace = "payments"'
                reason = "another namespace's"
                [[allow]]
                detector = "exec-any"
                when = 'objectRef.namespace = "shop" and objectRef.name like /^web/'
                reason = "the web pod is a toy"
                until = "{until}"
                "#
            );
            write(folder.path(), &format!("{until}.toml"), text)
        };
        let events = [at_pod("one", "exec", 101)];
        let silenced = settings("2100-01-01");
        let ran = explained(&["exec-any", "--config", &silenced], &events)
            .exits(0)
            .says(&["0 alerts, 1 silenced"]);
        insta::assert_snapshot!("explain_silenced", ran.out);
        let ended = settings("2020-01-01");
        let ran = explained(&["exec-any", "--config", &ended], &events)
            .exits(0)
            .says(&["1 alert, 0 silenced"]);
        insta::assert_snapshot!("explain_exceptions", ran.out);
    }

    /// What a detector of one's own says of events at a pod, to people.
    fn told(body: &str, options: &[&str], events: &[String]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let text = format!(
            "id = \"mine\"\ntitle = \"Mine\"\nseverity = \"low\"\nsummary = \"{{actor}}\"\n{body}"
        );
        let path = write(folder.path(), "mine.toml", text);
        let options = [&["mine", "--detectors", &path], options].concat();
        let ran = explained(&options, events).exits(0);
        let said = ran.err.lines().filter(|line| line.contains("asked"));
        format!("{}{}", ran.out, said.collect::<String>())
    }

    /// An event at a pod, so many minutes after ten.
    fn after(minutes: u32, id: &str, subresource: &str) -> String {
        let time = format!(
            "2026-05-{:02}T10:{:02}:00.000000Z",
            1 + minutes / 60,
            minutes % 60
        );
        let mut event: Value = serde_json::from_str(&at_pod(id, subresource, 200)).unwrap();
        event["requestReceivedTimestamp"] = json!(time);
        event["stageTimestamp"] = json!(time);
        event.to_string()
    }

    #[test]
    fn how_far_a_threshold_has_counted() {
        let body = r#"
            query = 'filter objectRef.subresource = "log" | stats count(*) as n by user.username | filter n >= 3'
            window = "5m"
            [[escalate]]
            when = 'objectRef.namespace = "shop"'
            severity = "high"
            "#;
        let events = [(0, "a"), (2, "b"), (9, "c"), (4, "late"), (10, "d")];
        let events = events.map(|(minutes, id)| after(minutes, id, "log"));
        insta::assert_snapshot!("explain_threshold", told(body, &["--all"], &events));
    }

    #[test]
    fn since_when_a_value_is_known() {
        let body = r#"
            query = 'filter ispresent(objectRef.subresource)'
            [first_seen]
            key = ["user.username"]
            value = ["objectRef.subresource"]
            learning = "1d"
            horizon = "30d"
            "#;
        let events = [
            (0, "a", "log"),
            (150, "c", "exec"),
            (155, "d", "exec"),
            (5, "b", "log"),
        ];
        let events = events.map(|(minutes, id, what)| after(minutes, id, what));
        insta::assert_snapshot!("explain_first_seen", told(body, &["--all"], &events));
    }

    #[test]
    fn which_steps_are_missing() {
        let body = r#"
            [sequence]
            by = ["user.username"]
            within = "10m"
            steps = ['filter objectRef.subresource = "log"', 'filter objectRef.subresource = "exec"']
            "#;
        let events = [
            (0, "a", "exec"),
            (1, "b", "log"),
            (30, "c", "log"),
            (31, "d", "exec"),
        ];
        let events = events.map(|(minutes, id, what)| after(minutes, id, what));
        insta::assert_snapshot!("explain_sequence", told(body, &["--all"], &events));
    }

    #[test]
    fn into_which_alert_an_event_folds() {
        let body = r#"
            query = 'filter objectRef.subresource = "exec"'
            [fold]
            by = ["user.username"]
            window = "1h"
            "#;
        let events = [(0, "a"), (1, "b"), (2, "c")];
        let events = events.map(|(minutes, id)| after(minutes, id, "exec"));
        insta::assert_snapshot!("explain_fold", told(body, &[], &events));
    }

    #[test]
    fn computed_names_and_missing_fields_of_a_detector_of_ones_own() {
        let folder = tempfile::tempdir().unwrap();
        let path = write(
            folder.path(),
            "mine.toml",
            r#"
            id = "mine"
            title = "Mine"
            severity = "low"
            enabled = false
            disabled_reason = "it is noise"
            query = '''
            fields concat(objectRef.namespace, "/", objectRef.name) as target
            | parse requestURI "/api/*/namespaces/*/*" as version, space, rest
            | filter target = "shop/web" and not (impersonatedUser.username = "x" and version = "v1")
            | filter user.groups like /masters/ or strlen(rest) > 20
            '''
            summary = "{actor}"
            "#,
        );
        let ran = explained(
            &["mine", "--detectors", &path],
            &[at_pod("one", "exec", 101)],
        )
        .exits(0)
        .says(&["mine is off by default: `replay` needs --enable mine (it is noise)"]);
        insta::assert_snapshot!("explain_own", ran.out);
    }
}

mod refuses {
    use super::*;

    #[test]
    fn an_unknown_detector_with_the_nearest_one() {
        run(&["explain", "exec-anny", "samples/attack"])
            .exits(2)
            .prints_nothing()
            .says(&["there is no detector \"exec-anny\": did you mean \"exec-any\"?"]);
    }

    #[test]
    fn a_detector_whose_list_is_not_set_and_tells_which() {
        run(&["explain", "unexpected-source-ip", "samples/attack"])
            .exits(2)
            .prints_nothing()
            .says(&["the list expected_cidrs is not set", "[lists]", "--config"]);
    }

    #[test]
    fn a_broken_exception_at_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let allow =
            "[[allow]]\ndetector = \"exec-any\"\nwhen = 'verbb = \"get\"'\nreason = \"r\"\n";
        let path = write(folder.path(), "wrong.toml", allow);
        run(&["explain", "exec-any", "samples/attack", "--config", &path])
            .exits(2)
            .prints_nothing()
            .says(&["wrong.toml:3", "did you mean `verb`"]);
        let path = write(
            folder.path(),
            "other.toml",
            allow.replace("exec-any", "exec-anny"),
        );
        run(&["explain", "exec-any", "samples/attack", "--config", &path])
            .exits(2)
            .says(&["did you mean \"exec-any\""]);
    }
}

#[test]
fn secrets_and_escape_sequences_do_not_reach_the_reader() {
    let text = event(json!({
        "auditID": "one", "userAgent": "curl --token hunter2hunter2 \u{1b}[31m",
        "requestURI": "/api/v1/namespaces/shop/pods/web/exec?command=mysql&command=--password%3Dhunter2hunter2",
        "objectRef": { "resource": "pods", "name": "we\u{202e}b", "namespace": "shop", "subresource": "exec" }
    }))
    .to_string();
    let folder = tempfile::tempdir().unwrap();
    let path = write(
        folder.path(),
        "mine.toml",
        r#"
        id = "mine"
        title = "Mine"
        severity = "low"
        query = 'filter userAgent like "curl" and requestURI like "exec" and exec.command like "my" and @message like "web" and objectRef.name like "b"'
        summary = "{actor}"
        "#,
    );
    for format in ["pretty", "json"] {
        let args = [
            "explain",
            "mine",
            "--detectors",
            &path,
            "-",
            "--format",
            format,
        ];
        let ran = feed(&args, text.as_bytes()).exits(0);
        assert!(ran.out.contains("curl --token [redacted]"), "{}", ran.out);
        for hidden in ["hunter2", "\u{1b}", "\u{202e}"] {
            assert!(!ran.out.contains(hidden), "{hidden:?} in {}", ran.out);
        }
    }
}

type Twice = (Vec<(Detector, Program, Explanation)>, FieldSchema);

/// Every built-in detector with its lists set: the program and the explanation of its query, and the
/// schema of both.
static TWICE: LazyLock<Twice> = LazyLock::new(|| {
    let lists = LISTS.iter().map(|(name, value)| (*name, [*value]));
    let mut lists: serde_json::Map<String, Value> = lists
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect();
    let bare = Loaded::built_in(&trailhound::detect::Lists::default());
    for detector in bare.detectors.values() {
        for unset in &detector.unset_lists {
            lists.entry(unset).or_insert(json!(["10.0.0.0/8"]));
        }
    }
    let config: trailhound::config::Config =
        serde_json::from_value(json!({ "lists": lists })).unwrap();
    let mut loaded = Loaded::built_in(&config.lists);
    let mut twice = Vec::new();
    for (_, detector) in std::mem::take(&mut loaded.detectors) {
        loaded.schema.set_log(match detector.log {
            Log::Audit => LogKind::Audit,
            Log::Authenticator => LogKind::Authenticator,
        });
        let query = detector.query().unwrap();
        let program = Program::compile(query, &mut loaded.schema).unwrap();
        let explanation = Explanation::compile(query, &mut loaded.schema).unwrap();
        twice.push((detector, program, explanation));
    }
    (twice, loaded.schema)
});

/// Compares the two answers of each detector for a line, and counts how often they were yes.
fn agree(message: &str) -> usize {
    let (twice, schema) = &*TWICE;
    let origin = origin();
    let event = LogEvent::bare(message, &origin);
    let (Decoded::Record(record) | Decoded::Salvaged(record)) = line::decode(&event) else {
        return 0;
    };
    let log = match record {
        Record::Audit(_) => Log::Audit,
        Record::Authenticator(_) => Log::Authenticator,
    };
    let cluster = Cluster::of(&origin);
    let entry = Entry::new(&event, &cluster, record);
    let row = EntryRow::new(&entry, schema);
    let mut matches = 0;
    for (detector, program, explanation) in twice.iter().filter(|(d, ..)| d.log == log) {
        let truths = explanation.truths(&row);
        let all = truths.iter().all(|truth| truth.holds());
        assert_eq!(program.matches(&row), all, "{}: {message}", detector.id);
        let told = explanation.explain(&row);
        let told: Vec<Truth> = told
            .iter()
            .filter(|told| told.form != Form::Names)
            .map(|told| told.truth)
            .collect();
        assert_eq!(told, truths, "{}: {message}", detector.id);
        matches += usize::from(all);
    }
    matches
}

/// The events of all detectors' own tests.
fn test_events() -> Vec<&'static str> {
    let tests = TWICE.0.iter().flat_map(|(detector, ..)| &detector.tests);
    tests
        .flat_map(|test| &test.events)
        .map(String::as_str)
        .collect()
}

#[test]
fn an_explanation_agrees_with_the_verdict_on_every_detectors_own_tests() {
    let matches: usize = test_events().into_iter().map(agree).sum();
    assert!(
        matches > 500,
        "only {matches} matches: is anything compared?"
    );
}

#[test]
fn an_explanation_agrees_with_the_verdict_on_the_attack() {
    let mut reader = Reader::new(Limits::default());
    let mut matches = 0;
    let input = std::fs::read("samples/attack/exec.filter-log-events.json").unwrap();
    let _ = reader.read("exec", input.as_slice(), &origin(), &mut |item| {
        if let Item::Event(event) = item {
            matches += agree(&event.message);
        }
        std::ops::ControlFlow::Continue(())
    });
    assert!(matches > 5, "{matches}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn an_explanation_agrees_with_the_verdict_whatever_an_event_lacks(
        which: Index, lost in prop::collection::vec(any::<Index>(), 1..4), cut: Option<Index>
    ) {
        let events = test_events();
        let line = which.get(&events);
        let mut text = (*line).to_owned();
        if let Ok(mut event) = serde_json::from_str::<Value>(line) {
            for index in lost {
                drop_one(&mut event, index);
            }
            text = event.to_string();
        }
        if let Some(cut) = cut {
            let end = text.floor_char_boundary(cut.index(text.len() + 1));
            text.truncate(end);
        }
        agree(&text);
    }
}

/// Takes out one member, somewhere in the first two levels.
fn drop_one(event: &mut Value, index: Index) {
    let Some(object) = event.as_object_mut() else {
        return;
    };
    let mut paths: Vec<(String, Option<String>)> = Vec::new();
    for (key, value) in object.iter() {
        paths.push((key.clone(), None));
        for inner in value.as_object().into_iter().flat_map(|inner| inner.keys()) {
            paths.push((key.clone(), Some(inner.clone())));
        }
    }
    if paths.is_empty() {
        return;
    }
    match index.get(&paths) {
        (key, None) => drop(object.remove(key)),
        (key, Some(inner)) => {
            let inside = object.get_mut(key).and_then(Value::as_object_mut);
            drop(inside.and_then(|inside| inside.remove(inner)));
        }
    }
}
