//! The commands that work row by row, between two `stats`: computing, filtering, parsing, unnesting.

use std::borrow::Cow;

use regex::{Captures, Regex};

use super::clock::Clock;
use super::field::Row;
use super::function::text::{into_text, part};
use super::node::{Condition, Frame, Node};
use super::parse_command::csv;
use super::parse_command::glob::Glob;
use super::value::Value;

/// How many rows `unnest` and `parse … multi` may make of one event; further ones are not seen.
pub const MOST_ROWS_PER_EVENT: usize = 10_000;

/// One command.
#[derive(Debug)]
pub(super) enum Step {
    Compute(usize, Node),
    Filter(Condition),
    /// The slots of the stars.
    Glob(Node, Box<Glob>, Box<[usize]>),
    /// Pairs of a group and its slot.
    Regex(Node, Regex, Box<[(usize, usize)]>),
    /// The same for each match.
    Multi(Node, Regex, Box<[(usize, usize)]>),
    /// The slots of the columns.
    Csv(Node, Box<[usize]>),
    /// Each element of the list into the slot.
    Unnest(Node, usize),
}

/// Commands that run one after the other on each row.
#[derive(Debug, Default)]
pub(super) struct Stage {
    /// What filters ask of the row as it came, wherever they stand: all must hold, and go first.
    questions: Vec<Condition>,
    /// The rest, in its order.
    steps: Vec<Step>,
    slots: usize,
    /// The number of steps up to the last filter: the others cannot stop a row.
    deciding: usize,
    /// Whether one of the deciding steps makes several rows, or none, of one.
    fans_out: bool,
}

impl Stage {
    pub(super) fn new(steps: Vec<Step>, slots: usize) -> Self {
        let (questions, steps) = split(steps);
        let fans = |step: &Step| matches!(step, Step::Multi(..) | Step::Unnest(..));
        let deciding = steps
            .iter()
            .rposition(|step| matches!(step, Step::Filter(_)) || fans(step))
            .map_or(0, |last| last + 1);
        let fans_out = steps.iter().any(fans);
        Self {
            questions,
            steps,
            slots,
            deciding,
            fans_out,
        }
    }

    /// What is asked of the row as it came.
    pub(super) fn questions(&self) -> &[Condition] {
        &self.questions
    }

    /// Calls `on` for every expression in it.
    pub(super) fn each_node(&self, on: &mut dyn FnMut(&Node)) {
        let questions = self.questions.iter();
        questions.for_each(|question| question.each_node(on));
        for step in &self.steps {
            match step {
                Step::Filter(condition) => condition.each_node(on),
                Step::Compute(_, node)
                | Step::Glob(node, ..)
                | Step::Regex(node, ..)
                | Step::Multi(node, ..)
                | Step::Csv(node, _)
                | Step::Unnest(node, _) => node.each(on),
            }
        }
    }

    /// Whether it does anything but filter.
    pub(super) fn computes(&self) -> bool {
        !self
            .steps
            .iter()
            .all(|step| matches!(step, Step::Filter(_)))
    }

    /// The conditions of its filters.
    pub(super) fn filters(&self) -> impl Iterator<Item = &Condition> {
        let later = self.steps.iter().filter_map(|step| match step {
            Step::Filter(condition) => Some(condition),
            _ => None,
        });
        self.questions.iter().chain(later)
    }

    /// Whether at least one row comes out.
    pub(super) fn passes<'r>(&'r self, row: &'r dyn Row, clock: &'r Clock) -> bool {
        self.answers(row, clock) && self.passes_on(row, clock)
    }

    /// Whether the row fulfils every question.
    fn answers<'r>(&'r self, row: &'r dyn Row, clock: &'r Clock) -> bool {
        let frame = bare(row, clock);
        self.questions.iter().all(|question| question.holds(&frame))
    }

    /// Whether at least one row comes out of one that fulfils every question.
    pub(super) fn passes_on<'r>(&'r self, row: &'r dyn Row, clock: &'r Clock) -> bool {
        if self.fans_out {
            let mut any = false;
            self.run_on(row, clock, &mut |_| any = true);
            return any;
        }
        if self.deciding == 0 {
            return true;
        }
        let mut frame = self.frame(row, clock);
        let deciding = self.steps.get(..self.deciding).unwrap_or_default();
        deciding.iter().all(|step| match step {
            Step::Filter(condition) => condition.holds(&frame),
            other => {
                other.fill(&mut frame);
                true
            }
        })
    }

    /// Hands out every row that comes out.
    pub(super) fn run<'r>(
        &'r self,
        row: &'r dyn Row,
        clock: &'r Clock,
        out: &mut dyn FnMut(&Frame<'r>),
    ) {
        if self.answers(row, clock) {
            self.run_on(row, clock, out);
        }
    }

    /// Hands out every row that comes out of one that fulfils every question.
    pub(super) fn run_on<'r>(
        &'r self,
        row: &'r dyn Row,
        clock: &'r Clock,
        out: &mut dyn FnMut(&Frame<'r>),
    ) {
        let mut left = MOST_ROWS_PER_EVENT;
        follow(&self.steps, &mut self.frame(row, clock), &mut left, out);
    }

    /// The event itself, with all that can be computed where nothing multiplies rows.
    pub(super) fn alone<'r>(&'r self, row: &'r dyn Row, clock: &'r Clock) -> Frame<'r> {
        let mut frame = self.frame(row, clock);
        for step in &self.steps {
            step.fill(&mut frame);
        }
        frame
    }

    fn frame<'r>(&'r self, row: &'r dyn Row, clock: &'r Clock) -> Frame<'r> {
        let mut frame = bare(row, clock);
        frame.slots.resize_with(self.slots, Value::default);
        frame
    }
}

