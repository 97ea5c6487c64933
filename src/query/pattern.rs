//! What `like` searches for, prepared once so that each search is cheap and linear in the text.

use std::fmt;
use std::sync::OnceLock;

use memchr::memmem::Finder;

use super::opening::Opening;
use super::regexp::Searcher;

/// A prepared search.
pub(super) enum Pattern {
    /// The text occurs anywhere.
    Contains(Box<Finder<'static>>),
    /// The text stands at the start.
    Prefix(Box<str>),
    /// The text stands at the end.
    Suffix(Box<str>),
    /// The text is the whole.
    Whole(Box<str>),
    /// A true regular expression.
    Regex(Search),
}

/// A regular expression that is searched with only where what its matches begin with can't tell.
pub(super) struct Search {
    searcher: Searcher,
    opening: OnceLock<Opening>,
}

/// What it searches for, whether it is built or not: equal searches read the same.
impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contains(finder) => write!(f, "Contains({:?})", finder.needle()),
            Self::Prefix(text) => write!(f, "Prefix({text:?})"),
            Self::Suffix(text) => write!(f, "Suffix({text:?})"),
            Self::Whole(text) => write!(f, "Whole({text:?})"),
            Self::Regex(regex) => write!(f, "Regex({:?})", regex.searcher.source()),
        }
    }
}

impl Search {
    fn is_match(&self, text: &str) -> bool {
        let source = self.searcher.source();
        let opening = self.opening.get_or_init(|| Opening::of(source));
        let told = opening.admits(text);
        told.unwrap_or_else(|| {
            self.searcher
                .get()
                .is_some_and(|regex| regex.is_match(text))
        })
    }
}

impl Pattern {
    /// Searches for a text as it is, case-sensitive.
    pub(super) fn text(needle: &str) -> Self {
        Self::Contains(Box::new(Finder::new(needle).into_owned()))
    }

    /// Searches with a regular expression; one that is only a text in disguise becomes a plain search.
    pub(super) fn regex(source: &str) -> Result<Self, String> {
        let (anchored, rest) = source
            .strip_prefix('^')
            .map_or((false, source), |rest| (true, rest));
        let Some((plain, ends)) = plain_text(rest) else {
            let searcher = Searcher::searching(source)?;
            let opening = OnceLock::new();
            return Ok(Self::Regex(Search { searcher, opening }));
        };
        Ok(match (anchored, ends) {
            (false, false) => Self::text(&plain),
            (true, false) => Self::Prefix(plain.into()),
            (false, true) => Self::Suffix(plain.into()),
            (true, true) => Self::Whole(plain.into()),
        })
    }

    /// Whether the text matches.
    pub(super) fn matches(&self, text: &str) -> bool {
        match self {
            Self::Contains(finder) => finder.find(text.as_bytes()).is_some(),
            Self::Prefix(prefix) => text.starts_with(&**prefix),
            Self::Suffix(suffix) => text.ends_with(&**suffix),
            Self::Whole(whole) => *text == **whole,
            Self::Regex(regex) => regex.is_match(text),
        }
    }

    /// Whether a search costs more than a comparison of a few bytes.
    pub(super) const fn is_regex(&self) -> bool {
        matches!(self, Self::Regex(_))
    }
}

/// The text a regular expression stands for when it has no operators, and whether `$` ends it.
fn plain_text(source: &str) -> Option<(String, bool)> {
    let mut plain = String::with_capacity(source.len());
    let mut rest = source.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => plain.push(rest.next().filter(char::is_ascii_punctuation)?),
            '$' if rest.as_str().is_empty() => return Some((plain, true)),
            '^' | '$' | '.' | '|' | '?' | '*' | '+' | '(' | ')' | '[' | ']' | '{' | '}' => {
                return None;
            }
            other => plain.push(other),
        }
    }
    Some((plain, false))
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may fail loudly"
)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;

    #[test]
    fn plain_regexes_become_plain_searches() {
        let kind = |source: &str| match Pattern::regex(source).unwrap() {
            Pattern::Contains(_) => "contains",
            Pattern::Prefix(_) => "prefix",
            Pattern::Suffix(_) => "suffix",
            Pattern::Whole(_) => "whole",
            Pattern::Regex(_) => "regex",
        };
        assert_eq!(kind("system:masters"), "contains");
        assert_eq!(kind("^system:"), "prefix");
        assert_eq!(kind(r"k8s\.io/x$"), "suffix");
        assert_eq!(kind("^exec$"), "whole");
        for source in [
            "^(a|b)", "a.c", "(?i)x", r"\d", "a{2}", "[ab]", "x?", "^^a", "$",
        ] {
            let expected = if source == "$" { "suffix" } else { "regex" };
            assert_eq!(kind(source), expected, "{source}");
        }
    }

    #[test]
    fn a_regex_that_is_built_later_is_as_valid_as_one_built_at_once() {
        let pattern = Pattern::regex("^(get|list)$").unwrap();
        assert!(pattern.matches("list") && !pattern.matches("watch"));
        assert!(Pattern::regex("(a|").is_err() && Pattern::regex(r"\w+{1,").is_err());
    }

    proptest! {
        #[test]
        fn a_plain_search_agrees_with_the_regex(
            source in r"\^?[ab.\\$]{0,4}\$?", text in "[ab.\n$]{0,6}"
        ) {
            if let (Ok(pattern), Ok(regex)) = (Pattern::regex(&source), Regex::new(&source)) {
                prop_assert_eq!(pattern.matches(&text), regex.is_match(&text), "{} on {:?}", source, text);
            }
        }
    }
}
