//! The sentence of an alert: a detector's template with the values of the event put in.
//!
//! `"{actor} opened {objectRef.subresource} in {objectRef.namespace}"`. A template is parsed once;
//! which fields exist is for its owner to check, by [`Template::fields`].

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::query::Value;

use super::timestamp::Timestamp;
use super::{escape, redact};

/// The largest number of characters of one value, or of one element of a list.
pub const MAX_VALUE_CHARS: usize = 200;

/// The largest number of elements of a list that are printed.
pub const MAX_ELEMENTS: usize = 5;

/// What stands for a value that isn't there.
const MISSING: &str = "-";

/// A parsed template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
    fields: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    /// An index into the fields.
    Field(usize),
}

/// Why a template can't be used, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem} at column {column}")]
pub struct TemplateError {
    /// What is wrong.
    pub problem: TemplateProblem,
    /// Byte offset of the place in the template.
    pub offset: usize,
    /// The same in characters, counted from 1.
    pub column: usize,
}

/// What is wrong with a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateProblem {
    /// There is nothing to print.
    #[error("the summary is empty: say in one sentence who did what to what")]
    Empty,
    /// `{` without its `}`.
    #[error("\"{{\" is never closed: write {{field}}, or {{{{ for a brace itself")]
    Unclosed,
    /// `}` without its `{`.
    #[error("\"}}\" closes nothing: write }}}} for a brace itself")]
    Unopened,
    /// `{}`
    #[error("\"{{}}\" names no field: write {{field}}")]
    NoField,
}

impl Template {
    /// Reads a template. `{{` and `}}` stand for the braces themselves; backticks around a name are
    /// taken off.
    ///
    /// # Errors
    /// When it is empty, or a brace has no partner, or a placeholder no name.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let fail = |problem, offset: usize| TemplateError {
            problem,
            offset,
            column: text.get(..offset).map_or(0, |head| head.chars().count()) + 1,
        };
        if text.trim().is_empty() {
            return Err(fail(TemplateProblem::Empty, 0));
        }
        let mut template = Self {
            parts: Vec::new(),
            fields: Vec::new(),
        };
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, brace) = rest.split_at(at);
            template.push_text(before);
            let offset = text.len() - brace.len();
            if let Some(after) = brace.strip_prefix("{{") {
                template.push_text("{");
                rest = after;
            } else if let Some(after) = brace.strip_prefix("}}") {
                template.push_text("}");
                rest = after;
            } else if brace.starts_with('}') {
                return Err(fail(TemplateProblem::Unopened, offset));
            } else {
                let Some((name, after)) = placeholder(brace) else {
                    return Err(fail(TemplateProblem::Unclosed, offset));
                };
                if name.is_empty() {
                    return Err(fail(TemplateProblem::NoField, offset));
                }
                template.push_field(name);
                rest = after;
            }
        }
        template.push_text(rest);
        Ok(template)
    }

    /// The names of its fields, each once, in the order of their first use.
    #[must_use]
    pub fn fields(&self) -> &[String] {
        &self.fields
    }

    /// The sentence for one event. `lookup` gives the value of a field by its place in
    /// [`fields`](Self::fields).
    ///
    /// A missing value prints `-`; a list its first elements and how many more there are. Values are
    /// redacted, cut at [`MAX_VALUE_CHARS`] and freed of characters that a reader would not see.
    pub fn expand<'v>(&self, mut lookup: impl FnMut(usize) -> Value<'v>) -> String {
        let mut sentence = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => sentence.push_str(text),
                Part::Field(index) => push_value(&mut sentence, &lookup(*index)),
            }
        }
        sentence
    }

    fn push_text(&mut self, text: &str) {
        match self.parts.last_mut() {
            Some(Part::Text(last)) => last.push_str(text),
            _ if text.is_empty() => {}
            _ => self.parts.push(Part::Text(text.to_owned())),
        }
    }

    fn push_field(&mut self, name: &str) {
        let known = self.fields.iter().position(|field| field == name);
        let index = known.unwrap_or_else(|| {
            self.fields.push(name.to_owned());
            self.fields.len() - 1
        });
        self.parts.push(Part::Field(index));
    }
}

/// The name in `{name}` at the start of a text, and what follows; `None` when another brace or the
/// end comes before the closing one.
fn placeholder(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('{')?;
    let end = inside.find(['{', '}'])?;
    let (name, rest) = inside.split_at(end);
    Some((name.trim().trim_matches('`'), rest.strip_prefix('}')?))
}

fn push_value(sentence: &mut String, value: &Value<'_>) {
    let Value::List(elements) = value else {
        return push_cut(sentence, &redact::value(&clean(&plain(value))));
    };
    let shown = elements.iter().take(MAX_ELEMENTS);
    let shown = redact::arguments(shown.map(|element| Cow::Owned(clean(&plain(element)))));
    if shown.is_empty() {
        sentence.push_str(MISSING);
    }
    for (index, element) in shown.iter().enumerate() {
        if index > 0 {
            sentence.push_str(", ");
        }
        push_cut(sentence, element);
    }
    let left = elements.len().saturating_sub(MAX_ELEMENTS);
    if left > 0 {
        let _ = write!(sentence, " +{left} more");
    }
}

/// A single value as text, not yet safe to show.
fn plain<'a>(value: &'a Value<'_>) -> Cow<'a, str> {
    match value {
        Value::Missing => Cow::Borrowed(""),
        Value::Bool(true) => Cow::Borrowed("true"),
        Value::Bool(false) => Cow::Borrowed("false"),
        Value::Number(number) => Cow::Owned(number.to_string()),
        Value::Time(millis) => Cow::Owned(
            Timestamp::from_millis(*millis).map_or_else(|| millis.to_string(), |t| t.to_string()),
        ),
        Value::Text(text) | Value::Json(text) => Cow::Borrowed(text),
        Value::List(elements) => {
            let texts: Vec<_> = elements
                .iter()
                .take(MAX_ELEMENTS)
                .filter_map(scalar)
                .collect();
            Cow::Owned(texts.join(" "))
        }
    }
}

/// The text of an element of a list in a list; deeper ones are left out.
fn scalar<'a>(value: &'a Value<'_>) -> Option<Cow<'a, str>> {
    (!matches!(value, Value::List(_))).then(|| plain(value))
}

/// What a reader can see, white space and controls as single blanks. It comes before redaction:
/// a secret must not hide behind characters that are dropped afterwards.
fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else if !escape::is_hidden(c) {
            out.push(c);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Appends a value, cut at the limit; `-` for nothing.
fn push_cut(sentence: &mut String, text: &str) {
    match text.char_indices().nth(MAX_VALUE_CHARS) {
        Some((end, _)) => {
            sentence.push_str(text.get(..end).unwrap_or(text));
            sentence.push('…');
        }
        None if text.is_empty() => sentence.push_str(MISSING),
        None => sentence.push_str(text),
    }
}

#[cfg(test)]
#[path = "summary_tests.rs"]
mod tests;
