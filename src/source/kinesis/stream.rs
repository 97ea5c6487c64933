//! Follows a stream: finds its shards, and has each read when its turn has come.

use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_kinesis::Client;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::delivery::{Ended, Listed, Mark, Sent, Shard, memos};
use super::fan_out;
use super::following::Following;
use super::pulse::{Closed, Pulse};
use super::reader::{Ground, Source};
use super::reading::Left;
use super::shard;
use super::tree::Tree;
use crate::source::cloudwatch::Class;
use crate::source::cloudwatch::failure::{Asked, Failure};

/// From one listing of the shards to the next, where nothing asks for one.
const RELIST: Duration = Duration::from_secs(60);

/// What calls that concern the whole stream are called in its pulse.
const STREAM: &str = "";

/// A stream that was found.
struct Found {
    /// When it was made, in milliseconds since the Unix epoch.
    made: i64,
    /// Where its reading began, in milliseconds since the Unix epoch.
    begun: i64,
    /// Under which name that is kept.
    memo: String,
}

/// What is known of its shards, and those that are being read.
#[derive(Default)]
struct Work {
    tree: Tree,
    tasks: JoinSet<(Shard, Left)>,
}

/// Follows a stream until nobody takes what is read.
pub(super) async fn follow(
    ground: Arc<Ground>,
    source: Source,
    base: &SdkConfig,
    out: mpsc::Sender<Sent>,
) {
    let client = Client::new(&source.access.settings(base).await);
    let pulse = Pulse::new(source.feed.clone(), out, ground.clock.clone());
    let following = Arc::new(Following {
        ground,
        source,
        client,
        pulse,
    });
    let mut failures = 0;
    while let Ok(found) = following.find(&mut failures).await {
        match following.read(&found).await {
            // It is gone, or made anew.
            Ok(()) => {
                following.pulse.forget_all();
                following.pause(Class::Gone, 1).await;
            }
            Err(Closed) => return,
        }
    }
}

impl Following {
    /// Looks for the stream until it is there, and so is the consumer as which it is read.
    async fn find(&self, failures: &mut u32) -> Result<Found, Closed> {
        loop {
            let (asked, failure) = match self.look().await {
                Ok(found) => {
                    *failures = 0;
                    self.pulse.worked(STREAM, None).await?;
                    return Ok(found);
                }
                Err(failed) => failed,
            };
            *failures = failures.saturating_add(1);
            self.failed(STREAM, &asked, &failure).await?;
            self.pause(failure.class, *failures).await;
        }
    }

    async fn look(&self) -> Result<Found, (Asked<'_>, Failure)> {
        let asked = self
            .client
            .describe_stream_summary()
            .set_stream_arn(self.source.name.arn.clone())
            .set_stream_name(self.by_name())
            .send()
            .await;
        let answer = asked.map_err(|error| {
            let asked = self.asked("kinesis:DescribeStreamSummary");
            (asked, Failure::of(&error))
        })?;
        if let Some(consumer) = &self.source.consumer {
            fan_out::registered(self, consumer).await?;
        }
        let summary = answer.stream_description_summary;
        Ok(self.found(summary.map(|it| it.stream_creation_timestamp)))
    }

    fn found(&self, made: Option<aws_sdk_kinesis::primitives::DateTime>) -> Found {
        let made = made.and_then(|made| made.to_millis().ok()).unwrap_or(0);
        let memo = format!("{}begun", memos(&self.source.feed, made));
        let kept = (self.ground.marks)(&memo);
        let kept = kept.and_then(|kept| String::from_utf8(kept).ok()?.parse().ok());
        Found {
            made,
            begun: kept.unwrap_or(self.ground.from),
            memo,
        }
    }

