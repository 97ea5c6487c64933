//! `stats … by … | filter …` as a standing question: what must be counted, how far, and whether a
//! group's values pass.

use super::aggregate::Kind;
use super::coerce::Comparison;
use super::field::FieldId;
use super::node::{Condition, Frame, Node};
use super::program::{Columns, Program};
use super::stage::Stage;
use super::test::Test;
use super::truth::Truth;
use super::value::Value;

/// What one aggregate of a threshold computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Rows: `count()`, `count(*)`.
    Rows,
    /// Rows that have the value: `count(f)`.
    Present,
    /// Different values: `count_distinct(f)`.
    Distinct,
    /// `sum(f)`.
    Sum,
    /// `max(f)`.
    Max,
    /// `min(f)`.
    Min,
}

/// One aggregate, and how far it matters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// What it computes.
    pub measure: Measure,
    /// For counts: beyond this number the filters tell no difference. `None` when they might.
    pub need: Option<f64>,
}

/// A comparison of one aggregate with a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    aggregate: usize,
    op: Comparison,
    number: f64,
}

impl Limit {
    /// Whether the values of the aggregates pass it.
    #[must_use]
    pub fn holds(&self, values: &[f64]) -> bool {
        let value = values.get(self.aggregate).copied().unwrap_or(f64::NAN);
        !value.is_nan() && self.op.numbers(value, self.number)
    }
}

/// What a threshold's query asks to be remembered.
#[derive(Clone, Debug, PartialEq)]
pub struct Counted {
    /// The aggregates, in the order of [`Bound::each_argument`](super::Bound::each_argument).
    pub aggregates: Vec<Measured>,
    /// Whether more events can never undo what the filters after `stats` found.
    pub monotone: bool,
    /// Whether those filters look at the keys.
    pub keys_matter: bool,
    /// The filters, where they are nothing but limits that must all hold: quicker to ask.
    pub limits: Option<Vec<Limit>>,
}

/// Why a query can't be a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoThreshold {
    /// No `stats`, or more than one.
    #[error("a threshold has exactly one stats command")]
    Stats,
    /// An aggregate over more than the window keeps.
    #[error("a threshold counts with count, count_distinct, sum, min and max only")]
    Aggregate,
    /// Every group would be an alert.
    #[error("a threshold needs a filter after stats: how much is too much?")]
    NoFilter,
}

impl Program {
    /// What this query asks to be counted.
    ///
    /// # Errors
    /// When it is no threshold.
    pub fn counted(&self) -> Result<Counted, NoThreshold> {
        let [stats] = self.aggregations.as_slice() else {
            return Err(NoThreshold::Stats);
        };
        let mut aggregates = Vec::with_capacity(stats.aggregates.len());
        for aggregate in &stats.aggregates {
            let measure = match aggregate.kind {
                Kind::Rows => Measure::Rows,
                Kind::Present => Measure::Present,
                Kind::Distinct => Measure::Distinct,
                Kind::Sum => Measure::Sum,
                Kind::First => Measure::Min,
                Kind::Last => Measure::Max,
                _ => return Err(NoThreshold::Aggregate),
            };
            aggregates.push(Measured {
                measure,
                need: Some(0.0),
            });
        }
        let filters: Vec<&Condition> = self
            .stages
            .get(1)
            .into_iter()
            .flat_map(Stage::filters)
            .collect();
        if filters.is_empty() {
            return Err(NoThreshold::NoFilter);
        }
        let computes = self.stages.get(1).is_some_and(Stage::computes);
        let mut reading = Reading {
            keys: stats.keys.len(),
            results: &stats.results,
            aggregates,
            keys_matter: false,
        };
        let limits = filters.iter().map(|filter| reading.limits(filter));
        let limits: Option<Vec<Vec<Limit>>> = limits.collect();
        let limits = limits.filter(|_| !computes).map(|limits| limits.concat());
        let monotone = filters
            .into_iter()
            .all(|filter| reading.is_monotone(filter));
        // Only a condition that was read to its end tells that no key stands in it.
        let keys_matter = reading.keys_matter || !monotone;
        let mut aggregates = reading.aggregates;
        if !monotone {
            aggregates.iter_mut().for_each(|one| one.need = None);
        }
        Ok(Counted {
            aggregates,
            monotone,
            keys_matter,
            limits,
        })
    }

