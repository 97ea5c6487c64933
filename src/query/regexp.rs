//! Regular expressions: compiled within a limit, and not before they are needed. Most of those in
//! detectors never are, and building them took half of the time to start.

use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};
use regex_automata::meta;
use regex_automata::nfa::thompson::WhichCaptures;
use regex_syntax::hir::{Class, Hir, HirKind};

/// The largest compiled size of a regular expression, in bytes.
pub const REGEX_SIZE_LIMIT: usize = 4 << 20;

/// A regular expression that is checked at once, and built when it is first used.
pub(super) struct Later<R> {
    source: Box<str>,
    build: fn(&str) -> Result<R, String>,
    built: OnceLock<Option<R>>,
}

/// One that only tells whether it matches.
pub(super) type Searcher = Later<meta::Regex>;

/// One with groups.
pub(super) type Grouping = Later<Regex>;

impl Searcher {
    /// Checks an expression to search with; says what is wrong with it.
    pub(super) fn searching(source: &str) -> Result<Self, String> {
        Self::new(source, compile_searcher)
    }
}

impl Grouping {
    /// Checks an expression to take texts apart with; says what is wrong with it.
    pub(super) fn grouping(source: &str) -> Result<Self, String> {
        Self::new(source, compile_regex)
    }
}

impl<R> Later<R> {
    /// Builds it at once where it might be too large.
    fn new(source: &str, build: fn(&str) -> Result<R, String>) -> Result<Self, String> {
        let built = match can_be_built(source) {
            true => OnceLock::new(),
            false => OnceLock::from(Some(build(source)?)),
        };
        let source = source.into();
        Ok(Self {
            source,
            build,
            built,
        })
    }

    /// The expression as it is written.
    pub(super) fn source(&self) -> &str {
        &self.source
    }

    /// The built expression; `None` never comes of what was checked.
    pub(super) fn get(&self) -> Option<&R> {
        let build = || (self.build)(&self.source).ok();
        self.built.get_or_init(build).as_ref()
    }
}

/// Compiles a regular expression within [`REGEX_SIZE_LIMIT`].
pub(super) fn compile(source: &str) -> Result<Regex, regex::Error> {
    let mut builder = RegexBuilder::new(source);
    builder.size_limit(REGEX_SIZE_LIMIT).build()
}

/// The same, saying in a sentence what is wrong.
pub(super) fn compile_regex(source: &str) -> Result<Regex, String> {
    compile(source).map_err(|error| match error {
        regex::Error::CompiledTooBig(limit) => {
            format!("the regular expression is too large: its compiled form passes {limit} bytes")
        }
        other => format!(
            "the regular expression is not valid: {}",
            last_line(&other.to_string())
        ),
    })
}

/// Compiles a regular expression within [`REGEX_SIZE_LIMIT`] for nothing but to tell whether it matches. Texts
/// are short: to look first for what a match must hold would take longer to prepare than all searches.
fn compile_searcher(source: &str) -> Result<meta::Regex, String> {
    let config = meta::Config::new()
        .auto_prefilter(false)
        .dfa(false)
        .which_captures(WhichCaptures::None)
        .nfa_size_limit(Some(REGEX_SIZE_LIMIT));
    let built = meta::Builder::new().configure(config).build(source);
    built.map_err(|_| match compile_regex(source) {
        Err(why) => why,
        Ok(_) => "the regular expression can't be searched with".to_owned(),
    })
}

fn last_line(message: &str) -> String {
    let line = message.lines().last().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_bad_or_huge_regex_says_why() {
        let why = |source| Searcher::searching(source).err().unwrap();
        assert!(why("(a").contains("unclosed group"));
        assert!(why(r"(\w{1000}){1000}").contains("too large"));
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
            assert!(compile_searcher(&source).is_ok(), "{piece}");
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
}
