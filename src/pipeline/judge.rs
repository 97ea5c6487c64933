//! From decoded items to alerts, whatever the events come from: on one thread, or on several.

use std::ops::ControlFlow;

use super::crew::{self, Crew};
use super::evaluate::{Evaluator, Finding};
use super::merge::{Found, Merger};
use super::tally::Tally;
use super::window::Window;
use crate::alert::{Alert, RawEvent};
use crate::config::Config;
use crate::decode::Item;
use crate::detect::{Engine, Lateness, Severity};
use crate::state::{Store, StoreError};

/// Judges log events one after another and hands out alerts.
#[derive(Debug)]
pub struct Judge<'c> {
    evaluator: Evaluator<'c>,
    merger: Merger<'c>,
    findings: Vec<Finding>,
    found: Found,
}

/// Where items go in to be judged.
pub trait Feed {
    /// Takes an item; breaks when no more are wanted.
    fn take(&mut self, item: Item<'_>) -> ControlFlow<()>;

    /// Says that no item comes for a while: all alerts of those that came are handed out now.
    fn pause(&mut self) -> ControlFlow<()>;
}

impl<'c> Judge<'c> {
    /// A judge with these detectors and settings.
    #[must_use]
    pub fn new(engine: &'c Engine, config: &'c Config) -> Self {
        let evaluator = Evaluator::new(engine, config);
        let merger = Merger::new(engine, evaluator.clusters.clone());
        Self {
            evaluator,
            merger,
            findings: Vec::new(),
            found: Found::new(),
        }
    }

    /// Names the cluster where the input does not.
    #[must_use]
    pub fn cluster(mut self, name: Option<&'c str>) -> Self {
        self.evaluator.clusters.set_name(name);
        self.merger.clusters.set_name(name);
        self
    }

    /// Judges only what happened in a stretch of time.
    #[must_use]
    pub const fn window(mut self, window: Window) -> Self {
        self.evaluator.window = window;
        self
    }

    /// Hands out only alerts of at least that severity.
    #[must_use]
    pub const fn least(mut self, severity: Severity) -> Self {
        self.evaluator.least = severity;
        self.merger.least = severity;
        self
    }

    /// Whether raw events join their alerts.
    #[must_use]
    pub const fn raw(mut self, raw: RawEvent) -> Self {
        self.evaluator.raw = raw;
        self.merger.raw = raw;
        self
    }

    /// Remembers in a store that outlives the program.
    #[must_use]
    pub fn store(mut self, store: Box<dyn Store + 'c>) -> Self {
        self.merger.remember_in(store);
        self
    }

    /// Hands out repeats too: whoever takes the alerts knows which are new.
    #[must_use]
    pub fn every(mut self) -> Self {
        self.merger.every();
        self
    }

    /// Says how late events may come from now on.
    pub(super) const fn set_lateness(&mut self, lateness: Lateness) {
        self.merger.lateness = lateness;
    }

    /// What has been counted.
    #[must_use]
    pub const fn tally(&self) -> &Tally {
        &self.merger.tally
    }

    /// What has been counted since this was last asked.
    pub fn take_tally(&mut self) -> Tally {
        std::mem::take(&mut self.merger.tally)
    }

    /// Forgets what was taken since the state last became what it is, since all of that was undone: it
    /// may be taken again.
    pub fn undone(&mut self) {
        self.evaluator.undone();
        self.merger.failure = None;
        self.merger.tally = Tally::default();
        self.findings.clear();
        self.found.clear();
    }

    /// How many logins have been forgotten for want of memory: who is behind an alert may not be told.
    #[must_use]
    pub const fn forgotten_logins(&self) -> u64 {
        self.merger.forgotten_logins()
    }

    /// How many alert ids have been forgotten for want of memory.
    #[must_use]
    pub const fn forgotten(&self) -> u64 {
        self.merger.forgotten()
    }

    /// Takes an item and calls `on` for each alert that it raises.
    #[inline]
    pub fn take(
        &mut self,
        item: Item<'_>,
        on: &mut dyn FnMut(Alert) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let tally = &mut self.merger.tally;
        self.evaluator.evaluate(&item, tally, &mut self.findings);
        if self.findings.is_empty() {
            return ControlFlow::Continue(());
        }
        self.found
            .extend(self.findings.drain(..).map(|one| (0, one)));
        self.merger
            .take(&mut self.found, &|_| Some(item.clone()), on)
    }

