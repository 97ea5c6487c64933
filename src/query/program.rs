//! A compiled query, ready to be asked of any number of rows.

use rustc_hash::FxHashMap;

use super::ast::Query;
use super::clock::Clock;
use super::compile::aggregation::Aggregation;
use super::compile::scope::alias_node;
use super::compile::{CompileError, Parts, Presentation, compile};
use super::field::{FieldId, Row, Schema};
use super::given::Given;
use super::node::{Condition, Frame, Node};
use super::stage::{Stage, bare};
use super::truth::Truth;
use super::value::Value;

/// A compiled query. It is immutable while it runs, so that threads can share it.
#[derive(Debug)]
pub struct Program {
    pub(super) stages: Vec<Stage>,
    pub(super) aggregations: Vec<Aggregation>,
    pub(super) presentation: Presentation,
    pub(super) clock: Clock,
    parts: Names,
    fields: Vec<FieldId>,
}

/// What names mean in the rows before the first `stats`.
#[derive(Debug, Default)]
struct Names {
    aliases: FxHashMap<String, super::compile::scope::Alias>,
    nodes: FxHashMap<String, Node>,
}

impl Program {
    /// Compiles a query for rows of that schema. `now()` is 0 until a clock is given.
    ///
    /// # Errors
    /// When a name, a call or a pattern has no meaning. The checks of a query find the same and say
    /// more about it.
    pub fn compile(query: &Query, schema: &mut dyn Schema) -> Result<Self, CompileError> {
        let Parts {
            stages,
            aggregations,
            presentation,
            aliases,
            used,
        } = compile(query, schema)?;
        let mut fields: Vec<_> = used.values().map(|info| info.id).collect();
        fields.sort_unstable();
        fields.dedup();
        let mut nodes: FxHashMap<_, _> = used
            .iter()
            .map(|(name, info)| (name.clone(), Node::Field(info.id)))
            .collect();
        for name in aliases.keys() {
            nodes.extend(alias_node(&aliases, name).map(|node| (name.clone(), node)));
        }
        let parts = Names { aliases, nodes };
        let clock = Clock::default();
        Ok(Self {
            stages,
            aggregations,
            presentation,
            clock,
            parts,
            fields,
        })
    }

    /// The same program, with another clock for `now()`.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Makes a name readable through [`Bound::value`] that the query itself does not mention.
    ///
    /// # Errors
    /// The names that were probably meant, when no record can have such a field.
    pub fn require(&mut self, name: &str, schema: &mut dyn Schema) -> Result<(), Vec<String>> {
        if self.parts.nodes.contains_key(name) {
            return Ok(());
        }
        let node = match alias_node(&self.parts.aliases, name) {
            Some(node) => node,
            None => Node::Field(schema.resolve(name)?.id),
        };
        self.parts.nodes.insert(name.to_owned(), node);
        Ok(())
    }

    /// Whether the commands before the first `stats` let at least one row of this event through.
    #[must_use]
    pub fn matches(&self, row: &dyn Row) -> bool {
        self.stages
            .first()
            .is_some_and(|stage| stage.passes(row, &self.clock))
    }

    /// Hands out every row that the commands before the first `stats` make of this event: one at
    /// most, unless the query has `unnest` or `parse … multi`.
    pub fn for_each_match(&self, row: &dyn Row, f: &mut dyn FnMut(&Bound<'_>)) {
        let Some(stage) = self.stages.first() else {
            return;
        };
        stage.run(row, &self.clock, &mut |frame| self.bind(frame, f));
    }

    fn bind(&self, frame: &Frame<'_>, f: &mut dyn FnMut(&Bound<'_>)) {
        let inside = &Matched {
            program: self,
            frame,
        };
        f(&Bound { inside });
    }

    /// What the commands before the first `stats` ask of a row as it came, as a text each: equal texts
    /// ask the same, in whatever query they stand. All must hold for [`Program::matches`].
    pub fn questions(&self) -> impl Iterator<Item = String> {
        self.asked().iter().map(|question| format!("{question:?}"))
    }

