//! A piece of a log that is walked, and how far back pieces go.

use super::delivery::Purpose;

/// Events of the last moments may still be arriving when a walk begins: the position stays behind that.
pub(super) const SETTLE: i64 = 2_000;

/// Settings of a plan, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spans {
    /// How late events are expected to come at most.
    pub(super) lateness: i64,
    /// From one sweep to the next.
    pub(super) sweep_interval: i64,
    /// How far a sweep goes back.
    pub(super) sweep_span: i64,
}

/// A stretch of a log, both ends included, in milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    /// What it is walked for.
    pub(super) purpose: Purpose,
    /// The first millisecond.
    pub(super) start: i64,
    /// The last millisecond.
    pub(super) end: i64,
    /// When the walk was planned.
    pub(super) begun: i64,
    /// After so many calls it is given up, and the next one is shorter.
    pub(super) most: u64,
}

impl Stretch {
    /// Where the log has been read up to when this was walked to its end.
    pub(super) fn advance(&self) -> i64 {
        self.end.min(self.begun.saturating_sub(SETTLE))
    }
}
