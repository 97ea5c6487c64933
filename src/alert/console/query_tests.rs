//! What the queries say, and that no log line can say anything in them.

#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use proptest::prelude::*;

use super::*;

const ID: &str = "0f0e0d0c-0b0a-0908-0706-050403020100";

const DENIED: &str = r#"time="2026-05-01T12:00:00Z" level=warning msg="access denied" client="127.0.0.1:41024" error="input token was not properly formatted: token is missing expected \"k8s-aws-v1.\" prefix" method=POST path=/authenticate"#;

fn one(kind: Kind<'_>, log_stream: Option<&str>) -> Option<Query> {
    query(&[Line { kind, log_stream }])
}

#[test]
fn an_audit_event_is_asked_for_by_its_id() {
    let found = one(
        Kind::Audit { audit_id: ID },
        Some("kube-apiserver-audit-0123"),
    )
    .unwrap();
    assert_eq!(
        found.text,
        "fields @timestamp, @message | filter @logStream like /^kube-apiserver-audit/ \
         | filter auditID = \"0f0e0d0c-0b0a-0908-0706-050403020100\""
    );
    assert_eq!(found.scope, Scope::Exact);
}

#[test]
fn a_stream_of_another_name_is_not_filtered_away() {
    let found = one(Kind::Audit { audit_id: ID }, Some("my-stream")).unwrap();
    assert!(!found.text.contains("@logStream"));
    let found = one(Kind::Audit { audit_id: ID }, None).unwrap();
    assert!(
        found
            .text
            .contains("@logStream like /^kube-apiserver-audit/")
    );
}

#[test]
fn several_events_are_asked_for_together_each_once() {
    let line = |audit_id| Line {
        kind: Kind::Audit { audit_id },
        log_stream: None,
    };
    let found = query(&[line("a"), line("b"), line("a")]).unwrap();
    assert!(found.text.ends_with("| filter auditID in [\"a\", \"b\"]"));
    assert_eq!(found.scope, Scope::Exact);
}

#[test]
fn a_cut_event_is_asked_for_by_its_text() {
    let found = one(Kind::CutAudit { audit_id: ID }, None).unwrap();
    assert!(
        found
            .text
            .ends_with(&format!("| filter @message like \"{ID}\""))
    );
    assert_eq!(found.scope, Scope::Superset);
}

#[test]
fn whole_and_cut_events_are_asked_for_together() {
    let line = |kind| Line {
        kind,
        log_stream: None,
    };
    let lines = [
        line(Kind::CutAudit { audit_id: "cut-1" }),
        line(Kind::Audit {
            audit_id: "whole-1",
        }),
    ];
    let found = query(&lines).unwrap();
    assert!(
        found
            .text
            .ends_with("| filter auditID = \"whole-1\" or @message like \"cut-1\"")
    );
    assert_eq!(found.scope, Scope::Superset);
}

#[test]
fn an_authenticator_line_is_asked_for_by_its_own_text() {
    let found = one(
        Kind::Authenticator { line: DENIED },
        Some("authenticator-0123"),
    )
    .unwrap();
    assert_eq!(
        found.text,
        "fields @timestamp, @message | filter @logStream like /^authenticator/ | filter \
         (@message like 'time=\"2026-05-01T12:00:00Z\"' and @message like 'msg=\"access denied\"' \
         and @message like 'client=\"127.0.0.1:41024\"' and @message like 'error=\"input token was \
         not properly formatted: token is missing expected ')"
    );
    assert_eq!(found.scope, Scope::Superset);
}

#[test]
fn the_json_format_is_asked_for_the_same_way() {
    let line = r#"{"client":"127.0.0.1:1","msg":"access granted","username":"o'x"}"#;
    let found = one(Kind::Authenticator { line }, None).unwrap();
    assert!(found.text.ends_with(
        "(@message like '\"msg\":\"access granted\"' and @message like '\"client\":\"127.0.0.1:1\"' \
         and @message like '\"username\":\"o')"
    ));
}

#[test]
fn there_is_no_query_for_what_tells_nothing() {
    assert_eq!(query(&[]), None);
    assert_eq!(one(Kind::Audit { audit_id: "\"'\\" }, None), None);
    assert_eq!(one(Kind::Authenticator { line: "hello" }, None), None);
}

/// The strings of a query, by its own quoting.
fn strings(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(['"', '\'']) {
        let quote = rest[start..].chars().next().unwrap();
        let inside = &rest[start + 1..];
        let end = inside.find(quote).unwrap();
        found.push(inside[..end].to_owned());
        rest = &inside[end + 1..];
    }
    found
}

proptest! {
    #[test]
    fn an_audit_id_of_a_client_stays_in_its_string(audit_id in "[a-f0-9\"'\\\\|/ é`-]{1,40}") {
        if let Some(found) = one(Kind::Audit { audit_id: &audit_id }, None) {
            prop_assert!(!found.text.contains('\\'));
            let strings = strings(&found.text);
            prop_assert_eq!(strings.len(), 1);
            prop_assert!(audit_id.contains(strings[0].as_str()));
        }
    }

    #[test]
    fn every_string_asked_for_stands_in_the_line(value in "[ -~é]{0,30}", json: bool) {
        let line = if json {
            serde_json::json!({"msg": value, "time": "t"}).to_string()
        } else {
            format!("time=\"t\" msg={value:?} client=x")
        };
        let found = one(Kind::Authenticator { line: &line }, None).unwrap();
        prop_assert!(!found.text.contains('\\'));
        for string in strings(&found.text) {
            prop_assert!(line.contains(string.as_str()), "{} in {}", string, line);
        }
    }
}
