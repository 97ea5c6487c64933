//! What can be said about a record from the record alone: reads the line, asks the detectors, raises
//! the alerts.
//!
//! Each thread has an evaluator of its own. None knows what came before: whether an alert is a
//! repeat, and all that looks at several events, is the merger's.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::tally::Tally;
use super::window::Window;
use crate::alert::{Alert, RawEvent, raise};
use crate::config::Config;
use crate::decode::{Decoded, Item, Problem, line};
use crate::detect::{Engine, Scratch, Severity};
use crate::record::{Cluster, Entry, LogEvent, Origin, Position, Record};

/// What an evaluator found in one event, for the merger.
#[derive(Debug)]
pub struct Finding {
    /// The alert of one detector, as if nothing had come before.
    pub alert: Box<Alert>,
}

/// Evaluates items one by one. A clone is for another thread.
#[derive(Clone, Debug)]
pub struct Evaluator<'c> {
    engine: &'c Engine,
    config: &'c Config,
    /// The name that `--cluster` gives to clusters that the input does not name.
    pub(super) cluster_name: Option<&'c str>,
    pub(super) window: Window,
    pub(super) least: Severity,
    pub(super) raw: RawEvent,
    scratch: Scratch,
    /// The cluster of the last event: events of one origin come together.
    cluster: Option<(Origin, Cluster)>,
}

impl<'c> Evaluator<'c> {
    /// An evaluator with these detectors and settings, over all time and severities.
    #[must_use]
    pub fn new(engine: &'c Engine, config: &'c Config) -> Self {
        Self {
            engine,
            config,
            cluster_name: None,
            window: Window::default(),
            least: Severity::Info,
            raw: RawEvent::LeftOut,
            scratch: Scratch::default(),
            cluster: None,
        }
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
        self.know_cluster(event.origin);
        let Some((_, cluster)) = &self.cluster else {
            return;
        };
        let entry = Entry::new(event, cluster, record);
        if !self.window.is_open() && !self.window.holds(entry.time()) {
            tally.outside += 1;
            return;
        }
        let (engine, least, raw) = (self.engine, self.least, self.raw);
        engine.judge(&entry, &mut self.scratch, |hit| {
            if hit.silenced.is_some() {
                tally.silenced += 1;
            } else if hit.detector.severity < least {
                tally.below += 1;
            } else {
                let alert = Box::new(raise(hit.detector, &entry, engine.schema(), raw));
                findings.push(Finding { alert });
            }
        });
    }

    fn know_cluster(&mut self, origin: &Origin) {
        let known = self.cluster.as_ref();
        if known.is_some_and(|(known, _)| known == origin) {
            return;
        }
        let cluster = self.config.cluster_of(origin, self.cluster_name);
        self.cluster = Some((origin.clone(), cluster));
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
