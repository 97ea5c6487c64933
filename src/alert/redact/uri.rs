//! Secrets in a request URI, where commands stand percent-encoded, one parameter for each argument.

use std::borrow::Cow;
use std::sync::LazyLock;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use regex::Regex;

use super::flag::is_secret_flag;
use super::text::{MARK, SECRET_WORD, constant, text};

/// Names of parameters whose value is a secret.
static SECRET_NAME: LazyLock<Regex> = LazyLock::new(|| {
    constant(&format!(
        "(?i)(?:{SECRET_WORD}|^(?:sig|signature|code|key))=?$"
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

/// The URI without what looks like a secret; borrowed when there is none. A parameter without one
/// keeps its spelling.
#[must_use]
pub fn uri(uri: &str) -> Cow<'_, str> {
    let Some((path, query)) = uri.split_once('?') else {
        return text(uri);
    };
    let mut out = text(path).into_owned();
    let mut separator = '?';
    let mut flag_name = None;
    for parameter in query.split('&') {
        // The name keeps its `=`; a parameter without one is all value.
        let value_at = parameter.find('=').map_or(0, |at| at + 1);
        let (name, value) = parameter.split_at(value_at);
        let decoded = decode(value);
        let secret = !value.is_empty()
            && (flag_name == Some(name) && !decoded.starts_with('-')
                || SECRET_NAME.is_match(&decode(name)));
        flag_name = is_secret_flag(&decoded).then_some(name);
        out.push(separator);
        separator = '&';
        out.push_str(name);
        match text(&decoded) {
            _ if secret => out.push_str(MARK),
            Cow::Owned(changed) => out.extend(utf8_percent_encode(&changed, ENCODED)),
            Cow::Borrowed(_) => out.push_str(value),
        }
    }
    if out == uri {
        Cow::Borrowed(uri)
    } else {
        Cow::Owned(out)
    }
}

/// A value of which nobody knows what it is: a path with parameters is a URI, all else is text.
#[must_use]
pub fn value(value: &str) -> Cow<'_, str> {
    if value.starts_with('/') && value.contains('?') {
        uri(value)
    } else {
        text(value)
    }
}

/// Percent-decoding as the API server does it for parameters: `+` is a blank.
fn decode(value: &str) -> Cow<'_, str> {
    if !value.contains(['%', '+']) {
        return Cow::Borrowed(value);
    }
    let blanks = value.replace('+', " ");
    Cow::Owned(percent_decode_str(&blanks).decode_utf8_lossy().into_owned())
}

#[cfg(test)]
#[path = "uri_tests.rs"]
mod tests;
