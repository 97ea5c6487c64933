//! From items of the input to entries: the steps before any question is asked, the same for every
//! command that asks.

use std::ops::ControlFlow;

use super::inputs::Reading;
use crate::config::Settings;
use crate::decode::{Decoded, Item, StreamKind, line};
use crate::pipeline::{Clusters, Window};
use crate::record::{Entry, LogEvent};

/// Makes entries and counts what is none.
pub(super) struct Entries<'s> {
    clusters: Clusters<'s>,
    window: Window,
    /// Pieces of the input that could not be read.
    pub(super) unread: u64,
}

/// A log event in the stretch of time that was asked for.
pub(super) enum Taken<'t, 'a> {
    /// One that can be judged.
    Entry(&'t Entry<'a>),
    /// A line of another control-plane log.
    Foreign(StreamKind, &'t LogEvent<'a>),
}

impl<'s> Entries<'s> {
    pub(super) fn new(
        settings: &'s Settings,
        cluster_name: Option<&'s str>,
        window: Window,
    ) -> Self {
        Self {
            clusters: Clusters::new(&settings.config, cluster_name),
            window,
            unread: 0,
        }
    }

    /// Takes an item and calls `on` if it is a log event in that time.
    pub(super) fn take(
        &mut self,
        item: Item<'_>,
        on: &mut dyn FnMut(Taken<'_, '_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        match item {
            Item::Event(event) => self.event(&event, on),
            Item::Problem(_) => {
                self.unread += 1;
                ControlFlow::Continue(())
            }
            Item::Control(_) => ControlFlow::Continue(()),
        }
    }

    fn event(
        &mut self,
        event: &LogEvent<'_>,
        on: &mut dyn FnMut(Taken<'_, '_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let record = match line::decode(event) {
            Decoded::Record(record) | Decoded::Salvaged(record) => record,
            Decoded::Foreign(kind) if self.window.holds(event.timestamp) => {
                return on(Taken::Foreign(kind, event));
            }
            Decoded::Foreign(_) => return ControlFlow::Continue(()),
            Decoded::Refused(_) => {
                self.unread += 1;
                return ControlFlow::Continue(());
            }
        };
        let entry = Entry::new(event, self.clusters.of(event.origin), record);
        if self.window.holds(entry.time()) {
            on(Taken::Entry(&entry))
        } else {
            ControlFlow::Continue(())
        }
    }
}

/// What was not read, on standard error.
pub(super) fn complain(reading: &Reading, unread: u64) {
    for failure in &reading.failures {
        anstream::eprintln!("not read: {failure}");
    }
    if unread > 0 {
        anstream::eprintln!(
            "{unread} pieces of the input were not read: `trailhound replay` tells which and why"
        );
    }
    if reading.interrupted {
        anstream::eprintln!("stopped before the end: the result is of what was read");
    }
}