    /// The fields that the question at a place of [`Program::questions`] reads, and nothing else.
    #[must_use]
    pub fn question_fields(&self, question: usize) -> Vec<FieldId> {
        let mut fields = Vec::new();
        if let Some(question) = self.asked().get(question) {
            question.add_fields(&mut fields);
        }
        fields.sort_unstable();
        fields.dedup();
        fields
    }

    /// What the question at a place of [`Program::questions`] costs, compared with others.
    #[must_use]
    pub fn cost(&self, question: usize) -> u32 {
        self.asked().get(question).map_or(0, Condition::cost)
    }

    /// Whether the question at a place of [`Program::questions`] holds for a row.
    #[must_use]
    pub fn answers(&self, question: usize, row: &dyn Row) -> bool {
        let question = self.asked().get(question);
        question.is_none_or(|question| question.holds(&bare(row, &self.clock)))
    }

    /// What the question at a place of [`Program::questions`] comes to for every row for which its
    /// [leaves](Program::leaves) that `told` knows by their fields say the same as for this one.
    #[must_use]
    pub fn given(
        &self,
        question: usize,
        row: &dyn Row,
        told: &dyn Fn(&[FieldId]) -> bool,
    ) -> Given {
        let question = self.asked().get(question);
        question.map_or(Given::Always, |question| {
            question.given(&bare(row, &self.clock), told)
        })
    }

    /// The parts of a question that are not made of others, as a text each, with the fields that alone
    /// tell them; no fields where there is more to it. Equal texts ask the same.
    #[must_use]
    pub fn leaves(&self, question: usize) -> Vec<(String, Option<Vec<FieldId>>)> {
        let mut leaves = Vec::new();
        if let Some(question) = self.asked().get(question) {
            question.each_leaf(&mut |leaf| leaves.push((format!("{leaf:?}"), leaf.leaf_fields())));
        }
        leaves
    }

    /// What some of the [leaves](Program::leaves) of a question say of a row, by their places, ascending.
    pub fn truths(
        &self,
        question: usize,
        places: &[usize],
        row: &dyn Row,
        on: &mut dyn FnMut(Truth),
    ) {
        let Some(question) = self.asked().get(question) else {
            return;
        };
        let frame = bare(row, &self.clock);
        let (mut place, mut places) = (0, places.iter().peekable());
        question.each_leaf(&mut |leaf| {
            if places.next_if(|wanted| **wanted == place).is_some() {
                on(leaf.truth(&frame));
            }
            place += 1;
        });
    }

    /// [`Program::matches`] for a row of which every question holds.
    #[must_use]
    pub fn matches_answered(&self, row: &dyn Row) -> bool {
        self.stages
            .first()
            .is_some_and(|stage| stage.passes_on(row, &self.clock))
    }

