//! Where alerts go, and what is said of routes that can't be used.

#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use super::*;
use crate::alert::{Severity, sample};

fn route(when: Option<&str>, sinks: &[&str]) -> Route {
    let spanned = |text: &str| Spanned::new(0..text.len(), text.to_owned());
    Route {
        when: when.map(spanned),
        sinks: sinks.iter().map(|sink| spanned(sink)).collect(),
    }
}

fn compiled(routes: &[Route]) -> Result<Routes, Fault> {
    let sinks = ["mail", "chat", "file"].map(str::to_owned);
    Routes::compile("trailhound.toml", "", routes, &sinks)
}

/// Where the sample goes by one route to the chat: there, or everywhere since no route takes it.
fn takes(when: &str) -> bool {
    let routes = compiled(&[route(Some(when), &["chat"])]);
    let routes = routes.unwrap_or_else(|fault| unreachable!("{when}: {fault}"));
    match routes.of(&sample::threshold()).as_slice() {
        ["chat"] => true,
        ["mail", "chat", "file"] => false,
        other => unreachable!("{other:?}"),
    }
}

#[test]
fn without_routes_every_sink_gets_everything() {
    assert_eq!(
        compiled(&[]).unwrap().of(&sample::bare()),
        ["mail", "chat", "file"]
    );
}

#[test]
fn an_alert_goes_to_the_sinks_of_every_route_that_takes_it() {
    let routes = compiled(&[
        route(
            Some("severity in [\"high\", \"critical\"]"),
            &["mail", "chat"],
        ),
        route(Some("cluster.labels.env = \"prod\""), &["chat", "file"]),
        route(Some("severity = \"info\""), &["file"]),
    ])
    .unwrap();
    let mut alert = sample::full();
    assert_eq!(routes.of(&alert), ["mail", "chat", "file"]);
    alert.severity = Severity::Low;
    assert_eq!(routes.of(&alert), ["chat", "file"]);
    alert.cluster.labels.clear();
    alert.severity = Severity::Info;
    assert_eq!(routes.of(&alert), ["file"]);
}

#[test]
fn an_alert_that_no_route_takes_goes_everywhere() {
    let routes = compiled(&[route(Some("severity = \"low\""), &["file"])]).unwrap();
    assert_eq!(routes.of(&sample::full()), ["mail", "chat", "file"]);
}

#[test]
fn a_route_without_a_condition_takes_all() {
    let routes = compiled(&[route(None, &["file"])]).unwrap();
    assert_eq!(routes.of(&sample::bare()), ["file"]);
}

#[test]
fn a_route_to_no_sink_is_refused() {
    assert!(fault(route(None, &[])).contains("goes to no sink"));
    assert!(fault(route(Some("count > 1"), &[])).contains("[[allow]]"));
}

#[test]
fn conditions_see_the_keys_of_the_alert() {
    for when in [
        "severity.rank >= 3",
        "severity = \"critical\"",
        "detector.id = \"exec-any\" and target.namespace = \"shop\"",
        "attack like /^T16/",
        "actor.kind = \"human\" and actor.impersonated.username = \"root\"",
        "actor.groups = \"system:authenticated\"",
        "source.public = true",
        "isIpInSubnet(source.ip, \"203.0.113.0/24\")",
        "outcome.code = 101",
        "count > 10 and measured.refusals >= 12",
        "group.`user.username` = \"admin:jane\"",
        "ispresent(closes)",
        "not ispresent(target.api_group)",
        "cluster.labels.env in [\"prod\", \"stage\"]",
    ] {
        assert!(takes(when), "{when}");
    }
    for when in [
        "severity.rank < 3",
        "cluster.labels.team = \"red\"",
        "target.api_group = \"apps\"",
        "measured.nothing > 0",
    ] {
        assert!(!takes(when), "{when}");
    }
}

#[test]
fn every_key_can_be_named() {
    for name in AlertSchema::names().filter(|name| !name.ends_with('.')) {
        assert!(
            compiled(&[route(Some(&format!("ispresent({name})")), &["file"])]).is_ok(),
            "{name}"
        );
    }
}

#[test]
fn a_negative_test_of_a_key_that_may_be_missing_is_told() {
    let routes = compiled(&[route(Some("target.namespace != \"shop\""), &["chat"])]).unwrap();
    let [warning] = routes.warnings() else {
        unreachable!("{:?}", routes.warnings());
    };
    assert!(
        warning.to_string().contains("ispresent(target.namespace)"),
        "{warning}"
    );
}

fn fault(route: Route) -> String {
    compiled(&[route]).unwrap_err().to_string()
}

#[test]
fn a_misspelt_key_is_told_with_the_one_that_was_meant() {
    insta::assert_snapshot!(fault(route(Some("namespace = \"shop\""), &["chat"])));
    assert!(fault(route(Some("cluster.nmae = \"a\""), &["file"])).contains("cluster.name"));
}

#[test]
fn a_sink_that_is_not_there_is_told() {
    assert!(fault(route(None, &["caht"])).contains("did you mean \"chat\"?"));
    assert!(fault(route(None, &["pager"])).contains("there are: mail, chat, file"));
}
