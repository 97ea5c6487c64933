//! Secrets in a request URI, where commands stand percent-encoded, one parameter for each argument.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use regex::{Captures, Regex};

use super::clean::unless_clean;
use super::encoded;
use super::keep::is_key_id;
use super::rules::{MARK, SECRET_WORD, constant};
use super::words::Words;

/// Names of parameters whose value is a secret.
static SECRET_NAME: LazyLock<Regex> = LazyLock::new(|| {
    constant(&format!(
        "(?i)(?:{SECRET_WORD}|^(?:sig|signature|code|key))$"
    ))
});

/// What stays readable in a parameter that is written anew; the mark among them.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'/')
    .remove(b':')
    .remove(b',')
    .remove(b'[')
    .remove(b']');

/// The URI without what looks like a secret; borrowed when there is none. A part without one keeps its
/// spelling.
#[must_use]
pub fn uri(uri: &str) -> Cow<'_, str> {
    let Some((path, query)) = uri.split_once('?') else {
        return part(uri);
    };
    let mut out = part(path).into_owned();
    let mut separator = '?';
    // Parameters of one name are the words of one command.
    let mut commands: HashMap<&str, Words> = HashMap::new();
    for parameter in query.split('&') {
        // A parameter without a `=` is all value.
        let (name, equals, value) = match parameter.split_once('=') {
            Some((name, value)) => (name, "=", value),
            None => ("", "", parameter),
        };
        out.push(separator);
        separator = '&';
        out.push_str(&part(name));
        out.push_str(equals);
        let blanks = value.replace('+', " ");
        let plain = percent_decode_str(&blanks).decode_utf8_lossy();
        let redacted = commands.entry(name).or_default().next(&plain);
        match redacted {
            _ if is_secret(name, &plain) => out.push_str(MARK),
            Some(redacted) => out.extend(utf8_percent_encode(&redacted, ENCODED)),
            None => out.push_str(value),
        }
    }
    if out == uri {
        Cow::Borrowed(uri)
    } else {
        Cow::Owned(out)
    }
}

/// Whether a parameter holds a secret for its name's sake; the credential of a signed URL is only an
/// access key id.
fn is_secret(name: &str, value: &str) -> bool {
    !value.is_empty()
        && !is_key_id(value)
        && SECRET_NAME.is_match(&percent_decode_str(name).decode_utf8_lossy())
}

/// A path, or the name of a parameter.
fn part(given: &str) -> Cow<'_, str> {
    let plain = percent_decode_str(given).decode_utf8_lossy();
    match encoded::decoded(&plain) {
        Cow::Owned(changed) if changed != plain => {
            Cow::Owned(utf8_percent_encode(&changed, ENCODED).to_string())
        }
        _ => Cow::Borrowed(given),
    }
}

/// A path with parameters somewhere in a text.
static INSIDE: LazyLock<Regex> = LazyLock::new(|| constant(r#"/[^\s"'\\?]*\?[^\s"'\\]+"#));

/// How often a text is gone through; what is decoded may show another URI.
const PASSES: usize = 4;

/// A value of which nobody knows what it is: a path with parameters is a URI, all else is text, in
/// which URIs may stand.
#[must_use]
pub fn value(value: &str) -> Cow<'_, str> {
    unless_clean(value, redacted)
}

pub(super) fn redacted(value: &str) -> Cow<'_, str> {
    if !value.contains('?') {
        return encoded::decoded(value);
    }
    if value.starts_with('/') && !value.contains(char::is_whitespace) {
        return uri(value);
    }
    let mut current = Cow::Borrowed(value);
    for _ in 0..PASSES {
        let found = INSIDE.replace_all(&current, |found: &Captures<'_>| {
            uri(found.get(0).map_or("", |path| path.as_str())).into_owned()
        });
        let next = encoded::decoded(&found);
        if next == current {
            break;
        }
        current = Cow::Owned(next.into_owned());
    }
    current
}

#[cfg(test)]
#[path = "uri_tests.rs"]
mod tests;
