//! What a check came to: one line, and what to mend.

use std::io::{self, Write};

use serde::Serialize;

use crate::alert::escape;
use crate::cli::args::AlertFormat;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    /// As it should be.
    Ok,
    /// It works, and not as well as it could.
    Warn,
    /// It does not work.
    Fail,
}

/// One line of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    pub(crate) level: Level,
    /// What was tried, in a word.
    pub(crate) check: &'static str,
    /// On what: a log group, a role, a topic.
    pub(crate) about: String,
    /// What came of it.
    pub(crate) words: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fix: Option<String>,
}

impl Finding {
    pub(crate) fn ok(check: &'static str, about: &str, words: impl Into<String>) -> Self {
        Self {
            level: Level::Ok,
            check,
            about: about.to_owned(),
            words: words.into(),
            fix: None,
        }
    }

    pub(crate) fn warn(self, fix: impl Into<String>) -> Self {
        self.ends(Level::Warn, fix)
    }

    pub(crate) fn fail(self, fix: impl Into<String>) -> Self {
        self.ends(Level::Fail, fix)
    }

    fn ends(mut self, level: Level, fix: impl Into<String>) -> Self {
        self.level = level;
        self.fix = Some(fix.into());
        self
    }

    fn line(&self) -> String {
        let level = match self.level {
            Level::Ok => "ok",
            Level::Warn => "warn",
            Level::Fail => "fail",
        };
        let fix = self.fix.as_ref();
        let fix = fix.map_or_else(String::new, |fix| format!(" → {fix}"));
        let line = format!(
            "{level:<4}  {:<8}  {}: {}{fix}",
            self.check, self.about, self.words
        );
        escape::visible(&line).into_owned()
    }
}

/// Writes a finding to standard output, at once: some checks take a while.
pub(crate) fn tell(finding: &Finding, format: AlertFormat) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match format {
        AlertFormat::Pretty => writeln!(out, "{}", finding.line())?,
        AlertFormat::Json => {
            let text = serde_json::to_string(finding)?;
            writeln!(out, "{}", escape::json(text))?;
        }
    }
    out.flush()
}
