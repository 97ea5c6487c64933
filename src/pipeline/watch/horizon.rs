//! How far all logs have been read: what is older has been seen and can be decided.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::source::cloudwatch::Stream;
use crate::telemetry::milliseconds;

/// How far one log has been read.
#[derive(Debug)]
struct Log {
    /// Where a restart would begin; `None` before a walk has ended.
    position: Option<i64>,
    /// No event of that time or before will come any more.
    settled: i64,
    /// When that last grew, or the log was first heard of.
    moved: i64,
}

/// How far all logs have been read. Times are milliseconds since the Unix epoch.
#[derive(Debug)]
pub struct Horizon {
    logs: BTreeMap<Stream, Log>,
    lateness: i64,
    patience: i64,
}

impl Horizon {
    /// No log yet. Events may come so late; a log that makes no progress for `patience` is waited for no
    /// more, so that one that can't be read keeps no decision of the others waiting for ever.
    #[must_use]
    pub fn new(lateness: Duration, patience: Duration) -> Self {
        Self {
            logs: BTreeMap::new(),
            lateness: milliseconds(lateness),
            patience: milliseconds(patience),
        }
    }

    /// A log that is there, of which nothing is settled yet.
    pub fn expect(&mut self, stream: &Stream, now: i64) {
        if !self.logs.contains_key(stream) {
            let log = Log {
                position: None,
                settled: i64::MIN,
                moved: now,
            };
            self.logs.insert(stream.clone(), log);
        }
    }

    /// Notes how far a log has been read.
    pub fn advance(&mut self, stream: &Stream, position: i64, now: i64) {
        self.expect(stream, now);
        if let Some(log) = self.logs.get_mut(stream) {
            log.position = log.position.max(Some(position));
        }
    }

    /// No event of a log from `settled` or before will come any more.
    pub fn settle(&mut self, stream: &Stream, settled: i64, now: i64) {
        self.expect(stream, now);
        if let Some(log) = self.logs.get_mut(stream)
            && settled > log.settled
        {
            log.settled = settled;
            log.moved = now;
        }
    }

    /// Others go on where a log ends: they begin where it stands, and it is not read any more.
    pub fn split(&mut self, stream: &Stream, into: &[Stream], now: i64) {
        let settled = self.logs.remove(stream).map_or(i64::MIN, |log| log.settled);
        for heir in into {
            self.expect(heir, now);
            self.settle(heir, settled, now);
        }
    }

    /// A log that is not read any more.
    pub fn drop(&mut self, stream: &Stream) {
        self.logs.remove(stream);
    }

    /// Before which time no event will come any more; `None` before anything was read. Times are
    /// milliseconds since the Unix epoch.
    #[must_use]
    pub fn until(&self, now: i64) -> Option<i64> {
        let lost = now.saturating_sub(self.patience);
        let until = |log: &Log| {
            let settled = log.settled.saturating_add(1);
            if log.moved > lost {
                settled
            } else {
                settled.max(lost.saturating_sub(self.lateness))
            }
        };
        let until = self.logs.values().map(until).min()?;
        (until > i64::MIN.saturating_add(1)).then_some(until)
    }
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

    fn minutes(number: u64) -> Duration {
        Duration::from_secs(60 * number)
    }

    #[test]
    fn the_slowest_log_decides_unless_it_is_lost() {
        let mut horizon = Horizon::new(minutes(15), minutes(60));
        assert_eq!(horizon.until(0), None);
        let now = 1_000 * MINUTE;
        horizon.settle(&stream("a"), now - 15 * MINUTE, now);
        assert_eq!(horizon.until(now), Some(now - 15 * MINUTE + 1));
        horizon.settle(&stream("b"), now - 35 * MINUTE, now);
        horizon.settle(&stream("b"), now - 45 * MINUTE, now);
        assert_eq!(horizon.until(now), Some(now - 35 * MINUTE + 1));
        let later = now + 500 * MINUTE;
        horizon.settle(&stream("a"), later - 15 * MINUTE, later);
        assert_eq!(horizon.until(later), Some(later - 75 * MINUTE));
        horizon.drop(&stream("b"));
        assert_eq!(horizon.until(later), Some(later - 15 * MINUTE + 1));
    }

    #[test]
    fn those_that_take_over_from_a_log_begin_where_it_stood() {
        let mut horizon = Horizon::new(minutes(15), minutes(60));
        let now = 1_000 * MINUTE;
        horizon.settle(&stream("a"), now - 20 * MINUTE, now);
        horizon.split(&stream("a"), &[stream("b"), stream("c")], now);
        assert_eq!(horizon.until(now), Some(now - 20 * MINUTE + 1));
        horizon.settle(&stream("b"), now, now);
        assert_eq!(horizon.until(now), Some(now - 20 * MINUTE + 1));
        horizon.settle(&stream("c"), now - MINUTE, now);
        assert_eq!(horizon.until(now), Some(now - MINUTE + 1));
    }

    #[test]
    fn a_log_that_catches_up_is_waited_for_however_far_behind_it_is() {
        let mut horizon = Horizon::new(minutes(15), minutes(60));
        let now = 10_000 * MINUTE;
        horizon.settle(&stream("a"), now - 15 * MINUTE, now);
        horizon.expect(&stream("b"), now);
        assert_eq!(horizon.until(now), None, "nothing of it was read yet");
        horizon.advance(&stream("b"), now - 4_000 * MINUTE, now);
        assert_eq!(horizon.until(now), None, "late events are still to come");
        horizon.settle(&stream("b"), now - 4_000 * MINUTE, now);
        assert_eq!(horizon.until(now), Some(now - 4_000 * MINUTE + 1));
    }
}
