//! All metrics, registered under their names; the manual's table is made of the same registrations.

use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::{EncodeLabelSet, EncodeMetric, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use super::handle::{LogMetrics, SinkMetrics};
use super::label::{Build, ByDetector, Ended, Labels, Log, LogCause, LogClass, Raised, Sink};

/// A gauge of seconds.
pub(super) type Seconds = Gauge<f64, AtomicU64>;

/// A metric as the manual lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// The name that Prometheus shows.
    pub name: String,
    /// `counter`, `gauge` or `histogram`.
    pub kind: &'static str,
    /// The names of its labels.
    pub labels: &'static [&'static str],
    /// What it tells.
    pub help: &'static str,
}

/// All metrics. Clones share them.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Board>);

/// The metrics by what they are about.
#[derive(Debug)]
pub(super) struct Board {
    registry: Registry,
    described: Vec<Described>,
    pub(super) logs: Logs,
    alerts: Alerts,
    pub(super) sinks: Sinks,
    process: Process,
}

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
    pub(super) seen: Family<Log, Gauge>,
    pub(super) position: Family<Log, Seconds>,
    pub(super) lateness: Family<Log, Histogram>,
}

#[derive(Debug)]
struct Alerts {
    raised: Family<Raised, Counter>,
    silenced: Family<ByDetector, Counter>,
    folded: Family<ByDetector, Counter>,
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
struct Process {
    evicted: Counter,
    reloads: Family<Ended, Counter>,
    detectors: Gauge,
}

/// Registers, and notes what the manual tells.
#[derive(Debug)]
struct Register {
    registry: Registry,
    described: Vec<Described>,
}

impl Register {
    fn add<L: Labels, M>(
        &mut self,
        kind: &'static str,
        name: &'static str,
        help: &'static str,
        metric: Family<L, M, fn() -> M>,
    ) -> Family<L, M, fn() -> M>
    where
        L: Clone + Hash + Eq + Debug + EncodeLabelSet + Send + Sync + 'static,
        M: Clone
            + Debug
            + EncodeMetric
            + prometheus_client::metrics::TypedMetric
            + Send
            + Sync
            + 'static,
    {
        self.registry
            .register(name, help.trim_end_matches('.'), metric.clone());
        self.describe::<L>(kind, name, help);
        metric
    }

    fn describe<L: Labels>(&mut self, kind: &'static str, name: &str, help: &'static str) {
        let total = if kind == "counter" { "_total" } else { "" };
        self.described.push(Described {
            name: format!("{PREFIX}_{name}{total}"),
            kind,
            labels: L::NAMES,
            help,
        });
    }

    fn counter<L>(&mut self, name: &'static str, help: &'static str) -> Family<L, Counter>
    where
        L: Labels + Clone + Hash + Eq + Debug + EncodeLabelSet + Send + Sync + 'static,
    {
        self.add("counter", name, help, Family::default())
    }

    fn gauge<L, G>(&mut self, name: &'static str, help: &'static str) -> Family<L, G>
    where
        L: Labels + Clone + Hash + Eq + Debug + EncodeLabelSet + Send + Sync + 'static,
        G: Default
            + Clone
            + Debug
            + EncodeMetric
            + prometheus_client::metrics::TypedMetric
            + Send
            + Sync
            + 'static,
    {
        self.add("gauge", name, help, Family::default())
    }

