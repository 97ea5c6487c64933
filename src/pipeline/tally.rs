//! Counts everything that happened, so that nothing is silent: what was read, what was not and why,
//! what was raised and what was silenced.

use std::collections::BTreeMap;

use crate::decode::{Problem, Refusal, StreamKind};
use crate::detect::Severity;

/// How many problems of one cause are shown one by one.
const SHOWN: usize = 3;

/// Alerts by severity.
pub type Severities = BTreeMap<Severity, u64>;

/// How often something happened, by the id of the detector.
pub type ByDetector = BTreeMap<String, u64>;

/// The counts of one run.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Audit events read whole.
    pub audit: u64,
    /// Authenticator lines read whole.
    pub authenticator: u64,
    /// Records of both kinds that were cut off or damaged, and judged by what was left.
    pub salvaged: u64,
    /// Lines of other control-plane logs.
    pub foreign: BTreeMap<&'static str, u64>,
    /// `CONTROL_MESSAGE` probes.
    pub control: u64,
    /// Entries outside the time asked for.
    pub outside: u64,
    /// What was not read, by cause, with the first few cases in words.
    pub problems: BTreeMap<Refusal, (u64, Vec<String>)>,
    /// Records that made the program panic, set aside.
    pub quarantined: u64,
    /// Alerts raised, by severity.
    pub alerts: Severities,
    /// Alerts raised, by detector, with the highest severity among them.
    pub by_detector: BTreeMap<String, (Severity, u64)>,
    /// Matches that belong to an alert already raised: other stages, and repeats.
    pub repeats: u64,
    /// Alerts below the severity asked for.
    pub below: u64,
    /// Matches that an exception silenced, by detector.
    pub silenced: ByDetector,
    /// Alerts that were folded into one that had been raised, by detector.
    pub folded: ByDetector,
    /// Records at an unknown time: they are in no threshold, baseline or sequence.
    pub undated: u64,
    /// Events that a detector could not remember for want of room under one key.
    pub lost: u64,
    /// The latest time of any record, in milliseconds since the Unix epoch.
    pub latest: Option<i64>,
    /// Bytes of log lines judged.
    pub bytes: u64,
}

/// Counts one more of a detector.
pub(super) fn add_one(sums: &mut ByDetector, detector: &str) {
    match sums.get_mut(detector) {
        Some(count) => *count += 1,
        None => drop(sums.insert(detector.to_owned(), 1)),
    }
}

/// Adds what was counted elsewhere.
pub(super) fn add_all<K: Ord>(sums: &mut BTreeMap<K, u64>, more: BTreeMap<K, u64>) {
    for (key, count) in more {
        *sums.entry(key).or_default() += count;
    }
}

impl Tally {
    /// Counts something that was not read.
    pub fn problem(&mut self, problem: &Problem<'_>) {
        let (count, shown) = self.problems.entry(problem.reason).or_default();
        *count += 1;
        if shown.len() < SHOWN {
            shown.push(problem.to_string());
        }
    }

    /// Counts a line of another control-plane log.
    pub fn foreign(&mut self, kind: StreamKind) {
        *self.foreign.entry(kind.as_str()).or_default() += 1;
    }

    /// Counts an alert that was raised.
    pub fn alert(&mut self, detector: &str, severity: Severity) {
        *self.alerts.entry(severity).or_default() += 1;
        match self.by_detector.get_mut(detector) {
            Some((highest, count)) => {
                *highest = severity.max(*highest);
                *count += 1;
            }
            None => {
                self.by_detector.insert(detector.to_owned(), (severity, 1));
            }
        }
    }

    /// Adds the counts of what came next in the input, and empties them.
    pub fn merge(&mut self, next: &mut Self) {
        let Self {
            audit,
            authenticator,
            salvaged,
            foreign,
            control,
            outside,
            problems,
            quarantined,
            alerts,
            by_detector,
            repeats,
            below,
            silenced,
            folded,
            undated,
            lost,
            latest,
            bytes,
        } = std::mem::take(next);
        self.audit += audit;
        self.authenticator += authenticator;
        self.salvaged += salvaged;
        self.control += control;
        self.outside += outside;
        self.quarantined += quarantined;
        self.repeats += repeats;
        self.below += below;
        self.undated += undated;
        self.lost += lost;
        self.latest = self.latest.max(latest);
        self.bytes += bytes;
        add_all(&mut self.silenced, silenced);
        add_all(&mut self.folded, folded);
        add_all(&mut self.foreign, foreign);
        add_all(&mut self.alerts, alerts);
        for (reason, (more, cases)) in problems {
            let (count, shown) = self.problems.entry(reason).or_default();
            *count += more;
            shown.extend(cases);
            shown.truncate(SHOWN);
        }
        for (detector, (severity, more)) in by_detector {
            let (highest, count) = self.by_detector.entry(detector).or_insert((severity, 0));
            *highest = severity.max(*highest);
            *count += more;
        }
    }

    /// How many alerts were raised.
    #[must_use]
    pub fn raised(&self) -> u64 {
        self.alerts.values().sum()
    }

    /// How many log events were read as records, whole or in part.
    #[must_use]
    pub const fn records(&self) -> u64 {
        self.audit + self.authenticator + self.salvaged
    }

    /// The highest severity raised.
    #[must_use]
    pub fn highest(&self) -> Option<Severity> {
        self.alerts.keys().next_back().copied()
    }
}
