//! How far all logs have been read: what is older has been seen and can be decided.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::source::cloudwatch::Stream;

/// The positions of all logs.
#[derive(Debug)]
pub struct Horizon {
    positions: BTreeMap<Stream, i64>,
    lateness: i64,
    patience: i64,
}

impl Horizon {
    /// No log yet. Events may come so late; a log that is further behind than `patience` is not waited
    /// for, so that one that can't be read keeps no decision of the others waiting for ever.
    #[must_use]
    pub fn new(lateness: Duration, patience: Duration) -> Self {
        Self {
            positions: BTreeMap::new(),
            lateness: milliseconds(lateness),
            patience: milliseconds(patience),
        }
    }

    /// Notes how far a log has been read, in milliseconds since the Unix epoch.
    pub fn advance(&mut self, stream: &Stream, position: i64) {
        match self.positions.get_mut(stream) {
            Some(known) => *known = position.max(*known),
            None => {
                self.positions.insert(stream.clone(), position);
            }
        }
    }

    /// A log that is not read any more.
    pub fn drop(&mut self, stream: &Stream) {
        self.positions.remove(stream);
    }

    /// Before which time no event will come any more; `None` before anything was read. Times are
    /// milliseconds since the Unix epoch.
    #[must_use]
    pub fn until(&self, now: i64) -> Option<i64> {
        let slowest = self.positions.values().min()?;
        let waited_for = (*slowest).max(now.saturating_sub(self.patience));
        Some(waited_for.saturating_sub(self.lateness))
    }
}

/// A duration in milliseconds.
fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::cloudwatch::LogKind;

    const MINUTE: i64 = 60_000;

    fn stream(group: &str) -> Stream {
        Stream {
            group: group.into(),
            kind: LogKind::Audit,
        }
    }

    #[test]
    fn the_slowest_log_decides_unless_it_is_lost() {
        let minutes = |number: u64| Duration::from_secs(60 * number);
        let mut horizon = Horizon::new(minutes(15), minutes(60));
        assert_eq!(horizon.until(0), None);
        let now = 1_000 * MINUTE;
        horizon.advance(&stream("a"), now);
        assert_eq!(horizon.until(now), Some(now - 15 * MINUTE));
        horizon.advance(&stream("b"), now - 20 * MINUTE);
        assert_eq!(horizon.until(now), Some(now - 35 * MINUTE));
        horizon.advance(&stream("b"), now - 30 * MINUTE);
        assert_eq!(horizon.until(now), Some(now - 35 * MINUTE));
        let later = now + 500 * MINUTE;
        horizon.advance(&stream("a"), later);
        assert_eq!(horizon.until(later), Some(later - 75 * MINUTE));
        horizon.drop(&stream("b"));
        assert_eq!(horizon.until(later), Some(later - 15 * MINUTE));
    }
}
