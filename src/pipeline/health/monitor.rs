//! The monitor of all logs: what happens goes in, alerts come out, one for each episode and one for
//! its end.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::judgement::{Sibling, lasting, over, wrong};
use super::limits::Limits;
use super::watched::{Open, Seen, State, Watched};
use crate::alert::Alert;
use crate::alert::health::{Episode, Trouble};
use crate::record::Cluster;
use crate::source::cloudwatch::{LogKind, Notice, Page, Stream};
use crate::telemetry::milliseconds;

/// Watches whether logs are seen.
#[derive(Debug, Default)]
pub struct Monitor {
    limits: Limits,
    logs: BTreeMap<Stream, Watched>,
    /// What a former run remembered of logs that are not watched yet.
    kept: BTreeMap<Stream, Watched>,
}

/// How a log is seen, for metrics and the status page.
#[derive(Clone, Debug)]
pub struct View {
    /// Which.
    pub stream: Stream,
    /// Its cluster.
    pub cluster: Cluster,
    /// In a word.
    pub state: State,
    /// The newest event time, in milliseconds since the Unix epoch.
    pub newest: Option<i64>,
    /// When something new was last read, in milliseconds since the Unix epoch.
    pub heard: Option<i64>,
    /// What failed last, if it still does.
    pub error: Option<String>,
}

/// What is stored: names as text, so that they outlive the program.
#[derive(Serialize, Deserialize)]
struct Saved<W> {
    version: u32,
    logs: Vec<(String, String, W)>,
}

const VERSION: u32 = 1;

/// After so long a log that a feed carried and that came no more is forgotten, in milliseconds.
const FORGET: i64 = 7 * 24 * 3_600_000;

/// Why what was stored can't be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It is not what a monitor stores.
    #[error("what is remembered of the logs' health can't be read: {0}")]
    Invalid(#[from] serde_json::Error),
    /// It was stored by a newer program.
    #[error(
        "what is remembered of the logs' health has version {0}, and this program knows {VERSION}"
    )]
    Version(u32),
}

impl Monitor {
    /// A monitor that remembers nothing.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// A monitor that goes on where `saved` was [stored](Self::save).
    ///
    /// # Errors
    /// When that is no such thing.
    pub fn load(limits: Limits, saved: &str) -> Result<Self, LoadError> {
        let saved: Saved<Watched> = serde_json::from_str(saved)?;
        if saved.version != VERSION {
            return Err(LoadError::Version(saved.version));
        }
        let logs = saved.logs.into_iter().filter_map(|(group, log, watched)| {
            let kind = LogKind::of(&log)?;
            let group = Arc::from(group);
            Some((Stream { group, kind }, watched))
        });
        Ok(Self {
            limits,
            logs: BTreeMap::new(),
            kept: logs.collect(),
        })
    }

    /// All that it remembers, to be stored in one transaction with the alerts it gave.
    ///
    /// # Errors
    /// None in practice: all of it can be written as JSON.
    pub fn save(&self) -> Result<String, serde_json::Error> {
        let logs = self.kept.iter().chain(&self.logs);
        let logs = logs.map(|(stream, watched)| {
            let log = stream.kind.as_str().to_owned();
            (stream.group.to_string(), log, watched)
        });
        serde_json::to_string(&Saved {
            version: VERSION,
            logs: logs.collect(),
        })
    }

    /// Watches a log from now on. What a former run remembered of it holds; an alert that is open
    /// stays open until there is evidence that it is over.
    pub fn watch(&mut self, stream: &Stream, cluster: &Cluster, now: i64) {
        if let Some(known) = self.logs.get_mut(stream) {
            known.cluster = cluster.clone();
            return;
        }
        let mut watched = match self.kept.remove(stream) {
            Some(kept) => kept,
            None => Watched::new(Cluster::default(), now),
        };
        watched.started = now;
        watched.cluster = cluster.clone();
        self.logs.insert(stream.clone(), watched);
    }

