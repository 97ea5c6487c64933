//! The outbox as sinks see it: alerts, where the state holds texts.

use crate::alert::Alert;
use crate::sink::{Fate, Outbox, Waiting};
use crate::state::{Outgoing, StoreError};

/// The alerts in the outbox of a state.
#[derive(Debug)]
pub struct Alerts(Box<dyn Outgoing>);

impl Alerts {
    /// The alerts in this outbox.
    #[must_use]
    pub fn new(outbox: impl Outgoing + 'static) -> Self {
        Self(Box::new(outbox))
    }

    /// The sinks that alerts wait for.
    ///
    /// # Errors
    /// When the state can't be used.
    pub fn sinks(&mut self) -> Result<Vec<String>, StoreError> {
        self.0.sinks()
    }

    /// Lets every alert be tried now, however long it was to wait.
    ///
    /// # Errors
    /// When the state can't be used.
    pub fn hurry(&mut self) -> Result<(), StoreError> {
        self.0.hurry()
    }
}

impl Outbox for Alerts {
    fn due(&mut self, sink: &str, now: i64, most: usize) -> Result<Vec<Waiting>, StoreError> {
        let mut due = Vec::new();
        let mut unreadable = Vec::new();
        for posted in self.0.due(sink, now, most)? {
            match serde_json::from_str::<Alert>(&posted.body) {
                Ok(alert) => due.push(Waiting {
                    number: posted.number,
                    attempts: posted.attempts,
                    since: posted.since,
                    alert,
                }),
                Err(error) => {
                    tracing::error!(
                        number = posted.number,
                        %error,
                        "an alert in the outbox can't be read: it was written by another version"
                    );
                    // Looked at again after an update, and in nobody's way until then.
                    unreadable.push((posted.number, Some(now.saturating_add(HOUR))));
                }
            }
        }
        if !unreadable.is_empty() {
            self.0.settle(sink, &unreadable)?;
        }
        Ok(due)
    }

    fn next(&mut self, sink: &str) -> Result<Option<i64>, StoreError> {
        self.0.next(sink)
    }

    fn note(&mut self, sink: &str, fates: &[(i64, Fate)]) -> Result<(), StoreError> {
        let fates: Vec<_> = fates
            .iter()
            .map(|(number, fate)| match fate {
                Fate::Delivered | Fate::Refused { .. } => (*number, None),
                Fate::Later { at, .. } => (*number, Some(*at)),
            })
            .collect();
        self.0.settle(sink, &fates)
    }

    fn waiting(&mut self, sink: &str) -> Result<(u64, Option<i64>), StoreError> {
        self.0.waiting(sink)
    }
}

const HOUR: i64 = 3_600_000;
