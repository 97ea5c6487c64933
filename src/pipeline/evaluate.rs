//! What can be said about a record from the record alone: reads the line, asks the detectors, raises
//! the alerts.
//!
//! Each thread has an evaluator of its own. None knows what came before: whether an alert is a
//! repeat, and all that looks at several events, is the merger's.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::tally::{Tally, add_one};
use super::window::Window;
use rustc_hash::FxHashMap;

use super::clusters::Clusters;
use crate::alert::{Alert, AlertId, Cause, RawEvent, fold_place, raise};
use crate::config::Config;
use crate::decode::{Decoded, Item, Problem, line};
use crate::detect::{self, Contribution, Engine, Folded, Scratch, Severity};
use crate::record::{Entry, LogEvent, Position, Record, authenticator};
use crate::state::Digest;

/// What an evaluator found in one event, for the merger.
#[derive(Debug)]
pub enum Finding {
    /// The alert of one detector, as if nothing had come before.
    Alert(Box<Alert>),
    /// The same, where equal alerts are one: it is made only of the first.
    Folded(Box<Fold>),
    /// Something to remember.
    Contribution(Contribution),
    /// The earliest time yet at which this evaluator heard of a cluster.
    Noticed(Digest, i64),
    /// A line of the authenticator that tells who a caller is.
    Login,
}

/// A match whose alert is one with others.
#[derive(Debug)]
pub struct Fold {
    /// The place of its detector.
    pub(super) detector: usize,
    /// The [place](Alert::place) of its alert.
    pub(super) place: AlertId,
    /// Where it folds.
    pub(super) folded: Folded,
}

impl Finding {
    /// Whether it is merged into the state.
    pub(super) const fn is_remembered(&self) -> bool {
        !matches!(self, Self::Alert(_) | Self::Login)
    }
}

/// Evaluates items one by one. A clone is for another thread.
#[derive(Clone, Debug)]
pub struct Evaluator<'c> {
    engine: &'c Engine,
    pub(super) clusters: Clusters<'c>,
    pub(super) window: Window,
    pub(super) least: Severity,
    pub(super) raw: RawEvent,
    scratch: Scratch,
    /// The earliest time of each cluster.
    noticed: FxHashMap<Digest, i64>,
}

impl<'c> Evaluator<'c> {
    /// An evaluator with these detectors and settings, over all time and severities.
    #[must_use]
    pub fn new(engine: &'c Engine, config: &'c Config) -> Self {
        Self {
            engine,
            clusters: Clusters::new(config, None),
            window: Window::default(),
            least: Severity::Info,
            raw: RawEvent::LeftOut,
            scratch: Scratch::for_merging(),
            noticed: FxHashMap::default(),
        }
    }

    /// Tells everything again: what was made of what was found has been undone.
    pub(super) fn undone(&mut self) {
        self.noticed.clear();
        self.scratch.undone();
    }

    /// Evaluates an item: adds what it finds to `findings`, in the order of the detectors, and counts
    /// in `tally` what it reads and what it lays aside.
    ///
    /// A record that makes anything panic is set aside and counted, never a crash loop.
    #[inline]
    pub fn evaluate(&mut self, item: &Item<'_>, tally: &mut Tally, findings: &mut Vec<Finding>) {
        match item {
            Item::Event(event) => {
                let event = AssertUnwindSafe(|| self.event(event, tally, findings));
                if catch_unwind(event).is_err() {
                    set_aside(item, tally);
                }
            }
            Item::Problem(problem) => tally.problem(problem),
            Item::Control(_) => tally.control += 1,
        }
    }

    fn event(&mut self, event: &LogEvent<'_>, tally: &mut Tally, findings: &mut Vec<Finding>) {
        tally.bytes += event.message.len() as u64;
        let Some(record) = read(event, tally) else {
            return;
        };
        let cluster = self.clusters.of(event.origin);
        let entry = Entry::new(event, cluster, record);
        let time = entry.time();
        if !self.window.is_open() && !self.window.holds(time) {
            tally.outside += 1;
            return;
        }
        match time {
            Some(time) => {
                tally.latest = tally.latest.max(Some(time));
                let digest = self.scratch.cluster(cluster);
                let earliest = self.noticed.entry(digest).or_insert(i64::MAX);
                if time < *earliest {
                    *earliest = time;
                    findings.push(Finding::Noticed(digest, time));
                }
            }
            None => tally.undated += 1,
        }
        if let Some(line) = entry.authenticator()
            && matches!(
                line.message().event(),
                authenticator::Event::AccessGranted | authenticator::Event::StsResponse
            )
        {
            findings.push(Finding::Login);
        }
        let (engine, least, raw) = (self.engine, self.least, self.raw);
        engine.judge(&entry, &mut self.scratch, |finding| match finding {
            detect::Finding::Hit(hit) if hit.silenced.is_some() => {
                add_one(&mut tally.silenced, &hit.detector.id);
            }
            detect::Finding::Hit(hit) if hit.detector.highest() < least => tally.below += 1,
            detect::Finding::Hit(hit) => {
                let (severity, finding) = match hit.folded {
                    Some(folded) => {
                        let schema = engine.schema();
                        let (place, severity) = fold_place(hit.detector, &entry, &folded, schema);
                        let fold = Fold {
                            detector: hit.place,
                            place,
                            folded,
                        };
                        (severity, Finding::Folded(Box::new(fold)))
                    }
                    None => {
                        let alert = raise(hit.detector, &entry, Cause::Match, engine.schema(), raw);
                        (alert.severity, Finding::Alert(Box::new(alert)))
                    }
                };
                match severity < least {
                    true => tally.below += 1,
                    false => findings.push(finding),
                }
            }
            detect::Finding::Contribution(_, contribution) => {
                findings.push(Finding::Contribution(contribution));
            }
        });
    }
}

/// Reads the line, and counts what became of it.
#[inline]
fn read<'e>(event: &'e LogEvent<'_>, tally: &mut Tally) -> Option<Record<'e>> {
    match line::decode(event) {
        Decoded::Record(record) => {
            match record {
                Record::Audit(_) => tally.audit += 1,
                Record::Authenticator(_) => tally.authenticator += 1,
            }
            Some(record)
        }
        Decoded::Salvaged(record) => {
            tally.salvaged += 1;
            Some(record)
        }
        Decoded::Foreign(kind) => {
            tally.foreign(kind);
            None
        }
        Decoded::Refused(reason) => {
            let detail = "the line is no audit event and no authenticator line".into();
            tally.problem(&Problem {
                reason,
                position: event.position,
                detail,
            });
            None
        }
    }
}

/// Counts a record that made something panic, and says where it stands.
pub(super) fn set_aside(item: &Item<'_>, tally: &mut Tally) {
    tally.quarantined += 1;
    let (Item::Event(LogEvent { position, .. })
    | Item::Problem(Problem { position, .. })
    | Item::Control(position)) = item;
    let Position { file, offset, line } = position;
    tracing::error!(
        ?file,
        line,
        offset,
        "a record made the program panic and was set aside"
    );
}
