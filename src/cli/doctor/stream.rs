//! A Kinesis stream: whether it is there, and may be read.

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::types::{ShardIteratorType, StreamStatus};

use super::finding::Finding;
use super::refusal::{Call, Refusal};
use super::role::Caller;
use crate::source::kinesis::StreamName;

/// Records are kept for so many hours unless somebody says otherwise.
const SHORTEST: i32 = 24;

/// Looks at a stream, as whoever reads it in its region.
pub(crate) async fn stream(text: &str, reader: &Caller) -> Vec<Finding> {
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
        findings.extend(asking.records().await);
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

    /// Whether its records may be read: one is asked for.
    async fn records(&self) -> Vec<Finding> {
        let listed = self
            .client
            .list_shards()
            .set_stream_arn(self.name.arn.clone())
            .set_stream_name(self.by_name())
            .max_results(1)
            .send()
            .await;
        let shards = match listed {
            Ok(answer) => answer.shards.unwrap_or_default(),
            Err(error) => {
                return vec![self.refused(&Refusal::of(&error), "shards", "kinesis:ListShards")];
            }
        };
        let Some(shard) = shards.first() else {
            let none = Finding::ok("shards", self.text, "has no shards yet");
            return vec![none.warn("wait until the stream is active")];
        };
        let placed = self
            .client
            .get_shard_iterator()
            .set_stream_arn(self.name.arn.clone())
            .set_stream_name(self.by_name())
            .shard_id(&shard.shard_id)
            .shard_iterator_type(ShardIteratorType::TrimHorizon)
            .send()
            .await;
        let iterator = match placed {
            Ok(answer) => answer.shard_iterator,
            Err(error) => {
                let action = "kinesis:GetShardIterator";
                return vec![self.refused(&Refusal::of(&error), "records", action)];
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
        vec![match read {
            Ok(_) => Finding::ok("records", self.text, "may be read"),
            Err(error) => self.refused(&Refusal::of(&error), "records", "kinesis:GetRecords"),
        }]
    }
}
