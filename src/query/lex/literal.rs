//! The tokens with contents: texts, names in backticks, numbers, periods, regular expressions.

use super::{Kind, Lexer};
use crate::query::diagnostic::Diagnostic;
use crate::query::names::is_name_char;
use crate::query::{ast::Span, period};

impl Lexer<'_> {
    /// A text in quotes. Quotes and the backslash are escaped by a backslash, `\n`, `\r` and `\t` are
    /// control characters, any other backslash is itself.
    pub(super) fn string(&mut self, quote: char) {
        let start = self.at;
        self.bump();
        let mut text = String::new();
        loop {
            match self.bump() {
                None | Some('\n') => return self.unclosed(start, "text", quote),
                Some('\\') => match self.peek() {
                    Some(c) if c != '\n' => {
                        self.bump();
                        push_escape(&mut text, c);
                    }
                    _ => text.push('\\'),
                },
                Some(c) if c == quote => break,
                Some(c) => text.push(c),
            }
        }
        self.awaits_pattern &= self.depth > 0;
        self.push(Kind::Text(text), start);
    }

    /// What stands between backticks; two backticks stand for one.
    pub(super) fn backticks(&mut self) -> Option<String> {
        let start = self.at;
        self.bump();
        let mut text = String::new();
        loop {
            match self.bump() {
                None | Some('\n') => {
                    self.unclosed(start, "name", '`');
                    return None;
                }
                Some('`') if self.peek() == Some('`') => {
                    self.bump();
                    text.push('`');
                }
                Some('`') => break,
                Some(c) => text.push(c),
            }
        }
        if text.is_empty() {
            let span = self.span_from(start);
            self.report(Diagnostic::error(
                "empty-name",
                span,
                "there is no name between the backticks",
            ));
        }
        Some(text)
    }

    fn unclosed(&mut self, start: usize, what: &str, quote: char) {
        let first_line = self
            .text
            .get(start..)
            .and_then(|rest| rest.lines().next())
            .unwrap_or("");
        let span = Span::new(start, start + first_line.len());
        let message = format!("this {what} is not closed by {quote} on its line");
        self.report(Diagnostic::error("unclosed", span, message));
    }

    /// A regular expression between slashes; `\/` is a slash, any other escape stays as it is.
    pub(super) fn regex(&mut self) {
        let start = self.at;
        self.bump();
        let mut source = String::new();
        loop {
            match self.bump() {
                None | Some('\n') => {
                    let help = "write `/regex/`, with `\\/` for a slash inside it";
                    return self.unclosed_regex(start, help);
                }
                Some('\\') => match self.bump() {
                    Some('/') => source.push('/'),
                    Some(c) if c != '\n' => source.extend(['\\', c]),
                    _ => return self.unclosed_regex(start, "it ends with a lone backslash"),
                },
                Some('/') => break,
                Some(c) => source.push(c),
            }
        }
        if source.is_empty() {
            let message = "an empty regular expression matches everything";
            let found = Diagnostic::error("empty-regex", self.span_from(start), message);
            self.report(found.help("a comment begins with `#`, not with `//`"));
        }
        self.refuse_flags(start, &source);
        self.awaits_pattern &= self.depth > 0;
        self.push(Kind::Regex(source), start);
    }

    fn unclosed_regex(&mut self, start: usize, help: &str) {
        let span = Span::new(start, start + 1);
        let message = "this `/` begins a regular expression that is not closed on its line";
        self.report(Diagnostic::error("unclosed", span, message).help(help));
    }

    /// `/x/i` is how other languages write flags.
    fn refuse_flags(&mut self, start: usize, source: &str) {
        let rest = self.rest();
        let flags = rest.split(|c| !is_name_char(c)).next().unwrap_or_default();
        let all_flags = flags.chars().all(|c| "gimsux".contains(c));
        if flags.is_empty() || flags.len() > 3 || !all_flags {
            return;
        }
        self.at += flags.len();
        let span = self.span_from(start);
        let known: String = flags.chars().filter(|c| "imsx".contains(*c)).collect();
        let group = if known.is_empty() {
            String::new()
        } else {
            format!("(?{known})")
        };
        let mended = format!("/{group}{}/", source.replace('/', "\\/"));
        let found = Diagnostic::error(
            "regex-flags",
            span,
            "a regular expression has no flags after it",
        )
        .help("write them in front of it, as in `/(?i)text/`")
        .suggest(span, mended);
        self.report(found);
    }

    /// A number such as `12`, `0.5` or `1e6`, or a period such as `5m`.
    pub(super) fn number(&mut self) {
        let start = self.at;
        self.take_while(|c| c.is_ascii_digit());
        self.fraction();
        self.exponent();
        let digits = self.text.get(start..self.at).unwrap_or_default();
        let letters = self.take_while(is_name_char);
        if !letters.is_empty() {
            return self.period(start, digits, letters);
        }
        match digits.parse::<f64>() {
            Ok(number) if number.is_finite() => self.push(Kind::Number(number), start),
            _ => {
                let span = self.span_from(start);
                self.report(Diagnostic::error(
                    "number-range",
                    span,
                    "this number is too large",
                ));
            }
        }
    }

    fn fraction(&mut self) {
        let mut after = self.rest().chars();
        if after.next() == Some('.') && after.next().is_some_and(|c| c.is_ascii_digit()) {
            self.bump();
            self.take_while(|c| c.is_ascii_digit());
        }
    }

    fn exponent(&mut self) {
        let Some(rest) = self.rest().strip_prefix(['e', 'E']) else {
            return;
        };
        let digits = rest.strip_prefix(['+', '-']).unwrap_or(rest);
        if digits.starts_with(|c: char| c.is_ascii_digit()) {
            self.at += 1 + rest.len() - digits.len();
            self.take_while(|c| c.is_ascii_digit());
        }
    }

    fn period(&mut self, start: usize, digits: &str, letters: &str) {
        let span = self.span_from(start);
        let Some(unit) = period::unit_named(letters)
            .or_else(|| period::unit_named(&letters.to_lowercase()).filter(|_| letters.len() > 1))
        else {
            let message = format!("`{letters}` is no unit of time");
            let help = "the units are ms, s, m, h, d and w, as in `5m`; \
                        a name that begins with a digit needs backticks";
            return self.report(Diagnostic::error("unknown-unit", span, message).help(help));
        };
        let Some(length) = unit.millis else {
            let message = format!("`{digits}{letters}` has no fixed length");
            let help = "a stream counts in fixed lengths: write days, as in `30d`";
            return self.report(Diagnostic::error("calendar-period", span, message).help(help));
        };
        let number = digits.parse::<u64>().ok().filter(|number| *number > 0);
        let Some((number, millis)) = number.and_then(|n| Some((n, n.checked_mul(length)?))) else {
            let whole = digits.bytes().all(|digit| digit.is_ascii_digit());
            let message = match whole && digits.bytes().any(|digit| digit != b'0') {
                true => "this period is too long",
                false => "a period is a whole number, from 1, and a unit",
            };
            return self.report(Diagnostic::error("bad-period", span, message));
        };
        if unit.cap.is_some_and(|cap| number > cap) {
            self.report_over_cap(span, unit, millis);
        }
        self.push(Kind::Period(millis), start);
    }

    fn report_over_cap(&mut self, span: Span, unit: period::Unit, millis: u64) {
        let (cap, short) = (unit.cap.unwrap_or_default(), unit.short);
        let message = format!("a period in {short} goes up to {cap}{short}");
        let found = Diagnostic::error("period-cap", span, message);
        self.report(match period::written(millis) {
            Some(same) => found
                .help(format!(
                    "the console silently reads {cap}{short}; write `{same}`"
                ))
                .suggest(span, same),
            None => found.help(format!(
                "the console silently reads {cap}{short}, and no larger unit says it exactly"
            )),
        });
    }
}

fn push_escape(text: &mut String, c: char) {
    match c {
        '"' | '\'' | '\\' => text.push(c),
        'n' => text.push('\n'),
        'r' => text.push('\r'),
        't' => text.push('\t'),
        _ => text.extend(['\\', c]),
    }
}
