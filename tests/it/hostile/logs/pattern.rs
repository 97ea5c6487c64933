//! Filter patterns, as far as terms go: bare words, quoted phrases, `-without` and `?either`. Patterns for
//! JSON and regular expressions are refused, so that no test passes by mistake.

use super::super::answer::Refusal;
use super::store::invalid;

/// A pattern, taken apart.
#[derive(Debug, Default)]
pub(super) struct Pattern {
    all: Vec<String>,
    any: Vec<String>,
    none: Vec<String>,
}

impl Pattern {
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        if text.len() > 1024 {
            return Err(invalid("the filter pattern is longer than 1024 characters"));
        }
        if text.trim_start().starts_with(['{', '[', '%']) {
            return Err(invalid(
                "Invalid filter pattern: this server knows terms only",
            ));
        }
        let mut pattern = Self::default();
        let mut rest = text.trim();
        while !rest.is_empty() {
            let bare = rest.trim_start_matches(['?', '-']);
            let sign = &rest[..rest.len() - bare.len()];
            let (term, after) = match bare.strip_prefix('"') {
                Some(quoted) => quoted
                    .split_once('"')
                    .ok_or_else(|| invalid("Invalid filter pattern: a quote is missing"))?,
                None => bare.split_once(' ').unwrap_or((bare, "")),
            };
            let terms = match sign {
                "?" => &mut pattern.any,
                "-" => &mut pattern.none,
                _ => &mut pattern.all,
            };
            terms.push(term.to_owned());
            rest = after.trim_start();
        }
        Ok(pattern)
    }

    /// Terms with `?` count only where there is no other.
    pub(super) fn matches(&self, message: &str) -> bool {
        let has = |term: &String| message.contains(term.as_str());
        let either = self.any.is_empty()
            || !self.all.is_empty()
            || !self.none.is_empty()
            || self.any.iter().any(has);
        self.all.iter().all(has) && !self.none.iter().any(has) && either
    }
}
