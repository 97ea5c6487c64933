//! Every command, every refusal and every exit code, as somebody at a shell meets them.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::Command;

use serde_json::{Value, json};

use crate::court::event;
use crate::program::{Ran, feed, piped, run, write};

/// A replay of standard input.
fn replay_input(options: &[&str], input: &[u8]) -> Ran {
    feed(&[&["replay", "-"], options].concat(), input)
}

/// A session into a pod at noon: `exec-any`, medium.
fn exec_at(time: &str) -> String {
    let event = event(json!({
        "auditID": format!("5b0d5a8c-{time}"), "stage": "ResponseStarted",
        "requestURI": "/api/v1/namespaces/shop/pods/web/exec?command=ls",
        "objectRef": { "resource": "pods", "name": "web", "subresource": "exec" },
        "responseStatus": { "code": 101 }, "requestReceivedTimestamp": time
    }));
    format!("{event}\n")
}

/// Three sessions on three days.
fn three_days() -> Vec<u8> {
    [
        "2026-05-13T12:00:00.000000Z",
        "2026-05-14T12:00:00.000000Z",
        "2026-05-15T12:00:00.000000Z",
    ]
    .map(exec_at)
    .concat()
    .into_bytes()
}

mod what_is_typed_wrong {
    use super::*;

    #[test]
    fn is_refused_with_code_2_and_a_hint() {
        for (args, says) in [
            (
                &["reply", "samples"][..],
                "tip: a similar subcommand exists: 'replay'",
            ),
            (&["replay"], "<PATH>..."),
            (&["replay", "-", "--wrong"], "unexpected argument '--wrong'"),
            (
                &["replay", "-", "--min-severity", "loud"],
                "info, low, medium, high, critical",
            ),
            (
                &["replay", "-", "--fail-on", "loud"],
                "info, low, medium, high, critical",
            ),
            (&["replay", "-", "--format", "xml"], "pretty, json"),
            (&["query", "filter verb = \"get\""], "<PATH>..."),
            (
                &["query", "fields verb", "-", "--format", "xml"],
                "table, json, csv",
            ),
            (&["detectors"], "Usage:"),
            (&["completions", "command.com"], "bash"),
        ] {
            run(args).exits(2).prints_nothing().says(&[says]);
        }
    }

    #[test]
    fn as_a_query_is_shown_with_its_place() {
        run(&["query", "filtre verb = 1", "-"])
            .exits(2)
            .prints_nothing()
            .says(&["--> query:1:1", "^^^^^^", "did you mean `filter`?"]);
        run(&["query", "filter user.usrname = \"a\"", "-"])
            .exits(2)
            .says(&["--> query:1:8", "did you mean `user.username`"]);
        run(&["query", "filter user.username in ${admins}", "-"])
            .exits(2)
            .says(&[
                "--> query:1:25",
                "the list `admins` is not set",
                "`--config`",
            ]);
    }

    #[test]
    fn as_a_time_is_refused_with_the_forms_there_are() {
        let ask = |options: &[&str]| replay_input(options, b"").exits(2).prints_nothing();
        ask(&["--since", "tomorrow"]).says(&["--since \"tomorrow\" is no time", "2h or 7d"]);
        ask(&["--until", "2026-13-01"]).says(&["--until \"2026-13-01\" is no time"]);
        ask(&["--since", "2026-05-02", "--until", "2026-05-01"]).says(&["nothing lies between"]);
    }

    #[test]
    fn as_a_detector_is_refused_with_the_nearest_one() {
        replay_input(&["--enable", "exec-anny"], b"")
            .exits(2)
            .prints_nothing()
            .says(&["there is no detector \"exec-anny\": did you mean \"exec-any\"?"]);
        run(&["detectors", "show", "exec-anny"])
            .exits(2)
            .says(&["did you mean \"exec-any\"?"]);
        run(&["detectors", "show", "zzzzzzzzzz"])
            .exits(2)
            .says(&["`trailhound detectors list`"]);
        run(&["detectors", "test", "zzzzzzzzzz"])
            .exits(2)
            .says(&["no detector matches"]);
    }
}

mod what_cannot_be_read {
    use super::*;

