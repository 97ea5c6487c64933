//! The reading of a shard, however its records come: which place it has reached, what an answer means, and
//! when it is over. Asks for nothing itself.

use aws_sdk_kinesis::primitives::DateTime;
use aws_sdk_kinesis::types::{ChildShard, ShardIteratorType};
use tokio::sync::OwnedSemaphorePermit;

use super::delivery::{Parcel, Record, Sent, Shard};
use super::following::Following;
use super::pulse::Closed;
use crate::source::cloudwatch::Class;
use crate::source::cloudwatch::failure::{Asked, Failure};

/// From one word about a shard that has nothing new to the next, in milliseconds.
const IDLE: i64 = 10_000;

/// Why a shard is not read any more.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// It has been read to its end; its children, each with its parents, as far as that was told.
    Ended(Vec<(String, Vec<String>)>),
    /// The stream or the shard is not there any more.
    Gone,
    /// Nobody takes what is read.
    Closed,
}

impl Left {
    /// The end of a shard, with its children as a service tells them.
    pub(super) fn ended(children: Option<Vec<ChildShard>>) -> Self {
        let children = children.unwrap_or_default().into_iter();
        Self::Ended(
            children
                .map(|child| (child.shard_id, child.parent_shards))
                .collect(),
        )
    }
}

/// A place in a shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Spot {
    /// What arrived from that time on, in milliseconds since the Unix epoch.
    Time(i64),
    /// What comes after this number.
    After(String),
    /// The oldest record that is kept.
    Oldest,
}

impl Spot {
    /// As a service wants it: the kind, with a number or a time. `now` is in milliseconds since the Unix epoch.
    pub(super) fn position(
        &self,
        now: i64,
    ) -> (ShardIteratorType, Option<String>, Option<DateTime>) {
        match self {
            Self::After(sequence) => (
                ShardIteratorType::AfterSequenceNumber,
                Some(sequence.clone()),
                None,
            ),
            // A time that has not come is refused.
            Self::Time(time) => (
                ShardIteratorType::AtTimestamp,
                None,
                Some(DateTime::from_millis((*time).min(now))),
            ),
            Self::Oldest => (ShardIteratorType::TrimHorizon, None, None),
        }
    }
}

/// What an answer holds.
#[derive(Debug)]
pub(super) struct Came {
    /// In order.
    pub(super) records: Vec<Record>,
    /// How far it is behind the newest record, in milliseconds.
    pub(super) behind: i64,
    /// It tells how the shard stood then or later, in milliseconds since the Unix epoch.
    pub(super) as_of: i64,
}

impl Came {
    pub(super) fn new(
        records: Vec<aws_sdk_kinesis::types::Record>,
        behind: i64,
        as_of: i64,
    ) -> Self {
        Self {
            records: records.into_iter().map(record).collect(),
            behind: behind.max(0),
            as_of,
        }
    }

    /// What arrived before that time has been read, in milliseconds since the Unix epoch.
    fn read_until(&self) -> Option<i64> {
        // Of an answer with records, what arrived with the last may be in the next.
        if self.records.is_empty() {
            Some(self.as_of.saturating_sub(self.behind))
        } else {
            self.records.iter().filter_map(|it| it.arrived).max()
        }
    }
}

/// The reading of a shard.
pub(super) struct Reading<'r> {
    pub(super) following: &'r Following,
    pub(super) shard: &'r Shard,
    pub(super) from: Spot,
    failures: u32,
    /// When it was last told how far it has been read.
    told: i64,
}

impl<'r> Reading<'r> {
    pub(super) fn new(following: &'r Following, shard: &'r Shard, from: Spot) -> Self {
        Self {
            following,
            shard,
            from,
            failures: 0,
            told: i64::MIN,
        }
    }

    /// A place in memory for an answer.
    pub(super) async fn room(&self) -> Result<OwnedSemaphorePermit, Closed> {
        let room = std::sync::Arc::clone(&self.following.ground.room);
        room.acquire_owned().await.map_err(|_| Closed)
    }

    /// An answer came.
    pub(super) async fn worked(&mut self, came: &Came) -> Result<(), Closed> {
        self.failures = 0;
        let pulse = &self.following.pulse;
        pulse.worked(&self.shard.id, Some(came.behind)).await
    }

    /// Whether an answer is worth handing on: it has records, or nothing was told for long.
    pub(super) fn is_news(&self, came: &Came) -> bool {
        !came.records.is_empty() || came.as_of.saturating_sub(self.told) >= IDLE
    }

    /// Hands on what an answer holds.
    pub(super) async fn hand_on(
        &mut self,
        came: Came,
        room: OwnedSemaphorePermit,
    ) -> Result<(), Closed> {
        self.told = came.as_of;
        if let Some(last) = came.records.last() {
            self.from = Spot::After(last.sequence.clone());
        }
        let parcel = Parcel {
            shard: self.shard.clone(),
            read_until: came.read_until(),
            records: came.records,
            received: self.following.ground.clock.now(),
            room,
        };
        self.following.pulse.send(Sent::Parcel(parcel)).await
    }

    /// Tells that the place was refused, or of another failure, and waits.
    pub(super) async fn refused(
        &mut self,
        asked: &Asked<'_>,
        failure: &Failure,
    ) -> Result<Option<Left>, Closed> {
        if failure.class == Class::Config && matches!(self.from, Spot::After(_)) {
            tracing::warn!(
                stream = %self.shard.feed.group, shard = %self.shard.id, reason = failure.text,
                "the place that was reached in a shard is not there any more: it is read from its oldest record"
            );
            self.from = Spot::Oldest;
            return Ok(None);
        }
        self.failed(asked, failure).await
    }

    /// Tells of a failure, and waits.
    pub(super) async fn failed(
        &mut self,
        asked: &Asked<'_>,
        failure: &Failure,
    ) -> Result<Option<Left>, Closed> {
        self.failures = self.failures.saturating_add(1);
        let following = self.following;
        following.failed(&self.shard.id, asked, failure).await?;
        if failure.class == Class::Gone {
            return Ok(Some(Left::Gone));
        }
        following.pause(failure.class, self.failures).await;
        Ok(None)
    }
}

fn record(record: aws_sdk_kinesis::types::Record) -> Record {
    let arrived = record.approximate_arrival_timestamp;
    Record {
        sequence: record.sequence_number,
        arrived: arrived.and_then(|time| time.to_millis().ok()),
        data: record.data.into_inner(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn came(arrived: &[Option<i64>]) -> Came {
        let record = |arrived: &Option<i64>| Record {
            sequence: "1".to_owned(),
            arrived: *arrived,
            data: Vec::new(),
        };
        Came {
            records: arrived.iter().map(record).collect(),
            behind: 300,
            as_of: 9_000,
        }
    }

    #[test]
    fn an_answer_with_records_tells_no_more_than_when_the_newest_arrived() {
        assert_eq!(came(&[]).read_until(), Some(8_700));
        assert_eq!(came(&[Some(7), Some(9), None]).read_until(), Some(9));
        assert_eq!(came(&[None]).read_until(), None);
    }

    #[test]
    fn a_time_that_has_not_come_is_not_asked_for() {
        let time = |now| Spot::Time(5_000).position(now).2;
        assert_eq!(time(4_000), Some(DateTime::from_millis(4_000)));
        assert_eq!(time(6_000), Some(DateTime::from_millis(5_000)));
        let (kind, number, time) = Spot::After("49".to_owned()).position(6_000);
        assert_eq!(kind, ShardIteratorType::AfterSequenceNumber);
        assert_eq!((number.as_deref(), time), (Some("49"), None));
    }
}
