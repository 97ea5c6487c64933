#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may fail loudly"
)]

use super::filter::Filter;
use super::glob::{matches, of_network, of_regex};
use super::read::Pattern;
use super::say::say;
use crate::query::ast::CommandKind;

fn said(condition: &str) -> Option<String> {
    let parsed = crate::query::parse(&format!("filter {condition}")).unwrap();
    let CommandKind::Filter(condition) = &parsed.commands[0].kind else {
        panic!("{parsed:?}");
    };
    say(condition, true).as_ref().map(Filter::to_string)
}

#[test]
fn stars_stand_for_any_text() {
    for (pattern, text) in [
        ("a", "a"),
        ("a*", "a"),
        ("*a", "ba"),
        ("a*c*e", "abcde"),
        ("*", ""),
        ("*b*", "abc"),
    ] {
        assert!(matches(pattern, text), "{pattern} {text}");
    }
    for (pattern, text) in [
        ("a", "ab"),
        ("a*", "ba"),
        ("ab*ba", "aba"),
        ("a*c*e", "ace!"),
        ("*b*b*", "abc"),
    ] {
        assert!(!matches(pattern, text), "{pattern} {text}");
    }
}

#[test]
fn regular_expressions_become_texts_where_few_are_enough() {
    let globs = |source| of_regex(source).map(|globs| (globs.texts.join(" "), globs.exact));
    assert_eq!(globs("^system:"), Some(("system:*".to_owned(), true)));
    assert_eq!(globs("token$"), Some(("*token".to_owned(), true)));
    assert_eq!(globs("^(get|list)$"), Some(("get list".to_owned(), true)));
    assert!(!globs(r"\bcurl\b").unwrap().1);
    assert_eq!(
        globs("secret[0-9]+").unwrap(),
        ("*secret*".to_owned(), false)
    );
    assert_eq!(globs(".*"), None);
}

#[test]
fn networks_become_texts_that_match_none_but_their_addresses() {
    assert_eq!(of_network("10.0.0.0/8"), ["10.*"]);
    assert_eq!(of_network("203.0.113.7"), ["203.0.113.7"]);
    assert_eq!(of_network("192.0.2.0/23"), ["192.0.2.*", "192.0.3.*"]);
    assert_eq!(of_network("172.16.0.0/12"), Vec::<String>::new());
    assert_eq!(of_network("2001:db8::/32"), Vec::<String>::new());
}

#[test]
fn what_a_pattern_cannot_ask_is_left_out_where_that_lets_more_through() {
    let told = |condition, expected: &str| {
        assert_eq!(said(condition).unwrap_or_default(), expected, "{condition}");
    };
    told(
        r#"verb = "get" and outcome = "forbidden""#,
        "$.verb=\"get\"",
    );
    told(r#"verb = "get" or outcome = "forbidden""#, "");
    told(
        r#"not (verb = "get" and stage = "Panic")"#,
        "$.verb!=\"get\" || $.stage!=\"Panic\"",
    );
    told(
        r#"verb not in ["get", "list"]"#,
        "$.verb!=\"get\" && $.verb!=\"list\"",
    );
    told("responseStatus.code >= 400", "$.responseStatus.code>=400");
    told(
        r#"not isIpInSubnet(sourceIPs.0, "10.0.0.0/8")"#,
        "$.sourceIPs[0]!=\"10.*\"",
    );
    told("requestObject.spec.hostNetwork = true", "");
    told(r#"userAgent not like /\bkubectl/"#, "");
    told("`annotations.a/b` = \"c\"", "");
}

#[test]
fn patterns_are_read_as_they_are_written() {
    let text = "{ ($.verb=\"get\" && $.responseStatus.code<400) || $.sourceIPs[1] NOT EXISTS }";
    let pattern = Pattern::read(text).unwrap();
    let Pattern::Json(filter) = &pattern else {
        panic!("{pattern:?}");
    };
    assert_eq!(format!("{{ {filter} }}"), text);
    assert!(pattern.passes(r#"{"sourceIPs":["a"]}"#));
    assert!(
        pattern.passes(r#"{"verb":"get","sourceIPs":["a","b"],"responseStatus":{"code":200}}"#)
    );
    assert!(
        !pattern.passes(r#"{"verb":"get","sourceIPs":["a","b"],"responseStatus":{"code":404}}"#)
    );
    assert!(!pattern.passes(r#"{"verb":"get"[Truncated...]"#));
    for wrong in [
        "{",
        "{ }",
        "{ $.a }",
        "{ $.a = }",
        "{ $.a=1 } x",
        "[a, b]",
        "%x%",
        "?\"a",
    ] {
        assert!(Pattern::read(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn terms_that_may_be_there_count_only_alone() {
    let passes = |pattern: &str, line: &str| Pattern::read(pattern).unwrap().passes(line);
    assert!(passes("?exec ?\"aws-auth\"", "an exec"));
    assert!(!passes("?exec ?\"aws-auth\"", "nothing"));
    assert!(!passes("-exec", "an exec") && passes("", "anything"));
    assert!(passes("?exec an", "an apple"));
}
