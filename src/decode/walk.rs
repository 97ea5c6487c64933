//! Walks over JSON text without parsing it: the entries of an object, the elements of an array.
//!
//! Forgiving: a cut text gives what stands before the cut, and the cut value as far as it goes.
//! Values are slices of the text. No recursion.

use std::borrow::Cow;

use serde::Deserialize;

use super::scan::{self, Scan, Step};

/// Splits the value at the front from what follows it. A cut value takes all there is.
pub(super) fn split_value(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    if text.is_empty() {
        return None;
    }
    let end = match Scan::default().feed(text.as_bytes()) {
        Step::Done(end) => end,
        Step::Broken(end) => scan::cut_before(text.as_bytes(), end),
        Step::More => text.len(),
    };
    // A value of no bytes (a stray comma or bracket) would never end.
    (end > 0).then(|| text.split_at_checked(end)).flatten()
}

/// Whether `text` is one whole value and nothing else.
pub(super) fn is_whole(text: &str) -> bool {
    let text = text.trim().as_bytes();
    let mut scan = Scan::default();
    match scan.feed(text) {
        Step::Done(end) => end == text.len(),
        Step::More => scan.ends_here(),
        Step::Broken(_) => false,
    }
}

/// The entries of an object: key and value as they are written, the key without its quotes.
pub(super) fn entries(object: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = object.trim_start().strip_prefix('{').unwrap_or_default();
    std::iter::from_fn(move || {
        let text = rest.trim_start_matches([',', ' ', '\t', '\r', '\n']);
        let (key, after) = split_value(text).filter(|(key, _)| key.starts_with('"'))?;
        let (value, after) = split_value(after.trim_start().strip_prefix(':')?)?;
        rest = after;
        Some((key.strip_prefix('"')?.strip_suffix('"')?, value))
    })
}

/// The elements of an array.
pub(super) fn elements(array: &str) -> impl Iterator<Item = &str> {
    let mut rest = array.trim_start().strip_prefix('[').unwrap_or_default();
    std::iter::from_fn(move || {
        let text = rest.trim_start_matches([',', ' ', '\t', '\r', '\n']);
        let (element, after) = split_value(text)?;
        rest = after;
        Some(element)
    })
}

/// The text of a JSON string, borrowed where nothing is escaped. None for anything else.
pub(super) fn string(value: &str) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
    let inner = value.trim();
    if !inner.starts_with('"') {
        return None;
    }
    serde_json::from_str::<Text<'_>>(inner)
        .ok()
        .map(|text| text.0)
}

/// JSON without the white space between its parts, so that a pretty-printed event is the same
/// text as the line it was. Text that is compact already is borrowed.
pub(super) fn compact(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    let mut kept = String::new();
    let (mut string, mut escaped, mut from) = (false, false, 0);
    for (at, byte) in text.bytes().enumerate() {
        if string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => string = false,
                _ => {}
            }
        } else if byte == b'"' {
            string = true;
        } else if byte.is_ascii_whitespace() {
            kept.push_str(text.get(from..at).unwrap_or_default());
            from = at + 1;
        }
    }
    if from == 0 {
        return Cow::Borrowed(text);
    }
    kept.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(kept)
}
