//! Secrets in free text: commands, user agents, messages.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::RegexSet;

use super::gate::may_hold_secret;
use super::rules::RULES;
use super::short::short_flags;

/// All rules at once, to ask only those that find something.
#[allow(
    clippy::expect_used,
    reason = "constant expressions; the tests compile them all"
)]
static ANY_RULE: LazyLock<RegexSet> = LazyLock::new(|| {
    let patterns = RULES.iter().map(|rule| rule.pattern.as_str());
    RegexSet::new(patterns).expect("constant expressions compile together")
});

/// The text without what looks like a secret; borrowed when there is none.
#[must_use]
pub fn text(text: &str) -> Cow<'_, str> {
    if !may_hold_secret(text) {
        return Cow::Borrowed(text);
    }
    let mut current = Cow::Borrowed(text);
    // What one rule takes out can lay bare the border of another secret: again, until nothing
    // changes. Two passes do for honest text; the bound is for hostile one.
    for _ in 0..8 {
        let next = pass(&current);
        let Cow::Owned(next) = next else { break };
        if next == *current {
            break;
        }
        current = Cow::Owned(next);
    }
    current
}

fn pass(text: &str) -> Cow<'_, str> {
    let found = ANY_RULE.matches(text);
    let mut current = Cow::Borrowed(text);
    for rule in found.iter().filter_map(|index| RULES.get(index)) {
        let next = {
            let whole: &str = &current;
            let replace = |found: &regex::Captures<'_>| (rule.replace)(found, whole);
            match rule.pattern.replace_all(whole, replace) {
                Cow::Owned(next) => Some(next),
                Cow::Borrowed(_) => None,
            }
        };
        if let Some(next) = next {
            current = Cow::Owned(next);
        }
    }
    match short_flags(&current) {
        Cow::Owned(next) => Cow::Owned(next),
        Cow::Borrowed(_) => current,
    }
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
