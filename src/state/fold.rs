//! Alerts that are one: how many events stand behind it, from when to when, and a few of them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Digest, Seed};

/// How many events are shown.
pub const MOST_SAMPLES: usize = 10;
/// Up to how many events are told apart; a fold that has more says "at least".
const MOST_EVENTS: usize = 10_000;

/// The events behind one alert.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Fold {
    events: BTreeSet<Digest>,
    /// Earliest first, with the reference to the event.
    samples: Vec<(i64, Digest, Seed)>,
    first: i64,
    last: i64,
    /// When its window ends.
    ends: i64,
    /// The alert as it was raised.
    alert: Option<Seed>,
}

impl Fold {
    /// Merges an event at `time` of a window that ends at `ends`; `sample` refers to the event.
    /// Whether it is the first of all, whose alert is told at once and kept by [`Fold::keep`]; and
    /// whether anything changed.
    pub fn add(
        &mut self,
        event: Digest,
        time: i64,
        ends: i64,
        sample: &mut dyn FnMut() -> Seed,
    ) -> (bool, bool) {
        let first = self.events.is_empty();
        if self.events.contains(&event) || self.events.len() >= MOST_EVENTS {
            return (false, false);
        }
        self.events.insert(event);
        self.first = if first { time } else { self.first.min(time) };
        self.last = if first { time } else { self.last.max(time) };
        self.ends = ends;
        let place = self
            .samples
            .partition_point(|(at, digest, _)| (*at, *digest) < (time, event));
        if place < MOST_SAMPLES {
            self.samples.insert(place, (time, event, sample()));
            self.samples.truncate(MOST_SAMPLES);
        }
        (first, true)
    }

    /// Keeps the alert that was raised for the first event.
    pub fn keep(&mut self, alert: Seed) {
        self.alert = Some(alert);
    }

    /// Whether the alert has been taken out: an event that still comes needs it again.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.alert.is_none()
    }

    /// Takes the alert out, once its window has ended before `until`.
    pub fn close(&mut self, until: i64) -> Option<Seed> {
        if self.ends > until {
            return None;
        }
        self.alert.take()
    }

    /// When its window ends, while the alert is in it.
    pub(super) fn waits(&self) -> Option<i64> {
        self.alert.as_ref().map(|_| self.ends)
    }

    /// How many events, and whether there may be more.
    #[must_use]
    pub fn count(&self) -> (u64, bool) {
        (self.events.len() as u64, self.events.len() >= MOST_EVENTS)
    }

    /// The times of the first and the last event.
    #[must_use]
    pub const fn span(&self) -> (i64, i64) {
        (self.first, self.last)
    }

    /// References to the earliest events.
    pub fn samples(&self) -> impl Iterator<Item = &str> {
        self.samples.iter().map(|(_, _, seed)| &**seed)
    }

    pub(super) fn size(&self) -> usize {
        let samples: usize = self
            .samples
            .iter()
            .map(|(_, _, seed)| seed.len() + 40)
            .sum();
        self.events.len() * 24 + samples + self.alert.as_ref().map_or(0, |alert| alert.len())
    }
}