    fn histogram<L>(
        &mut self,
        name: &'static str,
        help: &'static str,
        new: fn() -> Histogram,
    ) -> Family<L, Histogram>
    where
        L: Labels + Clone + Hash + Eq + Debug + EncodeLabelSet + Send + Sync + 'static,
    {
        self.add("histogram", name, help, Family::new_with_constructor(new))
    }
}

/// What all names begin with.
const PREFIX: &str = "trailhound";

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
    fn register(to: &mut Register) -> Self {
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
            pages: to.counter("pages_read", "Pages of FilterLogEvents."),
            calls: to.counter(
                "calls",
                "Calls of finished walks; the quota of a region counts these.",
            ),
            failures: to.counter("failures", "Calls that failed, by class."),
            lag: to.gauge("lag_seconds", "From the newest event that was read to now."),
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
    fn register(to: &mut Register) -> Self {
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
    fn register(to: &mut Register) -> Self {
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
    fn register(to: &mut Register) -> Self {
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

impl Metrics {
    /// All metrics at zero. `started` is in milliseconds since the Unix epoch.
    #[must_use]
    pub fn new(version: &str, started: i64) -> Self {
        let mut register = Register {
            registry: Registry::with_prefix(PREFIX),
            described: Vec::new(),
        };
        let to = &mut register;
        let logs = Logs::register(to);
        let alerts = Alerts::register(to);
        let sinks = Sinks::register(to);
        let process = Process::register(to);
        let build: Family<Build, Gauge> =
            to.gauge("build_info", "Always 1; the program's version.");
        let version = version.to_owned();
        build.get_or_create(&Build { version }).set(1);
        let start = Seconds::default();
        let help = "When the program was started, as a Unix time.";
        start.set(seconds(started));
        to.registry
            .register("start_time_seconds", help.trim_end_matches('.'), start);
        to.describe::<()>("gauge", "start_time_seconds", help);
        Self(Arc::new(Board {
            registry: register.registry,
            described: register.described,
            logs,
            alerts,
            sinks,
            process,
        }))
    }

    /// The handle of a log. `cluster` has to tell it from every other: its name, or more where two
    /// accounts have clusters of one name.
    #[must_use]
    pub fn log(&self, cluster: &str, log: &str) -> LogMetrics {
        LogMetrics::new(&self.0.logs, cluster, log)
    }

    /// Forgets what is true only now of a log that is not watched any more.
    pub fn forget_log(&self, cluster: &str, log: &str) {
        let labels = Log {
            cluster: cluster.to_owned(),
            log: log.to_owned(),
        };
        self.0.logs.lag.remove(&labels);
        self.0.logs.seen.remove(&labels);
        self.0.logs.position.remove(&labels);
    }

    /// The handle of a sink.
    #[must_use]
    pub fn sink(&self, sink: &str) -> SinkMetrics {
        SinkMetrics::new(&self.0.sinks, sink)
    }

    /// Counts an alert.
    pub fn alert(&self, detector: &str, severity: &str) {
        let labels = Raised {
            detector: detector.to_owned(),
            severity: severity.to_owned(),
        };
        self.0.alerts.raised.get_or_create(&labels).inc();
    }

    /// Counts alerts of a detector that exceptions silenced.
    pub fn silenced(&self, detector: &str, count: u64) {
        let detector = detector.to_owned();
        let family = &self.0.alerts.silenced;
        family.get_or_create(&ByDetector { detector }).inc_by(count);
    }

    /// Counts alerts of a detector that joined an earlier one.
    pub fn folded(&self, detector: &str, count: u64) {
        let detector = detector.to_owned();
        let family = &self.0.alerts.folded;
        family.get_or_create(&ByDetector { detector }).inc_by(count);
    }

    /// Counts what the state forgot.
    pub fn evicted(&self, count: u64) {
        self.0.process.evicted.inc_by(count);
    }

    /// Counts a reload that succeeded, or one that failed.
    pub fn reloaded(&self, ok: bool) {
        let result = if ok { "ok" } else { "failed" }.to_owned();
        self.0
            .process
            .reloads
            .get_or_create(&Ended { result })
            .inc();
    }

    /// How many detectors run.
    pub fn detectors(&self, count: usize) {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.0.process.detectors.set(count);
    }

    /// All of it in the text format of OpenMetrics.
    ///
    /// # Errors
    /// None in practice: writing to a text can't fail.
    pub fn encode(&self) -> Result<String, std::fmt::Error> {
        let mut out = String::new();
        text::encode(&mut out, &self.0.registry)?;
        Ok(out)
    }

    /// What there is, for the manual.
    #[must_use]
    pub fn described(&self) -> &[Described] {
        &self.0.described
    }
}

/// Milliseconds as seconds. Exact to the millisecond for any time there is.
pub(super) fn seconds(millis: i64) -> f64 {
    millis as f64 / 1000.0
}