    #[test]
    fn ends_the_program_with_code_2_when_there_is_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        std::fs::create_dir(at("empty")).unwrap();
        for (path, says) in [
            (at("missing.gz"), "no such file or folder"),
            (at("empty"), "the folder holds no files"),
            (at("*.gz"), "no file fits this pattern"),
            (at("***"), "not a pattern"),
        ] {
            run(&["replay", &path])
                .exits(2)
                .prints_nothing()
                .says(&[&path, says]);
        }
        #[cfg(unix)]
        {
            // A link to nothing: unreadable for everybody, root too.
            std::os::unix::fs::symlink("nowhere", at("dangling")).unwrap();
            let path = at("dangling");
            run(&["query", "fields verb", &path])
                .exits(2)
                .says(&[&path]);
        }
    }

    #[test]
    fn ends_the_program_with_code_1_when_the_rest_was_read() {
        let folder = tempfile::tempdir().unwrap();
        let good = write(
            folder.path(),
            "good.jsonl",
            exec_at("2026-05-14T12:00:00.000000Z"),
        );
        let missing = folder
            .path()
            .join("missing.jsonl")
            .to_str()
            .unwrap()
            .to_owned();
        let ran = run(&["replay", &missing, &good]).exits(1);
        assert_eq!(ran.column("/detector/id"), ["exec-any"]);
        ran.says(&["1 audit", &missing, "no such file or folder"]);
        let ran = run(&["query", "fields verb", &missing, &good]).exits(1);
        assert_eq!(ran.column("/verb"), ["get"]);
        ran.says(&[&missing]);
        #[cfg(unix)]
        {
            let link = folder.path().join("dangling");
            std::os::unix::fs::symlink("nowhere", &link).unwrap();
            let ran = run(&["replay", folder.path().to_str().unwrap()]).exits(1);
            assert_eq!(ran.column("/detector/id"), ["exec-any"]);
            ran.says(&["dangling", "cannot read"]);
        }
    }

    #[test]
    fn is_no_failure_when_it_is_only_broken_or_empty() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "empty.jsonl", "");
        write(folder.path(), "noise.bin", [0, 159, 146, 150, 0, 1, 2, 3]);
        write(folder.path(), "words.txt", "hello\n");
        write(folder.path(), "half.json", r#"{"events":[{"message":"#);
        run(&["replay", folder.path().to_str().unwrap()])
            .exits(0)
            .prints_nothing()
            .says(&[
                "0 audit, 0 authenticator from 4 inputs",
                "unknown-line",
                "alerts      none",
            ]);
    }
}

mod what_is_named {
    use super::*;

    #[test]
    fn may_be_files_folders_patterns_and_standard_input() {
        let folder = tempfile::tempdir().unwrap();
        let days = three_days();
        let lines: Vec<&[u8]> = days.split_inclusive(|byte| *byte == b'\n').collect();
        write(folder.path(), "a/deep/1.jsonl", lines[0]);
        write(folder.path(), "b/2.jsonl", lines[1]);
        write(folder.path(), "b/other.txt", "");
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let (folder, pattern) = (at("a"), at("b/*.jsonl"));
        let ran = feed(&["replay", &folder, &pattern, "-"], lines[2]).exits(0);
        let times = ran.column("/time").concat();
        for day in ["2026-05-13", "2026-05-14", "2026-05-15"] {
            assert!(times.contains(day), "{day}: {times}");
        }
        ran.says(&["3 audit, 0 authenticator from 3 inputs"]);
    }

    #[test]
    fn twice_is_told_once() {
        let twice = [three_days(), three_days()].concat();
        let ran = replay_input(&[], &twice).exits(0);
        assert_eq!(ran.rows().len(), 3);
        ran.says(&[
            "6 audit",
            "3  matches were other stages or repeats of these",
        ]);
    }
}

mod options_of_replay {
    use super::*;

    #[test]
    fn json_is_one_object_a_line_and_stderr_holds_the_rest() {
        let ran = replay_input(&["--cluster", "blue", "--include-event"], &three_days()).exits(0);
        let rows = ran.rows();
        assert_eq!(rows.len(), 3);
        for row in &rows {
            assert_eq!(row["schema"], "trailhound.alert/1");
            assert_eq!(row["cluster"]["name"], "blue");
            assert_eq!(row["event"]["verb"], "get");
            assert_eq!(row["outcome"]["result"], "succeeded");
        }
        assert!(!ran.err.contains("trailhound.alert"));
        ran.says(&["read        3 audit", "alerts      3 medium", "MB/s"]);
    }

