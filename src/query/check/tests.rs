#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may fail loudly"
)]

mod negative;
mod values;

use super::*;
use crate::query::diagnostic::Severity;
use crate::query::field::{FieldId, FieldInfo, FieldType};

/// A few fields of an audit event.
struct Fields;

const FIELDS: [(&str, FieldType, bool); 13] = [
    ("@timestamp", FieldType::Time, false),
    ("@message", FieldType::Text, false),
    ("@logStream", FieldType::Text, false),
    ("@ingestionTime", FieldType::Time, true),
    ("verb", FieldType::Text, false),
    ("requestReceivedTimestamp", FieldType::Text, false),
    ("user.username", FieldType::Text, true),
    ("user.groups", FieldType::List, true),
    ("sourceIPs.0", FieldType::Text, true),
    ("objectRef.name", FieldType::Text, true),
    ("objectRef.subresource", FieldType::Text, true),
    ("responseStatus.code", FieldType::Number, true),
    ("pod.privileged", FieldType::Bool, true),
];

impl Schema for Fields {
    fn resolve(&mut self, name: &str) -> Result<FieldInfo, Vec<String>> {
        let info = |kind, may_be_missing| FieldInfo {
            id: FieldId(0),
            kind,
            may_be_missing,
        };
        if let Some((_, kind, missing)) = FIELDS.iter().find(|field| field.0 == name) {
            return Ok(info(*kind, *missing));
        }
        if name.starts_with("annotations.") || name.starts_with("requestObject.") {
            return Ok(info(FieldType::Any, true));
        }
        let near = |field: &&str| {
            field.eq_ignore_ascii_case(name) || strsim::jaro_winkler(field, name) > 0.9
        };
        Err(FIELDS
            .iter()
            .map(|f| f.0)
            .filter(near)
            .map(str::to_owned)
            .collect())
    }
}

fn found(text: &str) -> Diagnostics {
    analyse(text, &Lists::new(), &mut Fields).diagnostics
}

fn lints(text: &str, severity: Severity) -> Vec<&'static str> {
    found(text)
        .iter()
        .filter(|d| d.severity == severity)
        .map(|d| d.lint)
        .collect()
}

/// The lints a query is refused for.
fn errors(text: &str) -> Vec<&'static str> {
    lints(text, Severity::Error)
}

/// The lints of a query that is accepted.
fn warnings(text: &str) -> Vec<&'static str> {
    assert_eq!(errors(text), [""; 0], "{text}\n{}", found(text));
    lints(text, Severity::Warning)
}

fn accepted(text: &str) {
    assert_eq!(warnings(text), [""; 0], "{text}\n{}", found(text));
}

/// The text with its first suggestion carried out.
fn mended(text: &str) -> String {
    let all = found(text);
    let mend = all.iter().find_map(|d| d.suggestion.clone()).expect(text);
    format!(
        "{}{}{}",
        &text[..mend.span.start],
        mend.replacement,
        &text[mend.span.end..]
    )
}

#[test]
fn ordinary_queries_are_accepted_without_a_word() {
    for text in [
        "fields @timestamp, verb, user.username | filter verb = 'get' | sort @timestamp desc | limit 5",
        "filter responseStatus.code >= 400 and responseStatus.code in ['401', 403]",
        "filter verb = 'get' | stats count(*) as n by user.username, bin(5m) | filter n >= 10",
        "stats count(*) by verb | sort count(*) desc",
        "stats count(*) by verb | filter count(*) > 5 and verb != 'get'",
        "stats sum(strcontains(@message, 'x')) / count(*) as r | fields r * 100 as percent",
        "parse @message 'a * b *' as x, y | stats latest(y) as z by x",
        "parse @message /level=(?<level>\\S+)/ | filter level = 'error'",
        "parse @message logfmt as m | filter m.level = 'error'",
        "fields jsonParse(@message) as a | filter a.verb = 'x' | fields a.items[0].name as n",
        "fields jsonParse(@message).x as l | unnest l into e | filter e.y = 1",
        "filter strcontains(user.username, 'x') | fields if(verb = 'a', 1, 0) as i, case(i = 1, 'x', 'y') as c",
        "filter pod.privileged and pod.privileged = true and pod.privileged = 'true' and pod.privileged = 1",
        "filter `annotations.authorization.k8s.io/decision` = 'forbid'",
        "filter isIpInSubnet(sourceIPs.0, '10.0.0.0/8') or isIpInSubnet(sourceIPs.0, ['10.0.0.0/8', 'fd00::/8'])",
        "stats max(@timestamp) as t by verb, bin(1h) as b | stats count(*) by datefloor(t, 1d)",
        "fields responseStatus.code - 1 as a, a-1 as b, b/a as c",
        "fields verb as verb | filter ispresent(verb)",
    ] {
        accepted(text);
    }
}

