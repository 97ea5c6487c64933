//! Sum, mean and spread of numbers in one pass.

use crate::query::coerce::finite;
use crate::query::value::Value;

/// Count, sum, mean and the sum of squared distances from the mean (Welford's method).
#[derive(Debug, Default)]
pub(in crate::query) struct Moments {
    count: u64,
    sum: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    pub(super) fn add(&mut self, number: f64) {
        self.count += 1;
        self.sum += number;
        let distance = number - self.mean;
        self.mean += distance / self.count as f64;
        self.squares += distance * (number - self.mean);
    }

    pub(super) fn sum(&self) -> Value<'static> {
        self.unless_empty(self.sum)
    }

    pub(super) fn mean(&self) -> Value<'static> {
        self.unless_empty(self.sum / self.count as f64)
    }

    /// The variance of a sample (divided by one less than the count); missing for a single number.
    pub(super) fn variance(&self) -> Value<'static> {
        if self.count < 2 {
            Value::Missing
        } else {
            finite(self.sample_variance())
        }
    }

    /// The square root of the variance.
    pub(super) fn deviation(&self) -> Value<'static> {
        if self.count < 2 {
            Value::Missing
        } else {
            finite(self.sample_variance().sqrt())
        }
    }

    fn sample_variance(&self) -> f64 {
        self.squares / (self.count as f64 - 1.0)
    }

    fn unless_empty(&self, result: f64) -> Value<'static> {
        if self.count == 0 {
            Value::Missing
        } else {
            finite(result)
        }
    }
}
