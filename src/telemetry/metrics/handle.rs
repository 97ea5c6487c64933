//! What counts for one log or one sink: looked up once, then nothing but atomics.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;

use super::board::seconds;
use super::label::{Log, LogCause, LogClass, Sink};
use super::set::{Logs, Seconds, Sinks};

/// Counts what becomes of a log. Clones share the numbers.
#[derive(Clone, Debug)]
pub struct LogMetrics {
    cluster: String,
    log: String,
    /// Log events that came, repeats included.
    pub read: Counter,
    /// Bytes of their lines.
    pub bytes: Counter,
    /// Log events that detectors were asked about.
    pub evaluated: Counter,
    /// Log events that had been read before.
    pub repeated: Counter,
    /// Pages.
    pub pages: Counter,
    /// Calls.
    pub calls: Counter,
    lag: Seconds,
    behind: Seconds,
    seen: Gauge,
    position: Seconds,
    lateness: Histogram,
    undecodable: Family<LogCause, Counter>,
    failures: Family<LogClass, Counter>,
}

impl LogMetrics {
    pub(super) fn new(logs: &Logs, cluster: &str, log: &str) -> Self {
        let labels = Log {
            cluster: cluster.to_owned(),
            log: log.to_owned(),
        };
        Self {
            cluster: cluster.to_owned(),
            log: log.to_owned(),
            read: logs.read.get_or_create_owned(&labels),
            bytes: logs.bytes.get_or_create_owned(&labels),
            evaluated: logs.evaluated.get_or_create_owned(&labels),
            repeated: logs.repeated.get_or_create_owned(&labels),
            pages: logs.pages.get_or_create_owned(&labels),
            calls: logs.calls.get_or_create_owned(&labels),
            lag: logs.lag.get_or_create_owned(&labels),
            behind: logs.behind.get_or_create_owned(&labels),
            seen: logs.seen.get_or_create_owned(&labels),
            position: logs.position.get_or_create_owned(&labels),
            lateness: logs.lateness.get_or_create_owned(&labels),
            undecodable: logs.undecodable.clone(),
            failures: logs.failures.clone(),
        }
    }

    /// Counts lines that could not be read.
    pub fn undecodable(&self, cause: &str, lines: u64) {
        let labels = LogCause {
            cluster: self.cluster.clone(),
            log: self.log.clone(),
            cause: cause.to_owned(),
        };
        self.undecodable.get_or_create(&labels).inc_by(lines);
    }

    /// Counts a call that failed.
    pub fn failed(&self, class: &str) {
        let labels = LogClass {
            cluster: self.cluster.clone(),
            log: self.log.clone(),
            class: class.to_owned(),
        };
        self.failures.get_or_create(&labels).inc();
    }

    /// From the newest event to now, in milliseconds.
    pub fn lag(&self, millis: i64) {
        self.lag.set(seconds(millis));
    }

    /// How far the reading is behind, in milliseconds.
    pub fn behind(&self, millis: i64) {
        self.behind.set(seconds(millis));
    }

    /// Whether the log is seen in time.
    pub fn seen(&self, ok: bool) {
        self.seen.set(i64::from(ok));
    }

    /// Up to where the log has been read, in milliseconds since the Unix epoch.
    pub fn position(&self, millis: i64) {
        self.position.set(seconds(millis));
    }

    /// From an event to its arrival at CloudWatch, in milliseconds.
    pub fn lateness(&self, millis: i64) {
        self.lateness.observe(seconds(millis.max(0)));
    }
}

/// Counts what becomes of alerts at a sink. Clones share the numbers.
#[derive(Clone, Debug)]
pub struct SinkMetrics {
    /// Alerts that were accepted.
    pub delivered: Counter,
    /// Attempts that will be made again.
    pub retried: Counter,
    /// Alerts that will never be accepted.
    pub refused: Counter,
    waiting: Gauge,
    oldest: Seconds,
    publish: Histogram,
    page_to_publish: Histogram,
}

impl SinkMetrics {
    pub(super) fn new(sinks: &Sinks, sink: &str) -> Self {
        let sink = &Sink {
            sink: sink.to_owned(),
        };
        Self {
            delivered: sinks.delivered.get_or_create_owned(sink),
            retried: sinks.retried.get_or_create_owned(sink),
            refused: sinks.refused.get_or_create_owned(sink),
            waiting: sinks.waiting.get_or_create_owned(sink),
            oldest: sinks.oldest.get_or_create_owned(sink),
            publish: sinks.publish.get_or_create_owned(sink),
            page_to_publish: sinks.page_to_publish.get_or_create_owned(sink),
        }
    }

    /// How many alerts wait, and how long the oldest has, in milliseconds.
    pub fn waiting(&self, count: u64, oldest: i64) {
        self.waiting.set(i64::try_from(count).unwrap_or(i64::MAX));
        self.oldest.set(seconds(oldest.max(0)));
    }

    /// How long a delivery took, in milliseconds.
    pub fn published(&self, millis: i64) {
        self.publish.observe(seconds(millis.max(0)));
    }

    /// From the arrival of a page to the delivery of its alert, in milliseconds.
    pub fn page_to_publish(&self, millis: i64) {
        self.page_to_publish.observe(seconds(millis.max(0)));
    }
}
