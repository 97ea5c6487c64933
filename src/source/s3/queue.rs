//! A queue that announces objects: its messages, and what is done with them.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::MessageSystemAttributeName;

use super::address::is_region;
use super::store::Store;
use crate::source::cloudwatch::access::Access;
use crate::source::cloudwatch::backoff;
use crate::source::cloudwatch::failure::{Asked, Failure};
use crate::source::cloudwatch::{Class, LogKind, NoRegion, Stream};

/// How long a call waits for a message: as long as SQS lets it.
const LONG: i32 = 20;

/// A queue that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueSettings {
    /// Its URL.
    pub url: String,
    /// Its region; `None`: the URL's, else that of the AWS settings.
    pub region: Option<String>,
    /// The role that reads the queue and the objects.
    pub role_arn: Option<String>,
    /// What the role's trust policy asks for.
    pub external_id: Option<String>,
    /// For how long a message is nobody else's.
    pub visibility: Duration,
    /// The wait after a first failure.
    pub first_wait: Duration,
}

/// A queue, and the objects that it announces.
pub struct Queue {
    /// What it is called in notices.
    pub feed: Stream,
    /// The objects.
    pub store: Store,
    client: Client,
    settings: QueueSettings,
}

/// A message, which is nobody else's for a while.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its id.
    pub id: String,
    /// By which it is named in calls.
    receipt: String,
    /// What it says.
    pub body: String,
    /// When it was sent, in milliseconds since the Unix epoch.
    pub sent: Option<i64>,
    /// How often it was received.
    pub times: u64,
}

/// A call that failed, in words.
#[derive(Clone, Debug)]
pub struct Refused {
    /// What kind of failure.
    pub class: Class,
    /// What happened, and what to do.
    pub message: String,
}

impl QueueSettings {
    /// What notices call the queue; `region` is that of the AWS settings.
    ///
    /// # Errors
    /// When no region is known.
    pub fn feed(&self, region: Option<&str>) -> Result<Stream, NoRegion> {
        let region = self.region(region)?;
        // Account and name end the URL's path.
        let mut parts = self.url.trim_end_matches('/').rsplit('/');
        let name = parts.next().unwrap_or_default();
        let is_account = |part: &&str| part.len() == 12 && part.bytes().all(|b| b.is_ascii_digit());
        let account = parts.next().filter(is_account).unwrap_or("-");
        Ok(Stream {
            group: format!("{account}:{region}:{name}").into(),
            kind: LogKind::Objects,
        })
    }

    /// The queue's region.
    ///
    /// # Errors
    /// When it is not known.
    pub fn region(&self, region: Option<&str>) -> Result<String, NoRegion> {
        let host = self.url.split('/').nth(2).unwrap_or_default();
        let of_url = host.strip_prefix("sqs.").and_then(|rest| {
            let (region, rest) = rest.split_once('.')?;
            (rest.starts_with("amazonaws.com") && is_region(region)).then_some(region)
        });
        let known = self.region.as_deref().or(of_url).or(region);
        known.map(str::to_owned).ok_or_else(|| NoRegion {
            what: self.url.clone(),
        })
    }

    /// Makes what is needed to read it. `base` has the credentials, the region and the endpoint that hold
    /// where the settings name no others.
    ///
    /// # Errors
    /// When no region is known.
    pub async fn open(self, base: &SdkConfig) -> Result<Queue, NoRegion> {
        let region = base.region().map(ToString::to_string);
        let feed = self.feed(region.as_deref())?;
        let access = Access {
            role_arn: self.role_arn.clone(),
            external_id: self.external_id.clone(),
            region: self.region(region.as_deref())?,
        };
        let sdk = access.settings(base).await;
        Ok(Queue {
            feed,
            store: Store::of(&sdk, access.role_arn),
            client: Client::new(&sdk),
            settings: self,
        })
    }
}

