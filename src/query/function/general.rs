//! Functions about values as such. `isPresent`, `case`, `if` and `messageSize` are compiled apart.

use super::{Definition, MANY, one_or_zero};
use crate::query::clock::Clock;
use crate::query::coerce::{number_of, text_of};
use crate::query::value::Value;

pub(super) const FUNCTIONS: &[Definition] = &[
    Definition::new("coalesce", 1, MANY, coalesce)
        .seeing_missing()
        .seeing_lists(),
    Definition::new("isEmpty", 1, 1, |args, _| {
        one_or_zero(is_empty(args, str::is_empty))
    })
    .seeing_missing()
    .seeing_lists(),
    Definition::new("isBlank", 1, 1, |args, _| {
        one_or_zero(is_empty(args, |text| text.trim().is_empty()))
    })
    .seeing_missing()
    .seeing_lists(),
    Definition::new("isNumeric", 1, 1, |args, _| {
        Value::Bool(args.first().and_then(number_of).is_some())
    })
    .seeing_missing(),
];

/// The first argument that is there; an empty list is not.
fn coalesce<'r>(args: &mut [Value<'r>], _: &Clock) -> Value<'r> {
    let there = |value: &&mut Value<'r>| match value {
        Value::Missing => false,
        Value::List(items) => !items.is_empty(),
        _ => true,
    };
    args.iter_mut()
        .find(there)
        .map(std::mem::take)
        .unwrap_or_default()
}

fn is_empty(args: &[Value<'_>], empty: fn(&str) -> bool) -> bool {
    match args.first() {
        None | Some(Value::Missing) => true,
        Some(Value::List(items)) => items.is_empty(),
        Some(Value::Json(_)) => false,
        Some(single) => text_of(single).is_some_and(|text| empty(&text)),
    }
}
