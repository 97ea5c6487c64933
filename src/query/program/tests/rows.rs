//! Commands that take rows apart: `parse` and `unnest`.

use super::*;

#[test]
fn parse_takes_new_fields_out_of_a_text() {
    let parsed = |command: &str, name: &str| values(command, name, &event());
    assert_eq!(
        parsed("parse 'took * ms' as took | filter took > 10", "took"),
        [t("12")]
    );
    assert_eq!(parsed("parse @message /id=(?<id>\\d+)/", "id"), [t("7")]);
    assert_eq!(
        parsed("parse @message /nothing(?<id>\\d+)/", "id"),
        [Value::Missing]
    );
    assert_eq!(
        parsed(
            "parse @message logfmt as m | filter m.level = 'info'",
            "m.msg"
        ),
        [t("took 12 ms")]
    );
    assert_eq!(
        parsed("parse concat(verb, ',b') csv as x, y, z", "y"),
        [t("b")]
    );
    assert_eq!(
        parsed("parse concat(verb, ',b') csv as x, y, z", "z"),
        [Value::Missing]
    );
    assert_eq!(
        parsed("parse @message /(\\d+)/ as n multi", "n"),
        [t("12"), t("7")]
    );
    assert_eq!(
        parsed("parse responseStatus.code /(?<class>.)../", "class"),
        [t("4")]
    );
}

#[test]
fn unnest_makes_a_row_of_each_element() {
    let text = "fields jsonParse(body) as b | unnest b.spec.`a.b` into x | filter x.n = 2";
    assert_eq!(values(text, "x.n", &event()), [Value::Number(2.0)]);
    assert!(keeps(text, &event()));
    assert!(!keeps("unnest nosuchfield into x", &event()));
    assert_eq!(values("unnest user.groups into g", "g", &event()).len(), 2);
}

#[test]
fn rows_made_of_one_event_are_bounded() {
    let long = Value::Text("ab".repeat(200).into());
    let text = "parse m /(a)/ as x multi | parse m /(b)/ as y multi";
    let rows = values(text, "y", &[("m", long)]);
    assert!(rows.len() <= crate::query::MOST_ROWS_PER_EVENT && rows.len() > 9_000);
}

#[test]
fn what_is_no_list_unnests_as_it_is() {
    let values = |text: &str| values(text, "x", &event());
    assert_eq!(values("unnest verb into x"), [t("create")]);
    assert_eq!(
        values("unnest user.groups into x"),
        [t("dev"), t("system:masters")]
    );
    // A text that looks like a list is a text until it is parsed.
    let body = [("body", t("[1,2]"))];
    assert_eq!(
        super::values("unnest body into x", "x", &body),
        [t("[1,2]")]
    );
    assert_eq!(
        super::values("unnest jsonParse(body) into x", "x", &body).len(),
        2
    );
}

#[test]
fn a_group_may_be_called_as_a_field_is() {
    let found = |name| {
        values(
            r"parse @message /msg=.took (?<@took>\d+) (?<1st>\w+)/",
            name,
            &event(),
        )
    };
    assert_eq!(found("@took"), [t("12")]);
    assert_eq!(found("1st"), [t("ms")]);
    let text = r#"parse user.username /(?<@who>.+)/ | filter @who = "ann""#;
    assert!(keeps(text, &event()));
}