    /// Reads its shards until it is gone.
    async fn read(self: &Arc<Self>, found: &Found) -> Result<(), Closed> {
        let mut work = Work::default();
        let mut failures = 0;
        loop {
            let mut rest = RELIST;
            match self.list().await {
                Ok(shards) => {
                    failures = 0;
                    self.pulse.worked(STREAM, None).await?;
                    self.add(&mut work, found, shards);
                    self.begin(&mut work, found).await?;
                }
                Err(failure) => {
                    failures += 1;
                    let asked = self.asked("kinesis:ListShards");
                    self.failed(STREAM, &asked, &failure).await?;
                    if failure.class == Class::Gone {
                        return Ok(());
                    }
                    rest = self.wait(failure.class, failures);
                }
            }
            let relist = tokio::time::sleep(rest);
            tokio::pin!(relist);
            tokio::select! {
                () = &mut relist => {}
                Some(left) = work.tasks.join_next() => {
                    if !self.left(&mut work, found, left).await? {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// What is to be done when a shard is not read any more; whether the stream still is.
    async fn left(
        self: &Arc<Self>,
        work: &mut Work,
        found: &Found,
        left: Result<(Shard, Left), tokio::task::JoinError>,
    ) -> Result<bool, Closed> {
        let (shard, left) = left.map_err(|error| {
            tracing::error!(stream = %self.source.feed.group, "the reading of a shard ended by a mistake in trailhound");
            error.try_into_panic().map_or(Closed, |with| std::panic::resume_unwind(with))
        })?;
        self.pulse.forget(&shard.id);
        match left {
            Left::Closed => Err(Closed),
            Left::Gone => Ok(false),
            Left::Ended(children) => {
                for (child, parents) in children {
                    self.learn(work, found, &child, parents);
                }
                if work.tree.children(&shard.id).is_empty()
                    && let Ok(shards) = self.list().await
                {
                    self.add(work, found, shards);
                }
                work.tree.end(&shard.id);
                let children = work.tree.children(&shard.id);
                let children = children.iter().map(|id| self.shard(found, id)).collect();
                tracing::info!(stream = %self.source.feed.group, shard = %shard.id, "a shard was read to its end");
                let time = self.ground.clock.now();
                let ended = Ended {
                    shard,
                    children,
                    time,
                };
                self.pulse.send(Sent::Ended(ended)).await?;
                Ok(true)
            }
        }
    }

    /// All shards that the stream keeps, with their parents.
    async fn list(&self) -> Result<Vec<(String, Vec<String>)>, Failure> {
        let mut shards = Vec::new();
        let mut token = None;
        loop {
            let ask = self.client.list_shards();
            let ask = match token {
                // With a token, the stream must not be named again.
                Some(token) => ask.next_token(token),
                None => ask
                    .set_stream_arn(self.source.name.arn.clone())
                    .set_stream_name(self.by_name()),
            };
            let answer = ask.send().await.map_err(|error| Failure::of(&error))?;
            for shard in answer.shards.unwrap_or_default() {
                let parents = [shard.parent_shard_id, shard.adjacent_parent_shard_id];
                shards.push((shard.shard_id, parents.into_iter().flatten().collect()));
            }
            token = answer.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(shards);
            }
        }
    }

    /// Takes over a listing.
    fn add(&self, work: &mut Work, found: &Found, shards: Vec<(String, Vec<String>)>) {
        work.tree
            .retain(|known| shards.iter().any(|(id, _)| id == known));
        for (id, parents) in shards {
            self.learn(work, found, &id, parents);
        }
    }

    fn learn(&self, work: &mut Work, found: &Found, id: &str, parents: Vec<String>) {
        work.tree
            .add(id, parents, || self.mark(found, id) == Some(Mark::Ended));
    }

    /// Starts what can be read now.
    async fn begin(self: &Arc<Self>, work: &mut Work, found: &Found) -> Result<(), Closed> {
        let ready = work.tree.begin();
        let reading: Vec<Shard> = ready.iter().map(|id| self.shard(found, id)).collect();
        let all = work.tree.all().map(|id| self.shard(found, id)).collect();
        let listed = Listed {
            feed: self.source.feed.clone(),
            begun: (found.memo.clone(), found.begun),
            memos: memos(&self.source.feed, found.made),
            shards: all,
            reading: reading.clone(),
            time: self.ground.clock.now(),
        };
        self.pulse.send(Sent::Listed(listed)).await?;
        for shard in reading {
            let mark = self.mark(found, &shard.id);
            let (following, begun) = (Arc::clone(self), found.begun);
            work.tasks.spawn(async move {
                let left = shard::read(&following, &shard, mark, begun).await;
                (shard, left)
            });
        }
        Ok(())
    }

    fn mark(&self, found: &Found, id: &str) -> Option<Mark> {
        Mark::parse(&(self.ground.marks)(&self.shard(found, id).memo())?)
    }

    fn shard(&self, found: &Found, id: &str) -> Shard {
        Shard {
            feed: self.source.feed.clone(),
            made: found.made,
            id: id.into(),
        }
    }
}
