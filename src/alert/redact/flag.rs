//! Secrets that are the argument after a flag, when the arguments are known one by one.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::text::{MARK, SECRET_WORD, constant};
use super::uri::value;

static FLAG: LazyLock<Regex> =
    LazyLock::new(|| constant(&format!("(?i)^--?[a-z0-9_-]{{0,64}}{SECRET_WORD}$")));

/// Whether the argument after this one is a secret: `--password`, `--from-token`, `-token`.
#[must_use]
pub fn is_secret_flag(argument: &str) -> bool {
    FLAG.is_match(argument)
}

/// The arguments of one command, redacted each by itself and by the flag before it.
pub fn arguments<'a>(list: impl IntoIterator<Item = Cow<'a, str>>) -> Vec<Cow<'a, str>> {
    let mut after_flag = false;
    let mut redacted = Vec::new();
    for argument in list {
        let secret = after_flag && !argument.starts_with('-');
        after_flag = is_secret_flag(&argument);
        redacted.push(if secret {
            Cow::Borrowed(MARK)
        } else {
            match value(&argument) {
                Cow::Owned(changed) => Cow::Owned(changed),
                Cow::Borrowed(_) => argument,
            }
        });
    }
    redacted
}

#[cfg(test)]
mod tests {
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
}
