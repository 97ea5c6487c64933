#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]

use proptest::prelude::*;

use super::super::samples::{Names, any_value};
use super::super::{Program, parse};
use super::*;

type Fields = [(&'static str, Value<'static>)];

/// The two answers: of the program, and of the explanation.
fn both(text: &str, fields: &Fields) -> (bool, Vec<Truth>) {
    let mut names = Names::default();
    let query = parse(text).unwrap_or_else(|found| panic!("{text}: {found:?}"));
    let program = Program::compile(&query, &mut names).unwrap();
    let explanation = Explanation::compile(&query, &mut names).unwrap();
    let row = names.row(fields);
    let truths = explanation.truths(&row);
    assert_eq!(truths.len(), explanation.conditions());
    let told = explanation.explain(&row);
    let asked = told.iter().filter(|told| told.form != Form::Names);
    assert!(asked.map(|told| told.truth).eq(truths.iter().copied()));
    (program.matches(&row), truths)
}

/// The explanation, a line for each part.
fn lines(text: &str, fields: &Fields) -> Vec<String> {
    fn write(told: &Told<'_>, depth: usize, lines: &mut Vec<String>) {
        let mark = match told.truth {
            Truth::True => '+',
            Truth::False => '-',
            Truth::Unknown => '?',
        };
        let blanks = " ".repeat(depth);
        let seen: String = told
            .seen
            .iter()
            .map(|(name, value)| format!(" {name}:{}", crate::query::shown(value)))
            .collect();
        let form = match told.form {
            Form::All => "all",
            Form::Any => "any",
            Form::Not => "not",
            _ => told.text,
        };
        lines.push(format!("{blanks}{mark} {form}{seen}"));
        for part in &told.parts {
            write(part, depth + 1, lines);
        }
    }
    let mut names = Names::default();
    let explanation = Explanation::compile(&parse(text).unwrap(), &mut names).unwrap();
    let row = names.row(fields);
    let mut out = Vec::new();
    for told in explanation.explain(&row) {
        write(&told, 0, &mut out);
    }
    out
}

fn t(text: &'static str) -> Value<'static> {
    Value::text(text)
}

#[test]
fn conditions_stand_in_the_order_and_nesting_they_were_written_in() {
    let query =
        r#"filter verb = "get" and (a = "1" or not (b = "2" and c != "3")) | filter d like /x/"#;
    let fields = [
        ("verb", t("get")),
        ("a", t("0")),
        ("b", t("2")),
        ("d", t("y")),
    ];
    assert_eq!(
        lines(query, &fields),
        [
            r#"+ verb = "get" verb:get"#,
            "? any",
            r#" - a = "1" a:0"#,
            " ? not",
            "  ? all",
            r#"   + b = "2" b:2"#,
            r#"   ? c != "3" c:"#,
            "- d like /x/ d:y",
        ]
    );
}

#[test]
fn computed_names_and_sides_are_told_with_their_values() {
    let query = r#"fields concat(a, "-", b) as ab | parse c "*:*" as x, y
        | filter strlen(ab) > 4 and y = 1 | stats count(*) by ab | filter ab = "never""#;
    let fields = [("a", t("p")), ("b", t("q")), ("c", t("k:1"))];
    assert_eq!(
        lines(query, &fields),
        [
            r#"+ fields concat(a, "-", b) as ab ab:p-q"#,
            r#"+ parse c "*:*" as x, y x:k y:1"#,
            "- strlen(ab) > 4 strlen(ab):3 ab:p-q",
            "+ y = 1 y:1",
        ]
    );
}

#[test]
fn of_a_list_the_elements_that_satisfy_the_condition_come_first() {
    let items = Value::List(vec![t("ax"), t("b"), t("bx"), t("c")].into());
    let told = |query| lines(query, &[("l", items.clone())]);
    assert_eq!(told("filter l like /b/"), ["+ l like /b/ l:b, bx, ax, c"]);
    assert_eq!(
        told(r#"filter l not in ["ax", "b"]"#),
        [r#"+ l not in ["ax", "b"] l:bx, c, ax, b"#]
    );
}

#[test]
fn of_several_rows_the_nearest_is_told_and_no_row_is_no_match() {
    let query = r#"unnest l into x | filter x = "b" and a = "1""#;
    let items = Value::List(vec![t("a"), t("b"), t("c")].into());
    let told = lines(query, &[("l", items), ("a", t("0"))]);
    assert_eq!(
        told,
        [
            "+ unnest l into x x:b",
            r#"+ x = "b" x:b"#,
            r#"- a = "1" a:0"#
        ]
    );
    let told = lines(query, &[("a", t("1"))]);
    assert_eq!(
        told,
        [
            "- unnest l into x x:",
            r#"? x = "b" x:"#,
            r#"+ a = "1" a:1"#
        ]
    );
    assert!(!both("unnest l into x", &[]).0);
    assert_eq!(both("unnest l into x", &[]).1, [Truth::False]);
}

/// Conditions over four fields, nested.
fn any_condition() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["a", "b", "c", "d", "n"]);
    let leaf = (
        name,
        prop::sample::select(vec![
            r#"@ = "a""#,
            r#"@ != "a""#,
            "@ > 0",
            "@ = 1",
            r#"@ in ["a", 1]"#,
            r#"@ not in ["b"]"#,
            "@ like /a/",
            r#"@ not like "1""#,
            "ispresent(@)",
            "not ispresent(@)",
            "isblank(@)",
            "strlen(@) > 1",
            "@ = b",
            "@ in c",
            "not @",
            "true",
            "(@ = 1) = b",
        ]),
    )
        .prop_map(|(name, form)| form.replace('@', name));
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|all| format!("({})", all.join(" and "))),
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|any| format!("({})", any.join(" or "))),
            inner.prop_map(|one| format!("not ({one})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn an_explanation_never_disagrees_with_the_program(
        conditions in prop::collection::vec(any_condition(), 1..4),
        values in prop::collection::vec(any_value(), 4),
        before in prop::sample::select(vec![
            "fields a as n", "fields strlen(b) as n", "unnest c into n",
            "parse b /(?<n>[a-z])/", "parse b /(?<m>[a-z0-9])/ as n multi",
        ]),
    ) {
        let filters = conditions.join(" | filter ");
        let fields: Vec<_> = ["a", "b", "c", "d"].into_iter().zip(values).collect();
        for text in [
            format!("{before} | filter {filters}"),
            format!("filter {} | {before} | filter {filters}", r#"ispresent(a) or b = "x1""#),
        ] {
            let (matches, truths) = both(&text, &fields);
            prop_assert_eq!(matches, truths.iter().all(|truth| truth.holds()), "{}", text);
        }
    }
}
