//! What carries the logs of any number of clusters to a watch: Kinesis streams, and queues that announce
//! objects.

use std::collections::HashSet;
use std::hash::Hash;
use std::time::Duration;

use serde::Deserialize;

use super::{Config, arn_part, group_name};
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
    /// The ARN of the registered consumer as which the stream is read, by enhanced fan-out.
    pub consumer_arn: Option<String>,
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
            consumer: self.consumer_arn.clone(),
        }
    }

    fn checked(&self) -> Result<(), String> {
        let Some(consumer) = &self.consumer_arn else {
            return Ok(());
        };
        let Some(stream) = stream_of(consumer) else {
            return Err(format!(
                "[[kinesis]] consumer_arn is {consumer:?}: write the ARN that `aws kinesis register-stream-consumer` told, such as \"arn:aws:kinesis:us-east-1:111122223333:stream/eks-logs/consumer/trailhound:1760000000\""
            ));
        };
        let is_it = |stream: &str| {
            let named = &self.stream;
            named == stream
                || stream
                    .rsplit_once('/')
                    .is_some_and(|(_, name)| name == named)
        };
        if is_it(stream) {
            return Ok(());
        }
        Err(format!(
            "[[kinesis]] consumer_arn is a consumer of {stream}, and stream is {:?}: name the stream that it was registered for",
            self.stream
        ))
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

    fn checked(&self) -> Result<(), String> {
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

/// Checks what the shape alone does not tell.
///
/// # Errors
/// What is wrong, in words.
pub(super) fn checked(config: &Config) -> Result<(), String> {
    config.s3.iter().try_for_each(S3Config::checked)?;
    config.kinesis.iter().try_for_each(KinesisConfig::checked)?;
    let streams = config.kinesis.iter().map(|one| (&one.stream, &one.region));
    if let Some((stream, _)) = twice(streams) {
        return Err(format!("[[kinesis]] {stream:?} is there twice"));
    }
    match twice(config.s3.iter().map(|one| &one.queue_url)) {
        Some(url) => Err(format!("[[s3]] {url:?} is there twice")),
        None => Ok(()),
    }
}

/// The first that comes twice.
fn twice<T: Eq + Hash + Copy>(mut all: impl Iterator<Item = T>) -> Option<T> {
    let mut seen = HashSet::new();
    all.find(|one| !seen.insert(*one))
}

/// The ARN of the stream that a consumer, by its ARN, was registered for.
fn stream_of(consumer: &str) -> Option<&str> {
    let parts: Vec<&str> = consumer.split(':').collect();
    let ["arn", _, "kinesis", region, account, resource, time] = parts.as_slice() else {
        return None;
    };
    let ["stream", stream, "consumer", name] = resource.split('/').collect::<Vec<_>>()[..] else {
        return None;
    };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let is_whole = ![*region, stream, name].contains(&"") && is_number(account) && is_number(time);
    let (stream, _) = consumer.split_once("/consumer/")?;
    is_whole.then_some(stream)
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    const QUEUE: &str = "https://sqs.us-east-1.amazonaws.com/111122223333/eks";

    fn wrong(text: &str) -> String {
        let config: Config = toml::from_str(text).unwrap();
        checked(&config).err().unwrap_or_default()
    }

    #[test]
    fn feeds_have_defaults_and_a_log_group_for_what_names_none() {
        let arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/eks/prod/cluster";
        let text = format!(
            "[[kinesis]]\nstream = \"eks\"\nlog_group = \"{arn}\"\n[[s3]]\nqueue_url = \"{QUEUE}\"\n"
        );
        let config: Config = toml::from_str(&text).unwrap();
        assert_eq!(checked(&config), Ok(()));
        let hint = config.kinesis.first().unwrap().hint();
        assert_eq!(hint.log_group.as_deref(), Some("/aws/eks/prod/cluster"));
        assert_eq!(hint.region.as_deref(), Some("eu-west-1"));
        let queue = config.s3.first().unwrap();
        assert_eq!(queue.hint(), Origin::default());
        assert_eq!(queue.visibility, Duration::from_secs(120));
    }

    #[test]
    fn what_can_not_be_meant_is_refused() {
        let queue = format!("[[s3]]\nqueue_url = \"{QUEUE}\"\n");
        assert!(wrong("[[s3]]\nqueue_url = \"eks\"\n").contains("write the queue's URL"));
        let long = format!("{queue}visibility = \"13h\"\n");
        assert!(wrong(&long).contains("from 1 s to 12 h"));
        assert!(wrong(&format!("{queue}{queue}")).contains("is there twice"));
        let stream = "[[kinesis]]\nstream = \"eks\"\n";
        assert!(wrong(&format!("{stream}{stream}")).contains("is there twice"));
        let elsewhere = format!("{stream}region = \"a\"\n{stream}region = \"b\"\n");
        assert_eq!(wrong(&elsewhere), "");
    }

    #[test]
    fn a_consumer_is_told_by_its_arn_and_is_one_of_that_stream() {
        let arn = "arn:aws:kinesis:us-east-1:111122223333:stream/eks";
        let of = |stream: &str, consumer: &str| {
            wrong(&format!(
                "[[kinesis]]\nstream = \"{stream}\"\nconsumer_arn = \"{consumer}\"\n"
            ))
        };
        let consumer = format!("{arn}/consumer/own:1760000000");
        assert_eq!(of("eks", &consumer), "");
        assert_eq!(of(arn, &consumer), "");
        let other = of("logs", &consumer);
        assert!(other.contains("name the stream that it was"), "{other}");
        let elsewhere = of(&arn.replace("us-east-1", "us-east-2"), &consumer);
        assert!(elsewhere.contains("is a consumer of"), "{elsewhere}");
        for shape in ["own", "", arn, &consumer.replace(":1760000000", "")] {
            let said = of("eks", shape);
            assert!(said.contains("register-stream-consumer"), "{said}");
        }
    }
}