    /// The columns of `stats` for a group, where they pass the filters after it. Keys and aggregates
    /// come in the order of [`Program::stats_columns`] and [`Counted::aggregates`].
    #[must_use]
    pub fn group<'v>(
        &'v self,
        keys: &'v [Value<'v>],
        aggregates: &[f64],
    ) -> Option<Vec<Value<'static>>> {
        let columns = self.columns(keys, aggregates);
        self.accepts(&columns).then_some(columns)
    }

    /// The columns of `stats` for a group, whether they pass or not.
    #[must_use]
    pub fn columns<'v>(&'v self, keys: &'v [Value<'v>], aggregates: &[f64]) -> Vec<Value<'static>> {
        let Some(stats) = self.aggregations.first() else {
            return Vec::new();
        };
        let numbers = aggregates.iter().map(|number| {
            if number.is_nan() {
                Value::Missing
            } else {
                Value::Number(*number)
            }
        });
        let inner: Vec<Value<'_>> = numbers.chain(keys.iter().map(Value::reborrow)).collect();
        let row = Columns(&inner);
        let frame = Frame {
            row: &row,
            slots: Vec::new(),
            clock: &self.clock,
        };
        let results = stats.results.iter().map(|node| node.evaluate(&frame));
        let columns = keys.iter().map(Value::reborrow).chain(results);
        columns.map(Value::into_owned).collect()
    }
}

/// Reads the filters after `stats`.
struct Reading<'q> {
    /// How many columns are keys; they are the same for all of a group.
    keys: usize,
    results: &'q [Node],
    aggregates: Vec<Measured>,
    keys_matter: bool,
}

/// What a column of `stats` is.
enum ColumnKind {
    Key,
    Aggregate(usize),
    Computed,
}

impl Reading<'_> {
    fn column(&self, field: FieldId) -> ColumnKind {
        let place = usize::try_from(field.0).unwrap_or(usize::MAX);
        let Some(result) = place.checked_sub(self.keys) else {
            return ColumnKind::Key;
        };
        match self.results.get(result) {
            Some(Node::Field(inner)) => {
                let place = usize::try_from(inner.0).unwrap_or(usize::MAX);
                if place < self.aggregates.len() {
                    ColumnKind::Aggregate(place)
                } else {
                    ColumnKind::Key
                }
            }
            _ => ColumnKind::Computed,
        }
    }

    /// The limits that a condition is made of, if it is.
    fn limits(&self, condition: &Condition) -> Option<Vec<Limit>> {
        match condition {
            Condition::All(parts) => {
                let parts: Option<Vec<_>> = parts.iter().map(|part| self.limits(part)).collect();
                parts.map(|parts| parts.concat())
            }
            Condition::Test {
                value: Node::Field(field),
                test: Test::Order(op, number),
                negated: false,
            } => match self.column(*field) {
                ColumnKind::Aggregate(aggregate) => Some(vec![Limit {
                    aggregate,
                    op: *op,
                    number: *number,
                }]),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a condition, once true, stays true; notes how far each aggregate matters.
    fn is_monotone(&mut self, condition: &Condition) -> bool {
        match condition {
            Condition::All(parts) | Condition::Any(parts) => {
                parts.iter().all(|part| self.is_monotone(part))
            }
            Condition::Constant(truth) => *truth != Truth::Unknown,
            Condition::Not(inside) => self.is_constant(inside),
            Condition::Test {
                value: Node::Field(field),
                test,
                negated,
            } => match self.column(*field) {
                ColumnKind::Key => {
                    self.keys_matter = true;
                    true
                }
                ColumnKind::Aggregate(place) => !negated && self.reaches(place, test),
                ColumnKind::Computed => false,
            },
            other => self.is_constant(other),
        }
    }

    /// Whether a condition is the same for all of a group: it looks at keys alone.
    fn is_constant(&mut self, condition: &Condition) -> bool {
        match condition {
            Condition::All(parts) | Condition::Any(parts) => {
                parts.iter().all(|part| self.is_constant(part))
            }
            Condition::Not(inside) => self.is_constant(inside),
            Condition::Constant(_) => true,
            Condition::Test {
                value: Node::Field(field),
                ..
            }
            | Condition::Present(Node::Field(field))
            | Condition::Truthy(Node::Field(field)) => {
                self.keys_matter = true;
                matches!(self.column(*field), ColumnKind::Key)
            }
            _ => false,
        }
    }

    fn reaches(&mut self, place: usize, test: &Test) -> bool {
        let (Test::Order(op, number), Some(one)) = (test, self.aggregates.get_mut(place)) else {
            return false;
        };
        let need = match (op, one.measure) {
            (Comparison::Less | Comparison::LessEqual, Measure::Min)
            | (Comparison::Greater | Comparison::GreaterEqual, Measure::Max) => None,
            (_, Measure::Max | Measure::Min) => return false,
            (Comparison::Greater, _) => Some(number.floor() + 1.0),
            (Comparison::GreaterEqual, _) => Some(number.ceil()),
            _ => return false,
        };
        one.need = match (one.need, need, one.measure) {
            (Some(known), Some(need), Measure::Rows | Measure::Present | Measure::Distinct) => {
                Some(known.max(need))
            }
            _ => None,
        };
        true
    }
}

#[cfg(test)]
mod tests;
