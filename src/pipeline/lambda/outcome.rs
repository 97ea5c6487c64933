//! What came of an invocation, in numbers.

use serde_json::{Value, json};

use super::intake::Taken;
use crate::decode::Refusal;

/// The numbers of an invocation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What kind of event it was.
    pub kind: &'static str,
    /// Records in it.
    pub records: u64,
    /// Log events that were read, whole or in part.
    pub events: u64,
    /// Bytes of log lines that were judged.
    pub bytes: u64,
    /// Alerts that were raised now, and not before.
    pub alerts: u64,
    /// Lines of other logs.
    pub other: u64,
    /// Pieces that were not read.
    pub unread: u64,
    /// Log events over which the program fell: they are in no alert.
    pub quarantined: u64,
    /// Groups of which nothing more could be remembered for want of room.
    pub given_up: u64,
    /// Records of which something, or everything, could not be read: they are not tried again.
    pub set_aside: u64,
    /// How many of them went beyond a limit of size, as a decompression bomb does.
    pub over_limit: u64,
    /// Records that failed, and come again; of a schedule, whether deciding failed.
    pub failed: u64,
    /// Alerts that sinks accepted.
    pub delivered: u64,
    /// Alerts that sinks refused for good: they are in the log.
    pub refused: u64,
    /// How often a sink did not take an alert that is tried again later.
    pub undelivered: u64,
    /// Alerts that wait for a sink.
    pub waiting: u64,
    /// How often a batch was judged again since another worker was faster.
    pub conflicts: u64,
    /// Detectors whose waiting cells were decided.
    pub settled: u64,
    /// Milliseconds it took.
    pub millis: u64,
}

impl Outcome {
    /// Adds what was judged.
    pub(super) fn add(&mut self, taken: &Taken) {
        let tally = &taken.tally;
        self.events += tally.records();
        self.bytes += tally.bytes;
        self.other += tally.foreign.values().sum::<u64>();
        let lost = tally
            .problems
            .iter()
            .filter(|(reason, _)| reason.loses_events());
        self.unread += lost.map(|(_, (count, _))| *count).sum::<u64>() + tally.quarantined;
        self.quarantined += tally.quarantined;
        self.given_up += taken.given_up;
        self.alerts += taken.posted.len() as u64;
        self.conflicts += taken.conflicts;
    }

    /// What is answered to a sender that does not mind.
    #[must_use]
    pub fn answer(&self) -> Value {
        json!({
            "kind": self.kind, "records": self.records, "events": self.events, "alerts": self.alerts,
            "unread": self.unread, "set_aside": self.set_aside, "over_limit": self.over_limit,
            "settled": self.settled,
        })
    }

    /// One line in the log.
    pub fn log(&self) {
        tracing::info!(
            kind = self.kind,
            records = self.records,
            events = self.events,
            bytes = self.bytes,
            alerts = self.alerts,
            other = self.other,
            unread = self.unread,
            quarantined = self.quarantined,
            given_up = self.given_up,
            set_aside = self.set_aside,
            over_limit = self.over_limit,
            failed = self.failed,
            delivered = self.delivered,
            refused = self.refused,
            undelivered = self.undelivered,
            waiting = self.waiting,
            conflicts = self.conflicts,
            settled = self.settled,
            ms = self.millis,
            "invocation"
        );
    }
}

/// Whether a refusal is one of size: what is hidden behind it may be hidden on purpose.
pub(super) const fn is_limit(reason: Refusal) -> bool {
    matches!(
        reason,
        Refusal::Ratio
            | Refusal::Nesting
            | Refusal::TooLargeFile
            | Refusal::TooLargePayload
            | Refusal::TooLargeEnvelope
            | Refusal::TooLargeEvent
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::Tally;

    #[test]
    fn what_the_program_fell_over_is_told_from_what_it_could_not_read() {
        let tally = Tally {
            quarantined: 2,
            ..Tally::default()
        };
        let mut outcome = Outcome::default();
        outcome.add(&Taken {
            tally,
            given_up: 3,
            ..Taken::default()
        });
        assert_eq!((outcome.quarantined, outcome.given_up), (2, 3));
        assert_eq!(outcome.unread, 2);
    }
}
