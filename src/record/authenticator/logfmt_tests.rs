//! The tokenizer, on lines whole, cut and hostile.

use proptest::prelude::*;

use super::*;

fn pairs(line: &str) -> Vec<(String, String)> {
    let found = Logfmt::parse(line);
    found
        .pairs
        .iter()
        .map(|p| (p.key.to_string(), p.value.to_string()))
        .collect()
}

fn owned(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect()
}

#[test]
fn bare_quoted_and_empty_values_are_read() {
    let found = pairs(r#"a=1 b="x \"y\"" c= d=-._/@^+"#);
    assert_eq!(
        found,
        owned(&[("a", "1"), ("b", "x \"y\""), ("c", ""), ("d", "-._/@^+")])
    );
}

#[test]
fn words_that_are_no_pairs_are_skipped() {
    assert_eq!(pairs("hello a=1 world"), owned(&[("a", "1")]));
}

#[test]
fn an_unclosed_quote_ends_the_line_and_is_told() {
    let found = Logfmt::parse(r#"a=1 b="cut of"#);
    assert!(found.truncated);
    assert_eq!(found.pairs.len(), 1);
}

#[test]
fn a_bare_value_that_touches_the_mark_of_a_cut_is_dropped() {
    assert_eq!(pairs("a=1 b=2[Truncated...]"), owned(&[("a", "1")]));
    assert_eq!(
        pairs("a=1 b=\"2\"[Truncated...]"),
        owned(&[("a", "1"), ("b", "2")])
    );
    assert_eq!(
        pairs("a=1 b=2 [Truncated...]"),
        owned(&[("a", "1"), ("b", "2")])
    );
    assert!(Logfmt::parse("a=1 b=2[Truncated...]").truncated);
}

#[test]
fn pairs_beyond_the_limit_are_left_and_told() {
    let line = "k=v ".repeat(MAX_PAIRS + 1);
    let found = Logfmt::parse(&line);
    assert_eq!(found.pairs.len(), MAX_PAIRS);
    assert!(found.truncated);
}

#[test]
fn values_without_escapes_are_borrowed() {
    let found = Logfmt::parse(r#"a="b c" d=e"#);
    assert!(
        found
            .pairs
            .iter()
            .all(|pair| matches!(pair.value, Cow::Borrowed(_)))
    );
}

/// A value as logrus prints it: bare when it may be, quoted else.
fn printed(value: &str) -> String {
    let bare = value
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "-._/@^+".contains(c));
    if bare {
        value.to_owned()
    } else {
        format!("{value:?}")
    }
}

/// Characters for which Rust's debug form and Go's `%q` agree.
fn values() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[ -~éü\\n\\t]{0,12}", 1..8)
}

fn line_of(values: &[String]) -> String {
    let pairs = values
        .iter()
        .enumerate()
        .map(|(n, value)| format!("k{n}={}", printed(value)));
    pairs.collect::<Vec<_>>().join(" ")
}

proptest! {
    #[test]
    fn any_text_gives_a_bounded_result(line in ".*") {
        prop_assert!(Logfmt::parse(&line).pairs.len() <= MAX_PAIRS);
    }

    #[test]
    fn hostile_text_gives_a_bounded_result(line in r#"([a-c]|=|"|\\|\\x4| |\[Truncated...\]|é)*"#) {
        prop_assert!(Logfmt::parse(&line).pairs.len() <= MAX_PAIRS);
    }

    #[test]
    fn what_logrus_prints_is_read_back(values in values()) {
        let line = line_of(&values);
        let found = Logfmt::parse(&line);
        prop_assert!(!found.truncated);
        let read: Vec<_> = found.pairs.iter().map(|pair| pair.value.to_string()).collect();
        prop_assert_eq!(read, values);
    }

    #[test]
    fn every_prefix_keeps_each_complete_pair(values in values(), at in 0.0..1.0_f64) {
        let line = line_of(&values);
        let cut = line.floor_char_boundary((line.len() as f64 * at) as usize);
        let prefix = &line[..cut];
        let whole = Logfmt::parse(&line).pairs;
        for head in [prefix.to_owned(), format!("{prefix}[Truncated...]")] {
            let found = Logfmt::parse(&head);
            // A pair is complete when something follows it before the cut.
            let mut end = 0;
            for (n, value) in values.iter().enumerate() {
                end += format!("k{n}={} ", printed(value)).len();
                if end <= cut {
                    prop_assert_eq!(found.pairs.get(n), whole.get(n));
                }
            }
            prop_assert!(found.pairs.len() <= whole.len());
        }
    }
}
