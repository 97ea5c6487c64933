#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may fail loudly"
)]

use super::*;

fn kinds(text: &str) -> Vec<Kind> {
    let lexed = lex(text);
    assert!(
        !lexed.diagnostics.has_errors(),
        "{text}: {}",
        lexed.diagnostics
    );
    let mut kinds: Vec<_> = lexed.tokens.into_iter().map(|token| token.kind).collect();
    assert_eq!(kinds.pop(), Some(Kind::End));
    kinds
}

fn one(text: &str) -> Kind {
    let kinds = kinds(text);
    assert_eq!(kinds.len(), 1, "{text}: {kinds:?}");
    kinds.into_iter().next().unwrap()
}

/// The first finding: its lint and what it says.
fn refused(text: &str) -> (&'static str, String) {
    let found = lex(text).diagnostics;
    let first = found
        .iter()
        .next()
        .unwrap_or_else(|| panic!("{text} is accepted"));
    (first.lint, first.to_string())
}

#[test]
fn names_hold_letters_digits_underscores_dots_and_at_signs() {
    for name in [
        "verb",
        "user.extra.arn.0",
        "@logStream",
        "@@key",
        "a_b.@c",
        "sourceIPs.0",
    ] {
        assert_eq!(one(name), Kind::Word(name.to_owned()));
    }
}

#[test]
fn backticks_hold_whole_paths_or_single_steps_of_them() {
    for (text, name) in [
        (
            "`annotations.k8s.io/deprecated`",
            "annotations.k8s.io/deprecated",
        ),
        ("m.`user.id`", "m.user.id"),
        ("m.`user.id`.x", "m.user.id.x"),
        ("a.`b/c`.`d-e`", "a.b/c.d-e"),
        ("`tick``ed`", "tick`ed"),
        ("`# no comment | ' \" /`", "# no comment | ' \" /"),
    ] {
        assert_eq!(one(text), Kind::Quoted(name.to_owned()), "{text}");
    }
}

