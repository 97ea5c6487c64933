//! What needs to know what came before: takes the findings of all evaluators on one thread, strictly
//! in the order of the input, and hands out alerts.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::evaluate::{Finding, set_aside};
use super::once::Once;
use super::tally::Tally;
use crate::alert::Alert;
use crate::decode::Item;

/// Joins findings to alerts, and counts to one sum.
#[derive(Debug, Default)]
pub struct Merger {
    once: Once,
    /// What has been counted so far.
    pub tally: Tally,
}

impl Merger {
    /// Takes what was found in `item`, and calls `on` for each alert that comes of it.
    ///
    /// A finding that makes anything panic is set aside and counted.
    pub fn take(
        &mut self,
        finding: Finding,
        item: &Item<'_>,
        on: &mut dyn FnMut(Alert) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let taken = catch_unwind(AssertUnwindSafe(|| self.alert(*finding.alert, on)));
        taken.unwrap_or_else(|_| {
            set_aside(item, &mut self.tally);
            ControlFlow::Continue(())
        })
    }

    fn alert(
        &mut self,
        alert: Alert,
        on: &mut dyn FnMut(Alert) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if !self.once.is_first(alert.id) {
            self.tally.repeats += 1;
            return ControlFlow::Continue(());
        }
        self.tally.alert(&alert.detector.id, alert.severity);
        on(alert)
    }

    /// How many alert ids have been forgotten for want of memory.
    #[must_use]
    pub const fn forgotten(&self) -> u64 {
        self.once.forgotten
    }
}
