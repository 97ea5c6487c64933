#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may fail loudly"
)]

use proptest::prelude::*;

use super::*;
use crate::query::MAX_QUERY_CHARS;
use crate::query::diagnostic::Severity;

/// The query, printed on one line.
fn shape(text: &str) -> String {
    parse(text).map_or_else(|e| panic!("{text}\n{e}"), |query| format!("{query:#}"))
}

/// The lints that `text` is refused for.
fn refused(text: &str) -> Vec<&'static str> {
    let found = parse(text).expect_err(text);
    found
        .iter()
        .filter(|d| d.severity == Severity::Error)
        .map(|d| d.lint)
        .collect()
}

fn message(text: &str) -> String {
    parse(text).expect_err(text).to_string()
}

/// The warnings of a text that is accepted.
fn warned(text: &str) -> Vec<&'static str> {
    let parsed = parse_with_warnings(text);
    assert!(parsed.query.is_some(), "{text}\n{}", parsed.diagnostics);
    parsed.diagnostics.iter().map(|d| d.lint).collect()
}

#[test]
fn every_accepted_command_is_read() {
    for (text, shape_wanted) in [
        (
            "fields @timestamp, a.b as c, `x/y`",
            "fields @timestamp, a.b as c, `x/y`",
        ),
        ("where a = 1", "filter a = 1"),
        ("FILTER a == 'x' AND NOT b", "filter a = \"x\" and not b"),
        (
            "filterIndex a in ['x'] and b = 1",
            "filter a in [\"x\"] and b = 1",
        ),
        ("parse 'a*b' as x", "parse \"a*b\" as x"),
        ("parse m /(?<x>.)\\//", "parse m /(?<x>.)\\//"),
        ("parse m /(.)/ as x multi", "parse m /(.)/ as x multi"),
        ("parse m logfmt as l", "parse m logfmt as l"),
        ("parse logfmt as l", "parse logfmt as l"),
        ("parse m csv as a, b", "parse m csv as a, b"),
        (
            "stats count(*) as n by a, bin(5m) as t",
            "stats count(*) as n by a, bin(5m) as t",
        ),
        ("stats sum(a)/count(*) as r", "stats sum(a) / count(*) as r"),
        ("display a, b", "display a, b"),
        ("sort a asc, b", "sort a asc, b desc"),
        ("order a", "sort a desc"),
        ("limit 10", "limit 10"),
        ("head 10", "limit 10"),
        ("limit any 10", "limit 10"),
        ("dedup a, b", "dedup a, b"),
        (
            "unnest jsonParse(a).b into c",
            "unnest jsonParse(a).b into c",
        ),
    ] {
        assert_eq!(shape(text), shape_wanted, "{text}");
    }
}

#[test]
fn operators_bind_as_tight_as_documented() {
    for (text, grouped) in [
        ("a or b and c", "a or (b and c)"),
        ("not a = 1 and b", "not (a = 1) and b"),
        ("!ispresent(a) or b", "not ispresent(a) or b"),
        (
            "a + b * c ^ d ^ e = f - g - h",
            "a + b * c ^ d ^ e = f - g - h",
        ),
        ("a - (b - c) = 1", "a - (b - c) = 1"),
        ("(a ^ b) ^ c = 1", "(a ^ b) ^ c = 1"),
        ("-a ^ 2 = 1", "(-a) ^ 2 = 1"),
        ("-(a + b) * 2 = 1", "-(a + b) * 2 = 1"),
        ("a - -5 = 1", "a - -5 = 1"),
        (
            "a not in ['b'] and c not like 'd'",
            "a not in [\"b\"] and c not like \"d\"",
        ),
        ("NOT a like /b/", "not (a like /b/)"),
        ("a = 1 or (b = 2 and c = 3)", "a = 1 or (b = 2 and c = 3)"),
        ("(a or b) and c", "(a or b) and c"),
    ] {
        assert_eq!(
            shape(&format!("filter {text}")),
            format!("filter {grouped}"),
            "{text}"
        );
    }
}

#[test]
fn functions_are_stored_in_their_documented_spelling() {
    assert_eq!(shape("filter isPresent(a)"), "filter ispresent(a)");
    assert_eq!(
        shape("STATS COUNT(*) BY BIN(5m)"),
        "stats count(*) by bin(5m)"
    );
    assert_eq!(shape("stats countDistinct(a)"), "stats count_distinct(a)");
    assert_eq!(
        shape("filter ISIPINSUBNET(a, '10.0.0.0/8')"),
        "filter isIpInSubnet(a, \"10.0.0.0/8\")"
    );
}

#[test]
fn members_and_elements_of_parsed_json_are_read() {
    assert_eq!(
        shape("fields jsonParse(m).a.`b.c`[0].d as x"),
        "fields jsonParse(m).a.`b.c`[0].d as x"
    );
    assert_eq!(
        shape("fields m[0], m.`user.id`"),
        "fields m[0], `m.user.id`".replace("`m.user.id`", "m.user.id")
    );
}

