//! What has been seen before: the times of one value, as stretches without a long gap.
//!
//! A value is new where a stretch begins. Stretches are unions of intervals, so the order in which
//! sightings come does not matter. Times after a stretch's start are kept in steps of the horizon's
//! hundredth (an hour at most), so that a value seen all day is not written all day.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::cell::held;
use super::{Digest, Seed};

/// How many stretches of one value are kept; the oldest go first.
const MOST_STRETCHES: usize = 16;
/// The coarsest step of time, in milliseconds.
const HOUR: i64 = 3_600_000;

/// The terms of a baseline, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How long nothing is new after the key was first seen.
    pub learning: i64,
    /// After how long without a sighting a value is new again.
    pub horizon: i64,
}

impl Terms {
    /// The start of the step of time that a sighting is kept in. A later one in the same step adds nothing.
    #[must_use]
    pub fn step(&self, time: i64) -> i64 {
        let length = (self.horizon / 100).clamp(1, HOUR);
        time.div_euclid(length) * length
    }
}

/// The sightings of one value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// Whose value it is: the key of the cell that holds the first sighting of all.
    owner: Digest,
    /// Whether an alert has been raised.
    raised: bool,
    /// Ascending, with gaps of more than the horizon between them.
    stretches: SmallVec<[Stretch; 1]>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Stretch {
    /// The first sighting.
    start: i64,
    /// The step of the last.
    end: i64,
    /// What an alert of the first sighting is made of, until it is decided.
    seed: Option<Seed>,
}

/// A sighting of a value.
pub struct Sighting<'s> {
    /// When.
    pub time: i64,
    /// The key of the cell that holds the first sighting of its owner.
    pub owner: Digest,
    /// Makes the seed of an alert; `None` where there will be none, since this is learnt.
    pub seed: &'s mut dyn FnMut() -> Option<Seed>,
}

impl Baseline {
    /// Merges a sighting; whether anything changed.
    pub fn see(&mut self, terms: Terms, sighting: &mut Sighting<'_>) -> bool {
        let time = sighting.time;
        let coarse = terms.step(time);
        self.owner = sighting.owner;
        let after = self.stretches.partition_point(|s| s.start <= time);
        if let Some(place) = after.checked_sub(1)
            && let Some(stretch) = self.stretches.get_mut(place)
            && coarse - stretch.end <= terms.horizon
        {
            if coarse <= stretch.end {
                return false;
            }
            stretch.end = coarse;
            self.join(place, terms);
            return true;
        }
        let new = Stretch {
            start: time,
            end: coarse,
            seed: (!self.raised).then(|| (sighting.seed)()).flatten(),
        };
        self.stretches.insert(after, new);
        self.join(after, terms);
        while self.stretches.len() > MOST_STRETCHES {
            self.stretches.remove(0);
        }
        true
    }

    /// Joins a stretch with the one after it while the gap is within the horizon.
    fn join(&mut self, place: usize, terms: Terms) {
        let (Some(this), Some(next)) = (self.stretches.get(place), self.stretches.get(place + 1))
        else {
            return;
        };
        if terms.step(next.start) - this.end > terms.horizon {
            return;
        }
        let end = this.end.max(next.end);
        self.stretches.remove(place + 1);
        if let Some(this) = self.stretches.get_mut(place) {
            this.end = end;
        }
    }

    /// The key of the cell that holds the first sighting of this value's owner.
    #[must_use]
    pub const fn owner(&self) -> Digest {
        self.owner
    }

    /// Decides the sightings before `until`: no earlier one can still come. `since` is when the owner
    /// was first seen. The seed of the alert, where the value was new after the learning time and no
    /// alert has been raised; and whether anything changed.
    pub fn decide(&mut self, terms: Terms, since: i64, until: i64) -> (Option<Seed>, bool) {
        let mut changed = false;
        let mut found = None;
        let learnt = since.saturating_add(terms.learning);
        for stretch in &mut self.stretches {
            if stretch.start >= until || stretch.seed.is_none() {
                continue;
            }
            let seed = stretch.seed.take();
            changed = true;
            if stretch.start >= learnt && !self.raised {
                self.raised = true;
                found = seed;
            }
        }
        (found, changed)
    }

    /// The first sighting on which a decision is still to be made.
    #[must_use]
    pub fn waits(&self) -> Option<i64> {
        let undecided = self
            .stretches
            .iter()
            .filter(|stretch| stretch.seed.is_some());
        undecided.map(|stretch| stretch.start).min()
    }

    /// The stretch of sightings that a time lies in: when it began, and whether another came before.
    #[must_use]
    pub fn at(&self, time: i64) -> Option<(i64, bool)> {
        let after = self.stretches.partition_point(|s| s.start <= time);
        let place = after.checked_sub(1)?;
        let stretch = self.stretches.get(place)?;
        Some((stretch.start, place > 0))
    }

    /// The last time it was seen, to the step.
    #[must_use]
    pub fn last(&self) -> Option<i64> {
        self.stretches.last().map(|stretch| stretch.end)
    }

    pub(super) fn size(&self) -> usize {
        let seeds = self.stretches.iter().filter_map(|s| s.seed.as_ref());
        held(&self.stretches) + seeds.map(|s| s.len()).sum::<usize>()
    }
}

#[cfg(test)]
mod tests;
