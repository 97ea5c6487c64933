//! Draws diagnostics: file, line, column, the line itself and a caret under the place.
//!
//! What comes out is safe for a terminal: control characters of the query, of messages and of the file
//! name are shown escaped.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};

use super::{Diagnostic, Severity};
use crate::query::ast::Span;

/// The text that was read, and where it stands in its file.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The file's name, or what else tells a person where to look.
    pub name: &'a str,
    /// The text of the query.
    pub text: &'a str,
    /// The line of the file on which the query begins, counted from 1.
    pub first_line: usize,
    /// The column of that line at which the query begins, counted from 1.
    pub first_column: usize,
}

impl<'a> Source<'a> {
    /// A query that is all its file contains.
    #[must_use]
    pub const fn new(name: &'a str, text: &'a str) -> Self {
        Self {
            name,
            text,
            first_line: 1,
            first_column: 1,
        }
    }

    /// A query that begins at this line and column of a file, both counted from 1.
    #[must_use]
    pub const fn starting_at(self, first_line: usize, first_column: usize) -> Self {
        Self {
            first_line,
            first_column,
            ..self
        }
    }
}

/// Whether a terminal shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Bare text.
    Plain,
    /// With ANSI colours.
    Colored,
}

/// Columns further right than this are not shown shifted: the offset only helps in short prefixes such
/// as `query = "`.
const MAX_COLUMN_SHIFT: usize = 200;

pub(super) fn render(diagnostics: &[Diagnostic], source: &Source<'_>, style: Style) -> String {
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Colored => Renderer::styled(),
    }
    .decor_style(DecorStyle::Ascii);
    let shown = Shown::of(source);
    let name = escape(source.name);
    let mut out = String::new();
    for diagnostic in diagnostics {
        let groups = groups(diagnostic, &shown, &name, source.first_line.max(1));
        // Writing into a String cannot fail.
        let _ = writeln!(out, "{}\n", renderer.render(&groups));
    }
    out.truncate(out.trim_end().len());
    out
}

fn groups<'a>(
    diagnostic: &'a Diagnostic,
    shown: &'a Shown,
    name: &'a str,
    first_line: usize,
) -> Vec<Group<'a>> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let snippet = Snippet::source(shown.text.as_str())
        .line_start(first_line)
        .path(name)
        .annotation(AnnotationKind::Primary.span(shown.range(diagnostic.span)));
    let title = level
        .primary_title(escape(&diagnostic.message))
        .id(diagnostic.lint);
    let mut main = title.element(snippet);
    let help = diagnostic.help.as_deref().map(escape);
    let Some(suggestion) = &diagnostic.suggestion else {
        if let Some(help) = help {
            main = main.element(Level::HELP.message(help));
        }
        return vec![main];
    };
    let patch = Patch::new(
        shown.range(suggestion.span),
        escape(&suggestion.replacement),
    );
    let snippet = Snippet::source(shown.text.as_str())
        .line_start(first_line)
        .path(name);
    let title = Level::HELP.secondary_title(help.unwrap_or(Cow::Borrowed("write this")));
    vec![main, title.element(snippet.patch(patch))]
}

/// The text as it is drawn: escaped, shifted to its column, with the way from the offsets of the
/// query to the offsets of the drawing.
struct Shown {
    text: String,
    /// For each escaped character: the offset after it in the query, and how many bytes the
    /// drawing has gained up to there.
    gains: Vec<(usize, usize)>,
    shift: usize,
}

impl Shown {
    fn of(source: &Source<'_>) -> Self {
        let shift = source.first_column.saturating_sub(1).min(MAX_COLUMN_SHIFT);
        let mut text = " ".repeat(shift);
        let mut gains = Vec::new();
        let mut gained = 0;
        for (at, c) in source.text.char_indices() {
            if is_unsafe(c) && c != '\n' {
                let before = text.len();
                push_escaped(&mut text, c);
                gained += (text.len() - before).saturating_sub(c.len_utf8());
                gains.push((at + c.len_utf8(), gained));
            } else {
                text.push(c);
            }
        }
        Self { text, gains, shift }
    }

    fn range(&self, span: Span) -> Range<usize> {
        let start = self.offset(span.start);
        start..self.offset(span.end).max(start)
    }

    /// Where an offset of the query is drawn; never inside a character and never past the end.
    fn offset(&self, at: usize) -> usize {
        let passed = self.gains.partition_point(|(end, _)| *end <= at);
        let gained = passed
            .checked_sub(1)
            .and_then(|i| self.gains.get(i))
            .map_or(0, |g| g.1);
        let mut offset = (at + gained + self.shift).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }
}

/// A text with its control characters, line breaks and direction marks written as `\u{1b}`.
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_unsafe(c) {
            push_escaped(&mut out, c);
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

fn push_escaped(out: &mut String, c: char) {
    match c {
        // A tab is drawn as one blank, so that carets stay under their place.
        '\t' => out.push(' '),
        _ => out.extend(c.escape_unicode()),
    }
}

/// Control characters, and the marks that reverse or hide text.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
