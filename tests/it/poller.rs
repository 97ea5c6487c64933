//! The reader of CloudWatch Logs against an AWS that behaves as badly as it may: nothing is lost, positions
//! never overtake, budgets are kept, and whoever can't be read is named.
//!
//! Time goes on a little with every look at the clock, so that no test waits for it.

mod groups;
mod history;
mod losses;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use trailhound::source::cloudwatch::{
    ClusterSettings, Delivery, Notice, Page, PollSettings, Reader, ReaderSettings, Stream,
};
use trailhound::telemetry::Clock;

use crate::hostile::Hostile;

/// When the tests begin, in milliseconds since the Unix epoch.
pub(crate) const BEGIN: i64 = 1_780_000_000_000;

/// How long a test waits before it is taken for hung.
const PATIENCE: Duration = Duration::from_secs(120);

/// A day of made-up time, which goes on by `step` milliseconds with every look.
#[derive(Clone)]
pub(crate) struct Day(Arc<AtomicI64>, i64);

impl Day {
    pub(crate) fn new(step: i64) -> Self {
        Self(Arc::new(AtomicI64::new(BEGIN)), step)
    }

    pub(crate) fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    fn clock(&self) -> Clock {
        let Self(now, step) = self.clone();
        Clock::new(move || now.fetch_add(step, Ordering::SeqCst))
    }
}

/// A reader, and what it has delivered.
pub(crate) struct Watch {
    deliveries: mpsc::Receiver<Delivery>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
    /// Handled positions, as a store would keep them.
    pub(crate) positions: Positions,
}

pub(crate) type Positions = Arc<Mutex<BTreeMap<Stream, i64>>>;

impl Watch {
    pub(crate) fn start(
        aws: &Hostile,
        settings: ReaderSettings,
        day: &Day,
        positions: &Positions,
    ) -> Self {
        let (out, deliveries) = mpsc::channel(2);
        let (stop, stopped) = watch::channel(false);
        let stored = Arc::clone(positions);
        let reader = Reader {
            settings,
            positions: Arc::new(move |stream| stored.lock().unwrap().get(stream).copied().into()),
            clock: day.clock(),
        };
        let task = reader.start(&aws.sdk(), out, stopped).unwrap();
        Self {
            deliveries,
            stop,
            task,
            positions: Arc::clone(positions),
        }
    }

    async fn next(&mut self) -> Delivery {
        let next = tokio::time::timeout(PATIENCE, self.deliveries.recv());
        next.await
            .expect("waited in vain")
            .expect("the reader ended")
    }

    /// The next page, which is handled: its position is stored.
    pub(crate) async fn page(&mut self) -> Page {
        loop {
            if let Delivery::Page(page) = self.next().await {
                if let Some(advance) = page.advance {
                    let mut positions = self.positions.lock().unwrap();
                    let before = positions.insert(page.stream.clone(), advance);
                    assert!(before.is_none_or(|before| before < advance), "went back");
                }
                return page;
            }
        }
    }

    /// The next notice that is wanted.
    pub(crate) async fn notice(&mut self, wanted: impl Fn(&Notice) -> bool) -> Notice {
        loop {
            if let Delivery::Notice(notice) = self.next().await
                && wanted(&notice)
            {
                return notice;
            }
        }
    }

    /// Handles pages until all these events have come.
    pub(crate) async fn until(&mut self, mut missing: BTreeSet<String>) {
        while !missing.is_empty() {
            for event in self.page().await.events {
                missing.remove(&event.event_id);
            }
        }
    }

    /// Ends the reading; what is on its way is lost.
    pub(crate) async fn stop(self) {
        self.stop.send(true).unwrap();
        drop(self.deliveries);
        let ended = tokio::time::timeout(PATIENCE, self.task).await;
        ended.expect("the reader does not end").unwrap();
    }
}

/// Settings for groups by name, in a hurry.
pub(crate) fn settings(groups: &[&str]) -> ReaderSettings {
    let cluster = |group: &&str| ClusterSettings {
        log_group: (*group).to_owned(),
        ..ClusterSettings::default()
    };
    ReaderSettings {
        clusters: groups.iter().map(cluster).collect(),
        discover: Vec::new(),
        from: Some(BEGIN - 3_600_000),
        resumed: None,
        poll: PollSettings {
            interval: Duration::from_millis(10),
            calls_per_second: Some(1_000.0),
            first_wait: Duration::from_millis(4),
            ..PollSettings::default()
        },
    }
}
