//! What senders are told: which records failed, in the words of each; or why an invocation failed.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::outcome::Outcome;
use crate::source::lambda::{Batch, Content, Kind, Record, Unknown};
use crate::state::StoreError;

/// Why an invocation failed as a whole. Nothing in it comes from a log line.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Nobody knows such an event: it fails again whenever it comes.
    #[error(transparent)]
    Unknown(#[from] Unknown),
    /// The state can't be used.
    #[error(transparent)]
    State(#[from] StoreError),
    /// Records failed whose sender can't be told which.
    #[error("{failed} of {records} records failed, the first since {why}")]
    Records {
        /// How many.
        failed: usize,
        /// Of how many.
        records: usize,
        /// Why the first did.
        why: String,
    },
    /// Alerts could not be delivered, and would be lost with the container.
    #[error(
        "{0} alerts could not be delivered; without a [state] table they wait nowhere, so that the event has to come again"
    )]
    Stranded(u64),
}

impl Failure {
    /// The word for it.
    #[must_use]
    pub const fn class(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "UnknownEvent",
            Self::State(_) => "State",
            Self::Records { .. } => "Records",
            Self::Stranded(_) => "Undelivered",
        }
    }
}

/// Records that failed, by their places, and why the first did.
#[derive(Debug, Default)]
pub(super) struct Failed {
    places: BTreeSet<usize>,
    why: Option<String>,
}

impl Failed {
    /// Adds records.
    pub(super) fn add(&mut self, places: impl IntoIterator<Item = usize>, why: &str) {
        let before = self.places.len();
        self.places.extend(places);
        if self.places.len() > before {
            self.why.get_or_insert_with(|| why.to_owned());
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        self.places.len() as u64
    }
}

/// The answer to a batch.
///
/// # Errors
/// When records failed and the sender can't be told which.
pub(super) fn of(batch: &Batch<'_>, failed: &Failed, outcome: &Outcome) -> Result<Value, Failure> {
    let records = || failed.places.iter().filter_map(|at| batch.records.get(*at));
    let names: Vec<&str> = records()
        .filter_map(|record| record.id.as_deref())
        .collect();
    let partial = matches!(batch.kind, Kind::Kinesis | Kind::Queue);
    let told = partial && names.len() == failed.places.len();
    if !failed.places.is_empty() && !told {
        return Err(Failure::Records {
            failed: failed.places.len(),
            records: batch.records.len(),
            why: failed.why.clone().unwrap_or_default(),
        });
    }
    Ok(match batch.kind {
        Kind::Kinesis => failures(names.into_iter().min_by_key(|name| order(name))),
        Kind::Queue => failures(names),
        Kind::Firehose => json!({"records": batch.records.iter().map(back).collect::<Vec<_>>()}),
        Kind::Logs | Kind::Bucket | Kind::Lines => outcome.answer(),
    })
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html>
fn failures<'n>(names: impl IntoIterator<Item = &'n str>) -> Value {
    let names = names
        .into_iter()
        .map(|name| json!({"itemIdentifier": name}));
    json!({"batchItemFailures": names.collect::<Vec<_>>()})
}

/// Sequence numbers are decimal numbers of any length.
fn order(number: &str) -> (usize, &str) {
    let digits = number.trim_start_matches('0');
    (digits.len(), digits)
}

/// A record as Firehose gets it back: unchanged.
fn back(record: &Record<'_>) -> Value {
    match &record.content {
        Content::Base64(data) => json!({"recordId": record.id, "result": "Ok", "data": data}),
        _ => json!({"recordId": record.id, "result": "ProcessingFailed"}),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    fn batch(kind: Kind, ids: &[Option<&'static str>]) -> Batch<'static> {
        let record = |id: &Option<&'static str>| Record {
            id: id.map(Into::into),
            name: "r".into(),
            content: Content::Base64("QQ==".into()),
        };
        Batch {
            kind,
            records: ids.iter().map(record).collect(),
        }
    }

    fn answer(
        kind: Kind,
        ids: &[Option<&'static str>],
        places: &[usize],
    ) -> Result<String, String> {
        let mut failed = Failed::default();
        failed.add(places.iter().copied(), "it broke");
        let answer = of(&batch(kind, ids), &failed, &Outcome::default());
        answer
            .map(|value| value.to_string())
            .map_err(|failure| failure.to_string())
    }

    #[test]
    fn a_stream_is_told_the_lowest_number_whatever_its_length() {
        let ids = [Some("100"), Some("99"), Some("0098"), Some("97")];
        let lowest = answer(Kind::Kinesis, &ids, &[0, 1, 2]).unwrap();
        assert_eq!(
            lowest,
            r#"{"batchItemFailures":[{"itemIdentifier":"0098"}]}"#
        );
        let none = answer(Kind::Kinesis, &ids, &[]).unwrap();
        assert_eq!(none, r#"{"batchItemFailures":[]}"#);
    }

    #[test]
    fn a_queue_is_told_every_message() {
        let ids = [Some("a"), Some("b"), Some("c")];
        let told = answer(Kind::Queue, &ids, &[2, 0]).unwrap();
        assert_eq!(
            told,
            r#"{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"c"}]}"#
        );
    }

    #[test]
    fn who_cannot_be_told_gets_a_failure() {
        let words = "1 of 2 records failed, the first since it broke";
        for kind in [Kind::Logs, Kind::Bucket, Kind::Firehose, Kind::Lines] {
            assert_eq!(answer(kind, &[None, None], &[1]).unwrap_err(), words);
        }
        assert_eq!(
            answer(Kind::Kinesis, &[Some("1"), None], &[1]).unwrap_err(),
            words
        );
    }

    #[test]
    fn firehose_gets_its_records_back() {
        let back = answer(Kind::Firehose, &[Some("r1")], &[]).unwrap();
        assert_eq!(
            back,
            r#"{"records":[{"data":"QQ==","recordId":"r1","result":"Ok"}]}"#
        );
    }
}