    /// Takes items that came together and calls `on` for each alert that comes of them, those that lack
    /// their actor included. What they change of the state is one transaction.
    pub fn take_all(
        &mut self,
        items: &[Item<'_>],
        on: &mut dyn FnMut(Alert) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        for (at, item) in items.iter().enumerate() {
            let tally = &mut self.merger.tally;
            self.evaluator.evaluate(item, tally, &mut self.findings);
            self.found
                .extend(self.findings.drain(..).map(|one| (at, one)));
        }
        self.merger
            .take(&mut self.found, &|at| items.get(at).cloned(), on)?;
        self.merger.release(on)
    }

    /// Decides what waited for events from before `until` (milliseconds since the Unix epoch), since
    /// none will come any more.
    pub fn settle(
        &mut self,
        until: i64,
        on: &mut dyn FnMut(Alert) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self.merger.settle(self.merger.places(), until, on)
    }

    /// The same for the detector at a place alone, among those that [`Judge::next_waiting`] tells.
    pub fn settle_one(
        &mut self,
        place: usize,
        until: i64,
        on: &mut dyn FnMut(Alert) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self.merger
            .settle(place..place.saturating_add(1), until, on)
    }

    /// Lets it do some work, and adds the alerts that come of that to `alerts`.
    ///
    /// # Errors
    /// When the state could not be used.
    pub(super) fn gather(
        &mut self,
        alerts: &mut Vec<Alert>,
        work: impl FnOnce(&mut Self, &mut dyn FnMut(Alert) -> ControlFlow<()>) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let mut on = |alert| {
            alerts.push(alert);
            ControlFlow::Continue(())
        };
        let broke = work(self, &mut on).is_break();
        match self.failure().filter(|_| broke) {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }

    /// The first detector from a place on of which anything may wait to be decided.
    #[must_use]
    pub fn next_waiting(&self, from: usize) -> Option<usize> {
        self.merger.next_waiting(from)
    }

    /// Decides what waited for more events, since the input has ended. In a state that outlives the
    /// program, a window that is not over yet, and whose condition more events could undo, waits for
    /// the next run.
    pub fn finish(&mut self, on: &mut dyn FnMut(Alert) -> ControlFlow<()>) -> ControlFlow<()> {
        self.merger.finish(on)
    }

    /// What kept the state from being used, if anything did; nothing was judged after it.
    #[must_use]
    pub fn failure(&mut self) -> Option<StoreError> {
        self.merger.failure.take()
    }

    /// How much each detector gave up for want of room.
    #[must_use]
    pub fn evicted(&self) -> Vec<(String, u64)> {
        self.merger.evicted()
    }

    /// Judges what `read` feeds, evaluating on so many threads beside this one; with fewer than two,
    /// on this one alone. The alerts, their order and all counts are the same for any number.
    ///
    /// `read` ends with a [`Feed::pause`]: what it fed since the last one may not be handed out yet.
    pub fn run<T>(
        &mut self,
        threads: usize,
        on: &mut dyn FnMut(Alert) -> ControlFlow<()>,
        read: impl FnOnce(&mut dyn Feed) -> T,
    ) -> T {
        // In a state that outlives the program, a transaction for each event would be dear.
        if threads < 2 && !self.merger.is_durable() {
            return read(&mut Alone { judge: self, on });
        }
        std::thread::scope(|scope| {
            let workers = crew::start(scope, threads, &self.evaluator);
            if workers.is_empty() {
                return read(&mut Alone { judge: self, on });
            }
            read(&mut Crew::new(workers, &mut self.merger, on))
        })
    }
}

/// Judging on the thread that reads: nothing is copied, and nothing waits.
struct Alone<'j, 'c> {
    judge: &'j mut Judge<'c>,
    on: &'j mut dyn FnMut(Alert) -> ControlFlow<()>,
}

impl Feed for Alone<'_, '_> {
    #[inline]
    fn take(&mut self, item: Item<'_>) -> ControlFlow<()> {
        self.judge.take(item, self.on)
    }

    fn pause(&mut self) -> ControlFlow<()> {
        self.judge.merger.release(self.on)
    }
}
