//! Says that a sink fails, but not every time.

use std::collections::HashMap;

use super::deliver::{Class, Failure};
use crate::alert::escape;

/// How often a failure of a kind is told again, in milliseconds.
const EVERY: i64 = 300_000;

/// The log lines about a sink's failures: at once, then every five minutes with a count.
#[derive(Debug, Default)]
pub(super) struct Loud {
    /// By kind: when it was last told, and how many alerts have failed since.
    told: HashMap<Class, (i64, u64)>,
    failing: bool,
}

impl Loud {
    /// Alerts failed at `now` (milliseconds since the Unix epoch).
    pub(super) fn failed(&mut self, sink: &str, failure: &Failure, alerts: u64, now: i64) {
        self.failing |= failure.class != Class::Refused;
        let (last, unsaid) = self.told.entry(failure.class).or_insert((i64::MIN, 0));
        *unsaid += alerts;
        if now.saturating_sub(*last) < EVERY {
            return;
        }
        let (class, count) = (failure.class.as_str(), *unsaid);
        let reason = escape::visible(&failure.message);
        (*last, *unsaid) = (now, 0);
        match failure.class {
            Class::Denied | Class::Refused => {
                tracing::error!(sink, class, count, %reason, "alerts were not accepted");
            }
            Class::Throttled | Class::Retry => {
                tracing::warn!(sink, class, count, %reason, "alerts were not accepted, and are tried again");
            }
        }
    }

    /// Alerts were accepted.
    pub(super) fn delivered(&mut self, sink: &str) {
        if self.failing {
            tracing::warn!(sink, "alerts are accepted again");
            *self = Self::default();
        }
    }
}
