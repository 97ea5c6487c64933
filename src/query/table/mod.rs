//! The table a query yields over a finite number of rows.

mod groups;
mod output;

use super::compile::aggregation::Aggregation;
use super::field::Row;
use super::node::Frame;
use super::program::{Columns, Program};
use super::value::Value;
use groups::Groups;
use output::Collector;

/// How many groups `stats` may make, and how many combinations `dedup` may keep.
pub const MOST_GROUPS: usize = 250_000;

/// How many bytes the groups and rows of a table may take, about.
pub const MOST_BYTES: usize = 512 << 20;

/// Why a table cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// More than [`MOST_GROUPS`].
    #[error(
        "the query makes more than {MOST_GROUPS} groups; group by fewer fields or filter first"
    )]
    Groups,
    /// More than [`MOST_BYTES`].
    #[error(
        "the result takes more than {} MiB of memory; filter first, or lower the limit",
        MOST_BYTES >> 20
    )]
    Bytes,
}

/// A finished table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Output {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows in their order, each with a value for every column.
    pub rows: Vec<Vec<Value<'static>>>,
}

/// A table in the making. It keeps groups, or as many rows as its limit allows.
pub struct Table<'p> {
    program: &'p Program,
    groups: Vec<Groups<'p>>,
    output: Collector<'p>,
}

impl<'p> Table<'p> {
    /// An empty table.
    #[must_use]
    pub fn new(program: &'p Program) -> Self {
        Self {
            program,
            groups: program.aggregations.iter().map(Groups::new).collect(),
            output: Collector::new(&program.presentation),
        }
    }

    /// Adds an event.
    ///
    /// # Errors
    /// When a limit is passed; the table is then of no use any more.
    pub fn push(&mut self, row: &dyn Row) -> Result<(), TableError> {
        self.push_at(0, row)
    }

    /// Adds a row of the results of the `stats` before the stage.
    fn push_at(&mut self, place: usize, row: &dyn Row) -> Result<(), TableError> {
        let Some(stage) = self.program.stages.get(place) else {
            return Ok(());
        };
        let mut result = Ok(());
        let (groups, output) = (&mut self.groups, &mut self.output);
        stage.run(row, &self.program.clock, &mut |frame: &Frame<'_>| {
            if result.is_ok() {
                result = match groups.get_mut(place) {
                    Some(groups) => groups.add(frame),
                    None => output.add(frame),
                };
            }
        });
        result
    }

    /// The table of all events that were added.
    ///
    /// # Errors
    /// When a later `stats` passes a limit.
    pub fn finish(mut self) -> Result<Output, TableError> {
        for place in 0..self.groups.len() {
            let aggregation: Option<&'p Aggregation> = self.program.aggregations.get(place);
            let groups = self.groups.get_mut(place).zip(aggregation);
            let Some((groups, aggregation)) = groups else {
                break;
            };
            let groups = std::mem::replace(groups, Groups::new(aggregation));
            for row in groups.finish(&self.program.clock) {
                self.push_at(place + 1, &Columns(&row))?;
            }
        }
        Ok(self.output.finish())
    }
}

#[cfg(test)]
mod tests;
