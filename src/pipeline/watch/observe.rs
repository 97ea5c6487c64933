//! What drains tell, as numbers and on the status page.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::sink::{Class, Observer};
use crate::telemetry::Clock;
use crate::telemetry::metrics::{Metrics, SinkMetrics};
use crate::telemetry::status::{SinkStatus, Status};

/// Listens to drains.
#[derive(Debug)]
pub struct Deliveries {
    metrics: Metrics,
    status: Status,
    clock: Clock,
    sinks: Mutex<HashMap<String, (SinkMetrics, SinkStatus)>>,
}

impl Deliveries {
    /// Tells these.
    #[must_use]
    pub fn new(metrics: Metrics, status: Status, clock: Clock) -> Self {
        Self {
            metrics,
            status,
            clock,
            sinks: Mutex::default(),
        }
    }

    fn of(&self, sink: &str, tell: impl FnOnce(&SinkMetrics, &mut SinkStatus)) {
        let mut sinks = self.sinks.lock().unwrap_or_else(PoisonError::into_inner);
        let (metrics, status) = sinks.entry(sink.to_owned()).or_insert_with(|| {
            let status = SinkStatus {
                name: sink.to_owned(),
                ..SinkStatus::default()
            };
            (self.metrics.sink(sink), status)
        });
        tell(metrics, status);
        self.status.sink(status.clone());
    }
}

impl Observer for Deliveries {
    fn delivered(&self, sink: &str, waited: i64) {
        let now = self.clock.now();
        self.of(sink, |metrics, status| {
            metrics.delivered.inc();
            metrics.page_to_publish(waited);
            status.delivered = Some(now);
            status.error = None;
        });
    }

    fn failed(&self, sink: &str, class: Class, alerts: u64) {
        self.of(sink, |metrics, status| {
            metrics.retried.inc_by(alerts);
            status.error = Some(class.as_str().to_owned());
        });
    }

    fn refused(&self, sink: &str, alerts: u64) {
        self.of(sink, |metrics, _| {
            metrics.refused.inc_by(alerts);
        });
    }

    fn waiting(&self, sink: &str, alerts: u64, oldest: Option<i64>) {
        let age = oldest.map_or(0, |oldest| self.clock.now().saturating_sub(oldest));
        self.of(sink, |metrics, status| {
            metrics.waiting(alerts, age);
            status.waiting = alerts;
        });
    }

    fn took(&self, sink: &str, millis: i64) {
        self.of(sink, |metrics, _| metrics.published(millis));
    }
}
