//! Short flags by which well-known tools take a password: `mysql -p…`, `redis-cli -a …`.
//!
//! In a text the words are gone through by hand: an expression that looks from the tool to its flag
//! would look again and again through a text of tools without flags.

use std::borrow::Cow;

use super::rules::MARK;

/// How a tool takes a password by a short flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Short {
    /// Right behind the flag only: alone it asks.
    Attached(&'static str),
    /// Right behind the flag, or as the next word.
    Either(&'static str),
}

impl Short {
    /// What a word of a command tells of the flags after it.
    pub(super) fn of(word: &str) -> Option<Self> {
        let name = word.rsplit('/').next().unwrap_or(word);
        let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| name.starts_with(prefix));
        if begins(&["mysql", "mariadb"]) {
            Some(Self::Attached("-p"))
        } else if name == "login" || begins(&["sshpass", "mongo"]) {
            Some(Self::Either("-p"))
        } else if begins(&["redis-cli"]) {
            Some(Self::Either("-a"))
        } else if begins(&["ldap"]) {
            Some(Self::Either("-w"))
        } else {
            None
        }
    }

    const fn flag(self) -> &'static str {
        match self {
            Self::Attached(flag) | Self::Either(flag) => flag,
        }
    }

    /// Whether the next word is the password.
    pub(super) fn takes_next(self, word: &str) -> bool {
        matches!(self, Self::Either(flag) if word == flag)
    }

    /// The flag and the password right behind it.
    pub(super) fn attached(self, word: &str) -> Option<(&'static str, &str)> {
        let flag = self.flag();
        let rest = word.strip_prefix(flag)?;
        (!rest.is_empty()).then_some((flag, rest))
    }
}

/// What may stand around a word in a shell.
const AROUND: [char; 6] = ['"', '\'', '`', '(', ')', '\\'];

/// A text in which commands may stand, without the passwords behind such flags. Linear.
pub(super) fn short_flags(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let (mut copied, mut at) = (0, 0);
    let mut tool: Option<Short> = None;
    let mut password_is_next = false;
    for piece in text.split_inclusive(char::is_whitespace) {
        let start = at;
        at += piece.len();
        let opened = piece.trim_start_matches(AROUND);
        let word = opened.trim_end().trim_end_matches(AROUND);
        if start < copied || word.is_empty() {
            continue;
        }
        let word_at = start + piece.len() - opened.len();
        let attached = tool.and_then(|tool| tool.attached(word));
        let secret_at = match attached {
            Some((flag, _)) => Some(word_at + flag.len()),
            None => (password_is_next && !word.starts_with('-')).then_some(start),
        };
        if let Some(secret_at) = secret_at {
            out.push_str(text.get(copied..secret_at).unwrap_or_default());
            out.push_str(MARK);
            copied = secret_at + argument(text.get(secret_at..).unwrap_or_default());
        }
        password_is_next = tool.is_some_and(|tool| tool.takes_next(word));
        tool = match Short::of(word) {
            Some(found) if secret_at.is_none() => Some(found),
            // Another command begins.
            _ if piece.contains([';', '|', '&']) => None,
            _ => tool,
        };
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(out)
}

/// The length of an argument: to its closing quote, else to the next blank or quote.
fn argument(text: &str) -> usize {
    let end = match text.chars().next() {
        Some(quote @ ('"' | '\'')) => text.get(1..).and_then(|inside| {
            let close = inside.find(quote)?;
            Some(close + 2)
        }),
        _ => text.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')),
    };
    end.unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_behind_short_flags_are_taken_out() {
        for (given, expected) in [
            ("mysql -uroot -phunter2 db", "mysql -uroot -p[redacted] db"),
            ("mysql -p'a b' db", "mysql -p[redacted] db"),
            ("sh -c \"mysql -phunter2\"", "sh -c \"mysql -p[redacted]\""),
            ("sshpass -p 'a b' ssh x", "sshpass -p [redacted] ssh x"),
            (
                "redis-cli -p 1 -a x; redis-cli -a y",
                "redis-cli -p 1 -a [redacted] redis-cli -a [redacted]",
            ),
            (
                "docker login -u bob -p hunter2",
                "docker login -u bob -p [redacted]",
            ),
            ("ldapsearch -whunter2 -x", "ldapsearch -w[redacted] -x"),
        ] {
            let once = short_flags(given);
            assert_eq!(once, expected);
            assert_eq!(short_flags(&once), expected, "twice is the same as once");
        }
    }

    #[test]
    fn the_flags_of_other_tools_stay() {
        for given in [
            "mysql -h db -p",
            "mysql -p db",
            "mysql -h db; cp -pr a b",
            "docker run -p 8080:80 x",
            "-p x",
            "",
        ] {
            assert_eq!(short_flags(given), given);
        }
    }
}
