//! What the query room has to say about a text: errors and warnings with their place.
//!
//! Pure data; [`Diagnostics::render`] draws them. Nothing here decides what is wrong with a query.

mod render;
#[cfg(test)]
mod tests;

pub use render::{Source, Style, escape};

use std::fmt;

use super::ast::Span;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The query runs, but may not mean what its author thinks.
    Warning,
    /// The query is refused.
    Error,
}

/// A replacement of a part of the query that would mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// What stands there instead.
    pub replacement: String,
}

/// One thing that is wrong or doubtful.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// A stable name, for example `negative-on-missing`, to allow or deny it by.
    pub lint: &'static str,
    /// What is wrong; lower case, no full stop.
    pub message: String,
    /// Where, in bytes of the query text.
    pub span: Span,
    /// What to do about it.
    pub help: Option<String>,
    /// The same as a replacement, when that can be said exactly.
    pub suggestion: Option<Suggestion>,
}

impl Diagnostic {
    /// Something for which the query is refused.
    #[must_use]
    pub fn error(lint: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, lint, span, message.into())
    }

    /// Something doubtful.
    #[must_use]
    pub fn warning(lint: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, lint, span, message.into())
    }

    fn new(severity: Severity, lint: &'static str, span: Span, message: String) -> Self {
        Self {
            severity,
            lint,
            message,
            span,
            help: None,
            suggestion: None,
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the replacement that mends it.
    #[must_use]
    pub fn suggest(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.suggestion = Some(Suggestion {
            span,
            replacement: replacement.into(),
        });
        self
    }
}

impl fmt::Display for Diagnostic {
    /// One line without the place: the message, and the help after a semicolon.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&escape(&self.message))?;
        match &self.help {
            Some(help) => write!(f, "; {}", escape(help)),
            None => Ok(()),
        }
    }
}

/// All that was found in one query, in the order of its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

/// More findings than this in one query are noise; later ones are dropped.
pub const MAX_DIAGNOSTICS: usize = 50;

impl Diagnostics {
    /// Adds one, unless the same lint already points at the same place or there are too many.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let known = |d: &Diagnostic| d.lint == diagnostic.lint && d.span == diagnostic.span;
        if self.0.len() < MAX_DIAGNOSTICS && !self.0.iter().any(known) {
            self.0.push(diagnostic);
        }
    }

    /// Adds all of `other`.
    pub fn append(&mut self, other: Self) {
        for diagnostic in other.0 {
            self.push(diagnostic);
        }
    }

    /// Puts them in the order of the text.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        self.0.sort_by_key(|d| (d.span.start, d.span.end));
        self
    }

    /// Those of one lint.
    #[must_use]
    pub fn only(mut self, lint: &str) -> Self {
        self.0.retain(|found| found.lint == lint);
        self
    }

    /// Whether one of them refuses the query.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|d| d.severity == Severity::Error)
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many were found.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Each of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// Draws all of them, one after the other, each with the line it is about and a caret.
    #[must_use]
    pub fn render(&self, source: &Source<'_>, style: Style) -> String {
        render::render(&self.0, source, style)
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl fmt::Display for Diagnostics {
    /// One line for each, without places.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, diagnostic) in self.0.iter().enumerate() {
            let break_before = if i == 0 { "" } else { "\n" };
            write!(f, "{break_before}{diagnostic}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}
