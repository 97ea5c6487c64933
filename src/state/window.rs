//! Sliding windows: whether any stretch of event time of a given length holds enough.
//!
//! Time is cut into buckets of the window's length, aligned to the epoch. Any stretch of that length
//! is the end of one bucket and the beginning of the next, so a bucket keeps, for each thing counted,
//! when it was first and last seen in it: enough to tell every stretch exactly, in whatever order
//! events come. Of things that are counted up to `need`, the `need` oldest and the `need` newest of a
//! bucket tell as much as all of them, so memory is bounded by what is asked.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

pub use level::Level;

use super::cell::held;
use super::{Digest, Seed};
use bucket::{Bucket, Mark, News};

/// The largest number a threshold can count to.
pub const MOST_NEEDED: u32 = 10_000;

/// How many marks one bucket holds at most. Only sums, extremes and conditions that are judged at
/// the end get there; beyond, the oldest go and are counted as lost.
pub const MOST_MARKS: usize = 4 * MOST_NEEDED as usize;

/// What is computed over a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tally {
    /// How many different keys: events, or values.
    Count,
    /// The sum of the keys' numbers.
    Sum,
    /// The largest of the keys' numbers.
    Max,
    /// The smallest of the keys' numbers.
    Min,
}

/// One aggregate of a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aggregate {
    /// What is computed.
    pub tally: Tally,
    /// Up to how many keys it must count; `None` when all of them matter.
    pub need: Option<u32>,
}

/// What a window is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowPlan {
    /// Its length in milliseconds.
    pub length: i64,
    /// What is computed.
    pub aggregates: Vec<Aggregate>,
    /// Whether more events can never undo the condition. Others are judged over whole buckets, once
    /// no more events can come.
    pub monotone: bool,
}

/// Something seen by one aggregate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observed {
    /// Which aggregate.
    pub aggregate: u16,
    /// The event, or the value.
    pub key: Digest,
    /// Its number, for sums and extremes.
    pub number: f64,
}

/// A group's events in aligned stretches of time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// By number, ascending. Most groups are seen in one window or two.
    buckets: SmallVec<[Bucket; 1]>,
    /// About how many bytes the buckets point to, so that nobody need ask them all; not known of a
    /// window that was read from a file.
    #[serde(skip)]
    bytes: usize,
}

/// A stretch of time that holds enough.
#[derive(Clone, Debug, PartialEq)]
pub struct Crossing {
    /// The start of the aligned window in which the stretch ends.
    pub window: i64,
    /// The time of the first event of the stretch.
    pub first: i64,
    /// The time at which enough was reached.
    pub at: i64,
    /// The value of each aggregate then.
    pub values: Vec<f64>,
    /// The seed, for a condition that was judged at the end.
    pub seed: Option<Seed>,
}

impl Window {
    /// Merges what one event at `time` shows. Calls `on` for each aligned window that crosses by it
    /// and had not before; `accepts` is the condition over the aggregates' values. Returns how many
    /// marks were lost for want of room, and whether anything changed.
    pub fn add(
        &mut self,
        plan: &WindowPlan,
        time: i64,
        observed: &[Observed],
        accepts: &dyn Fn(&[f64]) -> bool,
        on: &mut dyn FnMut(Crossing),
    ) -> (u64, bool) {
        let number = time.div_euclid(plan.length);
        let offset = u32::try_from(time.rem_euclid(plan.length)).unwrap_or(u32::MAX);
        let place = match self.buckets.binary_search_by_key(&number, |b| b.number) {
            Ok(place) => place,
            Err(place) => {
                self.buckets.insert(place, Bucket::new(number));
                place
            }
        };
        if self.is_told(place) {
            return (0, false);
        }
        let Some(bucket) = self.buckets.get_mut(place) else {
            return (0, false);
        };
        let before = bucket.bytes();
        let marks = observed
            .iter()
            .map(|one| bucket.mark(one, offset, plan.tally(one.aggregate)));
        let news = marks.max().unwrap_or(News::Nothing);
        if news == News::Nothing {
            return (0, false);
        }
        let lost = bucket.prune(plan);
        self.bytes = (self.bytes + bucket.bytes()).saturating_sub(before);
        if plan.monotone {
            if news == News::Much {
                on_crossing(self.cross(plan, number, accepts), on);
            }
            on_crossing(self.cross(plan, number.saturating_add(1), accepts), on);
        }
        (lost, true)
    }

    /// Offers a seed to the bucket of `time`: the earliest event's stays. Only for conditions that
    /// are judged at the end.
    pub fn plant(&mut self, plan: &WindowPlan, time: i64, seed: &mut dyn FnMut() -> Seed) {
        let number = time.div_euclid(plan.length);
        if let Ok(place) = self.buckets.binary_search_by_key(&number, |b| b.number)
            && let Some(bucket) = self.buckets.get_mut(place)
            && bucket.seed.as_ref().is_none_or(|(at, _)| time < *at)
        {
            let before = bucket.bytes();
            bucket.seed = Some((time, seed()));
            self.bytes = (self.bytes + bucket.bytes()).saturating_sub(before);
        }
    }

