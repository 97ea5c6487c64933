//! All metrics, registered under their names; the manual's table is made of the same registrations.

use std::sync::Arc;

use prometheus_client::encoding::text;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::handle::{LogMetrics, SinkMetrics};
use super::label::{Build, ByDetector, Ended, Log, Raised};
use super::register::{Described, PREFIX, Register};
use super::set::{Alerts, Logs, Process, Seconds, Sinks};

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
        self.0.logs.behind.remove(&labels);
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