#[test]
fn what_insights_has_and_a_stream_has_not_is_refused_by_name() {
    for text in [
        "filter a = 1 | pattern @message",
        "diff previousDay",
        "anomaly",
        "SOURCE logGroups(namePrefix: ['a'])",
        "join type=inner left=a right=b",
        "lookup t k OUTPUT c",
        "sessionize a maxspan 30m as id",
        "fillmissing",
        "filter unmask(a) = 'x'",
        "filter @timestamp > ago(24h)",
        "filter a in (SOURCE 'x' | fields a)",
        "stats count(*) by bin(5m) offset 1h",
    ] {
        assert_eq!(refused(text), ["refused"], "{text}");
        assert!(message(text).contains("is not accepted: "), "{text}");
    }
}

#[test]
fn mistakes_are_told_with_what_to_write() {
    for (text, lint, hint) in [
        ("", "empty-query", "filter verb"),
        (" # only a comment", "empty-query", "filter verb"),
        ("| filter a", "empty-command", "neither begins nor ends"),
        ("filter a |", "empty-command", "neither begins nor ends"),
        ("filter", "syntax", "for example"),
        ("filtr a = 1", "unknown-command", "`filter`"),
        ("a = 1", "unknown-command", "`filter`"),
        (
            "count(*) as count by pod",
            "unknown-command",
            "done by `stats`",
        ),
        ("filter a = 'b' AND c d == 'e'", "syntax", "missing"),
        ("fields a, b, | filter c", "dangling-comma", "take it away"),
        ("filter ispresnt(a)", "unknown-function", "`ispresent`"),
        ("filter a in ('b')", "in-parentheses", "in ["),
        ("filter a = b = c", "chained-comparison", "a < b and b < c"),
        ("filter a = null", "null-literal", "ispresent"),
        ("filter a is null", "syntax", "ispresent"),
        ("filter a contains 'b'", "syntax", "like \"text\""),
        ("fields a as 'b'", "quoted-name", "backticks"),
        ("fields a as by", "reserved-word", "`by`"),
        ("limit 1.5", "syntax", "whole number"),
        ("stats by a", "syntax", "count(*)"),
        ("filterIndex a like 'b'", "filter-index", "`filter`"),
        ("parse m /(?<a>.)/ as b", "regex-alias", "(?<b>"),
        ("parse m 'a*'", "syntax", "`as`"),
        ("filter (a = 1", "syntax", "`)`"),
        ("filter a = 1)", "syntax", "no bracket"),
        ("filter a filter b", "syntax", "put `|`"),
    ] {
        assert_eq!(refused(text).first(), Some(&lint), "{text}");
        assert!(message(text).contains(hint), "{text}: {}", message(text));
    }
}

#[test]
fn one_wrong_command_does_not_hide_the_next() {
    assert_eq!(
        refused("filtr a | fields b, | pattern c"),
        ["unknown-command", "dangling-comma", "refused"]
    );
}

#[test]
fn odd_but_published_spellings_are_accepted_with_a_warning() {
    assert_eq!(warned("filter a ~= 'b'"), ["odd-match"]);
    assert_eq!(warned("filter a =~ 'b'"), ["odd-match"]);
    assert_eq!(warned("filter a =~ /b/"), [""; 0]);
    assert_eq!(
        shape("filter a ~= 'b' and c =~ /d/"),
        "filter a like \"b\" and c like /d/"
    );
    assert_eq!(warned("sort by a"), ["sort-by"]);
    assert_eq!(warned("fields @LogStream"), ["system-field-case"]);
    assert_eq!(
        shape("fields @LogStream, `@LogStream`"),
        "fields @logStream, `@LogStream`"
    );
}

#[test]
fn and_beside_or_is_warned_of_unless_it_stands_in_parentheses() {
    assert_eq!(warned("filter a or b and c"), ["and-or-mixed"]);
    assert_eq!(
        warned("filter a and b or c and d"),
        ["and-or-mixed", "and-or-mixed"]
    );
    assert_eq!(warned("filter a or (b and c)"), [""; 0]);
    assert_eq!(warned("filter (a or b) and c"), [""; 0]);
}

#[test]
fn a_bare_condition_is_a_query_of_one_filter() {
    let query = parse_condition("user.username = 'ci' and verb != \"get\"")
        .query
        .unwrap();
    assert_eq!(
        query.to_string(),
        "filter user.username = \"ci\" and verb != \"get\""
    );
    for text in ["a = 1 | filter b", "filter a = 1", "a = 1 b", ""] {
        assert!(parse_condition(text).query.is_none(), "{text}");
    }
}

