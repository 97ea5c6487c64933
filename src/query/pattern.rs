//! What `like` searches for, prepared once so that each search is cheap and linear in the text.

use std::fmt;
use std::sync::OnceLock;

use memchr::memmem::Finder;
use regex::{Regex, RegexBuilder};
use regex_automata::meta;
use regex_automata::nfa::thompson::WhichCaptures;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::opening::Opening;

/// The largest compiled size of a regular expression, in bytes.
pub const REGEX_SIZE_LIMIT: usize = 4 << 20;

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
    Regex(Lazy),
}

/// A regular expression that is built when it is first searched with: most of those in detectors never
/// are, and building them took half of the time to start.
pub(super) struct Lazy {
    source: Box<str>,
    opening: OnceLock<Opening>,
    built: OnceLock<Option<meta::Regex>>,
}

/// What it searches for, whether it is built or not: equal searches read the same.
impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contains(finder) => write!(f, "Contains({:?})", finder.needle()),
            Self::Prefix(text) => write!(f, "Prefix({text:?})"),
            Self::Suffix(text) => write!(f, "Suffix({text:?})"),
            Self::Whole(text) => write!(f, "Whole({text:?})"),
            Self::Regex(regex) => write!(f, "Regex({:?})", regex.source),
        }
    }
}

impl Lazy {
    /// Checks a regular expression, and builds it at once where it might grow too large.
    fn new(source: &str) -> Result<Self, String> {
        let built = if can_be_built(source) {
            OnceLock::new()
        } else {
            OnceLock::from(Some(searcher(source).ok_or_else(|| why_not(source))?))
        };
        Ok(Self {
            source: source.into(),
            opening: OnceLock::new(),
            built,
        })
    }

    fn is_match(&self, text: &str) -> bool {
        let opening = self.opening.get_or_init(|| Opening::of(&self.source));
        opening.admits(text).unwrap_or_else(|| {
            // What is valid and small enough can be built.
            let built = self.built.get_or_init(|| searcher(&self.source));
            built.as_ref().is_some_and(|regex| regex.is_match(text))
        })
    }
}

/// Compiles a regular expression within [`REGEX_SIZE_LIMIT`] for nothing but to tell whether it matches. Texts
/// are short: to look first for what a match must hold would take longer to prepare than all searches.
fn searcher(source: &str) -> Option<meta::Regex> {
    let config = meta::Config::new()
        .auto_prefilter(false)
        .dfa(false)
        .which_captures(WhichCaptures::None)
        .nfa_size_limit(Some(REGEX_SIZE_LIMIT));
    meta::Builder::new().configure(config).build(source).ok()
}

/// Why there is no [`searcher`] for a regular expression.
fn why_not(source: &str) -> String {
    let why = compile_regex(source).err();
    why.unwrap_or_else(|| "the regular expression can't be searched with".to_owned())
}

/// A regular expression with groups, built when it is first used.
pub(super) struct Grouping {
    source: Box<str>,
    built: OnceLock<Option<Regex>>,
}

impl Grouping {
    /// Checks a regular expression, and builds it at once where it might grow too large.
    pub(super) fn new(source: &str) -> Result<Self, String> {
        let built = match can_be_built(source) {
            true => OnceLock::new(),
            false => OnceLock::from(Some(compile_regex(source)?)),
        };
        let source = source.into();
        Ok(Self { source, built })
    }

    /// The expression; `None` never comes of what was checked.
    pub(super) fn get(&self) -> Option<&Regex> {
        let build = || compile_regex(&self.source).ok();
        self.built.get_or_init(build).as_ref()
    }
}

/// Whether a regular expression is valid, and surely small enough.
fn can_be_built(source: &str) -> bool {
    regex_syntax::parse(source).is_ok_and(|parsed| bounded_size(&parsed) < REGEX_SIZE_LIMIT)
}

