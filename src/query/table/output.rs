//! The rows of the result: the first ones in the order asked for, repeats left out.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;

use super::groups::group_name;
use super::{MOST_BYTES, MOST_GROUPS, Output, TableError};
use crate::query::ast::Direction;
use crate::query::compile::Presentation;
use crate::query::natural::natural_order;
use crate::query::node::{Frame, Node};
use crate::query::value::Value;

/// Keeps no more rows than the limit, the best ones so far.
pub(super) struct Collector<'p> {
    presentation: &'p Presentation,
    /// The worst row on top.
    rows: BinaryHeap<Entry>,
    /// With `dedup`: the best row of each combination.
    firsts: FxHashMap<String, Entry>,
    arrived: u64,
    bytes: usize,
}

struct Entry {
    rank: Rank,
    cells: Vec<Value<'static>>,
}

/// Where a row stands: by its sort keys, then by its arrival.
struct Rank {
    keys: Vec<(Value<'static>, Direction)>,
    arrival: u64,
}

impl<'p> Collector<'p> {
    pub(super) fn new(presentation: &'p Presentation) -> Self {
        Self {
            presentation,
            rows: BinaryHeap::new(),
            firsts: FxHashMap::default(),
            arrived: 0,
            bytes: 0,
        }
    }

    pub(super) fn add<'r>(&mut self, frame: &Frame<'r>) -> Result<(), TableError>
    where
        'p: 'r,
    {
        let rank = self.rank(frame);
        if self.presentation.dedup.is_empty() {
            if self.has_room_for(&rank) {
                let entry = self.entry(rank, frame);
                self.keep(entry);
            }
        } else {
            self.add_first(rank, frame)?;
        }
        if self.bytes > MOST_BYTES {
            Err(TableError::Bytes)
        } else {
            Ok(())
        }
    }

    fn rank<'r>(&mut self, frame: &Frame<'r>) -> Rank
    where
        'p: 'r,
    {
        self.arrived += 1;
        let sort = self.presentation.sort.iter();
        let keys = sort
            .map(|(node, direction)| (read(node, frame), *direction))
            .collect();
        Rank {
            keys,
            arrival: self.arrived,
        }
    }

    fn has_room_for(&self, rank: &Rank) -> bool {
        let full = self.rows.len() >= self.presentation.limit;
        !full || self.rows.peek().is_some_and(|worst| *rank < worst.rank)
    }

    fn entry<'r>(&self, rank: Rank, frame: &Frame<'r>) -> Entry
    where
        'p: 'r,
    {
        let columns = self.presentation.columns.iter();
        Entry {
            rank,
            cells: columns.map(|(_, node)| read(node, frame)).collect(),
        }
    }

    fn keep(&mut self, entry: Entry) {
        self.bytes += entry.size();
        self.rows.push(entry);
        if self.rows.len() > self.presentation.limit
            && let Some(worst) = self.rows.pop()
        {
            self.bytes = self.bytes.saturating_sub(worst.size());
        }
    }

    /// A row with a missing value is nobody's repeat.
    fn add_first<'r>(&mut self, rank: Rank, frame: &Frame<'r>) -> Result<(), TableError>
    where
        'p: 'r,
    {
        let keys: Vec<_> = self
            .presentation
            .dedup
            .iter()
            .map(|node| read(node, frame))
            .collect();
        if keys.iter().any(Value::is_missing) {
            if self.has_room_for(&rank) {
                let entry = self.entry(rank, frame);
                self.keep(entry);
            }
            return Ok(());
        }
        let name = group_name(&keys);
        let known = self.firsts.get(&name);
        if known.is_some_and(|known| known.rank <= rank) {
            return Ok(());
        }
        let before = known.map_or(0, Entry::size);
        if before == 0 && self.firsts.len() >= MOST_GROUPS {
            return Err(TableError::Groups);
        }
        let entry = self.entry(rank, frame);
        self.bytes = (self.bytes + entry.size()).saturating_sub(before);
        self.firsts.insert(name, entry);
        Ok(())
    }

    pub(super) fn finish(mut self) -> Output {
        for (_, entry) in std::mem::take(&mut self.firsts) {
            if self.has_room_for(&entry.rank) {
                self.keep(entry);
            }
        }
        let rows = self.rows.into_sorted_vec();
        Output {
            columns: self
                .presentation
                .columns
                .iter()
                .map(|(name, _)| name.clone())
                .collect(),
            rows: rows.into_iter().map(|entry| entry.cells).collect(),
        }
    }
}

fn read<'r>(node: &'r Node, frame: &Frame<'r>) -> Value<'static> {
    node.inspect(frame, |value| value.clone().into_owned())
}

impl Entry {
    fn size(&self) -> usize {
        let keys = self.rank.keys.iter().map(|(key, _)| key.size());
        keys.chain(self.cells.iter().map(Value::size))
            .sum::<usize>()
            + size_of::<Self>()
    }
}

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> Ordering {
        let pairs = self.keys.iter().zip(&other.keys);
        let orders = pairs.map(|((a, direction), (b, _))| match direction {
            Direction::Ascending => natural_order(a, b),
            Direction::Descending => natural_order(b, a),
        });
        let order = orders.fold(Ordering::Equal, Ordering::then);
        order.then(self.arrival.cmp(&other.arrival))
    }
}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Rank {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Rank {}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank.cmp(&other.rank)
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Entry {}
