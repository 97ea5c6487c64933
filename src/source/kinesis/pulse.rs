//! How the reading of a whole stream goes, of what its shards tell: a shard that works does not hide one
//! that fails.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc;

use super::delivery::Sent;
use crate::source::cloudwatch::{Class, Found, Notice, Purpose, Stream, What};
use crate::telemetry::Clock;

/// From one word about a stream that works to the next, in milliseconds.
const TELL: i64 = 5_000;

/// Nobody takes what is read any more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Closed;

#[derive(Debug, Default)]
struct Inner {
    /// The parts whose last call failed.
    failing: BTreeSet<String>,
    /// How far each shard is behind, in milliseconds.
    behind: BTreeMap<String, i64>,
    calls: u64,
    told: i64,
}

/// Tells how a stream's reading goes.
pub(super) struct Pulse {
    pub(super) feed: Stream,
    pub(super) out: mpsc::Sender<Sent>,
    pub(super) clock: Clock,
    inner: Mutex<Inner>,
}

impl Pulse {
    pub(super) fn new(feed: Stream, out: mpsc::Sender<Sent>, clock: Clock) -> Self {
        Self {
            feed,
            out,
            clock,
            inner: Mutex::default(),
        }
    }

    /// A call of a part worked: of a shard that is so far behind, or of nothing that can be behind.
    pub(super) async fn worked(&self, part: &str, behind: Option<i64>) -> Result<(), Closed> {
        let now = self.clock.now();
        let what = {
            let mut inner = self.lock();
            let mended = inner.failing.remove(part);
            if let Some(behind) = behind {
                inner.behind.insert(part.to_owned(), behind);
            }
            inner.calls = inner.calls.saturating_add(1);
            let due = mended || now.saturating_sub(inner.told) >= TELL;
            if !due || !inner.failing.is_empty() {
                return Ok(());
            }
            inner.told = now;
            let behind = inner.behind.values().copied().max().unwrap_or(0);
            What::Walked {
                until: now,
                calls: std::mem::take(&mut inner.calls),
                purpose: Purpose::Forward,
                settled: i64::MIN,
                found: Found::default(),
                lateness: 0,
                behind,
            }
        };
        self.tell(what).await
    }

    /// A call of a part failed.
    pub(super) async fn failed(
        &self,
        part: &str,
        class: Class,
        message: String,
    ) -> Result<(), Closed> {
        {
            let mut inner = self.lock();
            inner.failing.insert(part.to_owned());
            inner.calls = inner.calls.saturating_add(1);
        }
        self.tell(What::Failed { class, message }).await
    }

    /// A part that is not read any more.
    pub(super) fn forget(&self, part: &str) {
        let mut inner = self.lock();
        inner.failing.remove(part);
        inner.behind.remove(part);
    }

    /// No part is read any more.
    pub(super) fn forget_all(&self) {
        let mut inner = self.lock();
        inner.failing.clear();
        inner.behind.clear();
    }

    /// Sends something on.
    pub(super) async fn send(&self, sent: Sent) -> Result<(), Closed> {
        self.out.send(sent).await.map_err(|_| Closed)
    }

    async fn tell(&self, what: What) -> Result<(), Closed> {
        let notice = Notice {
            stream: self.feed.clone(),
            time: self.clock.now(),
            what,
        };
        self.send(Sent::Notice(notice)).await
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;
    use crate::source::cloudwatch::LogKind;

    #[tokio::test]
    async fn a_shard_that_works_does_not_hide_one_that_fails() {
        let (out, mut sent) = mpsc::channel(9);
        let feed = Stream {
            group: "g".into(),
            kind: LogKind::Records,
        };
        let pulse = Pulse::new(feed, out, Clock::new(|| 1_000_000));
        let mut next = || match sent.try_recv() {
            Ok(Sent::Notice(notice)) => match notice.what {
                What::Walked { behind, .. } => Some(behind),
                _ => Some(-1),
            },
            _ => None,
        };
        pulse.worked("a", Some(7)).await.unwrap();
        assert_eq!(next(), Some(7));
        pulse.worked("a", Some(8)).await.unwrap();
        assert_eq!(next(), None, "not so soon again");
        let failed = pulse.failed("b", Class::Denied, String::new());
        failed.await.unwrap();
        assert_eq!(next(), Some(-1));
        pulse.worked("a", Some(0)).await.unwrap();
        assert_eq!(next(), None);
        pulse.worked("b", Some(3)).await.unwrap();
        assert_eq!(next(), Some(3), "told at once");
        // What a stream that was made anew has not got any more does not fail for ever.
        let failed = pulse.failed("b", Class::Gone, String::new());
        failed.await.unwrap();
        assert_eq!(next(), Some(-1));
        pulse.forget_all();
        pulse.worked("", None).await.unwrap();
        let failed = pulse.failed("", Class::Denied, String::new());
        failed.await.unwrap();
        assert_eq!(next(), Some(-1));
        pulse.worked("", None).await.unwrap();
        assert_eq!(next(), Some(0));
    }
}