/// More bytes than the compiled form of a regular expression takes, found without building it.
fn bounded_size(parsed: &Hir) -> usize {
    /// A letter, a group, a choice.
    const STEP: usize = 1 << 10;
    /// One of the ranges of a class, however many letters are in it, and the largest class of Unicode.
    const RANGE: usize = 2 << 10;
    const CLASS: usize = 64 << 10;
    let all = |parts: &[Hir]| {
        let sizes = parts
            .iter()
            .map(|part| bounded_size(part).saturating_add(STEP));
        sizes.fold(STEP, usize::saturating_add)
    };
    match parsed.kind() {
        HirKind::Empty | HirKind::Look(_) => STEP,
        HirKind::Literal(literal) => STEP.saturating_mul(literal.0.len()),
        HirKind::Class(Class::Unicode(class)) => CLASS.min(class.ranges().len() * RANGE).max(STEP),
        HirKind::Class(Class::Bytes(class)) => CLASS.min(class.ranges().len() * RANGE).max(STEP),
        HirKind::Capture(group) => bounded_size(&group.sub).saturating_add(STEP),
        HirKind::Repetition(repeated) => {
            let most = repeated.max.unwrap_or(repeated.min).saturating_add(1);
            let once = bounded_size(&repeated.sub).saturating_add(STEP);
            once.saturating_mul(usize::try_from(most).unwrap_or(usize::MAX))
        }
        HirKind::Concat(parts) | HirKind::Alternation(parts) => all(parts),
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
            return Lazy::new(source).map(Self::Regex);
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

/// Compiles a regular expression within [`REGEX_SIZE_LIMIT`].
pub(super) fn compile_regex(source: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(source)
        .size_limit(REGEX_SIZE_LIMIT)
        .build();
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(limit) => {
            format!("the regular expression is too large: its compiled form passes {limit} bytes")
        }
        other => format!(
            "the regular expression is not valid: {}",
            last_line(&other.to_string())
        ),
    })
}

fn last_line(message: &str) -> String {
    let line = message.lines().last().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
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
    use super::*;
    use proptest::prelude::*;

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
    fn a_bad_or_huge_regex_says_why() {
        assert!(Pattern::regex("(a").unwrap_err().contains("unclosed group"));
        assert!(
            Pattern::regex(r"(\w{1000}){1000}")
                .unwrap_err()
                .contains("too large")
        );
    }

    #[test]
    fn what_is_built_later_is_never_too_large() {
        for piece in [
            "a",
            r"\w",
            r"\W",
            r"\pL",
            r"\PL",
            r"[^\w]",
            ".",
            "(?i)k",
            "(?i)\u{1f80}",
            r"\S",
            r"[\D\w]",
            r"\w{3}",
            "[a-z_-]{0,64}",
            "(?:a|[k\u{10ffff}]{2,5}|()){7}",
        ] {
            let mut source = piece.to_owned();
            while can_be_built(&(source.clone() + piece)) && source.len() < 2000 {
                source.push_str(piece);
            }
            compile_regex(&source).unwrap();
            assert!(searcher(&source).is_some(), "{piece}");
        }
    }

    #[test]
    fn what_detectors_search_for_is_built_when_it_is_needed() {
        for source in [
            r"(?i)^--?[a-z0-9_-]{0,64}token$",
            r"(?i)\b(curl|wget)\b.*\b(https?|ftp):\/\/",
            r"^\d{12}$",
        ] {
            assert!(can_be_built(source), "{source}");
        }
        for huge in [r"(\w{1000}){1000}", r"\w{1000}"] {
            assert!(!can_be_built(huge), "{huge}");
        }
    }

    proptest! {
        #[test]
        fn what_can_be_built_is_built(
            source in r"(\(\?i\)|\(|a|\||[.]|\\w|k|\)|\[a-k\]|\{[0-9]{1,2},?\}|\*|\$){0,12}"
        ) {
            prop_assert!(!can_be_built(&source) || compile_regex(&source).is_ok(), "{}", source);
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
