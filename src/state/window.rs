//! Sliding windows: whether any stretch of event time of a given length holds enough.
//!
//! Time is cut into buckets of the window's length, aligned to the epoch. Any stretch of that length
//! is the end of one bucket and the beginning of the next, so a bucket keeps, for each thing counted,
//! when it was first and last seen in it: enough to tell every stretch exactly, in whatever order
//! events come. Of things that are counted up to `need`, the `need` oldest and the `need` newest of a
//! bucket tell as much as all of them, so memory is bounded by what is asked.

use serde::{Deserialize, Serialize};

pub use level::Level;

use super::{Digest, Seed};

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
    /// By number, ascending.
    buckets: Vec<Bucket>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Bucket {
    /// The epoch divided by the length of the window.
    number: i64,
    /// Whether an alert of this bucket has been raised.
    crossed: bool,
    marks: Vec<Mark>,
    /// For conditions that are judged at the end: what the alert will be made of.
    seed: Option<(i64, Seed)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Mark {
    key: Digest,
    number: f64,
    /// Milliseconds since the bucket's start.
    first: u32,
    last: u32,
    aggregate: u16,
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
        let Some(bucket) = self.buckets.get_mut(place) else {
            return (0, false);
        };
        let mut changed = false;
        for one in observed {
            let tally = plan.tally(one.aggregate);
            changed |= bucket.mark(one, offset, tally);
        }
        if !changed {
            return (0, false);
        }
        let lost = bucket.prune(plan);
        if plan.monotone {
            for number in [number, number.saturating_add(1)] {
                on_crossing(self.cross(plan, number, accepts), on);
            }
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
            bucket.seed = Some((time, seed()));
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
        changed
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
        self.buckets.len() != count
    }

    /// Whether nothing is left in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }

    pub(super) fn size(&self) -> usize {
        let marks: usize = self.buckets.iter().map(|b| b.marks.capacity()).sum();
        let seeds: usize = self
            .buckets
            .iter()
            .filter_map(|b| Some(b.seed.as_ref()?.1.len()))
            .sum();
        self.buckets.capacity() * size_of::<Bucket>() + marks * size_of::<Mark>() + seeds
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
        Some(crossing)
    }
}

fn on_crossing(crossing: Option<Crossing>, on: &mut dyn FnMut(Crossing)) {
    if let Some(crossing) = crossing {
        on(crossing);
    }
}

impl Bucket {
    const fn new(number: i64) -> Self {
        Self {
            number,
            crossed: false,
            marks: Vec::new(),
            seed: None,
        }
    }

    /// Marks that a key was seen; whether that is news.
    fn mark(&mut self, one: &Observed, offset: u32, tally: Tally) -> bool {
        let name = (one.aggregate, one.key);
        let place = match self.marks.binary_search_by_key(&name, Mark::name) {
            Ok(place) => place,
            Err(place) => {
                let mark = Mark {
                    key: one.key,
                    number: one.number,
                    first: offset,
                    last: offset,
                    aggregate: one.aggregate,
                };
                self.marks.insert(place, mark);
                return true;
            }
        };
        let Some(mark) = self.marks.get_mut(place) else {
            return false;
        };
        // The stages of one request may bear different numbers: which comes first must not matter.
        let number = match tally {
            Tally::Min => mark.number.min(one.number),
            Tally::Count | Tally::Sum | Tally::Max => mark.number.max(one.number),
        };
        let news =
            offset < mark.first || offset > mark.last || number.total_cmp(&mark.number).is_ne();
        mark.number = number;
        mark.first = mark.first.min(offset);
        mark.last = mark.last.max(offset);
        news
    }

    /// Drops the marks that can't matter any more; how many that could were dropped for want of room.
    fn prune(&mut self, plan: &WindowPlan) -> u64 {
        for (place, aggregate) in plan.aggregates.iter().enumerate() {
            let Some(need) = aggregate.need.filter(|_| plan.monotone) else {
                continue;
            };
            let need = need as usize;
            let of = |mark: &Mark| usize::from(mark.aggregate) == place;
            let mut mine: Vec<Mark> = self.marks.iter().copied().filter(of).collect();
            // Sorting pays only once in a while.
            if mine.len() <= 3 * need + 8 {
                continue;
            }
            mine.sort_unstable_by_key(|mark| (mark.first, mark.key));
            let oldest: Vec<Digest> = mine.iter().take(need).map(|mark| mark.key).collect();
            mine.sort_unstable_by_key(|mark| (std::cmp::Reverse(mark.last), mark.key));
            mine.truncate(need);
            let mut kept: Vec<Digest> = mine.iter().map(|mark| mark.key).chain(oldest).collect();
            kept.sort_unstable();
            self.marks
                .retain(|mark| !of(mark) || kept.binary_search(&mark.key).is_ok());
        }
        let over = self.marks.len().saturating_sub(MOST_MARKS);
        if over > 0 {
            let mut lasts: Vec<u32> = self.marks.iter().map(|mark| mark.last).collect();
            lasts.sort_unstable();
            let oldest = lasts.get(over).copied().unwrap_or_default();
            self.marks.retain(|mark| mark.last >= oldest);
        }
        over as u64
    }
}

impl Mark {
    /// What marks are sorted by.
    const fn name(&self) -> (u16, Digest) {
        (self.aggregate, self.key)
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
        *value = match aggregate.tally {
            Tally::Count => *value + 1.0,
            Tally::Sum => *value + number,
            Tally::Max => value.max(number),
            Tally::Min => value.min(number),
        };
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

mod level;
mod sweep;
#[cfg(test)]
mod tests;
