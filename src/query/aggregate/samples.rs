//! Percentiles: exact up to [`MOST_SAMPLES`] numbers, then of every second, fourth, … in their order.

use crate::query::value::Value;

/// How many numbers are kept for a percentile.
pub const MOST_SAMPLES: usize = 65_536;

/// The numbers, each of which stands for `weight` of those that were seen.
#[derive(Debug)]
pub(in crate::query) struct Samples {
    kept: Vec<f64>,
    weight: u64,
    skipped: u64,
}

impl Default for Samples {
    fn default() -> Self {
        Self {
            kept: Vec::new(),
            weight: 1,
            skipped: 0,
        }
    }
}

impl Samples {
    pub(super) fn add(&mut self, number: f64) -> usize {
        self.skipped += 1;
        if self.skipped < self.weight {
            return 0;
        }
        self.skipped = 0;
        self.kept.push(number);
        if self.kept.len() >= MOST_SAMPLES {
            self.kept.sort_by(f64::total_cmp);
            let mut place = 0_usize;
            self.kept.retain(|_| {
                place += 1;
                place % 2 == 1
            });
            self.weight *= 2;
            return 0;
        }
        if self.weight == 1 {
            size_of::<f64>()
        } else {
            0
        }
    }

    /// The number below which that part of a hundred lies, interpolated between neighbours.
    pub(super) fn percentile(mut self, percent: f64) -> Value<'static> {
        self.kept.sort_by(f64::total_cmp);
        let last = self.kept.len().saturating_sub(1);
        let place = percent.clamp(0.0, 100.0) / 100.0 * last as f64;
        let at = |place: f64| self.kept.get(place as usize).copied();
        match (at(place.floor()), at(place.ceil())) {
            (Some(low), Some(high)) => Value::Number(low + (high - low) * place.fract()),
            _ => Value::Missing,
        }
    }
}
