//! The compiled form of expressions and conditions, and what they yield for a row.
//!
//! Evaluation never fails: what cannot be computed is missing, what cannot be decided is unknown.

use super::clock::Clock;
use super::coerce::{Comparison, any, any_pair, equal, number_of, text_of, truth_of, value_of};
use super::field::{FieldId, Row};
use super::function::{Arithmetic, Function, json};
use super::parse_command::logfmt;
use super::test::Test;
use super::truth::Truth;
use super::value::Value;

/// What an expression is evaluated against: a row, the fields computed so far, and the time.
pub(super) struct Frame<'r> {
    pub(super) row: &'r dyn Row,
    pub(super) slots: Vec<Value<'r>>,
    pub(super) clock: &'r Clock,
}

/// A compiled expression.
#[derive(Debug)]
pub(super) enum Node {
    Constant(Value<'static>),
    Field(FieldId),
    /// A field computed by an earlier command.
    Slot(usize),
    /// A key of the `key=value` text in a slot.
    LogfmtKey(usize, Box<str>),
    Call(Function, Box<[Node]>),
    Arithmetic(Arithmetic, Box<(Node, Node)>),
    List(Box<[Node]>),
    Member(Box<Node>, Box<str>),
    Index(Box<(Node, Node)>),
    /// `case` and `if`: the value of the first condition that holds, else the last.
    Choose(Box<[(Condition, Node)]>, Box<Node>),
    Condition(Box<Condition>),
}

impl Node {
    /// The value for a row.
    pub(super) fn evaluate<'r>(&'r self, frame: &Frame<'r>) -> Value<'r> {
        match self {
            Self::Constant(value) => value.reborrow(),
            Self::Field(id) => frame.row.value(*id),
            Self::Slot(slot) => frame.slots.get(*slot).cloned().unwrap_or_default(),
            Self::LogfmtKey(slot, key) => logfmt_key(frame.slots.get(*slot), key),
            Self::Call(function, args) => call(function, args, frame),
            Self::Arithmetic(op, sides) => {
                let left = sides.0.inspect(frame, number_of);
                let right = sides.1.inspect(frame, number_of);
                op.of(left, right)
            }
            Self::List(items) => {
                Value::List(items.iter().map(|item| item.evaluate(frame)).collect())
            }
            Self::Member(of, path) => json::member(of.evaluate(frame), path),
            Self::Index(sides) => json::element(sides.0.evaluate(frame), &sides.1.evaluate(frame)),
            Self::Choose(branches, otherwise) => branches
                .iter()
                .find(|(condition, _)| condition.holds(frame))
                .map_or(&**otherwise, |(_, node)| node)
                .evaluate(frame),
            Self::Condition(condition) => value_of(condition.truth(frame)),
        }
    }

    /// Looks at the value without copying what is already computed.
    pub(super) fn inspect<'r, T>(
        &'r self,
        frame: &Frame<'r>,
        look: impl FnOnce(&Value<'_>) -> T,
    ) -> T {
        match self {
            Self::Constant(value) => look(value),
            Self::Slot(slot) => look(frame.slots.get(*slot).unwrap_or(&Value::Missing)),
            other => look(&other.evaluate(frame)),
        }
    }

    /// Whether it is the same for every row.
    pub(super) const fn constant(&self) -> Option<&Value<'static>> {
        match self {
            Self::Constant(value) => Some(value),
            _ => None,
        }
    }
}

/// Most functions have few arguments: they are kept on the stack.
const FEW: usize = 3;

fn call<'r>(function: &Function, args: &'r [Node], frame: &Frame<'r>) -> Value<'r> {
    let mut few: [Value<'r>; FEW] = Default::default();
    if let Some(places) = few.get_mut(..args.len()) {
        for (place, arg) in places.iter_mut().zip(args) {
            *place = arg.evaluate(frame);
        }
        function.apply(places, frame.clock)
    } else {
        let mut values: Vec<_> = args.iter().map(|arg| arg.evaluate(frame)).collect();
        function.apply(&mut values, frame.clock)
    }
}

fn logfmt_key<'r>(text: Option<&Value<'r>>, key: &str) -> Value<'r> {
    match text {
        Some(Value::Text(text)) => logfmt::lookup(text.clone(), key),
        _ => Value::Missing,
    }
}

