//! One line of the authenticator as a record: its pairs, and what they say in typed form.

use super::logfmt::{Logfmt, Pair};
use super::message::Message;
use super::{DenialReason, jsonline};

/// The severity that the authenticator itself gave a line; the levels of logrus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// `trace`
    Trace,
    /// `debug`
    Debug,
    /// `info`
    Info,
    /// `warning`
    Warning,
    /// `error`
    Error,
    /// `fatal`: the program ended.
    Fatal,
    /// `panic`
    Panic,
}

impl Level {
    fn of(text: &str) -> Option<Self> {
        Some(match text {
            "trace" => Self::Trace,
            "debug" => Self::Debug,
            "info" => Self::Info,
            "warning" | "warn" => Self::Warning,
            "error" => Self::Error,
            "fatal" => Self::Fatal,
            "panic" => Self::Panic,
            _ => return None,
        })
    }
}

/// A line of the authenticator, borrowing from its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    pairs: Vec<Pair<'a>>,
    truncated: bool,
    message: Message,
}

impl<'a> Record<'a> {
    /// Reads a line in either format. `None` when it is no line of the authenticator: it has neither
    /// a `msg`, nor a known `level`, nor begins with a `time`. The start of a line may be missing, and its end.
    #[must_use]
    pub fn parse(line: &'a str) -> Option<Self> {
        let line = line.trim_start();
        let Logfmt { pairs, truncated } = if line.starts_with('{') {
            jsonline::parse(line)
        } else {
            Logfmt::parse(line)
        };
        let mut record = Self {
            pairs,
            truncated,
            message: Message::Other,
        };
        let known = record.get("msg").is_some()
            || record.level().is_some()
            || record
                .pairs
                .first()
                .is_some_and(|first| first.key == "time");
        record.message = Message::of(record.get("msg").unwrap_or_default(), record.get("error"));
        known.then_some(record)
    }

    /// The value of a key; the first one when a key is there twice. `Some("")` for `key=`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|pair| pair.key == key)
            .map(|pair| &*pair.value)
    }

    /// All pairs, in the order of the line.
    #[must_use]
    pub fn pairs(&self) -> &[Pair<'a>] {
        &self.pairs
    }

    /// Whether a part of the line is not there: cut off, or beyond the limit of pairs.
    #[must_use]
    pub const fn truncated(&self) -> bool {
        self.truncated
    }

    /// What the line tells.
    #[must_use]
    pub const fn message(&self) -> Message {
        self.message
    }

    /// Why access was denied, when it was.
    #[must_use]
    pub const fn denial(&self) -> Option<DenialReason> {
        match self.message {
            Message::AccessDenied(reason) => Some(reason),
            _ => None,
        }
    }

    /// When the line was written, in milliseconds since the Unix epoch; lines have whole seconds.
    #[must_use]
    pub fn time(&self) -> Option<i64> {
        let time = chrono::DateTime::parse_from_rfc3339(self.get("time")?).ok()?;
        Some(time.timestamp_millis())
    }

    /// The line's own severity.
    #[must_use]
    pub fn level(&self) -> Option<Level> {
        Level::of(self.get("level")?)
    }

    /// The groups of `groups="[a b]"`. A group's own blank can't be told from the blank between two.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        let text = self.get("groups").unwrap_or_default();
        let inside = text
            .strip_prefix('[')
            .and_then(|t| t.strip_suffix(']'))
            .unwrap_or(text);
        inside.split(' ').filter(|group| !group.is_empty())
    }

    /// The AWS account of whoever the line is about: `accountid`, else that of `arn` or of `uid`, and
    /// for a mapping that of its role, user or account.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        ["accountid", "arn", "uid", "accountID", "role", "user"]
            .into_iter()
            .find_map(|key| account_in(self.get(key)?))
    }
}

/// The account in an id of an account, an ARN (`arn:aws:iam::ACCOUNT:…`) or a user id
/// (`aws-iam-authenticator:ACCOUNT:AROA…`). Samples show ids of other lengths than twelve, so any
/// run of digits counts.
fn account_in(value: &str) -> Option<&str> {
    let mut parts = value.split(':');
    let candidate = match parts.next()? {
        "arn" => parts.nth(3)?,
        "aws-iam-authenticator" | "heptio-authenticator-aws" => parts.next()?,
        whole => whole,
    };
    let digits = !candidate.is_empty() && candidate.bytes().all(|b| b.is_ascii_digit());
    digits.then_some(candidate)
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