    #[test]
    fn the_form_for_people_has_one_sentence_and_the_facts() {
        let ran = replay_input(&["--format", "pretty"], &three_days()).exits(0);
        assert!(ran.out.starts_with("MEDIUM"), "{}", ran.out);
        assert!(!ran.out.contains('\u{1b}'), "colour without a terminal");
        for part in [
            "exec-any",
            "T1609",
            "shop/web",
            "10.20.30.40",
            "succeeded",
            "auditID",
        ] {
            assert!(ran.out.contains(part), "{part}: {}", ran.out);
        }
        let plain = replay_input(&[], &three_days()).exits(0);
        assert!(
            plain.rows().iter().all(|row| row.get("event").is_none()),
            "only when asked for"
        );
    }

    #[test]
    fn a_stretch_of_time_begins_at_since_and_ends_before_until() {
        let times = ["2026-05-14T12:00:00.000000Z"];
        for (since, until) in [
            ("2026-05-14", "2026-05-15"),
            ("2026-05-14T12:00:00Z", "2026-05-15T12:00:00Z"),
            ("2026-05-14T14:00:00+02:00", "2026-05-14T12:00:00.001Z"),
        ] {
            let ran = replay_input(&["--since", since, "--until", until], &three_days()).exits(0);
            assert_eq!(ran.column("/time"), times, "{since} {until}");
            ran.says(&["2 of them outside --since/--until"]);
        }
    }

    #[test]
    fn alerts_below_the_least_severity_are_counted_and_left_out() {
        replay_input(&["--min-severity", "high"], &three_days())
            .exits(0)
            .prints_nothing()
            .says(&["3  matches lay below --min-severity"]);
        let ran = replay_input(&["--min-severity", "medium"], &three_days()).exits(0);
        assert_eq!(ran.rows().len(), 3);
    }

    #[test]
    fn fail_on_gives_code_3_from_that_severity_on() {
        for (severity, code) in [("info", 3), ("medium", 3), ("high", 0)] {
            let ran = replay_input(&["--fail-on", severity], &three_days()).exits(code);
            assert_eq!(ran.rows().len(), 3, "the alerts come all the same");
        }
        replay_input(&["--fail-on", "info"], b"").exits(0);
    }

    #[test]
    fn a_detector_that_is_off_is_switched_on_by_its_id_or_with_all() {
        let read = event(json!({
            "requestURI": "/api/v1/namespaces/shop/secrets/db",
            "objectRef": { "resource": "secrets", "name": "db" }
        }));
        let read = read.to_string().into_bytes();
        replay_input(&[], &read).exits(0).prints_nothing();
        for ids in ["secret-get-ok", "all", "sa-created,secret-get-ok"] {
            let ran = replay_input(&["--enable", ids], &read).exits(0);
            assert_eq!(ran.column("/detector/id"), ["secret-get-ok"], "{ids}");
        }
    }
}

mod the_users_own_detectors {
    use super::*;

    const OWN: &str = r#"
id = "front-read"
title = "Somebody read the front's settings"
severity = "low"
attack = ["T1552"]
query = 'filter objectRef.resource = "configmaps" and objectRef.name = "front"'
summary = "{actor} read {objectRef.name}"
runbook = "Ask who."
false_positives = ["deployments"]

[[test]]
name = "fires"
events = ['''EVENT''']
alerts = 1

[[test]]
name = "stays quiet"
events = ['''OTHER''']
alerts = 0
"#;

    fn own() -> String {
        let other = event(json!({ "objectRef": { "name": "back" } }));
        OWN.replace("EVENT", &event(json!({})).to_string())
            .replace("OTHER", &other.to_string())
    }