impl Queue {
    /// For how long a message is nobody else's.
    #[must_use]
    pub const fn visibility(&self) -> Duration {
        self.settings.visibility
    }

    /// How long to wait after a row of failures, of which the last was of `class`.
    #[must_use]
    pub fn wait(&self, class: Class, failures: u32) -> Duration {
        backoff::wait(self.settings.first_wait, class, failures, fastrand::f64())
    }

    /// Waits for a message for some seconds.
    ///
    /// # Errors
    /// When the queue refuses.
    pub async fn receive(&self) -> Result<Option<Message>, Refused> {
        let asked = self
            .client
            .receive_message()
            .queue_url(&self.settings.url)
            .max_number_of_messages(1)
            .wait_time_seconds(LONG)
            .visibility_timeout(self.seconds())
            .message_system_attribute_names(MessageSystemAttributeName::SentTimestamp)
            .message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount)
            .send()
            .await;
        let answer =
            asked.map_err(|error| self.refused("sqs:ReceiveMessage", &Failure::of(&error)))?;
        let message = answer.messages.unwrap_or_default().into_iter().next();
        Ok(message.map(|message| {
            let attributes = message.attributes.unwrap_or_default();
            let number = |name| attributes.get(&name)?.parse().ok();
            let times = number(MessageSystemAttributeName::ApproximateReceiveCount);
            Message {
                id: message.message_id.unwrap_or_default(),
                receipt: message.receipt_handle.unwrap_or_default(),
                body: message.body.unwrap_or_default(),
                sent: number(MessageSystemAttributeName::SentTimestamp),
                times: times.and_then(|it| u64::try_from(it).ok()).unwrap_or(1),
            }
        }))
    }

    /// Keeps a message from others for as long again.
    ///
    /// # Errors
    /// When the queue refuses: the message may be another's then.
    pub async fn keep(&self, message: &Message) -> Result<(), Refused> {
        let asked = self
            .client
            .change_message_visibility()
            .queue_url(&self.settings.url)
            .receipt_handle(&message.receipt)
            .visibility_timeout(self.seconds())
            .send()
            .await;
        asked
            .map(|_| ())
            .map_err(|error| self.refused("sqs:ChangeMessageVisibility", &Failure::of(&error)))
    }

    /// Takes a message out of the queue.
    ///
    /// # Errors
    /// When the queue refuses: the message comes again then.
    pub async fn delete(&self, message: &Message) -> Result<(), Refused> {
        let asked = self
            .client
            .delete_message()
            .queue_url(&self.settings.url)
            .receipt_handle(&message.receipt)
            .send()
            .await;
        asked
            .map(|_| ())
            .map_err(|error| self.refused("sqs:DeleteMessage", &Failure::of(&error)))
    }

    fn seconds(&self) -> i32 {
        i32::try_from(self.settings.visibility.as_secs()).unwrap_or(i32::MAX)
    }

    fn refused(&self, action: &str, failure: &Failure) -> Refused {
        let message = failure.message(&Asked {
            principal: None,
            role: self.settings.role_arn.as_deref(),
            action,
            resource: &self.settings.url,
        });
        Refused {
            class: failure.class,
            message,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    fn label(url: &str) -> String {
        let settings = QueueSettings {
            url: url.to_owned(),
            region: None,
            role_arn: None,
            external_id: None,
            visibility: Duration::from_secs(1),
            first_wait: Duration::from_secs(1),
        };
        settings.feed(Some("us-east-1")).unwrap().group.to_string()
    }

    #[test]
    fn a_queue_is_called_by_what_its_url_tells() {
        let aws = "https://sqs.eu-west-1.amazonaws.com/111122223333/eks";
        assert_eq!(label(aws), "111122223333:eu-west-1:eks");
        let local = "http://127.0.0.1:5000/111122223333/eks";
        assert_eq!(label(local), "111122223333:us-east-1:eks");
        assert_eq!(label("http://localhost/eks"), "-:us-east-1:eks");
    }
}
