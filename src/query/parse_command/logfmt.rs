//! `parse f logfmt as m`: `key=value` pairs, values bare or in double quotes with `\` escapes.

use std::borrow::Cow;

use crate::query::value::Value;

/// The value of the first pair with that key; missing when there is none. A key without `=` is an
/// empty text.
pub(in crate::query) fn lookup<'t>(text: Cow<'t, str>, key: &str) -> Value<'t> {
    match text {
        Cow::Borrowed(text) => find(text, key),
        Cow::Owned(text) => find(&text, key).into_owned(),
    }
}

fn find<'t>(text: &'t str, key: &str) -> Value<'t> {
    let mut rest = text;
    while let Some((name, value, after)) = next_pair(rest) {
        if name == key {
            return Value::Text(unescaped(value));
        }
        rest = after;
    }
    Value::Missing
}

/// A key, its value as written without the quotes, and what follows.
fn next_pair(text: &str) -> Option<(&str, &str, &str)> {
    let text = text.trim_start();
    if text.is_empty() {
        return None;
    }
    let end = text
        .find(|c: char| c == '=' || c.is_whitespace())
        .unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end)?;
    let Some(rest) = rest.strip_prefix('=') else {
        return Some((name, "", rest));
    };
    let Some(quoted) = rest.strip_prefix('"') else {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (value, after) = rest.split_at_checked(end)?;
        return Some((name, value, after));
    };
    let end = closing_quote(quoted);
    Some((
        name,
        quoted.get(..end)?,
        quoted.get(end + 1..).unwrap_or_default(),
    ))
}

/// Where the closing quote stands, or the end of a text that was cut.
fn closing_quote(quoted: &str) -> usize {
    let mut escaped = false;
    let closes = |byte: u8| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    };
    quoted.bytes().position(closes).unwrap_or(quoted.len())
}

fn unescaped(value: &str) -> Cow<'_, str> {
    if !value.contains('\\') {
        return Cow::Borrowed(value);
    }
    let mut plain = String::with_capacity(value.len());
    let mut rest = value.chars();
    while let Some(c) = rest.next() {
        match if c == '\\' { rest.next() } else { None } {
            None => plain.push(c),
            Some('n') => plain.push('\n'),
            Some('t') => plain.push('\t'),
            Some('r') => plain.push('\r'),
            Some(other) => plain.push(other),
        }
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LINE: &str = r#"time="2026-01-02T03:04:05Z" level=info msg="access \"granted\"" arn=arn:aws:iam::111122223333:user/ann bare uid= last="cut"#;

    #[test]
    fn bare_quoted_empty_and_cut_values_are_read() {
        let cases = [
            ("level", "info"),
            ("msg", "access \"granted\""),
            ("arn", "arn:aws:iam::111122223333:user/ann"),
            ("bare", ""),
            ("uid", ""),
            ("last", "cut"),
        ];
        for (key, value) in cases {
            assert_eq!(lookup(LINE.into(), key), Value::text(value), "{key}");
        }
        assert_eq!(lookup(LINE.into(), "nosuch"), Value::Missing);
    }

    #[test]
    fn the_first_of_equal_keys_counts() {
        assert_eq!(lookup("a=1 a=2".into(), "a"), Value::text("1"));
        assert_eq!(lookup(String::from("a=1").into(), "a"), Value::text("1"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_to_its_end(text in "[a=\"\\\\ é\n]{0,30}") {
            prop_assert_eq!(lookup(text.as_str().into(), "\u{0}"), Value::Missing);
        }
    }
}
