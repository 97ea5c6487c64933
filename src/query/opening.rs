//! What every match of a regular expression begins with: most texts don't hold it, which takes no
//! regular expression to see, and where it is all there is to find none is ever built.

use memchr::memmem::Finder;
use regex_syntax::hir::literal::{ExtractKind, Extractor, Seq};
use regex_syntax::hir::{Hir, HirKind, Look};

/// More beginnings than this take longer to look for than to search.
const MOST: usize = 24;

/// The texts that a match begins with.
#[derive(Debug, Default)]
pub(super) struct Opening {
    /// None where nothing can be said.
    literals: Box<[Finder<'static>]>,
    /// A match stands at the start of the text.
    at_start: bool,
    /// A match begins and ends with the text.
    whole: bool,
    /// Nothing follows: one of the literals is all that a match is.
    exact: bool,
}

impl Opening {
    /// Of a valid expression; says nothing of any other.
    pub(super) fn of(source: &str) -> Self {
        let Ok(hir) = regex_syntax::parse(source) else {
            return Self::default();
        };
        let (at_start, whole, plain) = anchors(&hir);
        let mut extractor = Extractor::new();
        extractor.kind(ExtractKind::Prefix).limit_total(MOST);
        let mut seq = extractor.extract(&hir);
        if !plain {
            seq.make_inexact();
        }
        Self {
            at_start,
            whole,
            exact: seq.is_exact(),
            literals: finders(&seq),
        }
    }

    /// Whether the expression matches a text, where that can be told.
    pub(super) fn admits(&self, text: &str) -> Option<bool> {
        if self.literals.is_empty() {
            return None;
        }
        let text = text.as_bytes();
        let found = self.literals.iter().any(|literal| {
            if self.exact && self.whole {
                text == literal.needle()
            } else if self.at_start {
                text.starts_with(literal.needle())
            } else {
                literal.find(text).is_some()
            }
        });
        (!found || self.exact).then_some(found)
    }
}

/// Whether a match must begin, and also end, with the text, and whether an expression looks at nothing
/// beside what it matches otherwise.
fn anchors(hir: &Hir) -> (bool, bool, bool) {
    let parts = match hir.kind() {
        HirKind::Concat(parts) => parts.as_slice(),
        _ => std::slice::from_ref(hir),
    };
    let is =
        |part: Option<&Hir>, look| part.is_some_and(|part| *part.kind() == HirKind::Look(look));
    let (first, last) = (is(parts.first(), Look::Start), is(parts.last(), Look::End));
    let inner = parts.get(usize::from(first)..parts.len() - usize::from(last));
    let looks_nowhere = |part: &Hir| part.properties().look_set().is_empty();
    let plain = inner.unwrap_or_default().iter().all(looks_nowhere) && (first || !last);
    let at_start = hir.properties().look_set_prefix().contains(Look::Start);
    (at_start, first && last, plain)
}

/// Empty where anything may begin a match, or too much.
fn finders(seq: &Seq) -> Box<[Finder<'static>]> {
    let telling = seq.min_literal_len().is_some_and(|length| length > 0);
    let literals = seq.literals().unwrap_or_default();
    if !telling || literals.len() > MOST {
        return Box::default();
    }
    let finder = |bytes: &[u8]| Finder::new(bytes).into_owned();
    literals
        .iter()
        .map(|literal| finder(literal.as_bytes()))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;

    #[test]
    fn plain_alternatives_need_no_regular_expression() {
        for (source, text, expected) in [
            ("^(get|list)$", "list", Some(true)),
            ("^(get|list)$", "lists", Some(false)),
            ("^(get|list)", "lists", Some(true)),
            ("a(b|c)", "xac", Some(true)),
            ("a(b|c)", "xad", Some(false)),
            ("^(get|list).+", "lists", None),
            ("^(get|list).+", "watch", Some(false)),
            ("(a|b)$", "ba", None),
            ("^.", "a", None),
        ] {
            assert_eq!(
                Opening::of(source).admits(text),
                expected,
                "{source} {text}"
            );
        }
    }

    proptest! {
        #[test]
        fn what_is_told_is_what_the_expression_says(
            source in "[\\^]?(\\(|[ab.|$^]|\\)|\\\\b|a\\*|b\\?|\\(a\\|b\\)|\\(\\^a\\|b\\$\\)|\\[ab\\]|\\(\\?i\\)){0,6}[$]?",
            text in "[abAB \n]{0,5}"
        ) {
            if let Ok(regex) = Regex::new(&source)
                && let Some(told) = Opening::of(&source).admits(&text)
            {
                prop_assert_eq!(told, regex.is_match(&text), "{} on {:?}", source, text);
            }
        }
    }
}
