//! Reads one shard from its mark to its end. Iterators live within this file; what outlives it is the
//! number of the last record.

use std::time::Duration;

use aws_sdk_kinesis::error::SdkError;
use aws_sdk_kinesis::operation::get_records::GetRecordsOutput;
use aws_sdk_kinesis::primitives::DateTime;
use aws_sdk_kinesis::types::ShardIteratorType;

use super::delivery::{Mark, Parcel, Record, Sent, Shard};
use super::pulse::Closed;
use super::stream::Following;
use crate::source::cloudwatch::Class;
use crate::source::cloudwatch::failure::Failure;

/// Records in one answer. An answer is 10 MB at most, whatever is asked for.
const MOST: i32 = 1_000;

/// From one call to the next where more is known to be there: a shard takes five calls a second, from all
/// who read it.
const HURRY: Duration = Duration::from_millis(200);

/// From one word about a shard that has nothing new to the next, in milliseconds.
const IDLE: i64 = 10_000;

/// Why a shard is not read any more.
pub(super) enum Left {
    /// It has been read to its end; its children, each with its parents, as far as that was told.
    Ended(Vec<(String, Vec<String>)>),
    /// The stream or the shard is not there any more.
    Gone,
    /// Nobody takes what is read.
    Closed,
}

/// A place in a shard.
#[derive(Clone, Debug)]
enum Spot {
    /// What arrived from that time on, in milliseconds since the Unix epoch.
    Time(i64),
    /// What comes after the record of this number.
    After(String),
    /// The oldest record that is kept.
    Oldest,
}

/// The reading of a shard.
struct Reading<'r> {
    following: &'r Following,
    shard: &'r Shard,
    from: Spot,
    iterator: Option<String>,
    failures: u32,
    /// When it was last told how far it has been read.
    told: i64,
}

/// Reads a shard from its mark on, or what arrived since `begun` (milliseconds since the Unix epoch).
pub(super) async fn read(
    following: &Following,
    shard: &Shard,
    mark: Option<Mark>,
    begun: i64,
) -> Left {
    let from = match mark {
        Some(Mark::After(sequence)) => Spot::After(sequence),
        Some(Mark::Ended) => return Left::Ended(Vec::new()),
        None => Spot::Time(begun),
    };
    let reading = Reading {
        following,
        shard,
        from,
        iterator: None,
        failures: 0,
        told: i64::MIN,
    };
    reading.run().await.unwrap_or(Left::Closed)
}