    #[test]
    fn run_beside_the_built_in_ones() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "deep/own.toml", own());
        let path = folder.path().to_str().unwrap();
        let input = [
            event(json!({})).to_string().into_bytes(),
            b"\n".to_vec(),
            three_days(),
        ]
        .concat();
        let ran = replay_input(&["--detectors", path], &input).exits(0);
        let ids = ran.column("/detector/id");
        assert_eq!(ids, ["front-read", "exec-any", "exec-any", "exec-any"]);
        let ran = run(&["detectors", "test", "front-read", "--detectors", path]).exits(0);
        assert!(ran.out.ends_with("2 passed, 0 failed\n"), "{}", ran.out);
    }

    #[test]
    fn whose_test_fails_are_reported_with_code_2() {
        let folder = tempfile::tempdir().unwrap();
        let path = write(
            folder.path(),
            "own.toml",
            own().replace("alerts = 0", "alerts = 1"),
        );
        let ran = run(&["detectors", "test", "front-read", "--detectors", &path]).exits(2);
        assert!(
            ran.out
                .contains("FAILED  front-read: stays quiet: expected 1 alert, got 0 alerts"),
            "{}",
            ran.out
        );
    }

    #[test]
    fn are_refused_with_their_place_when_they_are_wrong() {
        let folder = tempfile::tempdir().unwrap();
        for (from, to, says) in [
            ("severity = \"low\"", "severity = \"loud\"", "own.toml:4"),
            (
                "severity = \"low\"",
                "severity = \"low\"\nseverety = 1",
                "severety",
            ),
            (
                "objectRef.name =",
                "objectRef.nam =",
                "did you mean `objectRef.name`",
            ),
            (
                "id = \"front-read\"",
                "id = \"exec-any\"",
                "is taken by detectors/execution/exec-any.toml",
            ),
        ] {
            let path = write(folder.path(), "own.toml", own().replacen(from, to, 1));
            run(&["detectors", "check", &path])
                .exits(2)
                .prints_nothing()
                .says(&["own.toml", says]);
        }
        let empty = tempfile::tempdir().unwrap();
        let path = empty.path().to_str().unwrap();
        replay_input(&["--detectors", path], b"")
            .exits(2)
            .says(&["no detector files (*.toml) below"]);
        replay_input(&["--detectors", "no/such/folder"], b"")
            .exits(2)
            .says(&["can't read detectors from no/such/folder"]);
    }
}

mod settings {
    use super::*;

    /// Replays the three days with these settings.
    fn replay_with(settings: &str) -> Ran {
        let folder = tempfile::tempdir().unwrap();
        let path = write(folder.path(), "trailhound.toml", settings);
        replay_input(&["--config", &path], &three_days())
    }

    fn allow(detector: &str, when: &str, more: &str) -> String {
        format!("[[allow]]\ndetector = {detector:?}\nwhen = '{when}'\nreason = \"known\"\n{more}")
    }

    #[test]
    fn with_an_unknown_key_are_refused_with_the_place() {
        replay_with("[lists]\na = [\"b\"]\n[slik]\n")
            .exits(2)
            .prints_nothing()
            .says(&["trailhound.toml:3:2", "unknown field `slik`"]);
        replay_input(&["--config", "no/such.toml"], b"")
            .exits(2)
            .says(&["can't read the settings no/such.toml"]);
    }

