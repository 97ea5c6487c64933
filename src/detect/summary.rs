//! The template of an alert's sentence: `"{actor} opened {objectRef.subresource}"`.
//!
//! Parsed once, when the detector is loaded. Putting values in, and what must never be put in, is
//! the alert's business.

/// A parsed template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
    fields: Vec<String>,
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text that stands as it is.
    Text(String),
    /// The value of a field, by its place in [`Template::fields`].
    Field(usize),
}

/// Why a template can't be used, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct TemplateError {
    /// What is wrong.
    pub problem: TemplateProblem,
    /// Byte offset of the place in the template.
    pub offset: usize,
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
        let fail = |problem, offset| Err(TemplateError { problem, offset });
        if text.trim().is_empty() {
            return fail(TemplateProblem::Empty, 0);
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
                return fail(TemplateProblem::Unopened, offset);
            } else {
                let Some((name, after)) = placeholder(brace) else {
                    return fail(TemplateProblem::Unclosed, offset);
                };
                if name.is_empty() {
                    return fail(TemplateProblem::NoField, offset);
                }
                template.push_field(name);
                rest = after;
            }
        }
        template.push_text(rest);
        Ok(template)
    }

    /// The pieces, in order.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The names of its fields, each once, in the order of their first use.
    #[must_use]
    pub fn fields(&self) -> &[String] {
        &self.fields
    }

    fn push_text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if let Some(Part::Text(last)) = self.parts.last_mut() {
            last.push_str(text);
        } else {
            self.parts.push(Part::Text(text.to_owned()));
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

/// The name in the braces that a text begins with, and what follows them.
fn placeholder(brace: &str) -> Option<(&str, &str)> {
    let (name, after) = brace.get(1..)?.split_once('}')?;
    if name.contains('{') {
        return None;
    }
    Some((name.trim().trim_matches('`'), after))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_named_once_each() {
        let template = Template::parse("{a} and {{b}} and {a} of {`c/d`}").unwrap();
        assert_eq!(template.fields(), ["a", "c/d"]);
        assert_eq!(template.parts().len(), 5);
        assert_eq!(
            template.parts().get(1),
            Some(&Part::Text(" and {b} and ".into()))
        );
    }

    #[test]
    fn a_brace_without_its_partner_is_shown() {
        for (text, problem, offset) in [
            ("", TemplateProblem::Empty, 0),
            ("x {a", TemplateProblem::Unclosed, 2),
            ("x {a {b}", TemplateProblem::Unclosed, 2),
            ("x } y", TemplateProblem::Unopened, 2),
            ("x { }", TemplateProblem::NoField, 2),
        ] {
            assert_eq!(
                Template::parse(text),
                Err(TemplateError { problem, offset }),
                "{text}"
            );
        }
    }
}
