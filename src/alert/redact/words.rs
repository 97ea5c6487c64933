//! Secrets among the words of a command, when the words are known one by one.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::LazyLock;

use regex::Regex;

use super::encoded::decoded;
use super::rules::{MARK, SECRET_WORD, constant};
use super::short::Short;
use super::text::text;
use super::uri::value;

static FLAG: LazyLock<Regex> =
    LazyLock::new(|| constant(&format!("(?i)^--?[a-z0-9_-]{{0,64}}{SECRET_WORD}$")));

/// Whether the argument after this one is a secret: `--password`, `--from-token`, `-token`.
#[must_use]
pub fn is_secret_flag(argument: &str) -> bool {
    argument.starts_with('-') && FLAG.is_match(argument)
}

/// How many words before a word tell what it is: `Authorization: Bearer …`, `key = …`.
const CONTEXT: usize = 3;

/// Reads the words of one command in order and tells what is secret.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    secret_is_next: bool,
    short: Option<Short>,
    /// The last words, redacted.
    before: VecDeque<String>,
}

impl Words {
    /// The next word, which may be a URI, redacted; `None` when nothing of it is secret.
    pub(super) fn next_value(&mut self, word: &str) -> Option<String> {
        match value(word) {
            Cow::Owned(changed) => Some(self.next(&changed).unwrap_or(changed)),
            Cow::Borrowed(same) => self.next(same),
        }
    }

    /// The next word, redacted; `None` when nothing of it is secret. URIs in it are text: they may
    /// hold others, and so on.
    pub(super) fn next(&mut self, word: &str) -> Option<String> {
        let mut redacted = self.by_flag(word);
        let plain = redacted.as_deref().unwrap_or(word);
        if let Some(more) = self.by_context(plain) {
            redacted = Some(more);
        }
        if self.before.len() == CONTEXT {
            self.before.pop_front();
        }
        let kept = redacted.as_deref().unwrap_or(word);
        self.before.push_back(kept.to_owned());
        redacted
    }

    /// What is secret because of the words right before it, as if they were one text.
    fn by_context(&self, word: &str) -> Option<String> {
        if self.before.is_empty() {
            return None;
        }
        let mut joined = String::new();
        for before in &self.before {
            joined.push_str(before);
            joined.push(' ');
        }
        let context = joined.len();
        joined.push_str(word);
        let Cow::Owned(redacted) = text(&joined) else {
            return None;
        };
        let kept = joined.get(..context).unwrap_or_default();
        let redacted = redacted.strip_prefix(kept).unwrap_or(MARK);
        (redacted != word).then(|| redacted.to_owned())
    }

    /// What is secret by itself, and because of a flag before it.
    fn by_flag(&mut self, word: &str) -> Option<String> {
        let secret = self.secret_is_next && !word.starts_with('-');
        self.secret_is_next =
            is_secret_flag(word) || matches!(self.short, Some(Short::Either(flag)) if word == flag);
        if secret {
            return (word != MARK).then(|| MARK.to_owned());
        }
        if let Some((flag, rest)) = self.short.and_then(|short| short.attached(word)) {
            return (rest != MARK).then(|| format!("{flag}{MARK}"));
        }
        self.short = Short::of(word).or(self.short);
        match decoded(word) {
            Cow::Owned(redacted) => Some(redacted),
            Cow::Borrowed(_) => None,
        }
    }
}

/// The words of one command, redacted each by itself and by the words before it.
pub fn arguments<'a>(list: impl IntoIterator<Item = Cow<'a, str>>) -> Vec<Cow<'a, str>> {
    let mut words = Words::default();
    list.into_iter()
        .map(|word| words.next_value(&word).map_or(word, Cow::Owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_argument_after_a_secret_flag_is_taken_out() {
        let list = [
            "mysql",
            "--user",
            "root",
            "--password",
            "a b",
            "--token",
            "--verbose",
            "x",
        ];
        let redacted = arguments(list.map(Cow::Borrowed));
        assert_eq!(
            redacted,
            [
                "mysql",
                "--user",
                "root",
                "--password",
                MARK,
                "--token",
                "--verbose",
                "x"
            ]
        );
    }

    #[test]
    fn words_that_only_contain_a_secret_word_are_no_flags() {
        for word in [
            "password",
            "--password-file",
            "--tokens",
            "token",
            "--secretless",
        ] {
            assert!(!is_secret_flag(word), "{word}");
        }
    }

    #[test]
    fn short_flags_count_for_the_tools_that_have_them() {
        for (command, expected) in [
            (
                "/usr/bin/mysql -uroot -phunter2 db",
                "/usr/bin/mysql -uroot -p[redacted] db",
            ),
            ("mysql -p db", "mysql -p db"),
            ("sshpass -p hunter2 ssh x", "sshpass -p [redacted] ssh x"),
            (
                "redis-cli -p 6379 -a hunter2",
                "redis-cli -p 6379 -a [redacted]",
            ),
            (
                "docker login -u bob -p hunter2",
                "docker login -u bob -p [redacted]",
            ),
            ("docker run -p 8080:80 x", "docker run -p 8080:80 x"),
            ("ldapsearch -x -whunter2", "ldapsearch -x -w[redacted]"),
            ("cp -pr a b", "cp -pr a b"),
        ] {
            let words = arguments(command.split(' ').map(Cow::Borrowed));
            assert_eq!(words.join(" "), expected);
        }
    }

    proptest! {
        #[test]
        fn redacting_words_twice_changes_nothing_more(
            words in prop::collection::vec(
                prop_oneof![
                    Just("mysql"), Just("-phunter2"), Just("sshpass"), Just("-p"), Just("--token"),
                    Just("Authorization:"), Just("Bearer"), Just("abc123"), Just("password"),
                    Just("="), Just("-u"), Just("a:b"), Just("/x?command=--token&command=y"),
                    Just("token=x y"), Just("-----BEGIN PRIVATE KEY-----"), Just("%3D"), Just(""),
                ],
                0..8,
            ),
        ) {
            let once = arguments(words.into_iter().map(Cow::Borrowed));
            prop_assert_eq!(&arguments(once.clone()), &once);
        }
    }
}