    #[test]
    fn with_a_wrong_exception_are_refused_with_advice() {
        replay_with(&allow("exec-anny", r#"verb = "get""#, ""))
            .exits(2)
            .prints_nothing()
            .says(&[
                "trailhound.toml:2",
                "there is no detector \"exec-anny\"",
                "did you mean \"exec-any\"?",
            ]);
        replay_with(&allow("exec-any", r#"user.usrname = "ci""#, ""))
            .exits(2)
            .prints_nothing()
            .says(&["trailhound.toml:3:9", "did you mean `user.username`"]);
        replay_with(&allow(
            "exec-any",
            r#"verb = "get""#,
            "until = \"2026-02-31\"\n",
        ))
        .exits(2)
        .says(&["\"2026-02-31\" is no date"]);
        replay_with("[[allow]]\ndetector = \"exec-any\"\nwhen = 'verb = \"get\"'\n")
            .exits(2)
            .says(&["missing field `reason`"]);
    }

    #[test]
    fn may_silence_a_detector_until_a_day() {
        let until = allow(
            "exec-any",
            r#"user.username = "developer""#,
            "until = \"2026-05-14\"\n",
        );
        let ran = replay_with(&until).exits(0);
        assert_eq!(ran.column("/time"), ["2026-05-15T12:00:00.000000Z"]);
        ran.says(&[
            "silenced 2 of exec-any",
            "until 2026-05-14",
            "2  matches were silenced",
        ]);
        // Ended before it all.
        let ran = replay_with(&until.replace("2026", "2020")).exits(0);
        assert_eq!(ran.rows().len(), 3);
        ran.says(&["expired for exec-any", "until 2020-05-14; take it out"]);
        let unused = replay_with(&allow("exec-any", r#"user.username = "nobody""#, "")).exits(0);
        assert_eq!(unused.rows().len(), 3);
        unused.says(&["exception   unused for exec-any: user.username = \"nobody\""]);
    }

    #[test]
    fn name_the_lists_that_some_detectors_need() {
        let folder = tempfile::tempdir().unwrap();
        let path = write(
            folder.path(),
            "t.toml",
            "[lists]\nexpected_cidrs = [\"198.51.100.0/24\"]\n",
        );
        let ran = replay_input(&["--config", &path], &three_days()).exits(0);
        let ids = ran.column("/detector/id");
        assert_eq!(
            ids.iter()
                .filter(|id| *id == "unexpected-source-ip")
                .count(),
            3
        );
        let state = |args: &[&str]| {
            let rows = run(args).exits(0).rows();
            let row = rows
                .iter()
                .find(|row| row["id"] == "unexpected-source-ip")
                .unwrap();
            row["on"].as_str().unwrap().to_owned()
        };
        assert_eq!(state(&["detectors", "list"]), "needs list expected_cidrs");
        assert_eq!(state(&["detectors", "list", "--config", &path]), "yes");
        let show = ["detectors", "show", "unexpected-source-ip", "--console"];
        run(&show)
            .exits(2)
            .prints_nothing()
            .says(&["needs the list expected_cidrs", "--config"]);
    }
}

mod the_other_commands {
    use super::*;

    #[test]
    fn query_gives_rows_in_three_forms() {
        let ask = |format: &str, query: &str| {
            feed(&["query", query, "-", "--format", format], &three_days())
                .exits(0)
                .out
        };
        let days = "stats count(*) as n by verb, bin(1d) as day | sort day";
        let rows = ask("json", days);
        assert_eq!(rows.lines().count(), 3, "{rows}");
        let csv = ask("csv", "fields verb, objectRef.name | limit 1");
        assert_eq!(csv, "verb,objectRef.name\nget,web\n");
        let table = ask("table", "stats count(*) as n by verb");
        assert!(table.contains("verb") && table.contains('3'), "{table}");
        let options = [
            "query",
            "stats count(*) as n",
            "-",
            "--since",
            "2026-05-15",
            "--format",
            "csv",
        ];
        assert_eq!(feed(&options, &three_days()).exits(0).out, "n\n1\n");
    }

    #[test]
    fn query_says_what_it_did_not_read() {
        feed(&["query", "fields verb", "-"], b"hello\nworld\n")
            .exits(0)
            .prints_nothing()
            .says(&["2 pieces of the input were not read"]);
    }

    #[test]
    fn detectors_show_tells_all_about_one() {
        let ran = run(&["detectors", "show", "exec-any"]).exits(0);
        for part in [
            "exec-any  (medium, T1609",
            "query\n",
            "runbook\n",
            "tests (alerts expected)",
            "exec-any.toml",
        ] {
            assert!(ran.out.contains(part), "{part}: {}", ran.out);
        }
        let console = run(&["detectors", "show", "exec-any", "--console"])
            .exits(0)
            .out;
        assert!(console.starts_with("# Returns "), "{console}");
        assert!(console.contains("| filter "), "{console}");
        assert!(
            !console.contains("outcome ="),
            "a fact of ours is nothing to the console: {console}"
        );
    }

    #[test]
    fn detectors_list_and_check_know_them_all() {
        let table = run(&["detectors", "list", "--format", "table"]).exits(0);
        assert!(
            table.out.contains("exec-any") && table.out.contains("T1609"),
            "{}",
            table.out
        );
        let all = run(&["detectors", "list", "--enable", "all"]).exits(0);
        assert!(all.column("/on").iter().all(|on| on != "no"));
        let check = run(&["detectors", "check"]).exits(0);
        assert!(check.out.contains("are fine, 0 warnings"), "{}", check.out);
    }

    #[test]
    fn coverage_counts_the_users_own_detectors() {
        let folder = tempfile::tempdir().unwrap();
        let text = r#"
id = "too-many-secrets"
title = "Secrets of many namespaces"
severity = "high"
attack = ["T1552.007", "T9999"]
covers = ["silence"]
query = 'filter responseObject.kind = "SecretList"'
summary = "{actor}"
"#;
        let path = write(folder.path(), "own.toml", text);
        let own = ["--detectors", &path];
        let ask = |format: &str| {
            let args = ["detectors", "coverage", "--format", format];
            run(&[&args[..], &own].concat()).exits(0)
        };
        let rows = ask("json").rows();
        let of_row = |row: &&Value| row["row"] == "silence";
        let own_row = |row: &&Value| row["detector"] == "too-many-secrets";
        assert!(
            rows.iter()
                .filter(of_row)
                .any(|row| row["detector"] == "blind")
        );
        let row = rows.iter().filter(of_row).find(own_row).unwrap();
        assert_eq!(row["needs"], "RequestResponse");
        assert!(rows.iter().any(|row| row["detector"] == "none: not-logged"));
        assert!(ask("table").out.contains("too-many-secrets"));
        let layer: serde_json::Value = serde_json::from_str(&ask("layer").out).unwrap();
        let techniques = layer["techniques"].as_array().unwrap();
        let technique = techniques.iter().find(|one| one["techniqueID"] == "T9999");
        assert_eq!(technique.unwrap()["comment"], "too-many-secrets");
    }

    #[test]
    fn fields_are_found_by_name_and_by_meaning() {
        let names = run(&["fields", "exec.command"]).exits(0).column("/field");
        assert_eq!(names, ["exec.command"]);
        assert!(run(&["fields"]).exits(0).rows().len() > 100);
        run(&["fields", "no such thing"]).exits(0).prints_nothing();
    }

    #[test]
    fn help_version_and_completions_go_to_standard_output() {
        for (args, part) in [
            (&["--help"][..], "Exit codes: 0 done"),
            (&["replay", "--help"], "--fail-on"),
            (&["--version"], "trailhound "),
            (&["completions", "bash"], "_trailhound()"),
            (&["completions", "zsh"], "#compdef trailhound"),
            (&["completions", "fish"], "complete -c trailhound"),
        ] {
            let ran = run(args).exits(0);
            assert!(ran.out.contains(part), "{part}: {}", ran.out);
            assert_eq!(ran.err, "");
        }
    }
}

mod pipes_and_signals {
    use super::*;

    #[test]
    fn a_reader_who_has_seen_enough_ends_the_program_in_peace() {
        // Far more alerts than a pipe holds.
        let mut child = piped(&["replay", "samples/attack", "--include-event"]);
        drop(child.stdin.take());
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut first)
            .unwrap();
        assert!(first.starts_with('{'), "{first}");
        let mut err = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut err)
            .unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{err}");
        assert!(!err.contains("panic") && !err.contains("error"), "{err}");
    }

    #[test]
    fn a_closed_output_is_no_failure_of_the_small_commands() {
        for args in [&["fields"][..], &["completions", "bash"], &["--help"]] {
            let mut child = piped(args);
            drop(child.stdout.take());
            let output = child.wait_with_output().unwrap();
            let err = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(0), "{args:?}: {err}");
            assert_eq!(err, "", "{args:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn an_interrupt_on_an_idle_pipe_ends_with_the_summary_and_code_130() {
        let mut child = piped(&["replay", "-", "--format", "pretty"]);
        let mut input = child.stdin.take().unwrap();
        input.write_all(&three_days()).unwrap();
        input.flush().unwrap();
        // The first alert shows that it reads, and listens to signals. The pipe stays open and idle.
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        out.read_line(&mut first).unwrap();
        assert!(first.starts_with("MEDIUM"), "{first}");
        let pid = child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-INT", &pid])
                .status()
                .unwrap()
                .success()
        );
        let mut err = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut err)
            .unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130), "{err}");
        assert!(
            err.contains("exec-any") && err.contains("stopped before the end"),
            "{err}"
        );
        drop(input);
    }
}
