//! Alerts that a sink will never accept: kept in a file, with the reason, for a person to look at.

use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::lines::Lines;
use crate::alert::{Alert, Timestamp, escape};

/// A file of JSON lines `{sink, reason, time, alert}`. It is never rotated: nothing in it is anywhere else.
#[derive(Clone, Debug)]
pub struct DeadLetters(Lines);

#[derive(Serialize)]
struct Letter<'a> {
    sink: &'a str,
    reason: &'a str,
    time: Option<Timestamp>,
    alert: &'a Alert,
}

impl DeadLetters {
    /// The file; it is made when the first alert is written.
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        Self(Lines::growing(path))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Adds alerts that a sink refused at `now` (milliseconds since the Unix epoch), each with the
    /// reason; on disk when this returns. Blocks.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn add<'a>(
        &self,
        sink: &str,
        now: i64,
        refused: impl IntoIterator<Item = (&'a Alert, &'a str)>,
    ) -> io::Result<()> {
        let mut text = String::new();
        for (alert, reason) in refused {
            let letter = Letter {
                sink,
                reason,
                time: Timestamp::from_millis(now),
                alert,
            };
            text.push_str(&escape::json(serde_json::to_string(&letter)?));
            text.push('\n');
        }
        self.0.append(&text)
    }
}
