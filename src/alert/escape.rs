//! Makes visible what a terminal would act on or a reader would not see.
//!
//! Log lines are written by attackers: escape sequences could repaint a terminal, a bidi override
//! could turn a name around, a zero-width character could make two names look alike.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character must not reach a reader as it is: controls (C0, DEL, C1), line and paragraph
/// separators, bidi marks and overrides, and what has no width or no ink. The last two of the plane are
/// no characters at all, and a queue behind SNS would drop the message that has them.
#[must_use]
#[inline]
pub fn is_hidden(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    c.is_control()
        || matches!(c,
            '\u{ad}'
            | '\u{34f}'
            | '\u{600}'..='\u{605}'
            | '\u{61c}'
            | '\u{6dd}'
            | '\u{70f}'
            | '\u{115f}' | '\u{1160}'
            | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{fffe}' | '\u{ffff}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// The text for a terminal: hidden characters as `\n`, `\x1b` or `\u{202e}`.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    replace(text, |c, out| match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if u32::from(c) < 0x100 => {
            let _ = write!(out, "\\x{:02x}", u32::from(c));
        }
        c => {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        }
    })
}

/// The same for text that is already JSON: hidden characters as `\uXXXX`, which every reader of JSON
/// turns back. In valid JSON they stand inside strings only, but for white space between tokens,
/// which compact JSON doesn't have.
#[must_use]
pub fn json(text: String) -> String {
    let safe = replace(&text, |c, out| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(out, "\\u{unit:04x}");
        }
    });
    match safe {
        Cow::Owned(safe) => safe,
        Cow::Borrowed(_) => text,
    }
}

/// Whether any character is hidden. Plain ASCII, nearly all there is, is passed over a block at a time.
fn has_hidden(text: &str) -> bool {
    let plain = |block: &&[u8]| block.iter().fold(true, |all, byte| all & is_plain(*byte));
    let blocks = text.as_bytes().chunks_exact(BLOCK);
    let passed = BLOCK * blocks.take_while(plain).count();
    let mut rest = text.get(passed..).unwrap_or(text);
    while let Some(at) = rest.bytes().position(|byte| !is_plain(byte)) {
        let mut odd = rest.get(at..).unwrap_or_default().chars();
        if odd.next().is_some_and(is_hidden) {
            return true;
        }
        rest = odd.as_str();
    }
    false
}

/// Bytes that are looked at together.
const BLOCK: usize = 64;

fn is_plain(byte: u8) -> bool {
    (b' '..=b'~').contains(&byte)
}

fn replace(text: &str, write: impl Fn(char, &mut String)) -> Cow<'_, str> {
    if !has_hidden(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hidden(c) {
            write(c, &mut out)
        } else {
            out.push(c)
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn harmless_text_is_borrowed_and_unchanged() {
        for text in ["", "kubectl/v1.34 (linux/amd64)", "Zoë 東京 😀", "C:\\path"] {
            assert!(matches!(visible(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn hidden_characters_become_visible() {
        assert_eq!(visible("a\x1b[31mb\r\n\t\0"), "a\\x1b[31mb\\r\\n\\t\\x00");
        assert_eq!(visible("\u{9b}2J\u{7f}"), "\\x9b2J\\x7f");
        assert_eq!(
            visible("gp\u{202e}j\u{200b}\u{2066}"),
            "gp\\u{202e}j\\u{200b}\\u{2066}"
        );
        assert_eq!(
            visible("\u{2028}\u{feff}\u{e0041}"),
            "\\u{2028}\\u{feff}\\u{e0041}"
        );
    }

    proptest! {
        #[test]
        fn nothing_hidden_is_left(text in "\\PC*|.*|[\\x00-\\xff\u{200b}-\u{2070}\u{e0001}a]*") {
            prop_assert!(!visible(&text).contains(is_hidden));
        }

        #[test]
        fn json_keeps_its_meaning(text in ".*|[\\x00-\\xff\u{200b}-\u{2070}\u{e0001}a]*") {
            let line = serde_json::to_string(&text).unwrap();
            let escaped = json(line.clone());
            prop_assert!(!escaped.contains(is_hidden));
            prop_assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), text);
        }
    }
}