#[test]
fn texts_unescape_quotes_backslashes_and_breaks_and_keep_other_backslashes() {
    for (text, value) in [
        (r#""a""#, "a"),
        (r#"'a "b"'"#, "a \"b\""),
        (r#""a \"b\"""#, "a \"b\""),
        (r"'it\'s'", "it's"),
        (r#""a\\b""#, r"a\b"),
        (r#""\d+\.""#, r"\d+\."),
        (r#""a\nb\tc\rd""#, "a\nb\tc\rd"),
        ("\"# no comment\"", "# no comment"),
        ("\"{namespace}\"", "{namespace}"),
    ] {
        assert_eq!(one(text), Kind::Text(value.to_owned()), "{text}");
    }
}

#[test]
fn numbers_have_fractions_and_exponents() {
    for (text, value) in [
        ("0", 0.0),
        ("12", 12.0),
        ("0.5", 0.5),
        ("1e6", 1e6),
        ("2.5E-3", 0.0025),
    ] {
        assert_eq!(one(text), Kind::Number(value), "{text}");
    }
}

#[test]
fn periods_have_every_documented_spelling_of_their_unit() {
    const SECOND: u64 = 1000;
    for (text, millis) in [
        ("1000ms", SECOND),
        ("3msec", 3),
        ("2milliseconds", 2),
        ("60s", 60 * SECOND),
        ("5m", 300 * SECOND),
        ("5min", 300 * SECOND),
        ("1hour", 3600 * SECOND),
        ("24h", 24 * 3600 * SECOND),
        ("90d", 90 * 24 * 3600 * SECOND),
        ("2weeks", 14 * 24 * 3600 * SECOND),
    ] {
        assert_eq!(one(text), Kind::Period(millis), "{text}");
    }
}

#[test]
fn a_period_over_its_cap_is_refused_with_the_one_to_write() {
    for (text, instead) in [
        ("300s", "`5m`"),
        ("120m", "`2h`"),
        ("48h", "`2d`"),
        ("5000ms", "`5s`"),
    ] {
        let (lint, message) = refused(text);
        assert_eq!(lint, "period-cap");
        assert!(message.contains(instead), "{message}");
    }
    assert!(refused("90s").1.contains("no larger unit says it exactly"));
}

#[test]
fn periods_without_a_fixed_length_or_a_known_unit_are_refused() {
    for (text, lint) in [
        ("1mo", "calendar-period"),
        ("2quarters", "calendar-period"),
        ("1year", "calendar-period"),
        ("5x", "unknown-unit"),
        ("5M", "unknown-unit"),
        ("0m", "bad-period"),
        ("1.5h", "bad-period"),
        ("99999999999999999999d", "bad-period"),
        ("1e999", "number-range"),
    ] {
        assert_eq!(refused(text).0, lint, "{text}");
    }
}

#[test]
fn a_slash_is_a_regex_where_an_operand_may_stand_and_a_division_elsewhere() {
    let regex = |source: &str| Kind::Regex(source.to_owned());
    for text in [
        "a like /b/",
        "a not like /b/",
        "a =~ /b/",
        "f(a, /b/)",
        "parse /b/",
        "x | parse f /b/",
    ] {
        assert!(kinds(text).contains(&regex("b")), "{text}");
    }
    for text in [
        "fields a /b/ c",
        "(a) / b",
        "a[0] / b",
        "2 / 3",
        "`a` / b",
        "count(*) / 2",
        "parse f(a / b) /c/",
    ] {
        assert!(kinds(text).contains(&Kind::Symbol(Symbol::Slash)), "{text}");
    }
    assert_eq!(kinds("parse f(a / b) /c/").last(), Some(&regex("c")));
}

#[test]
fn a_regex_keeps_its_escapes_except_that_of_the_slash() {
    assert_eq!(one(r"/a\/b\.c\\/"), Kind::Regex(r"a/b\.c\\".to_owned()));
    assert_eq!(
        one("/# no \"comment/"),
        Kind::Regex("# no \"comment".to_owned())
    );
}

#[test]
fn flags_after_a_regex_are_refused_with_the_inline_form() {
    let (lint, message) = refused("a like /x/i");
    assert_eq!(lint, "regex-flags");
    assert!(message.contains("(?i)"), "{message}");
    assert!(kinds("a like /x/ and b").len() == 5);
}

#[test]
fn comments_reach_to_the_end_of_their_line() {
    assert_eq!(kinds("a # b | c\n# d\n| e").len(), 3);
}

#[test]
fn what_does_not_end_is_refused_at_its_start() {
    for text in [
        "'abc",
        "\"abc\n\"",
        "`abc",
        "a like /abc",
        "a like /abc\n/",
        "a like /abc\\",
    ] {
        assert_eq!(refused(text).0, "unclosed", "{text}");
    }
    let found = lex("a = 'b\nc").diagnostics;
    assert_eq!(found.iter().next().unwrap().span, Span::new(4, 6));
}

#[test]
fn typographic_quotes_are_refused_by_name() {
    let (lint, message) = refused("filter verb = “get”");
    assert_eq!(lint, "typographic-quote");
    assert!(message.contains('“'), "{message}");
    assert_eq!(lex("filter verb = “get”").diagnostics.len(), 1);
}

#[test]
fn operators_of_other_languages_are_refused_with_what_to_write() {
    for (text, instead) in [
        ("a && b", "`and`"),
        ("a || b", "`or`"),
        ("a <> b", "`!=`"),
        ("a !~ b", "`not like`"),
        ("a === b", "`=`"),
        ("a; b", "`|`"),
    ] {
        let (lint, message) = refused(text);
        assert_eq!(lint, "foreign-operator", "{text}");
        assert!(message.contains(instead), "{message}");
    }
}

#[test]
fn places_to_be_filled_in_are_refused() {
    for text in ["a in ${user names}", "a = {{name}}", "a = ${", "a = {{"] {
        assert_eq!(refused(text).0, "unfilled-hole", "{text}");
    }
}

#[test]
fn members_after_a_bracket_are_single_steps() {
    let word = |w: &str| Kind::Word(w.to_owned());
    let dot = Kind::Symbol(Symbol::Dot);
    let all = kinds("f(x).a.`b.c`.0");
    assert_eq!(
        all[4..],
        [
            dot.clone(),
            word("a"),
            dot.clone(),
            Kind::Quoted("b.c".into()),
            dot,
            word("0")
        ]
    );
}

#[test]
fn a_text_of_more_than_the_limit_is_refused() {
    let long = "é".repeat(MAX_QUERY_CHARS);
    assert!(!lex(&long).diagnostics.has_errors());
    assert_eq!(refused(&format!("{long}é")).0, "too-long");
}
