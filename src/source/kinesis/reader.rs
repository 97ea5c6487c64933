//! Starts the reading of all streams, and ends it.

use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::delivery::{Marks, Sent};
use super::name::StreamName;
use super::stream;
use crate::source::cloudwatch::access::Access;
use crate::source::cloudwatch::{NoRegion, Stream};
use crate::source::tasks::until;
use crate::telemetry::Clock;

/// Answers of all shards that may be in memory. Each is 10 MB at most, and a third more on its way in. By fan-out
/// an event waits outside of it, one for each shard that has one, and what the connection takes in advance.
const ROOM: usize = 4;

/// A stream that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamSettings {
    /// Its name or ARN.
    pub stream: String,
    /// Its region; `None`: the ARN's, else that of the AWS settings.
    pub region: Option<String>,
    /// The role that reads it.
    pub role_arn: Option<String>,
    /// What the role's trust policy asks for.
    pub external_id: Option<String>,
    /// From one look at a shard that has nothing new to the next.
    pub interval: Duration,
    /// The ARN of the registered consumer as which its shards are subscribed to (enhanced fan-out); `None`:
    /// they are asked for what is new.
    pub consumer: Option<String>,
}

/// What a [`Reader`] reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReaderSettings {
    /// The streams.
    pub streams: Vec<StreamSettings>,
    /// Where a stream begins that was never read, in milliseconds since the Unix epoch: what arrived from
    /// then on is read.
    pub from: i64,
    /// The wait after a first failure.
    pub first_wait: Duration,
}

/// Reads streams.
pub struct Reader {
    /// What is read and how.
    pub settings: ReaderSettings,
    /// What was kept of former runs.
    pub marks: Marks,
    /// What time it is.
    pub clock: Clock,
}

/// What the reading of all streams shares.
pub(super) struct Ground {
    pub(super) marks: Marks,
    pub(super) clock: Clock,
    pub(super) from: i64,
    pub(super) first_wait: Duration,
    pub(super) room: Arc<Semaphore>,
}

/// A stream and who reads it.
pub(super) struct Source {
    pub(super) name: StreamName,
    pub(super) feed: Stream,
    pub(super) access: Access,
    pub(super) interval: Duration,
    pub(super) consumer: Option<String>,
}

impl StreamSettings {
    /// What notices call the stream; `region` is that of the AWS settings.
    ///
    /// # Errors
    /// When no region is known.
    pub fn feed(&self, region: Option<&str>) -> Result<Stream, NoRegion> {
        self.source(region).map(|source| source.feed)
    }

    fn source(&self, region: Option<&str>) -> Result<Source, NoRegion> {
        let name = StreamName::parse(&self.stream);
        let region = self.region.as_deref().or(name.region.as_deref()).or(region);
        let region = region.ok_or_else(|| NoRegion {
            what: self.stream.clone(),
        })?;
        Ok(Source {
            feed: name.label(region, self.role_arn.as_deref()),
            access: Access {
                role_arn: self.role_arn.clone(),
                external_id: self.external_id.clone(),
                region: region.to_owned(),
            },
            name,
            interval: self.interval,
            consumer: self.consumer.clone(),
        })
    }
}

impl Reader {
    /// Reads until `stop` says so or is dropped, or nobody takes what is read. `base` has the credentials,
    /// the region and the endpoint that hold where the settings name no others. Call it within a runtime.
    ///
    /// # Errors
    /// When a region is not known.
    pub fn start(
        self,
        base: &SdkConfig,
        out: mpsc::Sender<Sent>,
        stop: watch::Receiver<bool>,
    ) -> Result<JoinHandle<()>, NoRegion> {
        let region = base.region().map(ToString::to_string);
        let sources: Result<Vec<Source>, NoRegion> = self
            .settings
            .streams
            .iter()
            .map(|settings| settings.source(region.as_deref()))
            .collect();
        let ground = Arc::new(Ground {
            marks: self.marks,
            clock: self.clock,
            from: self.settings.from,
            first_wait: self.settings.first_wait,
            room: Arc::new(Semaphore::new(ROOM)),
        });
        let mut tasks = JoinSet::new();
        for source in sources? {
            let (ground, base, out) = (Arc::clone(&ground), base.clone(), out.clone());
            tasks.spawn(async move { stream::follow(ground, source, &base, out).await });
        }
        Ok(tokio::spawn(until(stop, out, tasks, "stream")))
    }
}
