//! What a watch tells about itself: numbers, the status page, and whoever delivers alerts.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;

use tokio::sync::watch;

use super::feed::{Batch, Carried, Step};
use super::intake::Taken;
use crate::alert::Alert;
use crate::pipeline::Tally;
use crate::pipeline::health::{State, View};
use crate::record::Cluster;
use crate::source::cloudwatch::{Notice, Page, Stream, What};
use crate::telemetry::metrics::{LogMetrics, Metrics};
use crate::telemetry::status::{AlertStatus, LogStatus, Status};

/// Who is told what happens.
#[derive(Debug)]
pub struct Report {
    metrics: Metrics,
    status: Status,
    /// Counts commits with alerts: drains wait for it to change.
    committed: watch::Sender<u64>,
    logs: Mutex<HashMap<Stream, (LogMetrics, LogStatus)>>,
}

impl Report {
    /// Tells these.
    #[must_use]
    pub fn new(metrics: Metrics, status: Status, committed: watch::Sender<u64>) -> Self {
        Self {
            metrics,
            status,
            committed,
            logs: Mutex::default(),
        }
    }

    /// So many detectors run from now on.
    pub fn detectors(&self, count: usize) {
        self.metrics.detectors(count);
        self.status.detectors(count);
    }

    /// A page was judged.
    pub(super) fn page(&self, page: &Page, cluster: &Cluster, taken: &Taken, tally: &Tally) {
        self.of(&page.stream, cluster, |metrics, log| {
            let bytes: usize = page.events.iter().map(|event| event.message.len()).sum();
            metrics.pages.inc();
            metrics.read.inc_by(page.events.len() as u64);
            metrics.bytes.inc_by(bytes as u64);
            metrics.evaluated.inc_by(taken.new);
            metrics.repeated.inc_by(taken.repeats);
            for event in &page.events {
                if let Some(ingested) = event.ingestion_time {
                    metrics.lateness(ingested.saturating_sub(event.timestamp));
                }
            }
            for (refusal, (count, _)) in &tally.problems {
                metrics.undecodable(refusal.as_str(), *count);
            }
            if let Some(position) = page.advance {
                metrics.position(position);
            }
            self.status.events(log, page.received, taken.new);
        });
    }

    /// A batch of a feed was judged, that carries some logs; what belongs to none of them is the feed's.
    pub(super) fn batch(&self, batch: &Batch, cluster: &Cluster, logs: &[Carried], tally: &Tally) {
        let (mut events, mut bytes) = (batch.events() as u64, batch.bytes as u64);
        for one in logs {
            events = events.saturating_sub(one.events);
            bytes = bytes.saturating_sub(one.bytes);
            self.of(&one.stream, &one.cluster, |metrics, log| {
                metrics.read.inc_by(one.events);
                metrics.bytes.inc_by(one.bytes);
                metrics.evaluated.inc_by(one.events);
                if let (Some(arrived), Some(newest)) = (one.seen.arrived, one.seen.newest) {
                    metrics.lateness(arrived.saturating_sub(newest));
                }
                self.status.events(log, batch.seen.received, one.events);
            });
        }
        self.of(&batch.feed, cluster, |metrics, log| {
            metrics.pages.inc();
            metrics.read.inc_by(events);
            metrics.bytes.inc_by(bytes);
            metrics.evaluated.inc_by(events);
            for (refusal, (count, _)) in &tally.problems {
                metrics.undecodable(refusal.as_str(), *count);
            }
            for (part, step) in &batch.steps {
                // The shards of a stream have a position each.
                if let Step::Settled(until) = step
                    && *part == batch.feed
                {
                    metrics.position(*until);
                }
            }
            self.status.events(log, batch.seen.received, events);
        });
    }

    /// A reader told how it goes.
    pub(super) fn notice(&self, notice: &Notice, cluster: &Cluster) {
        self.of(&notice.stream, cluster, |metrics, _| match &notice.what {
            What::Walked { calls, behind, .. } => {
                metrics.calls.inc_by(*calls);
                metrics.behind(*behind);
            }
            What::Failed { class, .. } => metrics.failed(class.as_str()),
            What::Begun { .. } | What::Given { .. } | What::Over => {}
        });
    }

    /// How the logs are seen now. Of others nothing is told any more.
    pub(super) fn tick(&self, now: i64, views: &[View]) {
        self.forget(views);
        for view in views {
            self.of(&view.stream, &view.cluster, |metrics, log| {
                metrics.seen(view.state == State::Ok);
                if let Some(newest) = view.newest {
                    metrics.lag(now.saturating_sub(newest));
                }
                let log = LogStatus {
                    state: view.state.as_str().to_owned(),
                    newest: view.newest,
                    error: view.error.clone(),
                    ..log.clone()
                };
                self.status.log(log);
            });
        }
    }

    /// Counts that belong to no log.
    pub(super) fn counted(&self, tally: &Tally) {
        for (detector, count) in &tally.silenced {
            self.metrics.silenced(detector, *count);
        }
        for (detector, count) in &tally.folded {
            self.metrics.folded(detector, *count);
        }
    }

    /// The state gave something up so many times, for want of room.
    pub(super) fn evicted(&self, count: u64) {
        self.metrics.evicted(count);
    }

    /// Alerts were committed.
    pub(super) fn raised(&self, alerts: &[Alert]) {
        for alert in alerts {
            let severity = alert.severity.as_str();
            self.metrics.alert(&alert.detector.id, severity);
            self.status.alert(AlertStatus {
                time: alert.time.map(|time| time.millis()),
                severity: severity.to_owned(),
                detector: alert.detector.id.clone(),
                cluster: alert.cluster.name.clone().unwrap_or_default(),
                summary: alert.summary.clone(),
                id: alert.id.to_string(),
            });
        }
        self.committed
            .send_modify(|count| *count = count.wrapping_add(1));
    }

    fn forget(&self, views: &[View]) {
        let mut logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
        logs.retain(|stream, (_, status)| {
            let stays = views.iter().any(|view| view.stream == *stream);
            if !stays {
                self.metrics.forget_log(&status.cluster, &status.log);
                self.status.retain_logs(|log| !is_same(log, status));
            }
            stays
        });
    }

    fn of(&self, stream: &Stream, cluster: &Cluster, tell: impl FnOnce(&LogMetrics, &LogStatus)) {
        let mut logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
        let (metrics, status) = logs.entry(stream.clone()).or_insert_with(|| {
            let status = LogStatus {
                cluster: name(stream, cluster),
                account: cluster.account.clone().unwrap_or_default(),
                region: cluster.region.clone().unwrap_or_default(),
                log: stream.kind.as_str().to_owned(),
                state: State::Starting.as_str().to_owned(),
                ..LogStatus::default()
            };
            (self.metrics.log(&status.cluster, &status.log), status)
        });
        tell(metrics, status);
    }
}

/// Whether both are about the same log.
fn is_same(one: &LogStatus, other: &LogStatus) -> bool {
    let log = |status: &LogStatus| {
        [
            &status.cluster,
            &status.account,
            &status.region,
            &status.log,
        ]
        .map(Clone::clone)
    };
    log(one) == log(other)
}

/// The cluster's name, or what else it can be told by.
fn name(stream: &Stream, cluster: &Cluster) -> String {
    let named = cluster.name.as_ref().or(cluster.log_group.as_ref());
    named.map_or_else(|| stream.group.to_string(), Clone::clone)
}
