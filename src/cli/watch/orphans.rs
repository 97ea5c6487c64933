//! Alerts that wait for a sink which is not in the settings any more.

use anyhow::{Context as _, Result};

use crate::pipeline::watch::Alerts;
use crate::sink::{DeadLetters, Fate, Outbox as _};

/// How many are taken at once.
const MOST: usize = 100;
const REASON: &str = "its sink is not in the settings any more";

/// Moves them to the dead letters: nobody would ever deliver them.
///
/// # Errors
/// When the state or the file of dead letters can't be used.
pub(super) fn bury(
    alerts: &mut Alerts,
    sinks: &[String],
    dead: &DeadLetters,
    now: i64,
) -> Result<()> {
    for sink in alerts.sinks()? {
        if sinks.contains(&sink) {
            continue;
        }
        loop {
            let waiting = alerts.due(&sink, i64::MAX, MOST)?;
            if waiting.is_empty() {
                break;
            }
            dead.add(&sink, now, waiting.iter().map(|one| (&one.alert, REASON)))
                .with_context(|| format!("can't write {}", dead.path().display()))?;
            tracing::warn!(
                sink,
                alerts = waiting.len(),
                dead_letters = %dead.path().display(),
                "{REASON}: they are in the dead letters"
            );
            let refused = |number| {
                let reason = REASON.to_owned();
                (number, Fate::Refused { reason })
            };
            let fates: Vec<_> = waiting.iter().map(|one| refused(one.number)).collect();
            alerts.note(&sink, &fates)?;
        }
    }
    Ok(())
}