    /// Watches only logs that `keep` holds; the others are forgotten, and their alerts stay open.
    pub fn retain(&mut self, keep: impl Fn(&Stream) -> bool) {
        self.logs.retain(|stream, _| keep(stream));
        self.kept.retain(|stream, _| keep(stream));
    }

    /// Takes what was read.
    pub fn page(&mut self, page: &Page) {
        let cluster = || Cluster::of(&page.origin);
        self.seen(&page.stream, &Seen::of(page), cluster);
    }

    /// Takes what was read of a feed.
    pub fn fed(&mut self, stream: &Stream, seen: &Seen) {
        self.seen(stream, seen, Cluster::default);
    }

    /// Takes what was read of a log that a feed carries.
    pub fn carried(&mut self, stream: &Stream, feed: &Stream, seen: &Seen) {
        self.seen(stream, seen, Cluster::default);
        if let Some(log) = self.logs.get_mut(stream) {
            log.feed = Some(feed.to_string());
        }
    }

    /// The logs that a former run saw in a feed, and this one has not seen yet.
    #[must_use]
    pub fn kept_of(&self, feed: &Stream) -> Vec<Stream> {
        if self.kept.is_empty() {
            return Vec::new();
        }
        let feed = Some(feed.to_string());
        let kept = self.kept.iter().filter(|(_, log)| log.feed == feed);
        kept.map(|(stream, _)| stream.clone()).collect()
    }

    fn seen(&mut self, stream: &Stream, seen: &Seen, cluster: impl FnOnce() -> Cluster) {
        let limit = milliseconds(self.limits.lag);
        self.log(stream, seen.received, cluster).seen(seen, limit);
    }

    /// Takes how the reading goes.
    pub fn notice(&mut self, notice: &Notice) {
        let log = self.log(&notice.stream, notice.time, Cluster::default);
        log.notice(notice);
    }

    /// Says what is wrong, and what has ended, now. To be asked every few seconds.
    pub fn tick(&mut self, now: i64) -> Vec<Alert> {
        let siblings: BTreeMap<Arc<str>, Sibling> = self
            .logs
            .iter()
            .filter(|(stream, _)| stream.kind == LogKind::Audit)
            .map(|(stream, log)| (Arc::clone(&stream.group), sibling(log, &self.limits, now)))
            .collect();
        let mut alerts = Vec::new();
        let feeds = self.feeds();
        for (stream, log) in &mut self.logs {
            let sibling = siblings.get(&stream.group).copied().unwrap_or_default();
            end(stream, log, now, &mut alerts);
            if log.over || !is_judged(log, &feeds, now) {
                continue;
            }
            if let Some(wrong) = wrong(log, stream.kind, sibling, &self.limits, now) {
                begin(stream, log, wrong, now, &mut alerts);
            }
        }
        self.logs.retain(|_, log| !log.over);
        alerts
    }

    /// How each log is seen.
    #[must_use]
    pub fn views(&self) -> Vec<View> {
        let view = |(stream, log): (&Stream, &Watched)| View {
            stream: stream.clone(),
            cluster: log.cluster.clone(),
            state: log.state(),
            newest: log.newest,
            heard: log.heard,
            error: log.error(),
        };
        self.logs.iter().map(view).collect()
    }

    /// How the feeds do, by their names.
    fn feeds(&self) -> BTreeMap<String, Feed> {
        let feeds = self.logs.iter().filter(|(it, _)| it.kind.is_feed());
        let feeds = feeds.map(|(stream, log)| {
            let unreadable = log.failing.is_some() || log.given.is_some();
            let feed = Feed {
                sign: log.sign,
                mended: log.mended,
                fine: !unreadable && log.late.is_none(),
            };
            (stream.to_string(), feed)
        });
        feeds.collect()
    }

