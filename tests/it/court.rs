//! Judges events inside this process: all built-in detectors, compiled once for all tests.
//!
//! Also makes audit events: a usual one, and what a test wants to be different in it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::LazyLock;

use serde_json::{Value, json};
use trailhound::alert::Alert;
use trailhound::config::Config;
use trailhound::decode::{Limits, Reader};
use trailhound::detect::{Enable, Engine, Loaded};
use trailhound::pipeline::{Judge, Tally};
use trailhound::record::Origin;

/// What the detectors' lists hold in these tests.
pub(crate) const LISTS: [(&str, &str); 2] = [
    ("expected_cidrs", "10.0.0.0/8"),
    ("known_accounts", "111122223333"),
];

/// All built-in detectors, those that are off by default too.
pub(crate) static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let lists = LISTS.iter().map(|(name, value)| (*name, [*value]));
    let config: Config =
        serde_json::from_value(json!({ "lists": lists.collect::<BTreeMap<_, _>>() })).unwrap();
    let loaded = Loaded::built_in(&config.lists);
    let enable = Enable {
        all: true,
        ids: Vec::new(),
    };
    loaded.engine(&enable, Vec::new(), "", "").unwrap().0
});

static CONFIG: LazyLock<Config> = LazyLock::new(Config::default);

/// Where the events of these tests come from, whatever is wrapped around them.
pub(crate) fn origin() -> Origin {
    Origin {
        log_group: Some("/aws/eks/prod/cluster".into()),
        log_stream: None,
        account: Some("111122223333".into()),
        region: Some("eu-west-1".into()),
    }
}

/// Judges inputs one after another, as one run of the program does.
pub(crate) fn judge<'i>(inputs: impl IntoIterator<Item = &'i [u8]>) -> (Vec<Alert>, Tally) {
    let mut judge = Judge::new(&ENGINE, &CONFIG);
    let mut reader = Reader::new(Limits::default());
    let mut alerts = Vec::new();
    let mut on = |alert| {
        alerts.push(alert);
        ControlFlow::Continue(())
    };
    for input in inputs {
        let flow = reader.read("input", input, &origin(), &mut |item| {
            judge.take(item, &mut on)
        });
        assert!(flow.is_continue());
    }
    assert!(judge.settle(i64::MAX, &mut on).is_continue());
    (alerts, judge.tally().clone())
}

/// The ids of the alerts that inputs raise. Everything in them must be readable.
pub(crate) fn ids<'i>(inputs: impl IntoIterator<Item = &'i [u8]>) -> BTreeSet<String> {
    let (alerts, tally) = judge(inputs);
    assert!(tally.problems.is_empty(), "{:?}", tally.problems);
    assert_eq!(tally.quarantined, 0);
    alerts.iter().map(|alert| alert.id.to_string()).collect()
}

/// The alerts that audit lines raise, by detector.
pub(crate) fn raised(lines: &[String]) -> BTreeMap<String, Vec<Alert>> {
    let (alerts, tally) = judge([lines.join("\n").as_bytes()]);
    assert!(tally.problems.is_empty(), "{:?}", tally.problems);
    assert_eq!(tally.records(), lines.len() as u64);
    let mut by = BTreeMap::<String, Vec<Alert>>::new();
    for alert in alerts {
        by.entry(alert.detector.id.clone()).or_default().push(alert);
    }
    by
}

/// Asserts what one line raises: each detector of `fires` once and at that outcome, none of `quiet`.
#[track_caller]
pub(crate) fn expect_line(line: &str, outcome: &str, fires: &[&str], quiet: &[&str]) {
    let by = raised(&[line.to_owned()]);
    let found: Vec<&String> = by.keys().collect();
    for id in fires.iter().chain(quiet) {
        assert!(
            ENGINE.detectors().iter().any(|known| known.id == *id),
            "no detector {id:?}"
        );
    }
    for id in fires {
        let alerts = by
            .get(*id)
            .unwrap_or_else(|| panic!("{id} is quiet; found {found:?}: {line}"));
        assert_eq!(alerts.len(), 1, "{id}");
        assert_eq!(alerts[0].outcome.result.as_deref(), Some(outcome), "{id}");
    }
    for id in quiet {
        assert!(!by.contains_key(*id), "{id} fires; found {found:?}: {line}");
    }
}

/// The same for an event made with [`event`].
#[track_caller]
pub(crate) fn expect(event: &Value, outcome: &str, fires: &[&str], quiet: &[&str]) {
    expect_line(&event.to_string(), outcome, fires, quiet);
}

/// An audit event: a person with a mapped role reads a ConfigMap from inside, but for `change`.
/// Objects in it are merged member by member, `null` takes a member away.
pub(crate) fn event(change: Value) -> Value {
    let mut event = json!({
        "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "RequestResponse",
        "auditID": "5b0d5a8c-2f6c-4c1e-9d56-0d6e1c0f7a11", "stage": "ResponseComplete",
        "requestURI": "/api/v1/namespaces/shop/configmaps/front", "verb": "get",
        "user": person("developer", &[]),
        "sourceIPs": ["10.20.30.40"],
        "userAgent": "kubectl/v1.33.0 (linux/amd64) kubernetes/60a317e",
        "objectRef": {
            "resource": "configmaps", "namespace": "shop", "name": "front", "apiVersion": "v1"
        },
        "responseStatus": { "metadata": {}, "code": 200 },
        "requestReceivedTimestamp": "2026-05-14T12:00:00.000000Z",
        "stageTimestamp": "2026-05-14T12:00:00.010000Z",
        "annotations": {
            "authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": ""
        }
    });
    merge(&mut event, change);
    event
}

/// A user behind whom the authenticator saw a role of the own account.
pub(crate) fn person(username: &str, groups: &[&str]) -> Value {
    let role = "arn:aws:sts::111122223333:assumed-role/developer/kim@example.com";
    iam(username, groups, "111122223333", role)
}

/// A user behind whom the authenticator saw an IAM principal.
pub(crate) fn iam(username: &str, groups: &[&str], account: &str, arn: &str) -> Value {
    let groups: Vec<&str> = groups
        .iter()
        .copied()
        .chain(["system:authenticated"])
        .collect();
    json!({
        "username": username, "groups": groups,
        "uid": format!("aws-iam-authenticator:{account}:AROAEXAMPLEEXAMPLEEX"),
        "extra": {
            "accessKeyId": ["ASIAEXAMPLEEXAMPLEEX"], "arn": [arn], "canonicalArn": [arn],
            "principalId": ["AROAEXAMPLEEXAMPLEEX"],
            "sessionName": [arn.rsplit('/').next().unwrap()]
        }
    })
}

/// A service account, as its token says.
pub(crate) fn service_account(namespace: &str, name: &str) -> Value {
    json!({
        "username": format!("system:serviceaccount:{namespace}:{name}"),
        "uid": "0d7f0a55-8a50-4b0e-9d0a-111111111111", "extra": null,
        "groups": [
            "system:serviceaccounts", format!("system:serviceaccounts:{namespace}"),
            "system:authenticated"
        ]
    })
}

fn merge(into: &mut Value, change: Value) {
    match (into, change) {
        (Value::Object(into), Value::Object(change)) => {
            for (key, value) in change {
                if value.is_null() {
                    into.remove(&key);
                } else {
                    merge(into.entry(key).or_insert(Value::Null), value);
                }
            }
        }
        (into, change) => *into = change,
    }
}
