//! One aligned stretch of time: what was seen in it, when first and when last.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{MOST_MARKS, Observed, Tally, WindowPlan};
use crate::state::cell::held;
use crate::state::{Digest, Seed};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Bucket {
    /// The epoch divided by the length of the window.
    pub(super) number: i64,
    /// Whether an alert of this bucket has been raised.
    pub(super) crossed: bool,
    pub(super) marks: SmallVec<[Mark; 1]>,
    /// For conditions that are judged at the end: what the alert will be made of.
    pub(super) seed: Option<(i64, Seed)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Mark {
    pub(super) key: Digest,
    pub(super) number: f64,
    /// Milliseconds since the bucket's start.
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) aggregate: u16,
}

/// What a sighting tells that was not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum News {
    Nothing,
    /// That the key was seen later: it matters to the next bucket alone.
    Last,
    /// More.
    Much,
}

impl Bucket {
    pub(super) const fn new(number: i64) -> Self {
        Self {
            number,
            crossed: false,
            marks: SmallVec::new_const(),
            seed: None,
        }
    }

    /// About how many bytes it points to.
    pub(super) fn bytes(&self) -> usize {
        let seed = self.seed.as_ref().map_or(0, |(_, seed)| seed.len());
        held(&self.marks) + seed
    }

    /// Marks that a key was seen, and tells what is new about it.
    pub(super) fn mark(&mut self, one: &Observed, offset: u32, tally: Tally) -> News {
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
                return News::Much;
            }
        };
        let Some(mark) = self.marks.get_mut(place) else {
            return News::Nothing;
        };
        // The stages of one request may bear different numbers: which comes first must not matter.
        let number = match tally {
            Tally::Min => mark.number.min(one.number),
            Tally::Count | Tally::Sum | Tally::Max => mark.number.max(one.number),
        };
        let news = if offset < mark.first || number.total_cmp(&mark.number).is_ne() {
            News::Much
        } else if offset > mark.last {
            News::Last
        } else {
            News::Nothing
        };
        mark.number = number;
        mark.first = mark.first.min(offset);
        mark.last = mark.last.max(offset);
        news
    }

    /// Where the marks of an aggregate stand.
    pub(super) fn of_aggregate(&self, place: usize) -> std::ops::Range<usize> {
        let before = |mark: &Mark| usize::from(mark.aggregate) < place;
        let start = self.marks.partition_point(before);
        let rest = self.marks.get(start..).unwrap_or_default();
        start..start + rest.partition_point(|mark| usize::from(mark.aggregate) == place)
    }

    /// Drops the marks that can't matter any more; how many that could were dropped for want of room.
    pub(super) fn prune(&mut self, plan: &WindowPlan) -> u64 {
        for (place, aggregate) in plan.aggregates.iter().enumerate() {
            let Some(need) = aggregate.need.filter(|_| plan.monotone) else {
                continue;
            };
            let need = need as usize;
            // What ends in it has been told: only what begins in it still matters.
            let oldest = if self.crossed { 0 } else { need };
            let range = self.of_aggregate(place);
            // Sorting pays only once in a while.
            if range.len() <= 2 * need + oldest + 8 {
                continue;
            }
            let of = |mark: &Mark| usize::from(mark.aggregate) == place;
            let mut mine = self.marks.get(range).unwrap_or_default().to_vec();
            mine.sort_unstable_by_key(|mark| (mark.first, mark.key));
            let oldest: Vec<Digest> = mine.iter().take(oldest).map(|mark| mark.key).collect();
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
    pub(super) const fn name(&self) -> (u16, Digest) {
        (self.aggregate, self.key)
    }
}
