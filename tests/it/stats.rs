//! `trailhound stats`: who makes the volume.

use serde_json::{Value, json};

use crate::court::event;
use crate::program::{Ran, feed, run};

/// Statistics of standard input, as rows.
fn counted(options: &[&str], events: &[String]) -> Ran {
    let args = [&["stats", "-"], options].concat();
    feed(&args, events.join("\n").as_bytes())
}

/// The rows of one dimension: value, events, bytes, share.
fn rows(ran: &Ran, by: &str) -> Vec<Value> {
    let rows = ran.rows().into_iter().filter(|row| row["by"] == by);
    rows.map(|row| json!([row["value"], row["events"], row["bytes"]]))
        .collect()
}

fn by(agent: &str, user: &str) -> String {
    event(json!({ "userAgent": agent, "user": { "username": user } })).to_string()
}

#[test]
fn the_attack_by_everything_one_asks_for() {
    let ran = run(&["stats", "samples/attack", "--format", "table", "--top", "4"]).exits(0);
    insta::assert_snapshot!("stats_attack", ran.out);
    assert_eq!(ran.err, "");
}

#[test]
fn fields_and_lists_for_a_spreadsheet() {
    let ran = run(&[
        "stats",
        "samples/attack",
        "--by",
        "actor.kind,user.groups",
        "--by",
        "@logStream",
        "--top",
        "3",
        "--format",
        "csv",
    ])
    .exits(0);
    insta::assert_snapshot!("stats_csv", ran.out);
}

#[test]
fn rows_of_a_dimension_add_up_to_the_whole() {
    let ran = run(&["stats", "samples/quiet-day", "--top", "2"]).exits(0);
    let rows = ran.rows();
    let total = &rows[0];
    assert_eq!(total["by"], "total");
    for what in ["events", "bytes"] {
        for name in [
            "log",
            "user",
            "verb",
            "resource",
            "agent",
            "namespace",
            "code",
        ] {
            let own = rows.iter().filter(|row| row["by"] == name);
            let sum: u64 = own.map(|row| row[what].as_u64().unwrap()).sum();
            assert_eq!(json!(sum), total[what], "{what} by {name}");
        }
    }
    // The three dimensions with more values tell how many they hide.
    assert!(
        rows.iter()
            .any(|row| row["by"] == "user" && row["values"].as_u64() > Some(3))
    );
}

#[test]
fn bytes_decide_the_order_and_agents_are_products() {
    let long = by("kubectl/v1.33.1 (linux/amd64)", &"x".repeat(3_000));
    let short = by("curl/8.5.0", "bob");
    let events = [short.clone(), long.clone(), short.clone()];
    let ran = counted(&["--by", "agent"], &events).exits(0);
    assert_eq!(
        rows(&ran, "agent"),
        [
            json!(["kubectl/v1.33", 1, long.len()]),
            json!(["curl/8.5", 2, 2 * short.len()])
        ]
    );
}

#[test]
fn what_has_no_value_is_counted_as_missing_and_other_logs_by_their_name() {
    let klog = "I0601 12:34:56.789012       1 controller.go:12] hello".to_owned();
    let ran = counted(
        &["--by", "log,impersonatedUser.username"],
        &[by("curl", "bob"), klog, "what is this".to_owned()],
    )
    .exits(0)
    .says(&["1 pieces of the input were not read"]);
    assert_eq!(ran.rows()[0]["not_read"], 1);
    let [audit, component] = &rows(&ran, "log")[..] else {
        panic!("{}", ran.out)
    };
    assert_eq!(
        (&audit[0], &component[0]),
        (&json!("audit"), &json!("component"))
    );
    assert_eq!(rows(&ran, "impersonatedUser.username")[0][0], "(missing)");
}

#[test]
fn only_the_time_asked_for_counts() {
    let all = run(&["stats", "samples/attack"]).exits(0);
    let part = run(&[
        "stats",
        "samples/attack",
        "--since",
        "2026-05-14T10:15:00Z",
        "--until",
        "2026-05-14T10:20:00Z",
    ])
    .exits(0);
    let (all, part) = (&all.rows()[0], &part.rows()[0]);
    assert!(part["events"].as_u64() < all["events"].as_u64() && part["events"] != 0);
    assert!(
        part["from"].as_str() >= Some("2026-05-14T10:15")
            && part["to"].as_str() < Some("2026-05-14T10:20")
    );
}

#[test]
fn an_unknown_field_is_refused_with_the_nearest_one() {
    run(&["stats", "samples/attack", "--by", "user.usrname"])
        .exits(2)
        .prints_nothing()
        .says(&[
            "no event has a field \"user.usrname\"",
            "did you mean \"user.username\"?",
        ]);
    run(&["stats", "samples/attack", "--by", "zzzzzzzzzzzzzzz"])
        .exits(2)
        .says(&["`trailhound fields`"]);
}

#[test]
fn secrets_and_escape_sequences_do_not_reach_the_reader() {
    let events = [by("x\u{1b}[31m\u{202e}y", "--password=hunter2hunter2")];
    for format in ["table", "json", "csv"] {
        let ran = counted(&["--format", format], &events).exits(0);
        assert!(ran.out.contains("--password=[redacted]"), "{}", ran.out);
        for hidden in ["hunter2", "\u{1b}", "\u{202e}"] {
            assert!(!ran.out.contains(hidden), "{hidden:?} in {}", ran.out);
        }
    }
}

#[test]
fn nothing_at_all_is_nothing() {
    let ran = counted(&["--format", "table", "--by", "verb"], &[]).exits(0);
    assert!(ran.out.starts_with("0 events, 0 B\n"), "{}", ran.out);
    assert_eq!(counted(&[], &[]).exits(0).rows().len(), 1);
}
