//! A Kinesis stream: whether it is there, and may be read. Never subscribes to a shard: that would push out a
//! watch that has.

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::types::{ConsumerStatus, ShardIteratorType, StreamStatus};

use super::finding::Finding;
use super::refusal::{Call, Refusal};
use super::role::Caller;
use crate::source::kinesis::StreamName;

/// Records are kept for so many hours unless somebody says otherwise.
const SHORTEST: i32 = 24;

/// What to do about a consumer that can't be subscribed as.
const REGISTER: &str = "register one: aws kinesis register-stream-consumer";

/// Looks at a stream, as whoever reads it in its region, and at the consumer as which it does so, if that is
/// said.
pub(crate) async fn stream(text: &str, consumer: Option<&str>, reader: &Caller) -> Vec<Finding> {
    let asking = Asking {
        client: Client::new(&reader.sdk),
        name: StreamName::parse(text),
        text,
        reader,
    };
    let seen = asking.describe().await;
    let is_there = seen.fix.is_none() || seen.level == super::Level::Warn;
    let mut findings = vec![seen];
    if is_there {
        findings.push(match (asking.shard().await, consumer) {
            (Err(finding), _) => finding,
            (Ok(_), Some(consumer)) => asking.consumer(consumer).await,
            (Ok(shard), None) => asking.records(&shard).await,
        });
    }
    findings
}

struct Asking<'a> {
    client: Client,
    name: StreamName,
    text: &'a str,
    reader: &'a Caller,
}

impl Asking<'_> {
    fn by_name(&self) -> Option<String> {
        self.name.arn.is_none().then(|| self.name.name.clone())
    }

    fn refused(&self, refusal: &Refusal, check: &'static str, action: &str) -> Finding {
        let call = Call {
            principal: &self.reader.arn,
            action,
            resource: self.text,
        };
        refusal.finding(check, self.text, call)
    }

    async fn describe(&self) -> Finding {
        let asked = self
            .client
            .describe_stream_summary()
            .set_stream_arn(self.name.arn.clone())
            .set_stream_name(self.by_name())
            .send()
            .await;
        let answer = match asked {
            Ok(answer) => answer,
            Err(error) => {
                let action = "kinesis:DescribeStreamSummary";
                return self.refused(&Refusal::of(&error), "stream", action);
            }
        };
        let Some(summary) = answer.stream_description_summary else {
            let words = "kinesis:DescribeStreamSummary told nothing";
            return Finding::ok("stream", self.text, words).fail("see what stands between");
        };
        let (hours, shards) = (summary.retention_period_hours, summary.open_shard_count);
        let words = format!("is there, {shards} open shards, keeps records for {hours} h");
        let seen = Finding::ok("stream", self.text, words);
        if summary.stream_status == StreamStatus::Deleting {
            return seen.fail("it is being deleted: name another");
        }
        if hours <= SHORTEST {
            return seen.warn(
                "a watch that stands still for longer loses events: aws kinesis increase-stream-retention-period --retention-period-hours 168",
            );
        }
        seen
    }

    /// One of its shards.
    async fn shard(&self) -> Result<String, Finding> {
        let listed = self
            .client
            .list_shards()
            .set_stream_arn(self.name.arn.clone())
            .set_stream_name(self.by_name())
            .max_results(1)
            .send()
            .await;
        let listed = listed
            .map_err(|error| self.refused(&Refusal::of(&error), "shards", "kinesis:ListShards"))?;
        let first = listed.shards.unwrap_or_default().into_iter().next();
        first.map(|shard| shard.shard_id).ok_or_else(|| {
            let none = Finding::ok("shards", self.text, "has no shards yet");
            none.warn("wait until the stream is active")
        })
    }

    /// Whether its records may be read: one is asked for.
    async fn records(&self, shard: &str) -> Finding {
        let placed = self
            .client
            .get_shard_iterator()
            .set_stream_arn(self.name.arn.clone())
            .set_stream_name(self.by_name())
            .shard_id(shard)
            .shard_iterator_type(ShardIteratorType::TrimHorizon)
            .send()
            .await;
        let iterator = match placed {
            Ok(answer) => answer.shard_iterator,
            Err(error) => {
                let action = "kinesis:GetShardIterator";
                return self.refused(&Refusal::of(&error), "records", action);
            }
        };
        let read = self
            .client
            .get_records()
            .set_stream_arn(self.name.arn.clone())
            .set_shard_iterator(iterator)
            .limit(1)
            .send()
            .await;
        match read {
            Ok(_) => Finding::ok("records", self.text, "may be read"),
            Err(error) => self.refused(&Refusal::of(&error), "records", "kinesis:GetRecords"),
        }
    }

    /// Whether a consumer is registered, and ready.
    async fn consumer(&self, arn: &str) -> Finding {
        let asked = self.client.describe_stream_consumer().consumer_arn(arn);
        let told = match asked.send().await {
            Ok(answer) => answer.consumer_description,
            Err(error) => {
                let call = Call {
                    principal: &self.reader.arn,
                    action: "kinesis:DescribeStreamConsumer",
                    resource: arn,
                };
                return Refusal::of(&error).finding("consumer", arn, call);
            }
        };
        match told.map(|told| told.consumer_status) {
            Some(ConsumerStatus::Active) => {
                let words = "is ACTIVE; kinesis:SubscribeToShard is not tried, because it would push out a watch that runs";
                Finding::ok("consumer", arn, words)
            }
            Some(ConsumerStatus::Creating) => {
                Finding::ok("consumer", arn, "is CREATING").warn("wait until it is ACTIVE")
            }
            Some(other) => Finding::ok("consumer", arn, format!("is {other}")).fail(REGISTER),
            None => Finding::ok("consumer", arn, "nothing was told of it").fail(REGISTER),
        }
    }
}
