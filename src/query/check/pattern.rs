//! Regular expressions, and texts that look as if they had wildcards.

use super::Checker;
use crate::query::ast::Span;
use crate::query::diagnostic::Diagnostic;
use crate::query::regexp::{REGEX_SIZE_LIMIT, compile};

/// What other engines know and linear-time ones do not, and how it is recognised.
const UNSUPPORTED: [(&str, &str); 8] = [
    ("(?=", "look-ahead `(?=...)`"),
    ("(?!", "negative look-ahead `(?!...)`"),
    ("(?<=", "look-behind `(?<=...)`"),
    ("(?<!", "negative look-behind `(?<!...)`"),
    ("(?>", "an atomic group `(?>...)`"),
    ("(?#", "a comment `(?#...)`"),
    ("\\k<", "a back-reference `\\k<...>`"),
    ("\\G", "the anchor `\\G`"),
];

impl Checker<'_> {
    /// Reports a regular expression that does not compile.
    ///
    /// Reading it is enough to know that, but for the size that counted repetitions can reach; and
    /// building is dear, and done again when the query is compiled.
    pub(super) fn regex(&mut self, source: &str, span: Span) {
        if source.contains('{') || regex_syntax::parse(source).is_err() {
            self.compiled(source, span);
        }
    }

    /// The compiled form; what is wrong with it is reported.
    pub(super) fn compiled(&mut self, source: &str, span: Span) -> Option<regex::Regex> {
        let error = match compile(source) {
            Ok(regex) => return Some(regex),
            Err(error) => error,
        };
        let found = match (&error, unsupported(source)) {
            (regex::Error::CompiledTooBig(_), _) => {
                let message =
                    format!("the regular expression needs more than {REGEX_SIZE_LIMIT} bytes");
                Diagnostic::error("bad-regex", span, message).help("make repetitions smaller")
            }
            (_, Some(feature)) => {
                let message = format!("{feature} does not exist here");
                let help = "regular expressions run in linear time, in the console too: \
                            write a second test with `and` or `not like`";
                Diagnostic::error("bad-regex", span, message).help(help)
            }
            _ => {
                let text = error.to_string();
                let reason = text.lines().last().unwrap_or_default();
                let reason = reason.strip_prefix("error: ").unwrap_or(reason);
                let message = format!("the regular expression is not valid: {reason}");
                Diagnostic::error("bad-regex", span, message).help(
                    "a `/` inside it is written `\\/`; special characters are escaped by `\\`",
                )
            }
        };
        self.report(found);
        None
    }
}

fn unsupported(source: &str) -> Option<&'static str> {
    let known = UNSUPPORTED
        .iter()
        .find(|(spelling, _)| source.contains(spelling));
    if let Some((_, feature)) = known {
        return Some(feature);
    }
    let mut pairs = source.chars().zip(source.chars().skip(1));
    pairs
        .any(|pair| matches!(pair, ('\\', '1'..='9')))
        .then_some("a back-reference such as `\\1`")
}

/// The text without the `%` or `*` at its ends, if it has such and anything else.
pub(super) fn without_wildcards(text: &str) -> Option<&str> {
    let plain = text.trim_matches(['%', '*']);
    let readable =
        plain.starts_with(char::is_alphanumeric) && plain.ends_with(char::is_alphanumeric);
    (readable && plain.len() < text.len()).then_some(plain)
}
