//! Reads one shard from its mark to its end: by asking for what is new, or as somebody who has subscribed.
//! Iterators live within this file; what outlives it is the number of the last record.

use std::time::Duration;

use aws_sdk_kinesis::error::SdkError;
use aws_sdk_kinesis::operation::get_records::{GetRecordsError, GetRecordsOutput};

use super::delivery::{Mark, Shard};
use super::fan_out;
use super::following::Following;
use super::pulse::Closed;
use super::reading::{Came, Left, Reading, Spot};
use crate::source::cloudwatch::failure::Failure;

/// Records in one answer. An answer is 10 MB at most, whatever is asked for.
const MOST: i32 = 1_000;

/// From one call to the next where more is known to be there: a shard takes five calls a second, from all
/// who read it.
const HURRY: Duration = Duration::from_millis(200);

/// A shard that is asked for what is new.
struct Polling<'r> {
    reading: Reading<'r>,
    iterator: Option<String>,
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
    let reading = Reading::new(following, shard, from);
    let left = if let Some(consumer) = &following.source.consumer {
        fan_out::run(reading, consumer).await
    } else {
        let iterator = None;
        Polling { reading, iterator }.run().await
    };
    left.unwrap_or(Left::Closed)
}

impl Polling<'_> {
    async fn run(mut self) -> Result<Left, Closed> {
        let following = self.reading.following;
        loop {
            let Some(iterator) = self.iterator.take() else {
                if let Some(left) = self.place().await? {
                    return Ok(left);
                }
                continue;
            };
            let room = self.reading.room().await?;
            let called = following.ground.clock.now();
            let asked = following
                .client
                .get_records()
                .shard_iterator(&iterator)
                .set_stream_arn(following.source.name.arn.clone())
                .limit(MOST)
                .send()
                .await;
            let answer = match asked {
                Ok(answer) => answer,
                Err(error) => {
                    drop(room);
                    if is_expired(&error) {
                        tracing::debug!(shard = %self.reading.shard.id, "an iterator has expired");
                        continue;
                    }
                    self.iterator = Some(iterator);
                    let asked = following.asked("kinesis:GetRecords");
                    let failure = Failure::of(&error);
                    if let Some(left) = self.reading.failed(&asked, &failure).await? {
                        return Ok(left);
                    }
                    continue;
                }
            };
            let behind = answer.millis_behind_latest.unwrap_or(0);
            let more = behind > 0 || !answer.records.is_empty();
            if let Some(left) = self.take(answer, called, room).await? {
                return Ok(left);
            }
            let interval = following.source.interval;
            let pace = if more { interval.min(HURRY) } else { interval };
            let took = following.ground.clock.now().saturating_sub(called);
            let took = Duration::from_millis(u64::try_from(took).unwrap_or(0));
            tokio::time::sleep(pace.saturating_sub(took)).await;
        }
    }

    /// Hands on what an answer holds; the end of the shard, if it is that.
    async fn take(
        &mut self,
        answer: GetRecordsOutput,
        called: i64,
        room: tokio::sync::OwnedSemaphorePermit,
    ) -> Result<Option<Left>, Closed> {
        let behind = answer.millis_behind_latest.unwrap_or(0);
        let came = Came::new(answer.records, behind, called);
        self.reading.worked(&came).await?;
        if self.reading.is_news(&came) {
            self.reading.hand_on(came, room).await?;
        }
        self.iterator = answer.next_shard_iterator.filter(|next| !next.is_empty());
        let ended = self.iterator.is_none();
        Ok(ended.then(|| Left::ended(answer.child_shards)))
    }

    /// Finds an iterator for the place that was reached.
    async fn place(&mut self) -> Result<Option<Left>, Closed> {
        let following = self.reading.following;
        let (kind, sequence, time) = self.reading.from.position(following.ground.clock.now());
        let asked = following
            .client
            .get_shard_iterator()
            .set_stream_arn(following.source.name.arn.clone())
            .set_stream_name(following.by_name())
            .shard_id(&*self.reading.shard.id)
            .shard_iterator_type(kind)
            .set_starting_sequence_number(sequence)
            .set_timestamp(time)
            .send()
            .await;
        let action = "kinesis:GetShardIterator";
        let failure = match asked {
            Ok(answer) => {
                self.iterator = answer.shard_iterator.filter(|it| !it.is_empty());
                if self.iterator.is_some() {
                    return Ok(None);
                }
                Failure::unanswered(action)
            }
            Err(error) => Failure::of(&error),
        };
        let asked = following.asked(action);
        self.reading.refused(&asked, &failure).await
    }
}

fn is_expired<R>(error: &SdkError<GetRecordsError, R>) -> bool {
    error
        .as_service_error()
        .is_some_and(GetRecordsError::is_expired_iterator_exception)
}
