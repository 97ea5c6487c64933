//! The sentence of an alert: a detector's template with the values of the event put in, made safe
//! to read.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::detect::{Part, Template};
use crate::query::Value;

use super::timestamp::Timestamp;
use super::{escape, redact};

/// The largest number of characters of one value, or of one element of a list.
pub const MAX_VALUE_CHARS: usize = 200;

/// The largest number of elements of a list that are printed.
pub const MAX_ELEMENTS: usize = 5;

/// What stands for a value that isn't there.
const MISSING: &str = "-";

/// The sentence for one event. `lookup` gives the value of a field by its
/// place in [`Template::fields`].
///
/// A missing value prints `-`; a list its first elements and how many more there are. Values are
/// redacted, cut at [`MAX_VALUE_CHARS`] and freed of characters that a reader would not see.
pub fn expand<'v>(template: &Template, mut lookup: impl FnMut(usize) -> Value<'v>) -> String {
    let mut sentence = String::new();
    for part in template.parts() {
        match part {
            Part::Text(text) => sentence.push_str(text),
            Part::Field(index) => push_value(&mut sentence, &lookup(*index)),
        }
    }
    sentence
}

/// A value that stands alone, as safe to read as in a sentence.
#[must_use]
pub fn shown(value: &Value<'_>) -> String {
    let mut text = String::new();
    push_value(&mut text, value);
    text
}

fn push_value(sentence: &mut String, value: &Value<'_>) {
    let Value::List(elements) = value else {
        return push_cut(sentence, &redact::value(&clean(plain(value))));
    };
    let shown = elements.iter().take(MAX_ELEMENTS);
    let shown = redact::arguments(shown.map(|element| clean(plain(element))));
    if shown.is_empty() {
        sentence.push_str(MISSING);
    }
    for (index, element) in shown.iter().enumerate() {
        if index > 0 {
            sentence.push_str(", ");
        }
        push_cut(sentence, element);
    }
    let left = elements.len().saturating_sub(MAX_ELEMENTS);
    if left > 0 {
        let _ = write!(sentence, " +{left} more");
    }
}

/// A single value as text, not yet safe to show.
fn plain<'a>(value: &'a Value<'_>) -> Cow<'a, str> {
    match value {
        Value::Missing => Cow::Borrowed(""),
        Value::Bool(true) => Cow::Borrowed("true"),
        Value::Bool(false) => Cow::Borrowed("false"),
        Value::Number(number) => Cow::Owned(number.to_string()),
        Value::Time(millis) => Cow::Owned(
            Timestamp::from_millis(*millis).map_or_else(|| millis.to_string(), |t| t.to_string()),
        ),
        Value::Text(text) | Value::Json(text) => Cow::Borrowed(text),
        Value::List(elements) => {
            let texts: Vec<_> = elements
                .iter()
                .take(MAX_ELEMENTS)
                .filter_map(scalar)
                .collect();
            Cow::Owned(texts.join(" "))
        }
    }
}

/// The text of an element of a list in a list; deeper ones are left out.
fn scalar<'a>(value: &'a Value<'_>) -> Option<Cow<'a, str>> {
    (!matches!(value, Value::List(_))).then(|| plain(value))
}

/// What a reader can see, white space and controls as single blanks. It comes before redaction:
/// a secret must not hide behind characters that are dropped afterwards.
fn clean(text: Cow<'_, str>) -> Cow<'_, str> {
    // A blank before another or at an end would go, and so would all that is not plain.
    let is_clean = |pair: &[u8]| matches!(pair, [b' '..=b'~', b'!'..=b'~'] | [b'!'..=b'~', b' ']);
    let ends = [text.as_bytes().first(), text.as_bytes().last()];
    if ends.iter().all(|end| end.is_none_or(u8::is_ascii_graphic))
        && text.as_bytes().windows(2).all(is_clean)
    {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else if !escape::is_hidden(c) {
            out.push(c);
        }
    }
    out.truncate(out.trim_end().len());
    Cow::Owned(out)
}

/// Appends a value, cut at the limit; `-` for nothing.
fn push_cut(sentence: &mut String, text: &str) {
    match text.char_indices().nth(MAX_VALUE_CHARS) {
        Some((end, _)) => {
            sentence.push_str(text.get(..end).unwrap_or(text));
            sentence.push('…');
        }
        None if text.is_empty() => sentence.push_str(MISSING),
        None => sentence.push_str(text),
    }
}

#[cfg(test)]
#[path = "summary_tests.rs"]
mod tests;
