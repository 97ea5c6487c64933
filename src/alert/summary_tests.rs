//! Templates: how they are read, refused and expanded.

#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use proptest::prelude::*;

use super::*;

fn expand(template: &str, value: &Value<'static>) -> String {
    super::expand(&Template::parse(template).unwrap(), |_| value.clone())
}

fn list(elements: &[&'static str]) -> Value<'static> {
    Value::List(elements.iter().map(|text| Value::text(text)).collect())
}

#[test]
fn fields_are_listed_once_in_order_and_looked_up_by_place() {
    let template = Template::parse("{actor} opened {`a.b/c`} as {actor}").unwrap();
    assert_eq!(template.fields(), ["actor", "a.b/c"]);
    let sentence = super::expand(&template, |index| Value::text(["jane", "exec"][index]));
    assert_eq!(sentence, "jane opened exec as jane");
}

#[test]
fn doubled_braces_are_braces() {
    let template = Template::parse("{{x}} {a}").unwrap();
    assert_eq!(super::expand(&template, |_| Value::text("1")), "{x} 1");
}

#[test]
fn values_of_every_type_print() {
    assert_eq!(expand("{a}", &Value::Missing), "-");
    assert_eq!(expand("{a}", &Value::text("")), "-");
    assert_eq!(expand("{a}", &Value::Bool(true)), "true");
    assert_eq!(expand("{a}", &Value::Number(403.0)), "403");
    assert_eq!(
        expand("{a}", &Value::Time(0)),
        "1970-01-01T00:00:00.000000Z"
    );
    assert_eq!(
        expand("{a}", &Value::Json("{\"a\": 1}".into())),
        "{\"a\": 1}"
    );
    assert_eq!(expand("{a}", &list(&[])), "-");
    assert_eq!(expand("{a}", &list(&["a", "b"])), "a, b");
}

#[test]
fn a_long_list_is_cut_and_counted() {
    let long = list(&["a", "b", "c", "d", "e", "f", "g"]);
    assert_eq!(expand("{a}", &long), "a, b, c, d, e +2 more");
}

#[test]
fn a_long_value_is_cut() {
    let sentence = expand("<{a}>", &Value::Text("é".repeat(500).into()));
    assert_eq!(sentence, format!("<{}…>", "é".repeat(MAX_VALUE_CHARS)));
}

#[test]
fn control_characters_and_what_is_hidden_are_taken_out() {
    assert_eq!(
        expand("{a}", &Value::text("a\r\n\x1b[31mb\u{202e}c\u{200b}")),
        "a [31mbc"
    );
}

#[test]
fn secrets_are_taken_out_before_the_cut() {
    assert_eq!(
        expand("{a}", &Value::text("db --password hunter2")),
        "db --password [redacted]"
    );
    assert_eq!(
        expand("{a}", &list(&["db", "--password", "a b"])),
        "db, --password, [redacted]"
    );
    let hidden = "pass\u{200b}word=hunter2 --token\nabc";
    assert_eq!(
        expand("{a}", &Value::text(hidden)),
        "password=[redacted] --token [redacted]"
    );
    let uri = "/exec?command=--token&command=abc";
    assert_eq!(
        expand("{a}", &Value::text(uri)),
        "/exec?command=--token&command=[redacted]"
    );
    let long = format!("{}password=hunter2", "x ".repeat(95));
    assert!(!expand("{a}", &Value::Text(long.into())).contains("hunter"));
}

proptest! {
    #[test]
    fn any_text_is_a_template_or_an_error_at_a_place_in_it(text in "[{}a.` é]{0,20}") {
        match Template::parse(&text) {
            Ok(template) => prop_assert!(!super::expand(&template, |_| Value::Missing).is_empty()),
            Err(error) => prop_assert!(text.is_char_boundary(error.offset)),
        }
    }

    #[test]
    fn a_value_stays_within_its_limit_and_shows_all_of_itself(text in ".{0,300}") {
        let sentence = expand("{a}", &Value::Text(text.into()));
        prop_assert!(sentence.chars().count() <= MAX_VALUE_CHARS + 1);
        prop_assert!(!sentence.contains(escape::is_hidden));
    }

    #[test]
    fn blanks_are_single_and_nothing_hidden_stays(
        text in "[ -~]{0,12}|.{0,12}|[ab \\t\u{200b}]{0,8}"
    ) {
        let blank = |c: char| if c.is_whitespace() || c.is_control() { ' ' } else { c };
        let shown: String = text.chars().map(blank).filter(|c| !escape::is_hidden(*c)).collect();
        let words: Vec<&str> = shown.split(' ').filter(|word| !word.is_empty()).collect();
        prop_assert_eq!(super::clean(text.into()), words.join(" "));
    }
}