    /// [`Program::for_each_match`] for a row of which every question holds.
    pub fn for_each_answered(&self, row: &dyn Row, f: &mut dyn FnMut(&Bound<'_>)) {
        if let Some(stage) = self.stages.first() {
            stage.run_on(row, &self.clock, &mut |frame| self.bind(frame, f));
        }
    }

    fn asked(&self) -> &[Condition] {
        self.stages.first().map_or(&[], Stage::questions)
    }

    /// The fields the query names, in the order of their ids. The columns `@timestamp` and `@message`
    /// of a query that names no columns are not among them.
    #[must_use]
    pub fn fields(&self) -> Vec<FieldId> {
        self.fields.clone()
    }

    /// The fields that tell whether an event matches, and the values under some names, the keys and the
    /// arguments of the rows that come of it; `None` where the clock tells, too.
    #[must_use]
    pub fn reads(&self, names: &[String]) -> Option<Vec<FieldId>> {
        let (mut fields, mut is_timeless) = (Vec::new(), true);
        let mut on = |node: &Node| match node {
            Node::Field(field) => fields.push(*field),
            Node::Call(function, _) => is_timeless &= function.is_pure(),
            _ => {}
        };
        if let Some(stage) = self.stages.first() {
            stage.each_node(&mut on);
        }
        let named = names.iter().filter_map(|name| self.parts.nodes.get(name));
        let stats = self.aggregations.iter().take(1);
        let stats = stats.flat_map(|stats| {
            let arguments = stats.aggregates.iter().map(|one| &one.argument);
            stats.keys.iter().chain(arguments)
        });
        named.chain(stats).for_each(|node| node.each(&mut on));
        is_timeless.then_some(fields)
    }

    /// Whether the query has `stats`: rows are then not alerts by themselves.
    #[must_use]
    pub const fn has_stats(&self) -> bool {
        !self.aggregations.is_empty()
    }

    /// The names of the columns of the first `stats`, keys first, then results.
    #[must_use]
    pub fn stats_columns(&self) -> &[String] {
        self.aggregations
            .first()
            .map_or(&[], |aggregation| &aggregation.columns)
    }

    /// How many of [`Program::stats_columns`] are keys.
    #[must_use]
    pub fn stats_keys(&self) -> usize {
        self.aggregations
            .first()
            .map_or(0, |stats| stats.keys.len())
    }

    /// Whether a row of the first `stats`, given in the order of [`Program::stats_columns`], passes
    /// the filters after it, up to the next `stats`.
    #[must_use]
    pub fn accepts(&self, columns: &[Value<'_>]) -> bool {
        self.stages
            .get(1)
            .is_none_or(|stage| stage.passes(&Columns(columns), &self.clock))
    }
}

/// A row of results, whose fields are numbered by column.
pub(super) struct Columns<'c, 'v>(pub(super) &'c [Value<'v>]);

impl Row for Columns<'_, '_> {
    fn value(&self, field: FieldId) -> Value<'_> {
        let place = usize::try_from(field.0).unwrap_or(usize::MAX);
        self.0.get(place).map_or(Value::Missing, Value::reborrow)
    }
}

/// A row that matched, with everything the query computed on the way.
pub struct Bound<'b> {
    inside: &'b (dyn Inside + 'b),
}

impl Bound<'_> {
    /// The value of an alias or a field by its name: any that the query mentions, or that was
    /// [required](Program::require). Other names are missing.
    #[must_use]
    pub fn value(&self, name: &str) -> Value<'_> {
        self.inside.value(name)
    }

    /// Shows the keys of the first `stats`, in the order of [`Program::stats_columns`].
    pub fn each_key(&self, on: &mut dyn FnMut(Value<'_>)) {
        self.inside.each_key(on);
    }

    /// Shows what the aggregates of the first `stats` are computed from, in the order they were written.
    pub fn each_argument(&self, on: &mut dyn FnMut(Value<'_>)) {
        self.inside.each_argument(on);
    }
}

/// Hides the two lifetimes of a match behind one.
trait Inside {
    fn value(&self, name: &str) -> Value<'_>;
    fn each_key(&self, on: &mut dyn FnMut(Value<'_>));
    fn each_argument(&self, on: &mut dyn FnMut(Value<'_>));
}

struct Matched<'m, 'r> {
    program: &'r Program,
    frame: &'m Frame<'r>,
}

impl Inside for Matched<'_, '_> {
    fn value(&self, name: &str) -> Value<'_> {
        let node = self.program.parts.nodes.get(name);
        node.map_or(Value::Missing, |node| node.evaluate(self.frame))
    }

    fn each_key(&self, on: &mut dyn FnMut(Value<'_>)) {
        let stats = self.program.aggregations.first();
        for key in stats.into_iter().flat_map(|stats| &stats.keys) {
            on(key.evaluate(self.frame));
        }
    }

    fn each_argument(&self, on: &mut dyn FnMut(Value<'_>)) {
        let stats = self.program.aggregations.first();
        for one in stats.into_iter().flat_map(|stats| &stats.aggregates) {
            on(one.argument.evaluate(self.frame));
        }
    }
}

#[cfg(test)]
mod tests;
