//! Functions, conditions and comparisons.

use super::{accepted, errors, found, mended, warnings};

#[test]
fn aggregates_stand_in_stats_and_nowhere_else() {
    assert_eq!(errors("filter count(*) > 5"), ["aggregate-outside-stats"]);
    assert_eq!(
        errors("fields sum(responseStatus.code) as s"),
        ["aggregate-outside-stats"]
    );
    assert_eq!(
        errors("stats count(*) by max(verb)"),
        ["aggregate-outside-stats"]
    );
    assert_eq!(errors("stats sum(count(*))"), ["nested-aggregate"]);
    assert_eq!(errors("stats verb by user.username"), ["not-aggregated"]);
    assert_eq!(errors("stats tolower('x') as x"), ["not-aggregated"]);
    assert_eq!(
        errors("stats count(*) + responseStatus.code as x"),
        ["not-aggregated"]
    );
    accepted("stats floor(avg(responseStatus.code) / 2) as x");
}

#[test]
fn functions_take_the_arguments_they_are_documented_with() {
    for (text, lint) in [
        ("filter strcontains(verb) = 1", "argument-count"),
        ("fields replace(verb, 'a') as x", "argument-count"),
        ("fields now(1) as x", "argument-count"),
        ("stats count(verb, verb)", "argument-count"),
        ("stats count(*) by bin(5)", "period-expected"),
        ("fields datefloor(@timestamp, '1d') as x", "period-expected"),
        ("filter responseStatus.code > 5m", "misplaced"),
        ("stats sum(*)", "misplaced"),
        ("stats pct(responseStatus.code, 101)", "percentile-range"),
        (
            "filter isIpInSubnet(sourceIPs.0, '10.0.0.0/33')",
            "bad-subnet",
        ),
        (
            "filter isIpInSubnet(sourceIPs.0, ['10.0.0.0/8', 'ten'])",
            "bad-subnet",
        ),
        (
            "filter isIpv4InSubnet(sourceIPs.0, 'fd00::/8')",
            "bad-subnet",
        ),
        (
            "filter isIpv6InSubnet(sourceIPs.0, '10.0.0.0/8')",
            "bad-subnet",
        ),
        ("filter isIpInSubnet(sourceIPs.0, verb)", "bad-subnet"),
        ("filter isIpInSubnet(sourceIPs.0, '10.0.0.1')", "bad-subnet"),
        (
            "filter isIpv4InSubnet(sourceIPs.0, ['10.0.0.1', 'fd00::1'])",
            "bad-subnet",
        ),
        ("fields regexReplace(verb, '(', '') as x", "bad-regex"),
    ] {
        assert_eq!(errors(text), [lint], "{text}");
    }
}

#[test]
fn a_list_of_subnets_may_hold_addresses_too() {
    let text = "filter isIpInSubnet(sourceIPs.0, ['10.0.0.0/8', '192.0.2.7', '2001:db8::1'])";
    assert!(errors(text).is_empty());
}

#[test]
fn a_condition_is_something_that_is_true_or_false() {
    for text in [
        "filter responseStatus.code + 1",
        "filter 'error'",
        "filter /error/",
        "filter 1",
        "filter verb",
        "filter verb = 'x' and verb",
        "filter not tolower(verb)",
        "filter user.groups",
        "fields if(verb, 1, 2) as x",
    ] {
        assert_eq!(errors(text), ["not-a-condition"], "{text}");
    }
    assert!(found("filter verb").to_string().contains("ispresent(verb)"));
}

#[test]
fn comparisons_that_cannot_mean_anything_are_refused() {
    for (text, lint) in [
        ("filter verb < 'get'", "order-of-texts"),
        ("filter @timestamp > '2026-01-01'", "order-of-texts"),
        ("filter verb = /get/", "misplaced"),
        ("filter verb in 'get'", "in-needs-list"),
        ("filter verb in [get]", "list-item"),
        ("filter verb in [/get/]", "list-item"),
        ("filter verb like get", "like-pattern"),
        ("filter verb like 5", "like-pattern"),
        (
            "fields responseStatus.code + 'x' as y",
            "arithmetic-on-text",
        ),
        ("fields verb.x as y", "unknown-field"),
        ("fields tolower(verb).x as y", "no-structure"),
        ("fields jsonParse(@message)[-1] as y", "bad-index"),
    ] {
        assert_eq!(errors(text), [lint], "{text}");
    }
    accepted("filter responseStatus.code < '500'");
    assert_eq!(mended("filter verb in [get]"), "filter verb in [\"get\"]");
    assert_eq!(mended("filter verb in 'get'"), "filter verb in [\"get\"]");
}

#[test]
fn comparisons_that_never_hold_are_warned_of() {
    assert_eq!(
        warnings("filter responseStatus.code = 'ok'"),
        ["never-equal"]
    );
    assert_eq!(
        warnings("filter responseStatus.code in [200, 'ok']"),
        ["never-equal"]
    );
    assert_eq!(warnings("filter pod.privileged = 'yes'"), ["never-equal"]);
    assert_eq!(warnings("filter pod.privileged = 2"), ["never-equal"]);
    assert_eq!(warnings("filter verb in []"), ["empty-list"]);
    assert_eq!(
        warnings("filter verb < requestReceivedTimestamp"),
        ["order-of-texts"]
    );
}

#[test]
fn like_is_warned_of_where_it_looks_like_something_else() {
    assert_eq!(warnings("filter verb like ''"), ["like-everything"]);
    assert_eq!(warnings("filter verb like '%get%'"), ["like-wildcard"]);
    assert_eq!(
        mended("filter verb like 'get*'"),
        "filter verb like \"get\""
    );
    accepted("filter verb like '*' and verb like '* *' and verb like '100%!'");
}

#[test]
fn regular_expressions_of_other_engines_are_refused_by_the_name_of_the_feature() {
    for (pattern, feature) in [
        ("a(?=b)", "look-ahead"),
        ("a(?!b)", "negative look-ahead"),
        ("(?<=a)b", "look-behind"),
        ("(?<!a)b", "negative look-behind"),
        ("(a)\\1", "back-reference"),
        ("(?<n>a)\\k<n>", "back-reference"),
        ("(?>a)", "atomic"),
        ("[a", "unclosed character class"),
        ("(a{1000}){1000}", "needs more than"),
    ] {
        let text = format!("filter verb like /{pattern}/");
        assert_eq!(errors(&text), ["bad-regex"], "{text}");
        assert!(
            found(&text).to_string().contains(feature),
            "{}",
            found(&text)
        );
    }
}

#[test]
fn paths_with_bare_slashes_or_dashes_get_backticks() {
    let text = "fields annotations.authorization.k8s.io/decision as d";
    assert_eq!(errors(text), ["unquoted-path"]);
    assert_eq!(
        mended(text),
        "fields `annotations.authorization.k8s.io/decision` as d"
    );
    let text = "filter requestObject.metadata.labels.app.kubernetes.io/managed-by = 'x'";
    assert_eq!(errors(text), ["unquoted-path"]);
    assert_eq!(
        mended(text),
        "filter `requestObject.metadata.labels.app.kubernetes.io/managed-by` = 'x'"
    );
    assert_eq!(
        errors("filter kubernetes.audit.k8s.io/v1"),
        ["unquoted-path"]
    );
}
