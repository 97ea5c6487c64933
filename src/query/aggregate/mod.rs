//! The aggregates of `stats`: what they keep for each group of rows, and what they yield.
//!
//! A missing value counts for none of them but `count()` and `count(*)`; of a list every element
//! counts, but for `count(f)`, which counts rows. An aggregate that saw nothing to work on is missing;
//! counts are 0. Memory is bounded: [`MOST_DISTINCT`] and [`MOST_SAMPLES`] say from where on results
//! are estimates.

mod distinct;
mod frequent;
mod moments;
mod samples;

use std::cmp::Ordering;

use super::coerce::{finite, number_of};
use super::natural::natural_order;
use super::node::is_present;
use super::value::Value;
use distinct::Distinct;
use frequent::Frequent;
use moments::Moments;
use samples::Samples;

pub use distinct::MOST_DISTINCT;
pub use frequent::MOST_VALUES;
pub use samples::MOST_SAMPLES;

/// Which aggregate, with its constant arguments.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// `count()`, `count(*)`.
    Rows,
    /// `count(f)`.
    Present,
    Distinct,
    Sum,
    Average,
    /// `min`, `sortsFirst`.
    First,
    /// `max`, `sortsLast`.
    Last,
    /// `pct(f, p)`, with 0 to 100; `median`.
    Percentile(f64),
    Deviation,
    Variance,
    Earliest,
    Latest,
    /// `values(f)`.
    Values,
    /// `topk(k, f)`.
    Top(usize),
    /// `rate(f, period)`: the change for each period, in milliseconds, from the earliest to the
    /// latest value.
    Rate(f64),
}

/// What is kept for one aggregate of one group.
#[derive(Debug)]
pub(super) enum Accumulator {
    Count(u64),
    Distinct(Distinct),
    Moments(Moments),
    Extreme(Option<Value<'static>>),
    At(Option<(i64, Value<'static>)>),
    Samples(Samples),
    Frequent(Frequent),
    Change {
        first: Option<(i64, f64)>,
        last: Option<(i64, f64)>,
    },
}

impl Kind {
    /// Nothing seen yet.
    pub(super) fn start(self) -> Accumulator {
        match self {
            Self::Rows | Self::Present => Accumulator::Count(0),
            Self::Distinct => Accumulator::Distinct(Distinct::default()),
            Self::Sum | Self::Average | Self::Deviation | Self::Variance => {
                Accumulator::Moments(Moments::default())
            }
            Self::First | Self::Last => Accumulator::Extreme(None),
            Self::Percentile(_) => Accumulator::Samples(Samples::default()),
            Self::Earliest | Self::Latest => Accumulator::At(None),
            Self::Values | Self::Top(_) => Accumulator::Frequent(Frequent::default()),
            Self::Rate(_) => Accumulator::Change {
                first: None,
                last: None,
            },
        }
    }

    /// Whether it needs the time of each row.
    pub(super) const fn needs_time(self) -> bool {
        matches!(self, Self::Earliest | Self::Latest | Self::Rate(_))
    }

    /// Adds the value of a row at a time (milliseconds since the epoch), and says how many bytes more
    /// are kept since.
    pub(super) fn add(self, to: &mut Accumulator, value: &Value<'_>, time: Option<i64>) -> usize {
        match (self, &mut *to, value) {
            (Self::Rows, Accumulator::Count(count), _) => *count += 1,
            (Self::Present, Accumulator::Count(count), value) => {
                *count += u64::from(is_present(value));
            }
            (_, _, Value::List(items)) => {
                return items.iter().map(|item| self.add(to, item, time)).sum();
            }
            (_, _, Value::Missing) => {}
            (_, Accumulator::Distinct(distinct), value) => return distinct.add(value),
            (_, Accumulator::Frequent(frequent), value) => return frequent.add(value),
            (_, Accumulator::Moments(moments), value) => {
                if let Some(number) = number_of(value) {
                    moments.add(number);
                }
            }
            (_, Accumulator::Samples(samples), value) => {
                return number_of(value).map_or(0, |number| samples.add(number));
            }
            (_, Accumulator::Extreme(best), value) => return self.extreme(best, value),
            (_, Accumulator::At(best), value) => return self.at(best, value, time),
            (_, Accumulator::Change { first, last }, value) => {
                if let (Some(time), Some(number)) = (time, number_of(value)) {
                    if first.is_none_or(|(at, _)| time < at) {
                        *first = Some((time, number));
                    }
                    if last.is_none_or(|(at, _)| time >= at) {
                        *last = Some((time, number));
                    }
                }
            }
            (_, Accumulator::Count(_), _) => {}
        }
        0
    }

    fn extreme(self, best: &mut Option<Value<'static>>, value: &Value<'_>) -> usize {
        let wanted = if self == Self::First {
            Ordering::Less
        } else {
            Ordering::Greater
        };
        let better = best
            .as_ref()
            .is_none_or(|best| natural_order(value, best) == wanted);
        if better { replace(best, value) } else { 0 }
    }

    fn at(
        self,
        best: &mut Option<(i64, Value<'static>)>,
        value: &Value<'_>,
        time: Option<i64>,
    ) -> usize {
        let Some(time) = time else { return 0 };
        let better = best.as_ref().is_none_or(|(at, held)| match time.cmp(at) {
            // Of rows at one moment the choice must not depend on the order of arrival.
            Ordering::Equal => natural_order(value, held).is_gt(),
            Ordering::Less => self == Self::Earliest,
            Ordering::Greater => self == Self::Latest,
        });
        if !better {
            return 0;
        }
        let before = best.as_ref().map_or(0, |(_, held)| held.size());
        *best = Some((time, value.clone().into_owned()));
        value.size().saturating_sub(before)
    }

    /// The result.
    pub(super) fn finish(self, accumulator: Accumulator) -> Value<'static> {
        match (self, accumulator) {
            (_, Accumulator::Count(count)) => Value::Number(count as f64),
            (_, Accumulator::Distinct(distinct)) => Value::Number(distinct.estimate()),
            (_, Accumulator::Extreme(best)) => best.unwrap_or_default(),
            (_, Accumulator::At(best)) => best.map(|(_, value)| value).unwrap_or_default(),
            (Self::Sum, Accumulator::Moments(moments)) => moments.sum(),
            (Self::Deviation, Accumulator::Moments(moments)) => moments.deviation(),
            (Self::Variance, Accumulator::Moments(moments)) => moments.variance(),
            (_, Accumulator::Moments(moments)) => moments.mean(),
            (Self::Percentile(percent), Accumulator::Samples(samples)) => {
                samples.percentile(percent)
            }
            (_, Accumulator::Samples(_)) => Value::Missing,
            (Self::Top(most), Accumulator::Frequent(frequent)) => frequent.most_frequent(most),
            (_, Accumulator::Frequent(frequent)) => frequent.in_order(),
            (
                Self::Rate(period),
                Accumulator::Change {
                    first: Some(a),
                    last: Some(b),
                },
            ) => finite((b.1 - a.1) / (b.0 as f64 - a.0 as f64) * period),
            (_, Accumulator::Change { .. }) => Value::Missing,
        }
    }
}

fn replace(best: &mut Option<Value<'static>>, value: &Value<'_>) -> usize {
    let before = best.as_ref().map_or(0, Value::size);
    *best = Some(value.clone().into_owned());
    value.size().saturating_sub(before)
}

#[cfg(test)]
mod tests;
