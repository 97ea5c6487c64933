//! `key=value` lines as logrus writes them: bare or Go-quoted values, separated by blanks.
//!
//! One pass, borrowing; memory is bounded by [`MAX_PAIRS`]. What is no pair is skipped, a line that
//! was cut off yields every pair before the cut. It never looks at what the keys mean.

use std::borrow::Cow;

use super::unquote::{closing_quote, unquote};

/// The largest number of pairs read from one line. Lines of the authenticator have at most twelve.
pub const MAX_PAIRS: usize = 64;

/// What follows the text of a line that was too long for the log.
const CUT_MARK: &str = "[Truncated...]";

/// One `key=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair<'a> {
    /// The text before the `=`.
    pub key: Cow<'a, str>,
    /// The value, quotes and escapes taken off; empty for `key=`.
    pub value: Cow<'a, str>,
}

/// The pairs of a line, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Logfmt<'a> {
    /// Every complete pair, at most [`MAX_PAIRS`].
    pub pairs: Vec<Pair<'a>>,
    /// Whether something was left unread: the line was cut off, or has too many pairs.
    pub truncated: bool,
}

impl<'a> Logfmt<'a> {
    /// Reads a line. Total: any text gives some result, in linear time.
    #[must_use]
    pub fn parse(line: &'a str) -> Self {
        let line = line.trim_end();
        let (text, marked) = match line.strip_suffix(CUT_MARK) {
            Some(head) => (head, true),
            None => (line, false),
        };
        let mut found = Self {
            pairs: Vec::new(),
            truncated: marked,
        };
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            if found.pairs.len() == MAX_PAIRS {
                found.truncated = true;
                break;
            }
            match token(rest) {
                Token::Pair { pair, rest: after } => {
                    // A bare value that touches the mark of the cut may be half of itself.
                    if !(marked && after.is_empty() && !text.ends_with('"')) {
                        found.pairs.push(pair);
                    }
                    rest = after.trim_start();
                }
                Token::Word { rest: after } => rest = after.trim_start(),
                Token::Cut => {
                    found.truncated = true;
                    break;
                }
            }
        }
        found
    }
}

/// What stands at the start of a text.
enum Token<'a> {
    /// A complete pair and what follows.
    Pair { pair: Pair<'a>, rest: &'a str },
    /// A word that is no pair.
    Word { rest: &'a str },
    /// A quoted value without its closing quote.
    Cut,
}

fn token(text: &str) -> Token<'_> {
    let end = text
        .find(|c: char| c == '=' || c.is_whitespace())
        .unwrap_or(text.len());
    let (key, rest) = text.split_at(end);
    let Some(value) = rest.strip_prefix('=') else {
        return Token::Word { rest };
    };
    let (value, rest) = match value.strip_prefix('"') {
        Some(inside) => match closing_quote(inside) {
            Some((quoted, rest)) => (unquote(quoted), rest),
            None => return Token::Cut,
        },
        None => {
            let (bare, rest) =
                value.split_at(value.find(char::is_whitespace).unwrap_or(value.len()));
            (Cow::Borrowed(bare), rest)
        }
    };
    Token::Pair {
        pair: Pair {
            key: Cow::Borrowed(key),
            value,
        },
        rest,
    }
}

#[cfg(test)]
#[path = "logfmt_tests.rs"]
mod tests;
