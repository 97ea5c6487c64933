//! Which alerts are one: those of equal values in an aligned window of event time.

use super::contribution::Group;
use super::detector::Reading;
use super::fault::Fault;
use super::file::FoldFile;
use super::kind::Kind;
use super::probe::{Names, Probe};
use crate::query::Row;
use crate::state::Digest;

/// How the alerts of a detector fold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folding {
    /// Whose values must be equal. Severity, target and outcome always must.
    pub by: Names,
    /// The length of the window in milliseconds.
    pub window: i64,
}

/// Where a match folds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folded {
    /// The values that are equal.
    pub values: Group,
    /// The event.
    pub event: Digest,
    /// When it happened, in milliseconds since the Unix epoch.
    pub time: i64,
    /// When its window begins and ends, likewise.
    pub window: (i64, i64),
}

impl Folding {
    /// Where a match at `time` folds.
    pub(super) fn of(&self, probe: &Probe, row: &dyn Row, event: Digest, time: i64) -> Folded {
        let mut values = Group::new();
        probe.program.for_each_match(row, &mut |bound| {
            if values.is_empty() {
                let names = self.by.0.iter().cloned();
                values = names.zip(self.by.texts(bound)).collect();
            }
        });
        let start = time.div_euclid(self.window).saturating_mul(self.window);
        Folded {
            values,
            event,
            time,
            window: (start, start.saturating_add(self.window)),
        }
    }
}

impl Reading<'_> {
    pub(super) fn folding(
        &mut self,
        file: Option<&FoldFile>,
        kind: &Kind,
        probes: &mut [Probe],
    ) -> Result<Option<Folding>, Fault> {
        let Some(file) = file else { return Ok(None) };
        if !matches!(kind, Kind::Match) {
            let message = "only a detector whose every match is an alert folds its alerts";
            let help = "thresholds, first-seen detectors and sequences raise one alert for many events as they are";
            let span = file.window.span();
            return Err(Fault::advise(self.name, self.text, span, message, help));
        }
        let window = self.duration(&file.window)?;
        let by = self.names(&file.by, probes.iter_mut())?;
        Ok(Some(Folding { by, window }))
    }
}