    fn log(
        &mut self,
        stream: &Stream,
        now: i64,
        cluster: impl FnOnce() -> Cluster,
    ) -> &mut Watched {
        if !self.logs.contains_key(stream) {
            let cluster = cluster();
            self.watch(stream, &cluster, now);
        }
        // Watched just now, if it was not before.
        self.logs.entry(stream.clone()).or_default()
    }
}

/// How a feed does, as far as it matters to the logs that it carries.
struct Feed {
    sign: Option<i64>,
    mended: Option<i64>,
    fine: bool,
}

/// Whether a log can be judged: of one that a feed carries nothing is known while the feed is not seen in
/// time. One that has not come for long is forgotten: that was told when it fell silent.
fn is_judged(log: &mut Watched, feeds: &BTreeMap<String, Feed>, now: i64) -> bool {
    let Some(name) = &log.feed else {
        return true;
    };
    let Some(feed) = feeds.get(name) else {
        return false;
    };
    log.sign = log.sign.max(feed.sign);
    log.mended = log.mended.max(feed.mended);
    log.over = now.saturating_sub(log.quiet_since()) >= FORGET;
    feed.fine && !log.over
}

fn sibling(log: &Watched, limits: &Limits, now: i64) -> Sibling {
    let flows = now - log.quiet_since() < milliseconds(limits.silence) && log.heard.is_some();
    Sibling {
        flows,
        unreadable: log.failing.is_some() || log.given.is_some(),
    }
}

fn episode<'e>(
    stream: &'e Stream,
    log: &'e Watched,
    trouble: Trouble,
    start: i64,
    now: i64,
) -> Episode<'e> {
    Episode {
        trouble,
        group: &stream.group,
        log: stream.kind.as_str(),
        prefix: stream.kind.prefix(),
        cluster: &log.cluster,
        start,
        now,
    }
}

fn begin(
    stream: &Stream,
    log: &mut Watched,
    wrong: super::judgement::Wrong,
    now: i64,
    alerts: &mut Vec<Alert>,
) {
    let key = wrong.trouble.id();
    // What explains it is told already.
    let graver =
        |id: &str| Trouble::of(id).is_some_and(|open| open.severity() > wrong.trouble.severity());
    if log.open.contains_key(key) || log.open.keys().any(|id| graver(id)) {
        return;
    }
    let episode = episode(stream, log, wrong.trouble, wrong.start, now);
    let alert = episode.raise(format!("{}: {}", name(stream, log), wrong.words));
    let open = Open {
        id: alert.id,
        start: wrong.start,
    };
    alerts.push(alert);
    log.open.insert(key.to_owned(), open);
}

fn end(stream: &Stream, log: &mut Watched, now: i64, alerts: &mut Vec<Alert>) {
    let ended: Vec<(Trouble, Open)> = log
        .open
        .iter()
        .filter_map(|(id, open)| Some((Trouble::of(id)?, open.clone())))
        .filter(|(trouble, open)| over(log, *trouble, stream.kind, open.start))
        .collect();
    for (trouble, open) in ended {
        log.open.remove(trouble.id());
        let episode = episode(stream, log, trouble, open.start, now);
        let words = match trouble {
            Trouble::Lagging => "is seen in time again",
            Trouble::Denied => "may be read again",
            _ => "is seen again",
        };
        let lasted = lasting(now - open.start);
        let name = name(stream, log);
        let summary = format!("{name} {words}, after {lasted} ({})", trouble.id());
        alerts.push(episode.recover(open.id, summary));
    }
}

/// `audit log of prod`, `Kinesis stream 111122223333:us-east-1:eks`.
fn name(stream: &Stream, log: &Watched) -> String {
    match stream.kind {
        LogKind::Records => return format!("Kinesis stream {}", stream.group),
        LogKind::Objects => return format!("queue {}", stream.group),
        LogKind::Audit | LogKind::Authenticator => {}
    }
    let cluster = log.cluster.name.as_deref().unwrap_or(&stream.group);
    format!("{} log of {cluster}", stream.kind.as_str())
}