#[test]
fn depth_is_limited_however_it_comes_about() {
    let n = MAX_QUERY_CHARS / 4;
    for text in [
        format!("filter {}a{}", "(".repeat(n), ")".repeat(n)),
        format!("filter a{}", "+a".repeat(n)),
        format!("filter {}a", "- ".repeat(n)),
        format!("filter {}a", "!".repeat(n)),
        format!("filter a{}", "^a".repeat(n)),
        format!("filter {}", "[".repeat(n)),
        format!("filter {}", "abs(".repeat(n / 2)),
        format!("filter a{}", "[0]".repeat(n)),
        format!("filter abs(a){}", ".b".repeat(n)),
    ] {
        assert_eq!(refused(&text), ["too-deep"], "{}", &text[..20]);
    }
    let wide = vec!["a = 1"; MAX_DEPTH - 2].join(" or ");
    assert!(parse(&format!("filter {wide}")).is_ok());
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in "\\PC{0,80}") {
        let _ = parse(&text);
    }

    #[test]
    fn any_soup_of_tokens_is_read_without_panic(words in prop::collection::vec(
        prop::sample::select(vec![
            "fields", "filter", "parse", "stats", "sort", "limit", "dedup", "unnest", "display", "by",
            "as", "and", "or", "not", "in", "like", "into", "a", "b.c", "`d/e`", "'t'", "\"u\\", "5m",
            "300s", "7", "1e3", "/r/", "/", "(", ")", "[", "]", ",", "|", ".", "*", "+", "-", "=", "!=",
            "~=", "=~", "!", "<", "count", "bin", "ispresent", "jsonParse(", "é", "\u{1b}", "#", "\n",
        ]), 0..40), blank in any::<bool>()) {
        let text = words.join(if blank { " " } else { "" });
        let parsed = parse_with_warnings(&text);
        for found in &parsed.diagnostics {
            prop_assert!(found.span.start <= found.span.end && found.span.end <= text.len());
            prop_assert!(text.get(found.span.start..found.span.end).is_some());
        }
        let source = crate::query::Source::new("-", &text);
        let _ = parsed.diagnostics.render(&source, crate::query::Style::Plain);
        if let Some(query) = parsed.query {
            let printed = query.to_string();
            let again = parse(&printed);
            prop_assert!(again.is_ok(), "{text:?} printed as {printed:?}");
            prop_assert_eq!(again.map(|q| q.to_string()).unwrap_or_default(), printed);
        }
    }
}

#[test]
fn a_list_stands_where_its_name_does_and_nowhere_else() {
    let lists = Lists::from([("users".to_owned(), vec!["a\"b".to_owned(), "c".to_owned()])]);
    let filled = |text: &str| parse_filling(text, &lists);
    let written = |text: &str| filled(text).query.map(|query| query.to_string());
    assert_eq!(
        written("filter x in ${users} and y = 1"),
        written(r#"filter x in ["a\"b", "c"] and y = 1"#)
    );
    for text in [
        "filter x = 1 # and y in ${others}",
        "filter x = '${others}' and y like \"${users}\"",
        r"filter x like /\${others}/",
        "filter `${others}` = 1",
    ] {
        let parsed = filled(text);
        assert!(parsed.query.is_some() && parsed.unset.is_empty(), "{text}");
        assert!(parsed.filled.is_empty(), "{text}");
    }
    assert_eq!(filled("filter x in ${users}").filled.len(), 1);
}

#[test]
fn a_list_that_is_not_set_is_told_of_once_where_it_stands() {
    let lists = Lists::from([("empty".to_owned(), Vec::new())]);
    let text = "filter x in ${users} or y in ${empty} or z in ${users}";
    let parsed = parse_filling(text, &lists);
    let names: Vec<_> = parsed.unset.iter().map(|name| name.text.as_str()).collect();
    assert_eq!(names, ["users", "empty", "users"]);
    assert!(parsed.query.is_some());
    let found = parsed.with_all_set();
    assert!(found.query.is_none());
    let spans: Vec<_> = found
        .diagnostics
        .iter()
        .map(|one| (one.lint, one.span.start))
        .collect();
    assert_eq!(spans, [("unset-list", 12), ("unset-list", 29)]);
}

#[test]
fn what_is_wrong_after_a_list_is_shown_where_it_stands() {
    let lists = Lists::from([("users".to_owned(), vec!["long".repeat(50)])]);
    let found = parse_filling("filter x in ${users} and (y = 1", &lists).diagnostics;
    assert!(found.iter().all(|one| one.span.start == 31), "{found:?}");
    // However long a list is, the query is no longer than it was written.
    let lists = Lists::from([("users".to_owned(), vec!["long".repeat(50); 1_000])]);
    assert!(
        parse_filling("filter x in ${users}", &lists)
            .query
            .is_some()
    );
}
