//! A file of alerts: one JSON object a line, rotated by size, on disk before it counts as delivered.

use std::path::PathBuf;

use super::deliver::{Class, Failure, Pending, Sink, Verdict};
use super::lines::Lines;
use super::outbox::Waiting;

/// The most alerts that are written together.
const MOST: usize = 100;

/// What a file sink is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSettings {
    /// Its name.
    pub name: String,
    /// The file that is written.
    pub path: PathBuf,
    /// How many bytes make a file full.
    pub max_bytes: u64,
    /// How many full files stay beside it: `FILE.1` is the latest.
    pub keep: usize,
}

/// Writes alerts to a file.
#[derive(Debug)]
pub struct FileSink {
    name: String,
    lines: Lines,
}

impl FileSink {
    /// A sink with those settings. The file is opened when the first alert comes.
    #[must_use]
    pub fn new(settings: FileSettings) -> Self {
        Self {
            name: settings.name,
            lines: Lines::rotated(settings.path, settings.max_bytes, settings.keep),
        }
    }

    fn failure(&self, error: &dyn std::fmt::Display) -> Failure {
        let path = self.lines.path().display();
        Failure::new(Class::Retry, format!("can't write {path}: {error}"))
    }
}

impl Sink for FileSink {
    fn name(&self) -> &str {
        &self.name
    }

    fn most(&self) -> usize {
        MOST
    }

    fn deliver<'a>(&'a mut self, alerts: &'a [Waiting]) -> Pending<'a, Vec<(i64, Verdict)>> {
        Box::pin(async move {
            let mut text = String::new();
            let mut verdicts = Vec::with_capacity(alerts.len());
            for waiting in alerts {
                let verdict = match waiting.alert.to_json() {
                    Ok(line) => {
                        text.push_str(&line);
                        text.push('\n');
                        Verdict::Delivered
                    }
                    Err(error) => Verdict::Failed(Failure::new(Class::Refused, error.to_string())),
                };
                verdicts.push((waiting.number, verdict));
            }
            let lines = self.lines.clone();
            let written = tokio::task::spawn_blocking(move || lines.append(&text)).await;
            let error = match written {
                Ok(Ok(())) => return verdicts,
                Ok(Err(error)) => self.failure(&error),
                Err(error) => self.failure(&error),
            };
            for (_, verdict) in &mut verdicts {
                if *verdict == Verdict::Delivered {
                    *verdict = Verdict::Failed(error.clone());
                }
            }
            verdicts
        })
    }

    fn check(&mut self) -> Pending<'_, Result<String, Failure>> {
        Box::pin(async move {
            let opened = self.lines.open().map_err(|error| self.failure(&error))?;
            let path = self.lines.path().display();
            Ok(format!(
                "{path} can be written and holds {} bytes",
                opened.1
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

    use super::*;
    use crate::alert::trial;

    fn sink(path: PathBuf) -> FileSink {
        FileSink::new(FileSettings {
            name: "file".to_owned(),
            path,
            max_bytes: 1 << 20,
            keep: 2,
        })
    }

    fn waiting() -> Vec<Waiting> {
        (0..3)
            .map(|number| Waiting {
                number,
                attempts: 0,
                since: 0,
                alert: trial(number),
            })
            .collect()
    }

    #[tokio::test]
    async fn each_alert_is_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alerts.jsonl");
        let verdicts = sink(path.clone()).deliver(&waiting()).await;
        assert!(
            verdicts
                .iter()
                .all(|(_, verdict)| *verdict == Verdict::Delivered)
        );
        let lines: Vec<_> = waiting()
            .iter()
            .map(|w| w.alert.to_json().unwrap())
            .collect();
        assert_eq!(
            std::fs::read_to_string(path).unwrap(),
            lines.join("\n") + "\n"
        );
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_written_is_tried_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut sink = sink(folder.path().join("nowhere").join("alerts.jsonl"));
        for (_, verdict) in sink.deliver(&waiting()).await {
            let Verdict::Failed(failure) = verdict else {
                unreachable!("{verdict:?}");
            };
            assert_eq!(failure.class, Class::Retry);
            assert!(failure.message.starts_with("can't write "), "{failure}");
        }
        assert!(sink.check().await.is_err());
    }
}
