//! From a decoded item to alerts: the same steps whatever the events come from.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::once::Once;
use super::tally::Tally;
use crate::alert::{Alert, Cause, RawEvent, identify, raise};
use crate::config::Config;
use crate::decode::{Decoded, Item, Problem, line};
use crate::detect::{Engine, Finding, Scratch, Severity};
use crate::record::{Cluster, Entry, LogEvent, Origin, Record};

/// A stretch of event time, in milliseconds since the Unix epoch; open where there is no end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// The first instant that counts.
    pub since: Option<i64>,
    /// The first instant that counts no more.
    pub until: Option<i64>,
}

impl Window {
    /// Whether an instant lies in it. What happened at an unknown time does: nothing is dropped for
    /// want of a clock.
    #[must_use]
    pub fn holds(&self, time: Option<i64>) -> bool {
        let Some(time) = time else { return true };
        self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time < until)
    }

    const fn is_open(&self) -> bool {
        self.since.is_none() && self.until.is_none()
    }
}

/// Judges log events one after another and hands out alerts.
#[derive(Debug)]
pub struct Judge<'c> {
    engine: &'c Engine,
    config: &'c Config,
    /// The name that `--cluster` gives to clusters that the input does not name.
    cluster_name: Option<&'c str>,
    window: Window,
    least: Severity,
    raw: RawEvent,
    once: Once,
    scratch: Scratch,
    /// The cluster of the last event: events of one origin come together.
    cluster: Option<(Origin, Cluster)>,
    /// What has been counted.
    pub tally: Tally,
}

impl<'c> Judge<'c> {
    /// A judge with these detectors and settings.
    #[must_use]
    pub fn new(engine: &'c Engine, config: &'c Config) -> Self {
        Self {
            engine,
            config,
            cluster_name: None,
            window: Window::default(),
            least: Severity::Info,
            raw: RawEvent::LeftOut,
            once: Once::default(),
            scratch: Scratch::default(),
            cluster: None,
            tally: Tally::default(),
        }
    }

    /// Names the cluster where the input does not.
    #[must_use]
    pub const fn cluster(mut self, name: Option<&'c str>) -> Self {
        self.cluster_name = name;
        self
    }

    /// Judges only what happened in a stretch of time.
    #[must_use]
    pub const fn window(mut self, window: Window) -> Self {
        self.window = window;
        self
    }

    /// Hands out only alerts of at least that severity.
    #[must_use]
    pub const fn least(mut self, severity: Severity) -> Self {
        self.least = severity;
        self
    }

    /// Whether raw events join their alerts.
    #[must_use]
    pub const fn raw(mut self, raw: RawEvent) -> Self {
        self.raw = raw;
        self
    }

    /// How many alert ids have been forgotten for want of memory.
    #[must_use]
    pub const fn forgotten(&self) -> u64 {
        self.once.forgotten
    }

    /// Takes an item and calls `on` for each alert that it raises.
    #[inline]
    pub fn take(
        &mut self,
        item: Item<'_>,
        on: &mut dyn FnMut(Alert) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        match item {
            Item::Event(event) => self.event(&event, on),
            Item::Problem(problem) => {
                self.tally.problem(&problem);
                ControlFlow::Continue(())
            }
            Item::Control(_) => {
                self.tally.control += 1;
                ControlFlow::Continue(())
            }
        }
    }

    /// A record that makes anything panic is set aside and counted, never a crash loop.
    fn event(
        &mut self,
        event: &LogEvent<'_>,
        on: &mut dyn FnMut(Alert) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let judged = catch_unwind(AssertUnwindSafe(|| self.judge(event, on)));
        judged.unwrap_or_else(|_| {
            self.tally.quarantined += 1;
            ControlFlow::Continue(())
        })
    }

    fn judge(
        &mut self,
        event: &LogEvent<'_>,
        on: &mut dyn FnMut(Alert) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self.tally.bytes += event.message.len() as u64;
        let record = match line::decode(event) {
            Decoded::Record(record) => {
                match record {
                    Record::Audit(_) => self.tally.audit += 1,
                    Record::Authenticator(_) => self.tally.authenticator += 1,
                }
                record
            }
            Decoded::Salvaged(record) => {
                self.tally.salvaged += 1;
                record
            }
            Decoded::Foreign(kind) => {
                self.tally.foreign(kind);
                return ControlFlow::Continue(());
            }
            Decoded::Refused(reason) => {
                let detail = "the line is no audit event and no authenticator line".into();
                self.tally.problem(&Problem {
                    reason,
                    position: event.position,
                    detail,
                });
                return ControlFlow::Continue(());
            }
        };
        self.know_cluster(event.origin);
        let Some((_, cluster)) = &self.cluster else {
            return ControlFlow::Continue(());
        };
        let entry = Entry::new(event, cluster, record);
        if !self.window.is_open() && !self.window.holds(entry.time()) {
            self.tally.outside += 1;
            return ControlFlow::Continue(());
        }
        let mut flow = ControlFlow::Continue(());
        let (tally, once, engine) = (&mut self.tally, &mut self.once, self.engine);
        let (least, raw) = (self.least, self.raw);
        engine.judge(&entry, &mut self.scratch, |finding| {
            let Finding::Hit(hit) = finding else { return };
            if hit.silenced.is_some() {
                tally.silenced += 1;
            } else if hit.detector.severity < least {
                tally.below += 1;
            } else if !once.is_first(identify(&hit.detector.id, &entry)) {
                tally.repeats += 1;
            } else if flow.is_continue() {
                tally.alert(&hit.detector.id, hit.detector.severity);
                flow = on(raise(
                    hit.detector,
                    &entry,
                    Cause::Match,
                    engine.schema(),
                    raw,
                ));
            }
        });
        flow
    }

    fn know_cluster(&mut self, origin: &Origin) {
        if self
            .cluster
            .as_ref()
            .is_some_and(|(known, _)| known == origin)
        {
            return;
        }
        let cluster = self.config.cluster_of(origin, self.cluster_name);
        self.cluster = Some((origin.clone(), cluster));
    }
}
