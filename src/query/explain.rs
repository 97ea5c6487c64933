//! Why a query lets an event through or not: each condition as it was written, whether it holds, and
//! the values it looked at.
//!
//! Every condition is compiled and evaluated as in a [`Program`](super::Program), so that both agree.

use super::ast::Query;
use super::clock::Clock;
use super::compile::CompileError;
use super::compile::explanation::{Named, Outline, Part, Question, outline};
use super::field::{Row, Schema};
use super::node::{Condition, Frame};
use super::truth::Truth;
use super::value::Value;

/// A query that can be asked condition by condition, up to its first `stats`: what lies behind it is
/// a matter of several events.
#[derive(Debug)]
pub struct Explanation {
    outline: Outline,
    clock: Clock,
}

/// What one part of a query came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Told<'e> {
    /// What kind of part it is.
    pub form: Form,
    /// The part as it is written; empty for [`Form::All`], [`Form::Any`] and [`Form::Not`].
    pub text: &'e str,
    /// Whether it holds; [`Truth::True`] for what only names values.
    pub truth: Truth,
    /// The values it looked at or made, by name; of a list those elements first that satisfy it.
    pub seen: Vec<(&'e str, Value<'static>)>,
    /// The conditions it is made of.
    pub parts: Vec<Told<'e>>,
}

/// The kinds of parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `fields … as` or `parse`: makes names, and stops nothing.
    Names,
    /// `unnest` or `parse … multi`: does not hold when it makes no row.
    Rows,
    /// A single condition.
    Test,
    /// `and`
    All,
    /// `or`
    Any,
    /// `not` before several conditions.
    Not,
}

impl Explanation {
    /// Compiles a query for rows of that schema.
    ///
    /// # Errors
    /// As [`Program::compile`](super::Program::compile).
    pub fn compile(query: &Query, schema: &mut dyn Schema) -> Result<Self, CompileError> {
        Ok(Self {
            outline: outline(query, schema)?,
            clock: Clock::default(),
        })
    }

    /// How many conditions must hold: [`Self::truths`] gives so many.
    #[must_use]
    pub fn conditions(&self) -> usize {
        self.judged().count()
    }

    /// What each condition that must hold says of an event; all of them are [`Truth::True`] when the
    /// query lets it through. Of the rows that `unnest` makes, the one that fulfils the most.
    #[must_use]
    pub fn truths(&self, row: &dyn Row) -> Vec<Truth> {
        self.nearest(row).1
    }

    /// The same in words, with what names were made on the way.
    #[must_use]
    pub fn explain(&self, row: &dyn Row) -> Vec<Told<'_>> {
        let (nearest, _) = self.nearest(row);
        let mut told = None;
        let mut at = 0;
        if nearest.is_some() {
            self.outline.stage.run(row, &self.clock, &mut |frame| {
                if nearest == Some(at) {
                    told = Some(self.tell(frame, true));
                }
                at += 1;
            });
        }
        told.unwrap_or_else(|| self.tell(&self.outline.stage.alone(row, &self.clock), false))
    }

    /// The place of the row that fulfils the most, if there is a row, and what it fulfils.
    fn nearest(&self, row: &dyn Row) -> (Option<usize>, Vec<Truth>) {
        let mut best: Option<(usize, usize, Vec<Truth>)> = None;
        let mut at = 0;
        self.outline.stage.run(row, &self.clock, &mut |frame| {
            let truths = self.truths_of(frame, true);
            let held = truths.iter().filter(|truth| truth.holds()).count();
            if best.as_ref().is_none_or(|(most, ..)| held > *most) {
                best = Some((held, at, truths));
            }
            at += 1;
        });
        match best {
            Some((_, at, truths)) => (Some(at), truths),
            None => {
                let frame = self.outline.stage.alone(row, &self.clock);
                (None, self.truths_of(&frame, false))
            }
        }
    }

    fn judged(&self) -> impl Iterator<Item = &Part> {
        let parts = self.outline.parts.iter();
        parts.filter(|part| !matches!(part, Part::Names(..)))
    }

    fn truths_of<'r>(&'r self, frame: &Frame<'r>, is_row: bool) -> Vec<Truth> {
        let truth = |part: &'r Part| match part {
            Part::Question(question) => question.truth(frame),
            _ => Truth::from(is_row),
        };
        self.judged().map(truth).collect()
    }

    fn tell<'e: 'r, 'r>(&'e self, frame: &Frame<'r>, is_row: bool) -> Vec<Told<'e>> {
        let tell = |part: &'e Part| match part {
            Part::Question(question) => question.tell(frame),
            Part::Names(text, names) => named(Form::Names, text, Truth::True, names, frame),
            Part::Rows(text, names) => named(Form::Rows, text, Truth::from(is_row), names, frame),
        };
        self.outline.parts.iter().map(tell).collect()
    }
}

fn named<'e: 'r, 'r>(
    form: Form,
    text: &'e str,
    truth: Truth,
    names: &'e [Named],
    frame: &Frame<'r>,
) -> Told<'e> {
    let value = |(name, node): &'e Named| (name.as_str(), node.evaluate(frame).into_owned());
    Told {
        form,
        text,
        truth,
        seen: names.iter().map(value).collect(),
        parts: Vec::new(),
    }
}

impl Question {
    fn truth<'r>(&'r self, frame: &Frame<'r>) -> Truth {
        match self {
            Self::Test { condition, .. } => condition.truth(frame),
            Self::Not(inner) => !inner.truth(frame),
            Self::All(all) => all
                .iter()
                .fold(Truth::True, |sum, one| sum.and(one.truth(frame))),
            Self::Any(any) => any
                .iter()
                .fold(Truth::False, |sum, one| sum.or(one.truth(frame))),
        }
    }

    fn tell<'e: 'r, 'r>(&'e self, frame: &Frame<'r>) -> Told<'e> {
        let (form, parts) = match self {
            Self::Test {
                text,
                condition,
                seen,
            } => {
                let mut told = named(Form::Test, text, condition.truth(frame), seen, frame);
                if let [(_, value)] = told.seen.as_mut_slice() {
                    passing_first(condition, value);
                }
                return told;
            }
            Self::Not(inner) => (Form::Not, std::slice::from_ref(&**inner)),
            Self::All(all) => (Form::All, all.as_slice()),
            Self::Any(any) => (Form::Any, any.as_slice()),
        };
        Told {
            form,
            text: "",
            truth: self.truth(frame),
            seen: Vec::new(),
            parts: parts.iter().map(|part| part.tell(frame)).collect(),
        }
    }
}

/// Puts those elements of a list first for which the condition holds: a reader may not get to see the
/// others.
fn passing_first(condition: &Condition, value: &mut Value<'static>) {
    if let (Condition::Test { test, negated, .. }, Value::List(items)) = (condition, value) {
        let mut sorted = items.to_vec();
        sorted.sort_by_key(|item| !test.passes(item, *negated).holds());
        *items = sorted.into();
    }
}

#[cfg(test)]
#[path = "explain_tests.rs"]
mod tests;
