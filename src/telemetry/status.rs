//! What the program knows of itself right now, for the status page: bounded, and shared by all threads.
//!
//! Plain texts: this room knows no alert and no log group. Whoever shows them escapes them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

/// How many alerts are kept.
pub const ALERTS: usize = 50;
/// How many logs and sinks are kept: more than any settings name.
const MOST: usize = 10_000;
/// The longest text that is kept, in characters.
const LONGEST: usize = 500;
/// Over how many seconds the rate is measured.
const RATE_SECONDS: i64 = 60;

/// Everything that the status page shows. Times are milliseconds since the Unix epoch.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Board {
    /// The program's version.
    pub version: String,
    /// When it was started.
    pub started: i64,
    /// The logs, by cluster.
    pub logs: Vec<LogStatus>,
    /// The sinks.
    pub sinks: Vec<SinkStatus>,
    /// The last alerts, the newest first.
    pub alerts: Vec<AlertStatus>,
    /// How many detectors run.
    pub detectors: usize,
    /// The last reload, if there was one.
    pub reload: Option<ReloadStatus>,
}

/// A log of a cluster.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LogStatus {
    /// The cluster's name.
    pub cluster: String,
    /// Its account.
    pub account: String,
    /// Its region.
    pub region: String,
    /// `audit` or `authenticator`.
    pub log: String,
    /// `starting`, `ok`, `blind`, `lagging` or `denied`.
    pub state: String,
    /// The newest event's time.
    pub newest: Option<i64>,
    /// What failed last, if it still does.
    pub error: Option<String>,
    /// Events a second over the last minute. Filled in when the board is asked.
    pub rate: f64,
}

/// A sink.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SinkStatus {
    /// Its name.
    pub name: String,
    /// How many alerts wait for it.
    pub waiting: u64,
    /// When it last accepted one.
    pub delivered: Option<i64>,
    /// What failed last, if it still does.
    pub error: Option<String>,
}

/// An alert, as far as a list shows it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct AlertStatus {
    /// Its time.
    pub time: Option<i64>,
    /// Its severity.
    pub severity: String,
    /// The detector's id.
    pub detector: String,
    /// The cluster's name.
    pub cluster: String,
    /// The sentence.
    pub summary: String,
    /// Its id.
    pub id: String,
}

/// A reload.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ReloadStatus {
    /// When.
    pub time: i64,
    /// What kept it from being used; nothing when it is.
    pub error: Option<String>,
}

/// The shared board. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct Status(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    version: String,
    started: i64,
    logs: BTreeMap<[String; 4], (LogStatus, Rate)>,
    sinks: BTreeMap<String, SinkStatus>,
    alerts: VecDeque<AlertStatus>,
    detectors: usize,
    reload: Option<ReloadStatus>,
}

/// Events by second.
#[derive(Debug, Default)]
struct Rate(VecDeque<(i64, u64)>);

impl Rate {
    fn add(&mut self, now: i64, events: u64) {
        let second = now / 1000;
        match self.0.back_mut() {
            Some((last, count)) if *last == second => *count += events,
            _ => self.0.push_back((second, events)),
        }
        self.forget(second);
    }

    fn forget(&mut self, second: i64) {
        while let Some((first, _)) = self.0.front()
            && (*first <= second - RATE_SECONDS || self.0.len() > RATE_SECONDS as usize + 1)
        {
            self.0.pop_front();
        }
    }

    fn a_second(&self, now: i64) -> f64 {
        let since = now / 1000 - RATE_SECONDS;
        let recent = self.0.iter().filter(|(second, _)| *second > since);
        recent.map(|(_, events)| *events).sum::<u64>() as f64 / RATE_SECONDS as f64
    }
}

impl Status {
    /// A board with nothing on it.
    #[must_use]
    pub fn new(version: &str, started: i64) -> Self {
        Self(Arc::new(Mutex::new(Inner {
            version: version.to_owned(),
            started,
            ..Inner::default()
        })))
    }

