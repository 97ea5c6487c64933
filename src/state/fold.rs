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
        if self.events.contains(&event) {
            return (false, false);
        }
        let told_apart = self.events.len() < MOST_EVENTS;
        if told_apart {
            self.events.insert(event);
        }
        // The rest is the same however often an event comes that is not told apart any more.
        let span = self.span();
        self.first = if first { time } else { self.first.min(time) };
        self.last = if first { time } else { self.last.max(time) };
        self.ends = ends;
        let sampled = self.take_sample(time, event, sample);
        (first, told_apart || sampled || span != self.span())
    }

    /// Keeps the event among the earliest, if it is one of them.
    fn take_sample(&mut self, time: i64, event: Digest, sample: &mut dyn FnMut() -> Seed) -> bool {
        let sought = (time, event);
        let place = self
            .samples
            .binary_search_by_key(&sought, |(at, digest, _)| (*at, *digest));
        let Some(place) = place.err().filter(|place| *place < MOST_SAMPLES) else {
            return false;
        };
        self.samples.insert(place, (time, event, sample()));
        self.samples.truncate(MOST_SAMPLES);
        true
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

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(number: usize) -> Digest {
        Digest((number as u128).to_be_bytes())
    }

    fn folded(events: impl Iterator<Item = usize>) -> Fold {
        let mut fold = Fold::default();
        for number in events {
            let time = number as i64;
            fold.add(digest(number), time, 0, &mut || number.to_string().into());
        }
        fold
    }

    #[test]
    fn what_is_not_told_apart_any_more_still_has_its_time() {
        let all = MOST_EVENTS + 50;
        let (forward, backward) = (folded(0..all), folded((0..all).rev()));
        for fold in [&forward, &backward] {
            assert_eq!(fold.span(), (0, all as i64 - 1));
            assert_eq!(fold.count(), (MOST_EVENTS as u64, true));
        }
        assert_eq!(forward.samples, backward.samples);
        // Nor does what comes twice.
        let mut again = backward.clone();
        assert_eq!(
            again.add(digest(0), 0, 0, &mut || "0".into()),
            (false, false)
        );
        assert_eq!(again.samples, backward.samples);
    }
}
