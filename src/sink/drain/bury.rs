//! Gives alerts up, but not before they are safe among the dead letters.

use super::{Drain, judge};
use crate::sink::deliver::Class;
use crate::sink::outbox::{Fate, Waiting};

impl Drain {
    /// Writes what is given up to the dead letters. When that fails it is not given up yet.
    pub(super) async fn bury(&mut self, refused: Vec<(Waiting, String)>, now: i64) {
        if refused.is_empty() {
            return;
        }
        let name = self.sink.name().to_owned();
        let count = u64::try_from(refused.len()).unwrap_or(u64::MAX);
        let (dead, sink) = (self.settings.dead.clone(), name.clone());
        let letters = refused.clone();
        let written = tokio::task::spawn_blocking(move || {
            let letters = letters
                .iter()
                .map(|(waiting, reason)| (&waiting.alert, reason.as_str()));
            dead.add(&sink, now, letters)
        });
        let error = match written.await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(error) => Some(error.to_string()),
        };
        let path = self.settings.dead.path().display();
        if let Some(error) = &error {
            tracing::error!(sink = name, %path, error, "refused alerts can't be written to the dead letters");
        } else {
            tracing::error!(sink = name, %path, count, "alerts were given up: they are in the dead letters");
            self.observer.refused(&name, count);
        }
        for (waiting, reason) in refused {
            let fate = match &error {
                None => Fate::Refused { reason },
                Some(_) => Fate::Later {
                    at: now.saturating_add(judge::wait(Class::Denied, waiting.attempts)),
                    reason,
                },
            };
            if let Fate::Later { at, .. } = &fate
                && self.sink.is_ordered()
            {
                self.pace.rest_group(self.sink.group(&waiting.alert), *at);
            }
            self.unnoted.push((waiting.number, fate));
        }
    }
}
