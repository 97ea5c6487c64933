//! What is wrong with a detector or an exception, where, and what to do about it.

use std::fmt;
use std::ops::Range;

use crate::query::ast::Span;
use crate::query::{Diagnostic, Diagnostics, Source, Style};

/// Something a person has to mend before a detector can be used, or should know.
#[derive(Debug)]
pub struct Fault {
    file: String,
    text: String,
    diagnostics: Diagnostics,
    /// The query's own text and its place in the file, where the fault lies in a query.
    query: Option<(String, usize, usize)>,
}

impl Fault {
    /// A fault at a place of a file.
    #[must_use]
    pub fn at(file: &str, text: &str, span: Range<usize>, message: impl Into<String>) -> Self {
        Self::one(file, text, error(span, message))
    }

    /// The same with advice.
    #[must_use]
    pub fn advise(
        file: &str,
        text: &str,
        span: Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self::one(file, text, error(span, message).help(help))
    }

    fn one(file: &str, text: &str, diagnostic: Diagnostic) -> Self {
        let mut diagnostics = Diagnostics::default();
        diagnostics.push(diagnostic);
        Self {
            file: file.to_owned(),
            text: text.to_owned(),
            diagnostics,
            query: None,
        }
    }

    /// What was found in a query that begins at a byte offset of a file. `query` is the text that was
    /// read, its lists filled in.
    #[must_use]
    pub fn in_query(file: &str, text: &str, at: usize, query: &str, found: Diagnostics) -> Self {
        let before = text.get(..at).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count()
            + 1;
        Self {
            file: file.to_owned(),
            text: text.to_owned(),
            diagnostics: found,
            query: Some((query.to_owned(), line, column)),
        }
    }

    /// What a person reads: the message, the place with a caret, the advice.
    #[must_use]
    pub fn render(&self, style: Style) -> String {
        match &self.query {
            Some((query, line, column)) => {
                let source = Source::new(&self.file, query).starting_at(*line, *column);
                self.diagnostics.render(&source, style)
            }
            None => self
                .diagnostics
                .render(&Source::new(&self.file, &self.text), style),
        }
    }
}

fn error(span: Range<usize>, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error("file", Span::new(span.start, span.end), message)
}

/// Where the content of a TOML string begins whose literal begins at `at`: behind its quotes, and
/// behind the line break that may follow three of them.
#[must_use]
pub fn content_start(text: &str, at: usize) -> usize {
    let literal = text.get(at..).unwrap_or_default();
    for quotes in ["'''", "\"\"\""] {
        if let Some(rest) = literal.strip_prefix(quotes) {
            let skipped = if rest.starts_with("\r\n") {
                2
            } else {
                usize::from(rest.starts_with('\n'))
            };
            return at + 3 + skipped;
        }
    }
    at + 1
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.render(Style::Plain).trim_end())
    }
}

impl std::error::Error for Fault {}
