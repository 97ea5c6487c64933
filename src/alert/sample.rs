//! Alerts for the tests of this room: one with every key filled, one with nothing known.

#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use std::collections::BTreeMap;

use super::console::{Kind, Line, Link, query};
use super::*;

/// The same exec, by somebody who writes what a browser, a chat or a terminal might act on.
pub(crate) fn hostile() -> Alert {
    let mut alert = full();
    alert.summary =
        "<script>alert(1)</script> *jane* _opened_ `exec` <!channel> [x](http://evil.example) \u{1b}[31m\u{202e}\r\nBcc: all".to_owned();
    alert.actor.username = some("<!here> & **jane**\n# heading");
    alert.actor.session_name = some("`jane`\u{0}");
    alert.source.user_agent = some("curl/8 <img src=x onerror=alert(1)>\u{7}");
    alert.target.name = some("東京-\u{200b}web|table|");
    alert
}

const AUDIT_ID: &str = "0f0e0d0c-0b0a-0908-0706-050403020100";

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// An exec into a pod, with everything known.
pub(crate) fn full() -> Alert {
    let time = Timestamp::parse("2026-05-01T12:00:00.250Z").unwrap();
    let log_stream = some("kube-apiserver-audit-0123456789abcdef0123456789abcdef");
    let kind = Kind::Audit { audit_id: AUDIT_ID };
    let console = query(&[Line {
        kind,
        log_stream: log_stream.as_deref(),
    }])
    .unwrap();
    let link = Link {
        region: "us-east-1",
        log_group: "/aws/eks/prod/cluster",
        first: time.millis(),
        last: time.millis(),
        query: &console.text,
    };
    Alert {
        schema: SchemaTag::V1,
        id: AlertId::of(&["exec-any", AUDIT_ID]),
        time: Some(time),
        detector: Detector {
            id: "exec-any".to_owned(),
            title: "Interactive session opened in a pod".to_owned(),
        },
        severity: Severity::High,
        summary: "jane opened exec in shop/web-0: sh -c id".to_owned(),
        attack: vec!["T1609".to_owned()],
        cluster: Cluster {
            name: some("prod"),
            account: some("111122223333"),
            region: some("us-east-1"),
            log_group: some("/aws/eks/prod/cluster"),
            labels: BTreeMap::from([("env".to_owned(), "prod".to_owned())]),
        },
        actor: Actor {
            kind: some("human"),
            username: some("admin:jane"),
            groups: vec!["system:authenticated".to_owned()],
            uid: some("aws-iam-authenticator:111122223333:AROAEXAMPLE"),
            arn: some("arn:aws:sts::111122223333:assumed-role/Admin/jane"),
            session_name: some("jane"),
            access_key_id: some("ASIAIOSFODNN7EXAMPLE"),
            impersonated: None,
            behind: Vec::new(),
        },
        source: Source {
            ip: some("203.0.113.7"),
            ips: vec!["10.0.0.1".to_owned(), "203.0.113.7".to_owned()],
            public: Some(true),
            user_agent: some("kubectl/v1.34.1 (linux/amd64) kubernetes/0123abc"),
        },
        target: Target {
            verb: some("get"),
            resource: some("pods"),
            subresource: some("exec"),
            api_group: None,
            namespace: some("shop"),
            name: some("web-0"),
            uri: some("/api/v1/namespaces/shop/pods/web-0/exec?command=sh&command=-c&command=id"),
        },
        outcome: Outcome {
            result: some("succeeded"),
            code: Some(101),
            decision: some("allow"),
            reason: some("RBAC: allowed by ClusterRoleBinding \"admins\""),
        },
        count: 1,
        first: Some(time),
        last: Some(time),
        group: BTreeMap::new(),
        measured: BTreeMap::new(),
        events: vec![EventRef {
            audit_id: some(AUDIT_ID),
            stage: some("ResponseStarted"),
            event_id: some("39000000000000000000000000000000000000000000000000000000"),
            log_stream,
            time: Some(time),
        }],
        console: Console {
            url: link.url(),
            query: Some(console.text),
            scope: Some(console.scope),
        },
        runbook: some("Ask jane whether it was her.\nIf not, revoke the session."),
        truncated: false,
        closes: None,
        detected_by: DetectedBy("trailhound/0.0.0".to_owned()),
        event: None,
    }
}

/// A threshold alert of an unreadable past: no key that may be missing is there.
pub(crate) fn bare() -> Alert {
    let detector = Detector {
        id: "odd".to_owned(),
        title: "Odd".to_owned(),
    };
    Alert {
        id: AlertId::of_line("odd", "a line"),
        summary: "- did something".to_owned(),
        count: 1,
        truncated: true,
        ..Alert::blank(detector, Severity::Info)
    }
}

/// Many refused requests, counted together, with the raw event.
pub(crate) fn threshold() -> Alert {
    let mut alert = full();
    alert.severity = Severity::Critical;
    alert.summary = "jane was refused 12 times".to_owned();
    alert.count = 12;
    alert.last = Timestamp::parse("2026-05-01T12:04:00Z");
    alert.group = BTreeMap::from([("user.username".to_owned(), "admin:jane".to_owned())]);
    alert.measured = BTreeMap::from([("refusals".to_owned(), 12.0)]);
    alert.closes = Some(AlertId::of(&["exec-any", "first"]));
    alert.actor.impersonated = Some(Impersonated {
        username: some("root"),
        uid: None,
        groups: vec!["system:masters".to_owned()],
    });
    alert.actor.behind = vec![
        Behind {
            arn: some("arn:aws:sts::111122223333:assumed-role/Admin/jane"),
            session_name: some("jane"),
            access_key_id: some("ASIAIOSFODNN7EXAMPLE"),
            time: Timestamp::parse("2026-05-01T11:58:00Z"),
        },
        Behind {
            arn: some("arn:aws:iam::111122223333:role/Break"),
            ..Behind::default()
        },
    ];
    alert.event = Some(serde_json::json!({"kind": "Event", "auditID": AUDIT_ID}));
    alert
}
