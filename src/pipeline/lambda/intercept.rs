//! Watches what comes out of one record on its way to the judge: whether anything of it can't be read.

use crate::decode::{Item, Refusal, StreamKind};
use crate::record::LogEvent;

use super::outcome::is_limit;

/// What was seen of a record.
#[derive(Debug, Default)]
pub(super) struct Seen {
    read: u64,
    unknown: u64,
    /// The worst that was wrong with it: the cause, and what exactly.
    lost: Option<(Refusal, String)>,
}

impl Seen {
    /// Notes an item of the record.
    pub(super) fn note(&mut self, item: &Item<'_>) {
        match item {
            Item::Event(event) if is_known(event) => self.read += 1,
            Item::Event(_) => self.unknown += 1,
            Item::Control(_) => self.read += 1,
            Item::Problem(problem) if problem.reason.loses_events() => {
                let worse = match &self.lost {
                    None => true,
                    Some((known, _)) => is_limit(problem.reason) && !is_limit(*known),
                };
                if worse {
                    self.lost = Some((problem.reason, problem.detail.clone().into_owned()));
                }
            }
            Item::Problem(_) => {}
        }
    }

    /// Why the record is set aside, and whether for its size; `None` where all of it was read.
    pub(super) fn set_aside(self) -> Option<(&'static str, String, bool)> {
        if let Some((reason, detail)) = self.lost {
            return Some((reason.as_str(), detail, is_limit(reason)));
        }
        let strange = self.unknown > 0 && self.read == 0;
        let detail = || "neither an envelope of CloudWatch Logs nor lines of a control-plane log";
        strange.then(|| (Refusal::UnknownShape.as_str(), detail().to_owned(), false))
    }
}

/// Whether an event came in an envelope, or is a line of a log that is known.
fn is_known(event: &LogEvent<'_>) -> bool {
    let stream = event.origin.log_stream.as_deref();
    event.event_id.is_some()
        || event.timestamp.is_some()
        || StreamKind::of(stream, &event.message) != StreamKind::Unknown
}