#[test]
fn unknown_fields_are_refused_with_what_was_probably_meant() {
    assert_eq!(errors("filter verbs = 'get'"), ["unknown-field"]);
    assert_eq!(mended("filter verbs = 'get'"), "filter verb = 'get'");
    assert!(
        found("filter responseStatus.Code = 1")
            .to_string()
            .contains("case matters")
    );
    assert_eq!(
        mended("fields responseStatus.Code"),
        "fields responseStatus.code"
    );
    assert_eq!(
        mended("parse @message '*' as latency | filter latncy > 1"),
        "parse @message '*' as latency | filter latency > 1"
    );
    assert_eq!(errors("fields @messages"), ["unknown-field"]);
}

#[test]
fn names_exist_from_their_definition_on_and_not_before() {
    accepted("fields verb as v, concat(v, 'x') as w | filter w = 'getx'");
    assert_eq!(
        errors("filter v = 'x' | fields verb as v"),
        ["unknown-field"]
    );
}

#[test]
fn a_name_is_given_only_once_but_parse_may_replace_it() {
    for text in [
        "fields verb as a, @message as a",
        "fields verb as a | fields @message as a",
        "fields verb | fields @message as verb",
        "stats count(*) as n, sum(responseStatus.code) as n",
        "stats count(*) as verb by verb",
        "parse @message '* *' as a, a",
    ] {
        assert!(errors(text).contains(&"redefined"), "{text}");
    }
    assert_eq!(
        warnings("fields verb | parse @message /(?<verb>.)/"),
        ["parse-replaces"]
    );
}

#[test]
fn after_stats_only_its_columns_exist() {
    for text in [
        "stats count(*) as n by verb | filter user.username = 'x'",
        "stats count(*) as n by verb as v | filter verb = 'x'",
        "stats count(*) as n | stats count(*) by verb",
        "stats count(*) by verb | fields @timestamp",
    ] {
        assert_eq!(errors(text), ["after-stats"], "{text}");
    }
    let message = found("stats count(*) as n by verb | filter objectRef.name = 'x'").to_string();
    assert!(message.contains("`n`, `verb`"), "{message}");
}

#[test]
fn sorting_by_a_column_that_does_not_exist_is_harmless() {
    assert_eq!(
        warnings("stats count() by verb | sort count desc"),
        ["sort-unknown"]
    );
    assert_eq!(
        warnings("stats count(*) as n by verb | sort count(*) desc"),
        ["sort-unknown"]
    );
    assert_eq!(
        warnings("stats count() by verb | sort by count()"),
        ["sort-by"]
    );
}

#[test]
fn sort_and_limit_count_at_the_end_wherever_they_stand() {
    let text = "sort @timestamp desc | limit 100 | stats count() by bin(1m)";
    assert_eq!(warnings(text), ["before-stats", "before-stats"]);
    assert_eq!(
        warnings("limit 100 | filter verb = 'get'"),
        ["limit-before-filter"]
    );
    assert_eq!(
        warnings("display verb | display @message"),
        ["display-overridden"]
    );
    assert_eq!(errors("limit 200000"), ["limit-range"]);
}