/// A compiled condition.
#[derive(Debug)]
pub(super) enum Condition {
    Constant(Truth),
    All(Box<[Condition]>),
    Any(Box<[Condition]>),
    Not(Box<Condition>),
    /// A value against constants.
    Test {
        value: Node,
        test: Test,
        negated: bool,
    },
    /// Two values that are both only known with the row.
    Compare {
        op: Comparison,
        left: Node,
        right: Node,
    },
    /// Membership in a list that is only known with the row.
    Among {
        value: Node,
        list: Node,
        negated: bool,
    },
    /// Search for a text that is only known with the row.
    Like {
        value: Node,
        pattern: Node,
        negated: bool,
    },
    /// There is a value.
    Present(Node),
    /// The value itself counts as true.
    Truthy(Node),
}

impl Condition {
    /// Whether a filter keeps the row; false and unknown need not be told apart.
    pub(super) fn holds<'r>(&'r self, frame: &Frame<'r>) -> bool {
        match self {
            Self::All(all) => all.iter().all(|condition| condition.holds(frame)),
            Self::Any(any) => any.iter().any(|condition| condition.holds(frame)),
            other => other.truth(frame).holds(),
        }
    }

    /// What it says of a row.
    pub(super) fn truth<'r>(&'r self, frame: &Frame<'r>) -> Truth {
        match self {
            Self::Constant(truth) => *truth,
            Self::All(all) => all_of(all, frame),
            Self::Any(any) => any_of(any, frame),
            Self::Not(condition) => !condition.truth(frame),
            Self::Test {
                value,
                test,
                negated,
            } => value.inspect(frame, |value| test.passes(value, *negated)),
            Self::Compare { op, left, right } => left.inspect(frame, |left| {
                right.inspect(frame, |right| op.values(left, right))
            }),
            Self::Among {
                value,
                list,
                negated,
            } => value.inspect(frame, |value| {
                list.inspect(frame, |list| among(value, list, *negated))
            }),
            Self::Like {
                value,
                pattern,
                negated,
            } => value.inspect(frame, |value| {
                pattern.inspect(frame, |pattern| like(value, pattern, *negated))
            }),
            Self::Present(node) => Truth::from(node.inspect(frame, is_present)),
            Self::Truthy(node) => node.inspect(frame, truth_of),
        }
    }

    /// Roughly what it costs, to ask cheap questions first.
    pub(super) fn cost(&self) -> u32 {
        match self {
            Self::Constant(_) => 0,
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().map(Self::cost).fold(0, u32::saturating_add)
            }
            Self::Not(condition) => condition.cost(),
            Self::Test {
                value: Node::Field(_),
                test,
                ..
            } => test.cost(),
            Self::Present(Node::Field(_)) => 1,
            Self::Test { .. } | Self::Present(_) | Self::Truthy(_) => 30,
            Self::Compare { .. } | Self::Among { .. } | Self::Like { .. } => 40,
        }
    }
}

fn all_of<'r>(parts: &'r [Condition], frame: &Frame<'r>) -> Truth {
    let mut sum = Truth::True;
    for part in parts {
        sum = sum.and(part.truth(frame));
        if sum == Truth::False {
            break;
        }
    }
    sum
}

fn any_of<'r>(parts: &'r [Condition], frame: &Frame<'r>) -> Truth {
    let mut sum = Truth::False;
    for part in parts {
        sum = sum.or(part.truth(frame));
        if sum.holds() {
            break;
        }
    }
    sum
}

/// Whether there is a value; an empty list is none.
pub(super) fn is_present(value: &Value<'_>) -> bool {
    match value {
        Value::Missing => false,
        Value::List(items) => !items.is_empty(),
        _ => true,
    }
}

/// `value in list` and `value not in list`, element by element of the value. One constant of the
/// list that is missing makes a miss unknown.
fn among(value: &Value<'_>, list: &Value<'_>, negated: bool) -> Truth {
    let single = std::slice::from_ref(list);
    let items: &[Value<'_>] = match list {
        Value::Missing | Value::Json(_) => return Truth::Unknown,
        Value::List(items) if items.is_empty() => return Truth::Unknown,
        Value::List(items) => items,
        _ => single,
    };
    let one = |value: &Value<'_>| match value {
        Value::Missing | Value::Json(_) => Truth::Unknown,
        _ => items
            .iter()
            .fold(Truth::False, |sum, item| {
                sum.or(any_pair(value, item, &equal))
            })
            .negated_if(negated),
    };
    match value {
        Value::List(values) => any(values, &one),
        single => one(single),
    }
}

fn like(value: &Value<'_>, pattern: &Value<'_>, negated: bool) -> Truth {
    any_pair(
        value,
        pattern,
        &|value, pattern| match (text_of(value), text_of(pattern)) {
            (Some(text), Some(needle)) => Truth::from(text.contains(&*needle)).negated_if(negated),
            _ => Truth::Unknown,
        },
    )
}