    /// Notes how a log is seen; `rate` is not looked at.
    pub fn log(&self, mut log: LogStatus) {
        log.error = log.error.map(short);
        let key = key(&log);
        let mut inner = self.lock();
        if inner.logs.len() < MOST || inner.logs.contains_key(&key) {
            inner.logs.entry(key).or_default().0 = log;
        }
    }

    /// Notes that new events of a log have been read.
    pub fn events(&self, log: &LogStatus, now: i64, events: u64) {
        if let Some((_, rate)) = self.lock().logs.get_mut(&key(log)) {
            rate.add(now, events);
        }
    }

    /// Forgets logs that are not watched any more.
    pub fn retain_logs(&self, keep: impl Fn(&LogStatus) -> bool) {
        self.lock().logs.retain(|_, (log, _)| keep(log));
    }

    /// Notes how a sink does.
    pub fn sink(&self, mut sink: SinkStatus) {
        sink.error = sink.error.map(short);
        let mut inner = self.lock();
        if inner.sinks.len() < MOST || inner.sinks.contains_key(&sink.name) {
            inner.sinks.insert(sink.name.clone(), sink);
        }
    }

    /// Notes an alert; the oldest goes.
    pub fn alert(&self, mut alert: AlertStatus) {
        alert.summary = short(alert.summary);
        let mut inner = self.lock();
        inner.alerts.push_front(alert);
        inner.alerts.truncate(ALERTS);
    }

    /// Notes how many detectors run.
    pub fn detectors(&self, count: usize) {
        self.lock().detectors = count;
    }

    /// Notes a reload: what kept it from being used, or nothing.
    pub fn reloaded(&self, time: i64, error: Option<String>) {
        let error = error.map(short);
        self.lock().reload = Some(ReloadStatus { time, error });
    }

    /// All of it as it is now.
    #[must_use]
    pub fn board(&self, now: i64) -> Board {
        let inner = self.lock();
        let log = |(log, rate): &(LogStatus, Rate)| LogStatus {
            rate: rate.a_second(now),
            ..log.clone()
        };
        Board {
            version: inner.version.clone(),
            started: inner.started,
            logs: inner.logs.values().map(log).collect(),
            sinks: inner.sinks.values().cloned().collect(),
            alerts: inner.alerts.iter().cloned().collect(),
            detectors: inner.detectors,
            reload: inner.reload.clone(),
        }
    }

    /// A panic in another thread leaves the board as it was: each change is one assignment.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(log: &LogStatus) -> [String; 4] {
    [&log.cluster, &log.account, &log.region, &log.log].map(Clone::clone)
}

fn short(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn audit() -> LogStatus {
        LogStatus {
            cluster: "prod".into(),
            log: "audit".into(),
            ..LogStatus::default()
        }
    }

    #[test]
    fn the_last_alerts_are_kept_newest_first_and_no_more() {
        let status = Status::new("1", 0);
        for n in 0..1000 {
            let id = n.to_string();
            status.alert(AlertStatus {
                id,
                ..AlertStatus::default()
            });
        }
        let alerts = status.board(0).alerts;
        assert_eq!(alerts.len(), ALERTS);
        assert_eq!(alerts.first().map(|alert| alert.id.as_str()), Some("999"));
    }

    #[test]
    fn the_rate_is_that_of_the_last_minute() {
        let status = Status::new("1", 0);
        status.log(audit());
        for second in 0..600 {
            status.events(&audit(), second * 1000, 5);
        }
        let rate = |now| status.board(now).logs.first().map(|log| log.rate);
        assert_eq!(rate(599_000), Some(5.0));
        assert_eq!(rate(629_000), Some(2.5));
        assert_eq!(rate(700_000), Some(0.0));
        // A new state leaves the rate as it is.
        status.log(audit());
        assert_eq!(rate(599_000), Some(5.0));
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let status = Status::new("1", 0);
        status.reloaded(1, Some("é".repeat(10_000)));
        let error = status.board(0).reload.and_then(|reload| reload.error);
        assert_eq!(error.map(|text| text.chars().count()), Some(LONGEST + 1));
    }
}
