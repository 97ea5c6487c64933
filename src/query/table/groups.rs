//! The groups of one `stats`.

use std::fmt::Write as _;

use rustc_hash::FxHashMap;

use super::{MOST_BYTES, MOST_GROUPS, TableError};
use crate::query::aggregate::Accumulator;
use crate::query::clock::Clock;
use crate::query::coerce::shown;
use crate::query::compile::aggregation::Aggregation;
use crate::query::node::{Frame, Node};
use crate::query::program::Columns;
use crate::query::value::Value;

/// Groups in the order in which their first rows came.
pub(super) struct Groups<'p> {
    aggregation: &'p Aggregation,
    places: FxHashMap<Box<str>, usize>,
    groups: Vec<Group>,
    bytes: usize,
}

struct Group {
    keys: Vec<Value<'static>>,
    accumulators: Vec<Accumulator>,
}

impl<'p> Groups<'p> {
    pub(super) fn new(aggregation: &'p Aggregation) -> Self {
        let places = FxHashMap::default();
        let mut this = Self {
            aggregation,
            places,
            groups: Vec::new(),
            bytes: 0,
        };
        if aggregation.keys.is_empty() {
            // Without keys there is one group, even over no rows: a count of none is 0.
            this.groups.push(this.start(Vec::new()));
            this.places.insert(Box::default(), 0);
        }
        this
    }

    pub(super) fn add<'r>(&mut self, frame: &Frame<'r>) -> Result<(), TableError>
    where
        'p: 'r,
    {
        let keys: Vec<_> = self
            .aggregation
            .keys
            .iter()
            .map(|key| read(key, frame))
            .collect();
        let name = group_name(&keys);
        let place = match self.places.get(&*name) {
            Some(place) => *place,
            None => self.open(name, keys)?,
        };
        let time = self
            .aggregation
            .time
            .as_ref()
            .and_then(|node| match read(node, frame) {
                Value::Time(time) => Some(time),
                Value::Number(number) => Some(number as i64),
                _ => None,
            });
        let Some(group) = self.groups.get_mut(place) else {
            return Ok(());
        };
        for (aggregate, to) in self
            .aggregation
            .aggregates
            .iter()
            .zip(&mut group.accumulators)
        {
            self.bytes += aggregate
                .argument
                .inspect(frame, |value| aggregate.kind.add(to, value, time));
        }
        if self.bytes > MOST_BYTES {
            Err(TableError::Bytes)
        } else {
            Ok(())
        }
    }

    fn open(&mut self, name: String, keys: Vec<Value<'static>>) -> Result<usize, TableError> {
        if self.groups.len() >= MOST_GROUPS {
            return Err(TableError::Groups);
        }
        let place = self.groups.len();
        let accumulators = self.aggregation.aggregates.len() * size_of::<Accumulator>();
        self.bytes += name.len() + keys.iter().map(Value::size).sum::<usize>() + accumulators;
        self.places.insert(name.into(), place);
        self.groups.push(self.start(keys));
        Ok(place)
    }

    fn start(&self, keys: Vec<Value<'static>>) -> Group {
        let aggregates = &self.aggregation.aggregates;
        Group {
            keys,
            accumulators: aggregates.iter().map(|one| one.kind.start()).collect(),
        }
    }

    /// The rows of results: keys, then what is computed from the aggregates.
    pub(super) fn finish(self, clock: &Clock) -> Vec<Vec<Value<'static>>> {
        let aggregation = self.aggregation;
        let finish = |group: Group| {
            let finished = aggregation.aggregates.iter().zip(group.accumulators);
            let mut inner: Vec<_> = finished
                .map(|(one, state)| one.kind.finish(state))
                .collect();
            inner.extend(group.keys.iter().cloned());
            let frame = Frame {
                row: &Columns(&inner),
                slots: Vec::new(),
                clock,
            };
            let results = aggregation
                .results
                .iter()
                .map(|node| node.evaluate(&frame).into_owned());
            group.keys.into_iter().chain(results).collect()
        };
        self.groups.into_iter().map(finish).collect()
    }
}

fn read<'r>(node: &'r Node, frame: &Frame<'r>) -> Value<'static> {
    node.inspect(frame, |value| value.clone().into_owned())
}

/// One text for each combination of keys. A missing key is a group of its own; otherwise keys are
/// equal when they show the same text.
pub(super) fn group_name(keys: &[Value<'_>]) -> String {
    let mut name = String::new();
    for key in keys {
        if key.is_missing() {
            name.push('-');
        } else {
            let text = shown(key);
            // Writing to a String cannot fail. The length keeps ("a", "b") apart from ("ab", "").
            let _ = write!(name, "{}:{text}", text.len());
        }
    }
    name
}
