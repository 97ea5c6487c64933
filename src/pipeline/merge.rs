//! What needs to know what came before: takes the findings of all evaluators on one thread, strictly
//! in the order of the input, merges them into the state, and hands out alerts.

use std::ops::{ControlFlow, Range};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::behind::Behind;
use super::clusters::Clusters;
use super::evaluate::{Finding, set_aside};
use super::once::Once;
use super::remember::Remembering;
use super::seed::Seeds;
use super::settle::may_wait;
use super::tally::Tally;
use crate::alert::{Alert, RawEvent};
use crate::decode::Item;
use crate::detect::{Engine, Lateness, Severity};
use crate::state::{MemoryStore, Store, StoreError};

/// Joins findings to alerts, and counts to one sum.
#[derive(Debug)]
pub(super) struct Merger<'c> {
    engine: &'c Engine,
    pub(super) clusters: Clusters<'c>,
    pub(super) least: Severity,
    pub(super) raw: RawEvent,
    seeds: Seeds,
    pub(super) lateness: Lateness,
    store: Box<dyn Store + 'c>,
    /// `None` where somebody else tells what is new.
    once: Option<Once>,
    behind: Behind,
    /// What has been counted so far.
    pub(super) tally: Tally,
    /// What keeps the state from being used; nothing is merged after it.
    pub(super) failure: Option<StoreError>,
}

/// Findings of several items, each with the place of its item.
pub(super) type Found = Vec<(usize, Finding)>;

impl<'c> Merger<'c> {
    /// A merger that remembers in memory.
    pub(super) fn new(engine: &'c Engine, clusters: Clusters<'c>) -> Self {
        Self {
            engine,
            clusters,
            least: Severity::Info,
            raw: RawEvent::LeftOut,
            seeds: Seeds::default(),
            lateness: Lateness::default(),
            store: Box::new(MemoryStore::default()),
            once: Some(Once::default()),
            behind: Behind::default(),
            tally: Tally::default(),
            failure: None,
        }
    }

    /// Remembers in a store that outlives the program.
    pub(super) fn remember_in(&mut self, store: Box<dyn Store + 'c>) {
        self.store = store;
        self.seeds.durable = true;
    }

    /// Hands out repeats too.
    pub(super) fn every(&mut self) {
        self.once = None;
    }

    /// Whether the state outlives the program.
    pub(super) const fn is_durable(&self) -> bool {
        self.seeds.durable
    }

    /// How much each detector gave up for want of room.
    pub(super) fn evicted(&self) -> Vec<(String, u64)> {
        self.store.evicted()
    }

    /// What it takes to merge, and where to.
    fn remembering(&mut self) -> (Remembering<'_, 'c>, &mut (dyn Store + 'c)) {
        let remembering = Remembering {
            engine: self.engine,
            clusters: &mut self.clusters,
            raw: self.raw,
            seeds: &mut self.seeds,
            lateness: self.lateness,
            tally: &mut self.tally,
        };
        (remembering, self.store.as_mut())
    }

    /// Takes what was found in some items, in their order, and calls `on` for each alert that comes
    /// of it. What they change of the state is one transaction. `found` is empty afterwards.
    ///
    /// A finding that makes anything panic is set aside and counted.
    pub(super) fn take<'i>(
        &mut self,
        found: &mut Found,
        item: &'i dyn Fn(usize) -> Option<Item<'i>>,
        on: &mut dyn FnMut(Alert) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self.behind.learn(found, item, &mut self.clusters);
        let mut together = Vec::new();
        if found.iter().any(|(_, finding)| finding.is_remembered()) {
            let (mut remembering, store) = self.remembering();
            match remembering.merge(store, found, item) {
                Ok(alerts) => together = alerts,
                Err(error) => return self.fail(error),
            }
        }
        together.reverse();
        for (place, (_, finding)) in found.drain(..).enumerate() {
            if let Finding::Alert(alert) = finding {
                self.hand_out(*alert, on)?;
            }
            while let Some((_, alert)) = together.pop_if(|(at, _)| *at == place) {
                self.hand_out(alert, on)?;
            }
        }
        ControlFlow::Continue(())
    }

    /// Decides what of the detectors at some places waited for events from before `until` (milliseconds
    /// since the Unix epoch): none will come any more.
    pub(super) fn settle(
        &mut self,
        places: Range<usize>,
        until: i64,
        on: &mut dyn FnMut(Alert) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self.decide(places, (until, until), on)
    }

    /// The places of all detectors.
    pub(super) fn places(&self) -> Range<usize> {
        0..self.engine.detectors().len()
    }

    /// The first detector from a place on of which anything may wait to be decided.
    pub(super) fn next_waiting(&self, from: usize) -> Option<usize> {
        let rest = self.engine.detectors().get(from..)?;
        rest.iter().position(may_wait).map(|ahead| from + ahead)
    }

    /// Decides everything at the end of the input. Where another run may go on with the state, a
    /// condition that more events could undo waits until its window has ended.
    pub(super) fn finish(
        &mut self,
        on: &mut dyn FnMut(Alert) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let latest = self.tally.latest.filter(|_| self.is_durable());
        let times = (i64::MAX, latest.unwrap_or(i64::MAX));
        self.decide(self.places(), times, on)
    }

    fn decide(
        &mut self,
        places: Range<usize>,
        times: (i64, i64),
        on: &mut dyn FnMut(Alert) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if self.failure.is_some() {
            return ControlFlow::Break(());
        }
        let (mut remembering, store) = self.remembering();
        match remembering.settle(store, places, times) {
            Ok(alerts) => alerts
                .into_iter()
                .try_for_each(|alert| self.hand_out(alert, on))?,
            Err(error) => return self.fail(error),
        }
        self.release(on)
    }

    /// Hands out the alerts that wait for their actor to be known.
    pub(super) fn release(
        &mut self,
        on: &mut dyn FnMut(Alert) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        while let Some(alert) = self.behind.first() {
            on(alert)?;
        }
        ControlFlow::Continue(())
    }

    fn fail(&mut self, error: StoreError) -> ControlFlow<()> {
        self.failure = Some(error);
        ControlFlow::Break(())
    }

    fn hand_out(
        &mut self,
        alert: Alert,
        on: &mut dyn FnMut(Alert) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if alert.severity < self.least {
            self.tally.below += 1;
        } else if let Some(once) = &mut self.once
            && !once.is_first(alert.place())
        {
            self.tally.repeats += 1;
        } else {
            self.tally.alert(&alert.detector.id, alert.severity);
            if let Some(alert) = self.behind.pass(alert) {
                return on(alert);
            }
        }
        ControlFlow::Continue(())
    }

    /// How many alert ids have been forgotten for want of memory.
    #[must_use]
    pub(super) const fn forgotten(&self) -> u64 {
        match &self.once {
            Some(once) => once.forgotten,
            None => 0,
        }
    }

    /// How many logins have been forgotten for want of memory.
    #[must_use]
    pub(super) const fn forgotten_logins(&self) -> u64 {
        self.behind.forgotten()
    }
}

/// Runs `work` on an item; one that makes it panic is set aside and counted.
pub(super) fn guarded<T>(
    item: &Item<'_>,
    tally: &mut Tally,
    work: impl FnOnce(&mut Tally) -> T,
) -> Option<T> {
    let done = catch_unwind(AssertUnwindSafe(|| work(tally)));
    done.map_err(|_| set_aside(item, tally)).ok()
}