#[test]
fn commands_that_may_not_repeat_or_follow_are_refused() {
    let stats = ["stats count(*) as n"; 11].join(" | ");
    assert_eq!(errors(&stats), ["too-many-stats"]);
    assert!(errors(&["stats count(*) as n"; 10].join(" | ")).is_empty());
    assert_eq!(warnings("dedup verb | limit 3"), ["dedup-order"]);
    assert_eq!(errors("dedup verb | filter verb = 'x'"), ["after-dedup"]);
    for cut in ["limit 1", "sort n"] {
        let text = format!("stats count(*) as n by verb | {cut} | stats sum(n) as m");
        assert_eq!(errors(&text), ["before-stats"], "{text}");
    }
    assert_eq!(warnings("limit 5 | stats count(*)"), ["before-stats"]);
    assert_eq!(errors("limit 0"), ["limit-range"]);
    let twice = "unnest jsonParse(@message) into a | unnest a.b into c";
    assert_eq!(errors(twice), ["too-many-unnest"]);
    assert_eq!(
        errors("stats count(*) by verb | stats count(*) by bin(5m)"),
        ["bin-after-stats"]
    );
}

#[test]
fn parse_patterns_name_what_they_take_out() {
    assert_eq!(errors("parse @message 'a * b *' as x"), ["glob-stars"]);
    assert_eq!(errors("parse @message 'a' as x"), ["glob-stars"]);
    assert_eq!(errors("parse @message /a(b)/"), ["no-named-group"]);
    accepted("parse @message /a(b)/ as x multi");
    assert_eq!(
        errors("parse @message /a(b)(c)/ as x multi"),
        ["multi-groups"]
    );
    accepted("parse @message /a(?<@b>b)/ | filter @b = 'b'");
    assert_eq!(errors("parse @message /(?<@b>b)(?<@b>c)/"), ["bad-regex"]);
    accepted("parse @message csv as x, y | filter x = y");
}

#[test]
fn structures_are_no_keys() {
    assert_eq!(
        errors("fields jsonParse(@message) as m | sort m"),
        ["structure-key"]
    );
    assert_eq!(
        errors("fields jsonParse(@message) as m | dedup m"),
        ["dedup-order", "structure-key"][1..]
    );
    assert_eq!(
        errors("stats count(*) by jsonParse(@message)"),
        ["structure-key"]
    );
    assert_eq!(
        errors("stats sum(jsonParse(@message)) as n"),
        ["structure-key"]
    );
    assert_eq!(warnings("stats count(*) by user.groups"), ["list-key"]);
    accepted("unnest user.groups into g | stats count(*) by g | sort g");
}

#[test]
fn structures_equal_nothing_in_the_console() {
    for test in ["m = 'a'", "m != 'a'", "m in ['a']", "m like 'a'"] {
        let text = format!("fields jsonParse(@message) as m | filter ispresent(m) and {test}");
        assert_eq!(warnings(&text), ["structure-compared"], "{text}");
    }
    accepted("fields jsonParse(@message) as m | filter m.key = 'a'");
}

#[test]
fn fields_that_a_subscription_does_not_carry_are_warned_of() {
    assert_eq!(warnings("fields @ingestionTime"), ["ingestion-time"]);
}

#[test]
fn conditions_alone_are_checked_like_a_filter() {
    let mut schema = Fields;
    assert!(
        analyse_condition("user.username = 'ci'", &mut schema)
            .query
            .is_some()
    );
    let found = analyse_condition("user.nam = 'ci'", &mut schema);
    assert!(found.query.is_none());
    assert!(found.diagnostics.has_errors());
}

#[test]
fn the_deepest_tree_that_is_read_can_be_checked_and_printed() {
    let n = parse::MAX_DEPTH / 2;
    let chain = vec!["verb = 'x'"; n].join(" or ");
    let brackets = format!("{}verb = 'x'{}", "not (".repeat(n / 2), ")".repeat(n / 2));
    for text in [format!("filter {chain}"), format!("filter {brackets}")] {
        accepted(&text);
        assert!(parse::parse(&parse::parse(&text).unwrap().to_string()).is_ok());
    }
}

proptest::proptest! {
    #[test]
    fn any_soup_of_tokens_is_checked_without_panic(words in proptest::collection::vec(
        proptest::sample::select(vec![
            "fields", "filter", "parse", "stats", "by", "as", "and", "or", "not", "in", "like", "verb",
            "user.username", "x", "a/b-c", "'t'", "'*'", "5m", "7", "/(?<r>.)/", "(", ")", "[", "]", ",",
            "|", "*", "-", "=", "!=", "count(*)", "bin(", "ispresent(", "jsonParse(@message)", ".k", "case(",
        ]), 0..30)) {
        let _ = found(&words.join(" "));
    }
}
