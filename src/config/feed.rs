//! What carries the logs of any number of clusters to a watch: Kinesis streams, and queues that announce
//! objects.

use std::time::Duration;

use serde::Deserialize;

use super::{arn_part, group_name};
use crate::detect::duration;
use crate::record::Origin;
use crate::source::kinesis::StreamSettings;
use crate::source::s3::QueueSettings;

/// A `[[kinesis]]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KinesisConfig {
    /// The stream's name or ARN.
    pub stream: String,
    /// Its region, where the name does not tell it.
    pub region: Option<String>,
    /// The role to assume for reading it.
    pub role_arn: Option<String>,
    /// The external id that the role asks for.
    pub external_id: Option<String>,
    /// From one look at a shard that has nothing new to the next.
    #[serde(default = "second", deserialize_with = "duration::read")]
    pub interval: Duration,
    /// The name or ARN of the log group whose lines come without an envelope.
    pub log_group: Option<String>,
}

/// An `[[s3]]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3Config {
    /// The URL of the queue that announces objects.
    pub queue_url: String,
    /// The queue's region, where its URL does not tell it.
    pub region: Option<String>,
    /// The role to assume for reading queue and objects.
    pub role_arn: Option<String>,
    /// The external id that the role asks for.
    pub external_id: Option<String>,
    /// For how long a message is nobody else's. It is asked for again and again while its objects are read.
    #[serde(default = "two_minutes", deserialize_with = "duration::read")]
    pub visibility: Duration,
    /// How long after an event its object may be announced.
    #[serde(default = "half_an_hour", deserialize_with = "duration::read")]
    pub lateness: Duration,
    /// The name or ARN of the log group whose lines come in objects that don't name it.
    pub log_group: Option<String>,
}

impl KinesisConfig {
    /// What is known of records that don't tell.
    #[must_use]
    pub fn hint(&self) -> Origin {
        hint(self.log_group.as_deref())
    }

    /// As a reader wants it.
    #[must_use]
    pub fn settings(&self) -> StreamSettings {
        StreamSettings {
            stream: self.stream.clone(),
            region: self.region.clone(),
            role_arn: self.role_arn.clone(),
            external_id: self.external_id.clone(),
            interval: self.interval,
        }
    }
}

impl S3Config {
    /// As a reader wants it; `first_wait` is the wait after a first failure.
    #[must_use]
    pub fn settings(&self, first_wait: Duration) -> QueueSettings {
        QueueSettings {
            url: self.queue_url.clone(),
            region: self.region.clone(),
            role_arn: self.role_arn.clone(),
            external_id: self.external_id.clone(),
            visibility: self.visibility,
            first_wait,
        }
    }

    /// What is known of objects that don't tell.
    #[must_use]
    pub fn hint(&self) -> Origin {
        hint(self.log_group.as_deref())
    }

    /// Checks what the shape alone does not tell.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn checked(&self) -> Result<(), String> {
        let url = &self.queue_url;
        if !url.starts_with("https://") && !url.starts_with("http://") {
            return Err(format!(
                "[[s3]] queue_url is {url:?}: write the queue's URL, such as \"https://sqs.us-east-1.amazonaws.com/111122223333/eks-logs\""
            ));
        }
        let seconds = self.visibility.as_secs();
        if !(1..=43_200).contains(&seconds) {
            return Err(format!(
                "[[s3]] visibility is {seconds} s: SQS takes from 1 s to 12 h"
            ));
        }
        Ok(())
    }
}

fn hint(log_group: Option<&str>) -> Origin {
    Origin {
        log_group: log_group.map(|group| group_name(group).to_owned()),
        log_stream: None,
        account: log_group.and_then(|group| arn_part(group, 4)),
        region: log_group.and_then(|group| arn_part(group, 3)),
    }
}

const fn second() -> Duration {
    Duration::from_secs(1)
}

const fn two_minutes() -> Duration {
    Duration::from_secs(120)
}

const fn half_an_hour() -> Duration {
    Duration::from_secs(1_800)
}