impl Reading<'_> {
    async fn run(mut self) -> Result<Left, Closed> {
        loop {
            let Some(iterator) = self.iterator.take() else {
                if let Some(left) = self.place().await? {
                    return Ok(left);
                }
                continue;
            };
            let ground = &self.following.ground;
            let room = std::sync::Arc::clone(&ground.room).acquire_owned().await;
            let room = room.map_err(|_| Closed)?;
            let called = ground.clock.now();
            let asked = self
                .following
                .client
                .get_records()
                .shard_iterator(&iterator)
                .set_stream_arn(self.following.source.name.arn.clone())
                .limit(MOST)
                .send()
                .await;
            let answer = match asked {
                Ok(answer) => answer,
                Err(error) => {
                    drop(room);
                    if is_expired(&error) {
                        tracing::debug!(shard = %self.shard.id, "an iterator has expired");
                        continue;
                    }
                    let failure = Failure::of(&error);
                    self.iterator = Some(iterator);
                    if let Some(left) = self.failed("kinesis:GetRecords", &failure).await? {
                        return Ok(left);
                    }
                    continue;
                }
            };
            self.failures = 0;
            let behind = answer.millis_behind_latest.unwrap_or(0).max(0);
            let pulse = &self.following.pulse;
            pulse.worked(&self.shard.id, Some(behind)).await?;
            let more = behind > 0 || !answer.records.is_empty();
            if let Some(left) = self.take(answer, called, behind, room).await? {
                return Ok(left);
            }
            let interval = self.following.source.interval;
            let pace = if more { interval.min(HURRY) } else { interval };
            let took = self.following.ground.clock.now().saturating_sub(called);
            let took = Duration::from_millis(u64::try_from(took).unwrap_or(0));
            tokio::time::sleep(pace.saturating_sub(took)).await;
        }
    }

    /// Hands on what an answer holds; the end of the shard, if it is that.
    async fn take(
        &mut self,
        answer: GetRecordsOutput,
        called: i64,
        behind: i64,
        room: tokio::sync::OwnedSemaphorePermit,
    ) -> Result<Option<Left>, Closed> {
        let children = answer.child_shards.unwrap_or_default().into_iter();
        let children = children.map(|child| (child.shard_id, child.parent_shards));
        self.iterator = answer.next_shard_iterator.filter(|next| !next.is_empty());
        let records: Vec<Record> = answer.records.into_iter().map(record).collect();
        let arrived = records.iter().filter_map(|record| record.arrived).max();
        // Of an answer with records, what arrived with the last may be in the next.
        let read_until = match records.last() {
            Some(last) => {
                self.from = Spot::After(last.sequence.clone());
                arrived
            }
            None => Some(called.saturating_sub(behind)),
        };
        let is_news = !records.is_empty() || called.saturating_sub(self.told) >= IDLE;
        if is_news {
            self.told = called;
            let parcel = Parcel {
                shard: self.shard.clone(),
                records,
                read_until,
                received: self.following.ground.clock.now(),
                room,
            };
            self.following.pulse.send(Sent::Parcel(parcel)).await?;
        }
        let ended = self.iterator.is_none();
        Ok(ended.then(|| Left::Ended(children.collect())))
    }

    /// Finds an iterator for the place that was reached.
    async fn place(&mut self) -> Result<Option<Left>, Closed> {
        let following = self.following;
        let ask = following
            .client
            .get_shard_iterator()
            .set_stream_arn(following.source.name.arn.clone())
            .set_stream_name(following.by_name())
            .shard_id(&*self.shard.id);
        let ask = match &self.from {
            Spot::After(sequence) => ask
                .shard_iterator_type(ShardIteratorType::AfterSequenceNumber)
                .starting_sequence_number(sequence),
            Spot::Time(time) => ask
                .shard_iterator_type(ShardIteratorType::AtTimestamp)
                // A time that has not come is refused.
                .timestamp(DateTime::from_millis(
                    (*time).min(following.ground.clock.now()),
                )),
            Spot::Oldest => ask.shard_iterator_type(ShardIteratorType::TrimHorizon),
        };
        let failure = match ask.send().await {
            Ok(answer) => {
                self.iterator = answer.shard_iterator.filter(|it| !it.is_empty());
                if self.iterator.is_some() {
                    return Ok(None);
                }
                Failure::unanswered("kinesis:GetShardIterator")
            }
            Err(error) => Failure::of(&error),
        };
        if failure.class == Class::Config && matches!(self.from, Spot::After(_)) {
            tracing::warn!(
                stream = %self.shard.feed.group, shard = %self.shard.id, reason = failure.text,
                "the place that was reached in a shard is not there any more: it is read from its oldest record"
            );
            self.from = Spot::Oldest;
            return Ok(None);
        }
        self.failed("kinesis:GetShardIterator", &failure).await
    }

    /// Tells of a failure, and waits.
    async fn failed(&mut self, action: &str, failure: &Failure) -> Result<Option<Left>, Closed> {
        self.failures = self.failures.saturating_add(1);
        let following = self.following;
        following.failed(&self.shard.id, action, failure).await?;
        if failure.class == Class::Gone {
            return Ok(Some(Left::Gone));
        }
        following.pause(failure.class, self.failures).await;
        Ok(None)
    }
}

fn is_expired<R>(
    error: &SdkError<aws_sdk_kinesis::operation::get_records::GetRecordsError, R>,
) -> bool {
    error
        .as_service_error()
        .is_some_and(|error| error.is_expired_iterator_exception())
}

fn record(record: aws_sdk_kinesis::types::Record) -> Record {
    let arrived = record.approximate_arrival_timestamp;
    Record {
        sequence: record.sequence_number,
        arrived: arrived.and_then(|time| time.to_millis().ok()),
        data: record.data.into_inner(),
    }
}