/// A row of which nothing is computed.
pub(super) fn bare<'r>(row: &'r dyn Row, clock: &'r Clock) -> Frame<'r> {
    let slots = Vec::new();
    Frame { row, slots, clock }
}

/// Takes out of filters what they ask of the row as it came. No command before them changes it, and a
/// row that fails it comes out nowhere, so it can be asked first.
fn split(steps: Vec<Step>) -> (Vec<Condition>, Vec<Step>) {
    let (mut questions, mut rest) = (Vec::new(), Vec::with_capacity(steps.len()));
    for step in steps {
        let Step::Filter(condition) = step else {
            rest.push(step);
            continue;
        };
        let parts = match condition {
            Condition::All(parts) => parts.into_vec(),
            single => vec![single],
        };
        let (first, later): (Vec<_>, Vec<_>) = parts.into_iter().partition(Condition::is_of_row);
        questions.extend(first);
        rest.extend(later.into_iter().map(Step::Filter));
    }
    questions.sort_by_key(Condition::cost);
    (questions, rest)
}

fn follow<'r>(
    steps: &'r [Step],
    frame: &mut Frame<'r>,
    left: &mut usize,
    out: &mut dyn FnMut(&Frame<'r>),
) {
    for (place, step) in steps.iter().enumerate() {
        let rest = steps.get(place + 1..).unwrap_or_default();
        match step {
            Step::Filter(condition) => {
                if !condition.holds(frame) {
                    return;
                }
            }
            Step::Unnest(list, slot) => {
                for item in elements(list.evaluate(frame)) {
                    if !take_one(left) {
                        return;
                    }
                    set(frame, *slot, item);
                    follow(rest, frame, left, out);
                }
                return;
            }
            Step::Multi(input, regex, groups) => {
                return each_match(input.evaluate(frame), regex, |text, captures| {
                    let more = take_one(left);
                    if more {
                        bind(frame, groups, text, captures);
                        follow(rest, frame, left, out);
                    }
                    more
                });
            }
            other => other.fill(frame),
        }
    }
    out(frame);
}

fn take_one(left: &mut usize) -> bool {
    let more = *left > 0;
    *left = left.saturating_sub(1);
    more
}

/// What is no list is one of itself
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Unnest.html>).
fn elements(list: Value<'_>) -> Vec<Value<'_>> {
    match list {
        Value::List(items) => items.into_vec(),
        Value::Missing => Vec::new(),
        single => vec![single],
    }
}

fn each_match<'r>(
    input: Value<'r>,
    regex: &Regex,
    mut take: impl FnMut(&Cow<'r, str>, &Captures<'_>) -> bool,
) {
    let Some(text) = into_text(input) else { return };
    for captures in regex.captures_iter(&text) {
        if !take(&text, &captures) {
            return;
        }
    }
}

fn set<'r>(frame: &mut Frame<'r>, slot: usize, value: Value<'r>) {
    if let Some(place) = frame.slots.get_mut(slot) {
        *place = value;
    }
}

/// Puts the groups of a match into their slots.
#[expect(
    clippy::ptr_arg,
    reason = "the groups of a borrowed text borrow it too"
)]
fn bind<'r>(
    frame: &mut Frame<'r>,
    groups: &[(usize, usize)],
    text: &Cow<'r, str>,
    captures: &Captures<'_>,
) {
    for (group, slot) in groups {
        let found = captures.get(*group);
        set(
            frame,
            *slot,
            found.map_or(Value::Missing, |found| part(text, found.range())),
        );
    }
}

impl Step {
    /// Computes the slots of a step that neither stops nor multiplies rows.
    fn fill<'r>(&'r self, frame: &mut Frame<'r>) {
        match self {
            Self::Compute(slot, node) => {
                let value = node.evaluate(frame);
                set(frame, *slot, value);
            }
            Self::Glob(input, glob, slots) => {
                let text = into_text(input.evaluate(frame));
                let found = text
                    .as_ref()
                    .and_then(|text| glob.captures(text))
                    .unwrap_or_default();
                let text = text.unwrap_or_default();
                for (place, slot) in slots.iter().enumerate() {
                    let range = found.get(place).cloned();
                    set(
                        frame,
                        *slot,
                        range.map_or(Value::Missing, |range| part(&text, range)),
                    );
                }
            }
            Self::Regex(input, regex, groups) => {
                let text = into_text(input.evaluate(frame));
                match text
                    .as_ref()
                    .and_then(|text| Some((text, regex.captures(text)?)))
                {
                    Some((text, captures)) => bind(frame, groups, text, &captures),
                    None => groups
                        .iter()
                        .for_each(|(_, slot)| set(frame, *slot, Value::Missing)),
                }
            }
            Self::Csv(input, slots) => {
                let text = into_text(input.evaluate(frame)).unwrap_or_default();
                let mut columns = csv::columns(&text).into_iter().flatten();
                for slot in slots {
                    let value = columns.next().map(|text| Value::Text(text.into()));
                    set(frame, *slot, value.unwrap_or_default());
                }
            }
            Self::Filter(_) | Self::Multi(..) | Self::Unnest(..) => {}
        }
    }
}