    /// Judges whole buckets that ended before `until`, for a condition that more events could undo;
    /// it gets the bucket's seed and the aggregates' values.
    pub fn close(
        &mut self,
        plan: &WindowPlan,
        until: i64,
        accepts: &dyn Fn(Option<&str>, &[f64]) -> bool,
        on: &mut dyn FnMut(Crossing),
    ) -> bool {
        let mut changed = false;
        for bucket in &mut self.buckets {
            let start = bucket.number.saturating_mul(plan.length);
            if bucket.crossed || start.saturating_add(plan.length) > until {
                continue;
            }
            let values = values(plan, bucket.marks.iter());
            let seed = bucket.seed.as_ref().map(|(_, seed)| &**seed);
            if accepts(seed, &values) {
                bucket.crossed = true;
                changed = true;
                let offsets = bucket.marks.iter().map(|mark| i64::from(mark.first));
                let lasts = bucket.marks.iter().map(|mark| i64::from(mark.last));
                on(Crossing {
                    window: start,
                    first: start + offsets.min().unwrap_or_default(),
                    at: start + lasts.max().unwrap_or_default(),
                    values,
                    seed: bucket.seed.take().map(|(_, seed)| seed),
                });
            }
        }
        self.bytes = self.buckets.iter().map(Bucket::bytes).sum();
        changed
    }

    /// The time of the first event behind a condition that is judged at the end, and is not yet.
    pub(super) fn waits(&self) -> Option<i64> {
        let seeds = self
            .buckets
            .iter()
            .filter_map(|bucket| bucket.seed.as_ref());
        seeds.map(|(time, _)| *time).min()
    }

    /// The bucket that ends where the one at `place`, of that number, begins.
    fn before(&self, place: usize, number: i64) -> Option<&Bucket> {
        let before = self.buckets.get(place.checked_sub(1)?)?;
        (before.number == number - 1).then_some(before)
    }

    /// Forgets buckets that ended before `before`: no event that may still come meets them.
    pub fn forget(&mut self, plan: &WindowPlan, before: i64) -> bool {
        let count = self.buckets.len();
        self.buckets
            .retain(|bucket| bucket.number.saturating_add(2).saturating_mul(plan.length) > before);
        let changed = self.buckets.len() != count;
        if changed {
            self.bytes = self.buckets.iter().map(Bucket::bytes).sum();
        }
        changed
    }

    /// Whether nothing is left in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }

    pub(super) fn size(&self) -> usize {
        held(&self.buckets) + self.bytes
    }

    /// Whether a stretch that ends in the bucket of that number holds enough, told once.
    fn cross(
        &mut self,
        plan: &WindowPlan,
        number: i64,
        accepts: &dyn Fn(&[f64]) -> bool,
    ) -> Option<Crossing> {
        let place = self
            .buckets
            .binary_search_by_key(&number, |b| b.number)
            .ok()?;
        let before = self.before(place, number);
        let bucket = self.buckets.get(place).filter(|bucket| !bucket.crossed)?;
        let crossing = sweep::first_crossing(plan, before, bucket, accepts)?;
        if let Some(bucket) = self.buckets.get_mut(place) {
            bucket.crossed = true;
        }
        for told in [place.checked_sub(1), Some(place)].into_iter().flatten() {
            if self.is_told(told)
                && let Some(bucket) = self.buckets.get_mut(told)
            {
                self.bytes = self.bytes.saturating_sub(bucket.bytes());
                bucket.marks = SmallVec::new();
            }
        }
        Some(crossing)
    }

    /// Whether all that a bucket could tell has been told: no stretch that begins or ends in it is
    /// news any more, so nothing in it matters.
    fn is_told(&self, place: usize) -> bool {
        let this = self.buckets.get(place).filter(|bucket| bucket.crossed);
        let next = self.buckets.get(place + 1).filter(|next| next.crossed);
        this.zip(next)
            .is_some_and(|(this, next)| next.number == this.number + 1)
    }
}

fn on_crossing(crossing: Option<Crossing>, on: &mut dyn FnMut(Crossing)) {
    if let Some(crossing) = crossing {
        on(crossing);
    }
}

impl WindowPlan {
    fn tally(&self, aggregate: u16) -> Tally {
        let aggregate = self.aggregates.get(usize::from(aggregate));
        aggregate.map_or(Tally::Count, |aggregate| aggregate.tally)
    }

    /// The value of each aggregate over nothing.
    fn nothing(&self) -> Vec<f64> {
        let start = |aggregate: &Aggregate| match aggregate.tally {
            Tally::Count | Tally::Sum => 0.0,
            // Neither is reached by any comparison.
            Tally::Max | Tally::Min => f64::NAN,
        };
        self.aggregates.iter().map(start).collect()
    }

    /// Adds a key to the value of its aggregate.
    fn add(&self, values: &mut [f64], aggregate: u16, number: f64) {
        let place = usize::from(aggregate);
        let (Some(value), Some(aggregate)) = (values.get_mut(place), self.aggregates.get(place))
        else {
            return;
        };
        *value = aggregate.tally.add(*value, number);
    }
}

impl Tally {
    /// A value with one more key's number.
    const fn add(self, value: f64, number: f64) -> f64 {
        match self {
            Self::Count => value + 1.0,
            Self::Sum => value + number,
            Self::Max => value.max(number),
            Self::Min => value.min(number),
        }
    }
}

/// The value of each aggregate over some marks.
fn values<'m>(plan: &WindowPlan, marks: impl Iterator<Item = &'m Mark>) -> Vec<f64> {
    let mut values = plan.nothing();
    for mark in marks {
        plan.add(&mut values, mark.aggregate, mark.number);
    }
    values
}

mod bucket;
mod level;
mod sweep;
#[cfg(test)]
mod tests;
