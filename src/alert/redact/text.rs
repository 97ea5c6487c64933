//! Secrets in free text: commands, user agents, messages.

use std::borrow::Cow;

use super::gate::{Signs, may_hold_secret};
use super::rules::RULES;
use super::short::short_flags;

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

/// Asks every rule whose needs the text shows. What one rule lays bare for another is left to the next
/// pass, so that the outcome doesn't hang on which rules are asked.
fn pass(text: &str) -> Cow<'_, str> {
    let signs = Signs::of(text);
    let mut current = Cow::Borrowed(text);
    for rule in RULES.iter().filter(|rule| signs.meet(rule.need)) {
        let pattern = rule.pattern();
        if matches!(current, Cow::Owned(_)) && !pattern.is_match(text) {
            continue;
        }
        let next = {
            let whole: &str = &current;
            let replace = |found: &regex::Captures<'_>| (rule.replace)(found, whole);
            match pattern.replace_all(whole, replace) {
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
