//! The metrics by what they are about: logs, alerts, sinks, the process.

use std::sync::atomic::AtomicU64;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};

use super::label::{ByDetector, Ended, Log, LogCause, LogClass, Raised, Sink};
use super::register::Register;

/// A gauge of seconds.
pub(super) type Seconds = Gauge<f64, AtomicU64>;

#[derive(Debug)]
pub(super) struct Logs {
    pub(super) read: Family<Log, Counter>,
    pub(super) bytes: Family<Log, Counter>,
    pub(super) evaluated: Family<Log, Counter>,
    pub(super) repeated: Family<Log, Counter>,
    pub(super) undecodable: Family<LogCause, Counter>,
    pub(super) pages: Family<Log, Counter>,
    pub(super) calls: Family<Log, Counter>,
    pub(super) failures: Family<LogClass, Counter>,
    pub(super) lag: Family<Log, Seconds>,
    pub(super) behind: Family<Log, Seconds>,
    pub(super) seen: Family<Log, Gauge>,
    pub(super) position: Family<Log, Seconds>,
    pub(super) lateness: Family<Log, Histogram>,
}

#[derive(Debug)]
pub(super) struct Alerts {
    pub(super) raised: Family<Raised, Counter>,
    pub(super) silenced: Family<ByDetector, Counter>,
    pub(super) folded: Family<ByDetector, Counter>,
}

#[derive(Debug)]
pub(super) struct Sinks {
    pub(super) waiting: Family<Sink, Gauge>,
    pub(super) oldest: Family<Sink, Seconds>,
    pub(super) delivered: Family<Sink, Counter>,
    pub(super) retried: Family<Sink, Counter>,
    pub(super) refused: Family<Sink, Counter>,
    pub(super) publish: Family<Sink, Histogram>,
    pub(super) page_to_publish: Family<Sink, Histogram>,
}

#[derive(Debug)]
pub(super) struct Process {
    pub(super) evicted: Counter,
    pub(super) reloads: Family<Ended, Counter>,
    pub(super) detectors: Gauge,
}

/// From the arrival of an event at CloudWatch back to the event: a quarter of a second to two hours.
fn lateness() -> Histogram {
    Histogram::new(exponential_buckets(0.25, 2.0, 15))
}

/// A call over the network: 5 ms to 80 s.
fn call() -> Histogram {
    Histogram::new(exponential_buckets(0.005, 2.0, 15))
}

/// From a page to its alert's delivery: 10 ms to three minutes.
fn way() -> Histogram {
    Histogram::new(exponential_buckets(0.01, 2.0, 15))
}

impl Logs {
    pub(super) fn register(to: &mut Register) -> Self {
        Self {
            read: to.counter("events_read", "Log events that came, repeats included."),
            bytes: to.counter("read_bytes", "Bytes of the log lines that came."),
            evaluated: to.counter(
                "events_evaluated",
                "Log events that detectors were asked about.",
            ),
            repeated: to.counter("events_repeated", "Log events that had been read before."),
            undecodable: to.counter(
                "events_undecodable",
                "Log lines that could not be read, by cause.",
            ),
            pages: to.counter("pages_read", "Pages of FilterLogEvents, and batches of Kinesis streams and queues."),
            calls: to.counter(
                "calls",
                "Calls of finished walks; the quota of a region counts these.",
            ),
            failures: to.counter("failures", "Calls that failed, by class."),
            lag: to.gauge("lag_seconds", "From the newest event that was read to now."),
            behind: to.gauge(
                "behind_seconds",
                "How far reading is behind: of a log from its position to the end of a walk, of a Kinesis stream MillisBehindLatest of its slowest shard.",
            ),
            seen: to.gauge(
                "log_seen",
                "1 while a log is seen in time, 0 while it is blind, lagging or denied.",
            ),
            position: to.gauge(
                "position_timestamp_seconds",
                "Up to where a log has been read, as a Unix time.",
            ),
            lateness: to.histogram(
                "lateness_seconds",
                "From an event to its arrival at CloudWatch.",
                lateness,
            ),
        }
    }
}

impl Alerts {
    pub(super) fn register(to: &mut Register) -> Self {
        Self {
            raised: to.counter("alerts", "Alerts raised."),
            silenced: to.counter("alerts_silenced", "Alerts that an exception silenced."),
            folded: to.counter(
                "alerts_folded",
                "Alerts that became part of an earlier one.",
            ),
        }
    }
}

impl Sinks {
    pub(super) fn register(to: &mut Register) -> Self {
        Self {
            waiting: to.gauge("outbox_waiting", "Alerts that wait for a sink."),
            oldest: to.gauge(
                "outbox_oldest_age_seconds",
                "How long the oldest of them has waited.",
            ),
            delivered: to.counter("deliveries", "Alerts that a sink accepted."),
            retried: to.counter(
                "delivery_retries",
                "Attempts that failed and will be made again.",
            ),
            refused: to.counter(
                "deliveries_refused",
                "Alerts that a sink will never accept.",
            ),
            publish: to.histogram("publish_seconds", "How long a delivery took.", call),
            page_to_publish: to.histogram(
                "page_to_publish_seconds",
                "From the arrival of an event's page to the delivery of its alert.",
                way,
            ),
        }
    }
}

impl Process {
    pub(super) fn register(to: &mut Register) -> Self {
        let evicted = Counter::default();
        let help = "What the state forgot for want of room, oldest first.";
        to.registry.register(
            "state_evictions",
            help.trim_end_matches('.'),
            evicted.clone(),
        );
        to.describe::<()>("counter", "state_evictions", help);
        let detectors = Gauge::default();
        let help = "Detectors that run.";
        to.registry
            .register("detectors", help.trim_end_matches('.'), detectors.clone());
        to.describe::<()>("gauge", "detectors", help);
        Self {
            evicted,
            reloads: to.counter(
                "reloads",
                "Reloads of detectors and lists: `ok`, or `failed` and the old ones stay.",
            ),
            detectors,
        }
    }
}
