//! What reading an input yields: log events, problems, and probes.

use std::borrow::Cow;

use super::Refusal;
use crate::record::{LogEvent, Position};

/// One thing found in an input, in the order of the input.
#[derive(Clone, Debug)]
pub enum Item<'a> {
    /// A log event.
    Event(LogEvent<'a>),
    /// Something that was not read, or not read whole.
    Problem(Problem<'a>),
    /// A `CONTROL_MESSAGE` of CloudWatch Logs, by which it probes a destination. It holds no log line.
    Control(Position<'a>),
}

/// Something that was not read, or not read whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem<'a> {
    /// The cause, to be counted.
    pub reason: Refusal,
    /// Where it begins.
    pub position: Position<'a>,
    /// What exactly was wrong: sizes, names of limits. Lower case; holds nothing of the log line.
    pub detail: Cow<'a, str>,
}

impl std::fmt::Display for Problem<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Position { file, offset, line } = self.position;
        write!(
            f,
            "{file}:{line} (byte {offset}): {}: {}",
            self.reason, self.detail
        )
    }
}
