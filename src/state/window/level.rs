//! Where a group stands at a moment, for those who ask; changes nothing.

use super::{Window, WindowPlan, sweep, values};

/// Where a group stands at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// The start of the aligned window of that moment.
    pub window: i64,
    /// The value of each aggregate.
    pub values: Vec<f64>,
    /// Whether an alert of that window has been raised.
    pub told: bool,
}

impl Window {
    /// Where the group stands at a moment: over the stretch that ends there, or, for a condition that
    /// is judged at the end, over the whole bucket. `None` where nothing is kept of that time.
    #[must_use]
    pub fn at(&self, plan: &WindowPlan, time: i64) -> Option<Level> {
        let number = time.div_euclid(plan.length);
        let place = self
            .buckets
            .binary_search_by_key(&number, |b| b.number)
            .ok()?;
        let bucket = self.buckets.get(place)?;
        let values = if plan.monotone {
            let offset = u32::try_from(time.rem_euclid(plan.length)).unwrap_or(u32::MAX);
            sweep::level(plan, self.before(place, number), bucket, offset)
        } else {
            values(plan, bucket.marks.iter())
        };
        Some(Level {
            window: number.saturating_mul(plan.length),
            values,
            told: bucket.crossed,
        })
    }
}
