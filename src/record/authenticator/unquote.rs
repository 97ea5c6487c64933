//! Text between the double quotes of Go's `%q`, turned back into what it stands for.
//!
//! Never fails: an escape that Go would not write stays as it is, and bytes that are no UTF-8 become
//! U+FFFD, as does a surrogate.

use std::borrow::Cow;

/// Splits at the quote that closes the text: what is inside, still escaped, and what follows the
/// quote. `None` when no quote closes it.
pub(super) fn closing_quote(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let mut from = 0;
    loop {
        let at = from + memchr::memchr2(b'"', b'\\', bytes.get(from..)?)?;
        if bytes.get(at) == Some(&b'"') {
            return Some((text.get(..at)?, text.get(at + 1..)?));
        }
        // The character after a backslash is part of the escape; the first byte of a wide one is
        // neither a quote nor a backslash, so one byte is enough.
        from = at + 2;
    }
}

/// Resolves the escapes. Borrows when there are none.
pub(super) fn unquote(quoted: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\\', quoted.as_bytes()).is_none() {
        return Cow::Borrowed(quoted);
    }
    let mut out = Vec::with_capacity(quoted.len());
    let mut rest = quoted.as_bytes();
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let (before, escape) = rest.split_at(at);
        out.extend_from_slice(before);
        rest = match resolve(escape, &mut out) {
            0 => {
                out.push(b'\\');
                escape.get(1..).unwrap_or_default()
            }
            used => escape.get(used..).unwrap_or_default(),
        };
    }
    out.extend_from_slice(rest);
    match String::from_utf8(out) {
        Ok(text) => Cow::Owned(text),
        Err(error) => Cow::Owned(String::from_utf8_lossy(error.as_bytes()).into_owned()),
    }
}

/// Appends what the escape at the start of `text` stands for, and says how many bytes it has; 0 when
/// it is none.
fn resolve(text: &[u8], out: &mut Vec<u8>) -> usize {
    let Some(&kind) = text.get(1) else { return 0 };
    let simple = match kind {
        b'a' => 0x07,
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 0x0b,
        b'\\' | b'"' | b'\'' => kind,
        b'x' => return byte(text.get(2..4), 16, 4, out),
        b'0'..=b'7' => return byte(text.get(1..4), 8, 4, out),
        b'u' => return scalar(text.get(2..6), 6, out),
        b'U' => return scalar(text.get(2..10), 10, out),
        _ => return 0,
    };
    out.push(simple);
    2
}

fn byte(digits: Option<&[u8]>, radix: u32, used: usize, out: &mut Vec<u8>) -> usize {
    let Some(value) = number(digits, radix).and_then(|n| u8::try_from(n).ok()) else {
        return 0;
    };
    out.push(value);
    used
}

fn scalar(digits: Option<&[u8]>, used: usize, out: &mut Vec<u8>) -> usize {
    let Some(value) = number(digits, 16) else {
        return 0;
    };
    let c = char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    used
}

fn number(digits: Option<&[u8]>, radix: u32) -> Option<u32> {
    digits?.iter().try_fold(0_u32, |n, &digit| {
        let digit = char::from(digit).to_digit(radix)?;
        n.checked_mul(radix)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_without_escapes_is_borrowed() {
        assert!(matches!(unquote("a b"), Cow::Borrowed("a b")));
    }

    #[test]
    fn every_escape_of_go_is_resolved() {
        assert_eq!(
            unquote(r#"\a\b\f\n\r\t\v\\\"\'"#),
            "\u{7}\u{8}\u{c}\n\r\t\u{b}\\\"'"
        );
        assert_eq!(unquote(r"\x41\101\u00e9\U0001f600"), "AAé😀");
    }

    #[test]
    fn bytes_that_are_no_utf8_become_the_replacement_character() {
        assert_eq!(unquote(r"a\xffb"), "a\u{fffd}b");
        assert_eq!(unquote(r"\xc3\xa9"), "é");
        assert_eq!(unquote(r"\ud800"), "\u{fffd}");
    }

    #[test]
    fn what_is_no_escape_stays() {
        for odd in [
            r"\q", r"\x4", r"\xzz", r"\u12", r"\999", r"\", r"\400", r"\é",
        ] {
            assert_eq!(unquote(odd), odd);
        }
    }

    #[test]
    fn the_closing_quote_is_the_first_one_without_a_backslash() {
        assert_eq!(
            closing_quote(r#"a\"b\\" rest"#),
            Some((r#"a\"b\\"#, " rest"))
        );
        assert_eq!(closing_quote(r#"\é" x"#), Some((r"\é", " x")));
        assert_eq!(closing_quote(r#"cut\""#), None);
        assert_eq!(closing_quote("cut\\"), None);
    }
}
