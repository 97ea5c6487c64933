#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may fail loudly")]

mod rows;

use super::super::parse;
use super::super::samples::{Names, any_value};
use super::super::value::Value;
use super::*;
use crate::query::field::{FieldInfo, FieldType};
use proptest::prelude::*;

fn compiled(text: &str, schema: &mut dyn Schema) -> Program {
    let query = parse(text).unwrap_or_else(|found| panic!("{text}: {found:?}"));
    Program::compile(&query, schema).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refused(text: &str) -> String {
    let query = parse(text).unwrap_or_else(|found| panic!("{text}: {found:?}"));
    Program::compile(&query, &mut Names::default())
        .unwrap_err()
        .message
}

fn t(text: &'static str) -> Value<'static> {
    Value::text(text)
}

fn list(items: &[&'static str]) -> Value<'static> {
    Value::List(items.iter().map(|item| Value::text(item)).collect())
}

/// Whether the query keeps an event with these fields.
fn keeps(text: &str, fields: &[(&str, Value<'static>)]) -> bool {
    let mut names = Names::default();
    let program = compiled(text, &mut names);
    program.matches(&names.row(fields))
}

/// The values of a name in every row that comes out.
fn values(text: &str, name: &str, fields: &[(&str, Value<'static>)]) -> Vec<Value<'static>> {
    let mut names = Names::default();
    let mut program = compiled(text, &mut names);
    program.require(name, &mut names).unwrap();
    let mut found = Vec::new();
    program.for_each_match(&names.row(fields), &mut |bound| {
        found.push(bound.value(name).into_owned());
    });
    found
}

fn event() -> Vec<(&'static str, Value<'static>)> {
    vec![
        ("verb", t("create")),
        ("responseStatus.code", Value::Number(403.0)),
        ("user.username", t("ann")),
        ("user.groups", list(&["dev", "system:masters"])),
        ("privileged", Value::Bool(true)),
        ("@message", t(r#"level=info msg="took 12 ms" id=7"#)),
        ("@timestamp", Value::Time(1_000_000)),
        ("body", t(r#"{"spec":{"a.b":[{"n":1},{"n":2}]}}"#)),
    ]
}

#[test]
fn conditions_hold_as_the_language_says() {
    for condition in [
        "verb = 'create'",
        "verb == \"create\" and responseStatus.code = 403",
        "responseStatus.code = '403'",
        "responseStatus.code in ['401', '403']",
        "responseStatus.code in [401, 403]",
        "responseStatus.code >= 400 and 500 > responseStatus.code",
        "responseStatus.code like /^4/",
        "responseStatus.code like '03'",
        "verb like 'rea' and verb not like 'REA'",
        "verb like /(?i)CREATE/",
        "verb =~ /e$/",
        "verb in ['get', 'list', 'watch', 'patch', 'update', 'delete', 'x', 'y', 'create']",
        "verb not in ['get']",
        "privileged = true and privileged = 1 and privileged = 'true'",
        "privileged",
        "user.groups = 'system:masters'",
        "user.groups != 'dev'",
        "user.groups in ['dev']",
        "'dev' in user.groups",
        "not (user.groups like /^node/)",
        "user.groups not like /masters/",
        "strcontains(user.groups, 'masters')",
        "strcontains(verb, 'reat') = 1",
        "ispresent(verb) and not ispresent(nosuchfield)",
        "!ispresent(nosuchfield)",
        "isempty(nosuchfield)",
        "coalesce(nosuchfield, verb) = 'create'",
        "verb = 'x' or user.username = 'ann'",
        "strlen(verb) = 6 and strlen(verb) + 1 = 7",
        "responseStatus.code % 2 = 1 and -responseStatus.code < 0",
        "2 ^ 3 = 8",
        "verb like user.suffix or verb like concat('cre', 'ate')",
        "if(verb = 'create', 1, 0)",
        "case(verb = 'get', 'r', verb = 'create', 'w', '?') = 'w'",
        "bin(5m) = 900000",
        "messageSize() > 10",
        "jsonParse(body).spec.`a.b`[1].n = 2",
    ] {
        assert!(
            keeps(&format!("filter {condition}"), &event()),
            "{condition}"
        );
    }
}

#[test]
fn conditions_fail_as_the_language_says() {
    for condition in [
        "verb = 'Create'",
        "verb like 'c%e'",
        "user.groups = 'system'",
        "not (user.groups = 'dev')",
        "responseStatus.code < 'abc'",
        "responseStatus.code / 0 > 0",
        "verb = nosuchfield",
        "nosuchfield",
        "false",
    ] {
        assert!(
            !keeps(&format!("filter {condition}"), &event()),
            "{condition}"
        );
    }
}

#[test]
fn a_missing_field_satisfies_no_comparison_not_even_a_negative_one() {
    for condition in [
        "m = 'x'",
        "m != 'x'",
        "m < 1",
        "m >= 1",
        "m like 'x'",
        "m like ''",
        "m not like /x/",
        "m in ['x']",
        "m not in ['x']",
        "not (m = 'x')",
        "not (m != 'x')",
        "m = m",
        "m + 1 = 1",
        "strcontains(m, 'x') = 0",
        "not strcontains(m, 'x')",
        "'x' in m",
        "'x' not in m",
    ] {
        assert!(
            !keeps(&format!("filter {condition}"), &event()),
            "{condition}"
        );
        assert!(
            !keeps(&format!("filter {condition}"), &[("m", list(&[]))]),
            "{condition}"
        );
    }
    assert!(keeps("filter m != 'x' or not ispresent(m)", &event()));
}

#[test]
fn filters_add_up_and_sort_and_limit_do_not_cut() {
    let text = "fields @timestamp | sort verb | limit 1 | filter verb = 'create' | filter user.username = 'ann'";
    assert!(keeps(text, &event()));
    assert!(!keeps(&format!("{text} | filter verb = 'get'"), &event()));
    assert!(keeps("limit 10", &event()));
}

#[test]
fn aliases_are_seen_by_later_items_and_commands() {
    let text = "fields toupper(verb) as V, concat(V, '!') as W, user.username as u | filter W = 'CREATE!' and u = 'ann'";
    assert_eq!(values(text, "W", &event()), [t("CREATE!")]);
    assert_eq!(values(text, "u", &event()), [t("ann")]);
    assert_eq!(values(text, "verb", &event()), [t("create")]);
    assert_eq!(values(text, "nosuchfield", &event()), [Value::Missing]);
}

#[test]
fn now_is_what_the_clock_says_when_asked() {
    let mut names = Names::default();
    let clock = Clock::at(999);
    let text = "filter toMillis(@timestamp) >= now() * 1000";
    let program = compiled(text, &mut names).with_clock(clock.clone());
    let row = names.row(&event());
    assert!(program.matches(&row));
    clock.set(1001);
    assert!(!program.matches(&row));
}

#[test]
fn after_stats_only_its_columns_are_known() {
    let mut names = Names::default();
    let text = "filter verb = 'create' | stats count(*) as n, max(x) by user.username, bin(5m) | filter n >= 3";
    let program = compiled(text, &mut names);
    assert_eq!(
        program.stats_columns(),
        ["user.username", "bin(5m)", "n", "max(x)"]
    );
    let columns = |n| [t("ann"), Value::Time(0), Value::Number(n), Value::Missing];
    assert!(program.accepts(&columns(3.0)) && !program.accepts(&columns(2.0)));
    assert!(program.has_stats());
    let mut keys = Vec::new();
    let row = names.row(&[event(), vec![("x", t("9"))]].concat());
    program.for_each_match(&row, &mut |bound| {
        bound.each_key(&mut |key| keys.push(key.into_owned()));
        bound.each_argument(&mut |argument| keys.push(argument.into_owned()));
    });
    assert_eq!(
        keys,
        [t("ann"), Value::Time(900_000), Value::Missing, t("9")]
    );
    assert!(
        refused("stats count(*) by a | filter verb = 'x'").contains("does not exist after stats")
    );
}

#[test]
fn what_has_no_meaning_is_refused_with_a_reason() {
    assert!(refused("filter nosuch = 1").contains("did you mean `such`"));
    assert!(refused("filter a like /(/").contains("not valid"));
    assert!(refused("parse '* *' as a").contains("there are 1 names"));
    assert!(refused("filter isIpInSubnet(a, 'x')").contains("not a network"));
    assert!(refused("stats pct(a, 101)").contains("0 to 100"));
}

#[test]
fn threads_can_share_a_program() {
    const fn shared<T: Send + Sync>() {}
    shared::<Program>();
}

#[test]
fn the_fields_a_query_names_are_listed_once() {
    let mut names = Names::default();
    let program = compiled(
        "filter a = 1 and b = 2 | fields a, c as d | filter d = 3",
        &mut names,
    );
    assert_eq!(program.fields().len(), 3);
}

/// A schema whose fields t, n, b, l and x have the kind of their letter.
#[derive(Default)]
struct Kinds(Names);

impl Schema for Kinds {
    fn resolve(&mut self, name: &str) -> Result<FieldInfo, Vec<String>> {
        let kind = match name.chars().next() {
            Some('t') => FieldType::Text,
            Some('n') => FieldType::Number,
            Some('b') => FieldType::Bool,
            Some('l') => FieldType::List,
            _ => FieldType::Any,
        };
        self.0.resolve(name).map(|info| FieldInfo { kind, ..info })
    }
}

/// What the questions of a query come to where only the fields t and n are known.
fn given_of(text: &str, fields: &[(&'static str, Value<'static>)]) -> Vec<Given> {
    let mut kinds = Kinds::default();
    let program = compiled(text, &mut kinds);
    let known = ["t", "n"].map(|name| kinds.resolve(name).unwrap().id);
    let row = kinds.0.row(fields);
    let all = 0..program.questions().count();
    all.map(|at| {
        program.given(at, &row, &|fields| {
            fields.iter().all(|field| known.contains(field))
        })
    })
    .collect()
}

#[test]
fn known_fields_decide_what_they_can() {
    let row = [("t", t("a")), ("n", Value::Number(1.0))];
    for (condition, given) in [
        ("t = 'a'", Given::Always),
        ("t = 'b'", Given::Never),
        ("t2 = 'b'", Given::Open),
        ("(t = 'a' and t2 = 'b') or n = 2", Given::Open),
        ("(t = 'b' and t2 = 'b') or n = 2", Given::Never),
        ("t = 'a' or t2 = 'b'", Given::Always),
        ("not (t = 'b' and t2 = 'b')", Given::Always),
        ("t in [t2, 'c']", Given::Open),
        ("strlen(t) = 1", Given::Always),
        ("strlen(t) = now()", Given::Open),
    ] {
        assert_eq!(
            given_of(&format!("filter {condition}"), &row),
            [given],
            "{condition}"
        );
    }
    assert_eq!(
        given_of("filter not (t = 'b')", &[]),
        [Given::Never],
        "what is missing is known, too"
    );
}

/// Conditions over the fields of [`Kinds`], as text.
fn any_condition() -> impl Strategy<Value = String> {
    let field = prop::sample::select(vec!["t", "t2", "n", "b", "l", "x"]);
    let constant = prop::sample::select(vec![
        "'a'", "'b'", "'1'", "'01'", "'true'", "1", "0", "2.5", "true", "false", "''",
    ]);
    let leaf =
        (field, constant.clone(), constant, 0..9_u8).prop_map(
            |(field, one, two, form)| match form {
                0..=2 => format!("{field} = {one}"),
                3 => format!("{one} = {field}"),
                4 => format!("{field} != {one}"),
                5 => format!("{field} in [{one}, {two}]"),
                6 => format!("{field} not in [{one}, {two}]"),
                7 => format!("{field} like /^a$/"),
                _ => format!("ispresent({field})"),
            },
        );
    leaf.prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} and {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} or {b})")),
            inner.prop_map(|a| format!("(not {a})")),
        ]
    })
}

/// Rows whose values keep the promise of their kinds.
fn any_row() -> impl Strategy<Value = Vec<(&'static str, Value<'static>)>> {
    let text = || {
        prop::sample::select(vec!["a", "b", "1", "01", "true", "false", ""]).prop_map(Value::text)
    };
    let number = prop::sample::select(vec![0.0, 1.0, 2.5]).prop_map(Value::Number);
    (
        text(),
        text(),
        number,
        any::<bool>(),
        any_value(),
        any_value(),
        any::<u8>(),
    )
        .prop_map(|(t, t2, n, b, l, x, there)| {
            let all = [
                ("t", t),
                ("t2", t2),
                ("n", n),
                ("b", Value::Bool(b)),
                ("l", l),
                ("x", x),
            ];
            let kept = all
                .into_iter()
                .enumerate()
                .filter(|(bit, _)| there >> bit & 1 == 1);
            kept.map(|(_, field)| field).collect()
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_is_given_holds_for_every_row_that_is_alike(
        condition in any_condition(), fields in any_row(), others in any_row(), which in any::<u8>()
    ) {
        let mut kinds = Kinds::default();
        let program = compiled(&format!("filter {condition}"), &mut kinds);
        let names = ["t", "t2", "n", "b", "l", "x"];
        let is_known = |name: &str| names.iter().position(|one| *one == name).is_some_and(|at| which >> at & 1 == 1);
        let ids: Vec<_> = names.iter().filter(|name| is_known(name)).map(|name| kinds.resolve(name).unwrap().id).collect();
        let mut alike = fields.clone();
        alike.retain(|(name, _)| is_known(name));
        alike.extend(others.into_iter().filter(|(name, _)| !is_known(name)));
        let (row, other) = (kinds.0.row(&fields), kinds.0.row(&alike));
        for at in 0..program.questions().count() {
            match program.given(at, &row, &|fields| fields.iter().all(|field| ids.contains(field))) {
                Given::Always => prop_assert!(program.answers(at, &other), "{} {:?}", condition, other),
                Given::Never => prop_assert!(!program.answers(at, &other), "{} {:?}", condition, other),
                Given::Open => {}
            }
        }
    }

    #[test]
    fn both_ways_of_asking_agree(condition in any_condition(), fields in any_row()) {
        let mut kinds = Kinds::default();
        let program = compiled(&format!("filter {condition}"), &mut kinds);
        let twice = compiled(&format!("fields {condition} as c | filter c"), &mut kinds);
        let row = kinds.0.row(&fields);
        let mut rows = 0;
        program.for_each_match(&row, &mut |_| rows += 1);
        prop_assert_eq!(program.matches(&row), rows == 1);
        prop_assert_eq!(program.matches(&row), twice.matches(&row));
    }

    #[test]
    fn a_condition_and_its_negation_never_both_hold(condition in any_condition(), fields in any_row()) {
        let mut kinds = Kinds::default();
        let yes = compiled(&format!("filter {condition}"), &mut kinds);
        let no = compiled(&format!("filter not ({condition})"), &mut kinds);
        let both = compiled(&format!("filter ({condition}) and not ({condition})"), &mut kinds);
        let either = compiled(&format!("filter ({condition}) or not ({condition})"), &mut kinds);
        let row = kinds.0.row(&fields);
        prop_assert!(!both.matches(&row));
        prop_assert_eq!(yes.matches(&row) || no.matches(&row), either.matches(&row));
    }

    #[test]
    fn questions_and_the_rest_come_to_the_same_as_the_whole(
        one in any_condition(), other in any_condition(), fields in any_row()
    ) {
        let mut kinds = Kinds::default();
        let text = format!("filter {one} | fields {other} as c | filter c and {other}");
        let program = compiled(&text, &mut kinds);
        let row = kinds.0.row(&fields);
        let answered = (0..program.questions().count()).all(|at| program.answers(at, &row));
        prop_assert_eq!(program.matches(&row), answered && program.matches_answered(&row));
    }

    #[test]
    fn questions_that_read_alike_ask_alike(
        one in any_condition(), other in any_condition(), fields in any_row()
    ) {
        let mut kinds = Kinds::default();
        let first = compiled(&format!("filter {one}"), &mut kinds);
        let second = compiled(&format!("filter {one} and {other}"), &mut kinds);
        let row = kinds.0.row(&fields);
        for (at, text) in first.questions().enumerate() {
            for place in second.questions().enumerate().filter(|(_, same)| *same == text).map(|(place, _)| place) {
                prop_assert_eq!(first.answers(at, &row), second.answers(place, &row), "{}", &text);
                prop_assert_eq!(first.question_fields(at), second.question_fields(place));
            }
        }
    }
}
