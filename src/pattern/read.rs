//! Reads a pattern: the JSON form as far as it is ever written here, and terms.

use super::filter::{Filter, Op};

/// A pattern, taken apart.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    /// The JSON form.
    Json(Filter),
    /// Terms: all of the first, none of the second, and where there are neither, one of the third.
    Terms {
        /// Each must be there.
        all: Vec<String>,
        /// None may be there.
        none: Vec<String>,
        /// One must be there.
        any: Vec<String>,
    },
}

/// What can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the filter pattern can't be read at {0:?}")]
pub struct ReadError(String);

/// Parentheses within parentheses.
const DEEPEST: usize = 64;

impl Pattern {
    /// Reads a pattern; an empty one lets everything through.
    ///
    /// # Errors
    /// Where it is not of a known form. Regular expressions and the form in brackets are not known.
    pub fn read(text: &str) -> Result<Self, ReadError> {
        let text = text.trim();
        if text.starts_with(['[', '%']) {
            return Err(ReadError(text.to_owned()));
        }
        match text.strip_prefix('{') {
            Some(rest) => {
                let mut cursor = Cursor { rest, depth: 0 };
                let filter = cursor.either()?;
                cursor.must("}")?;
                cursor.ends()?;
                Ok(Self::Json(filter))
            }
            None => terms(text),
        }
    }

    /// Whether a line passes.
    #[must_use]
    pub fn passes(&self, line: &str) -> bool {
        let has = |term: &String| line.contains(term.as_str());
        match self {
            Self::Json(filter) => filter.passes(line),
            Self::Terms { all, none, any } => {
                let either = any.is_empty() || !all.is_empty() || !none.is_empty();
                all.iter().all(has) && !none.iter().any(has) && (either || any.iter().any(has))
            }
        }
    }
}

fn terms(text: &str) -> Result<Pattern, ReadError> {
    let (mut all, mut none, mut any) = (Vec::new(), Vec::new(), Vec::new());
    let mut rest = text;
    while !rest.is_empty() {
        let (into, bare) = match rest.split_at_checked(1) {
            Some(("?", bare)) => (&mut any, bare),
            Some(("-", bare)) => (&mut none, bare),
            _ => (&mut all, rest),
        };
        let (term, after) = match bare.strip_prefix('"') {
            Some(quoted) => quoted
                .split_once('"')
                .ok_or_else(|| ReadError(bare.to_owned()))?,
            None => bare.split_once(' ').unwrap_or((bare, "")),
        };
        into.push(term.to_owned());
        rest = after.trim_start();
    }
    Ok(Pattern::Terms { all, none, any })
}

struct Cursor<'t> {
    rest: &'t str,
    depth: usize,
}

impl<'t> Cursor<'t> {
    fn fail<T>(&self) -> Result<T, ReadError> {
        Err(ReadError(self.rest.chars().take(40).collect()))
    }

    fn takes(&mut self, what: &str) -> bool {
        let after = self.rest.trim_start().strip_prefix(what);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn must(&mut self, what: &str) -> Result<(), ReadError> {
        if self.takes(what) {
            Ok(())
        } else {
            self.fail()
        }
    }

    fn ends(&self) -> Result<(), ReadError> {
        if self.rest.trim().is_empty() {
            Ok(())
        } else {
            self.fail()
        }
    }

    fn either(&mut self) -> Result<Filter, ReadError> {
        let mut parts = vec![self.both()?];
        while self.takes("||") {
            parts.push(self.both()?);
        }
        Ok(Filter::any(parts))
    }

    fn both(&mut self) -> Result<Filter, ReadError> {
        let mut parts = vec![self.one()?];
        while self.takes("&&") {
            parts.push(self.one()?);
        }
        Ok(Filter::all(parts))
    }

    fn one(&mut self) -> Result<Filter, ReadError> {
        if !self.takes("(") {
            return self.test();
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return self.fail();
        }
        let inner = self.either()?;
        self.depth -= 1;
        self.must(")")?;
        Ok(inner)
    }

    fn test(&mut self) -> Result<Filter, ReadError> {
        self.must("$.")?;
        let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '[' | ']');
        let path = self.word(name).replace('[', ".").replace(']', "");
        for (words, op) in [
            ("NOT EXISTS", Op::NotExists),
            ("IS NULL", Op::IsNull),
            ("IS TRUE", Op::Is(true)),
            ("IS FALSE", Op::Is(false)),
        ] {
            if self.takes(words) {
                return Ok(Filter::test(&path, op));
            }
        }
        for op in ["!=", "<=", ">=", "<", ">", "="] {
            if self.takes(op) {
                return self.against(&path, op);
            }
        }
        self.fail()
    }

    fn against(&mut self, path: &str, op: &'static str) -> Result<Filter, ReadError> {
        if self.takes("\"") {
            let Some((text, rest)) = self.rest.split_once('"') else {
                return self.fail();
            };
            self.rest = rest;
            let op = match op {
                "=" => Op::Equal(text.to_owned()),
                "!=" => Op::NotEqual(text.to_owned()),
                _ => return self.fail(),
            };
            return Ok(Filter::test(path, op));
        }
        self.rest = self.rest.trim_start();
        let number = self.word(|c| c.is_ascii_digit() || matches!(c, '.' | '-'));
        match number.parse() {
            Ok(number) => Ok(Filter::test(path, Op::Number(op, number))),
            Err(_) => self.fail(),
        }
    }

    fn word(&mut self, of: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|c| !of(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }
}
