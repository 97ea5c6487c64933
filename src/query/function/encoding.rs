//! Functions that write a text another way: URL escapes, Base64, hexadecimal.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::text::{cut, text};
use super::{Definition, LONGEST_TEXT};
use crate::query::coerce::{finite, number_of};
use crate::query::value::Value;

pub(super) const FUNCTIONS: &[Definition] = &[
    Definition::new("urlencode", 1, 1, |args, _| {
        map(args, |text| Some(url_encoded(&text)))
    }),
    Definition::new("urldecode", 1, 1, |args, _| {
        text(args, 0).map_or(Value::Missing, url_decoded)
    }),
    Definition::new("base64encode", 1, 1, |args, _| {
        map(args, |text| Some(BASE64.encode(text.as_bytes())))
    }),
    Definition::new("base64decode", 1, 1, |args, _| {
        map(args, |text| {
            BASE64.decode(text.trim_end().as_bytes()).ok().map(lossy)
        })
    }),
    Definition::new("hexToAscii", 1, 1, |args, _| {
        map(args, |text| hex_bytes(&text).map(lossy))
    }),
    Definition::new("hexToDec", 1, 1, |args, _| {
        text(args, 0)
            .and_then(|text| u64::from_str_radix(hex_digits(&text)?, 16).ok())
            .map_or(Value::Missing, |number| finite(number as f64))
    }),
    Definition::new("decToHex", 1, 1, |args, _| {
        let number = args.first().and_then(number_of);
        let whole = number.filter(|n| n.fract() == 0.0 && (0.0..=u64::MAX as f64).contains(n));
        whole.map_or(Value::Missing, |n| cut(format!("{:x}", n as u64)))
    }),
];

/// Padding is written, and not asked for.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What stays as it is in a URL component, by RFC 3986.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

fn map<'r>(args: &mut [Value<'r>], of: impl Fn(Cow<'r, str>) -> Option<String>) -> Value<'r> {
    match text(args, 0) {
        Some(text) if text.len() <= LONGEST_TEXT => of(text).map_or(Value::Missing, cut),
        _ => Value::Missing,
    }
}

fn url_encoded(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// Percent escapes and `+` for a blank, as in the query part of a URL.
fn url_decoded(text: Cow<'_, str>) -> Value<'_> {
    if !text.contains(['%', '+']) {
        return Value::Text(text);
    }
    let blanks = text.replace('+', " ");
    cut(percent_decode_str(&blanks).decode_utf8_lossy().into_owned())
}

fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The digits after an optional `0x`, if all are hexadecimal.
fn hex_digits(text: &str) -> Option<&str> {
    let digits = text
        .strip_prefix("0x")
        .or_else(|| text.strip_prefix("0X"))
        .unwrap_or(text);
    let valid = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    valid.then_some(digits)
}

fn hex_bytes(text: &str) -> Option<Vec<u8>> {
    let (pairs, odd) = hex_digits(text)?.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    if odd.is_empty() {
        pairs.iter().map(byte).collect()
    } else {
        None
    }
}
