//! Functions of points in time: buckets, milliseconds, the clock.
//!
//! Buckets are aligned to the Unix epoch in UTC, whatever their length: a bucket of seven days begins
//! on a Thursday. Periods arrive in milliseconds; units without a fixed length (month, quarter, year)
//! are refused before a query is compiled. A point in time may be given as such, as milliseconds
//! since the epoch, or as an RFC 3339 text.

use chrono::DateTime;

use super::Definition;
use crate::query::coerce::{number_of, number_of_text};
use crate::query::value::Value;

pub(super) const FUNCTIONS: &[Definition] = &[
    Definition::new("datefloor", 2, 2, |args, _| {
        bucket(args, |time, period| {
            time.checked_sub(time.rem_euclid(period))
        })
    }),
    Definition::new("dateceil", 2, 2, |args, _| {
        bucket(args, |time, period| match time.rem_euclid(period) {
            0 => Some(time),
            over => time.checked_add(period - over),
        })
    }),
    Definition::new("fromMillis", 1, 1, |args, _| {
        args.first()
            .and_then(number_of)
            .and_then(millis)
            .map_or(Value::Missing, Value::Time)
    }),
    Definition::new("toMillis", 1, 1, |args, _| {
        args.first()
            .and_then(instant)
            .map_or(Value::Missing, |time| Value::Number(time as f64))
    }),
    Definition::new("now", 0, 0, |_, clock| Value::Number(clock.now() as f64)).reading_clock(),
];

/// The point in time a value says, in milliseconds since the epoch.
pub(super) fn instant(value: &Value<'_>) -> Option<i64> {
    match value {
        Value::Time(time) => Some(*time),
        Value::Number(number) => millis(*number),
        Value::Text(text) => match number_of_text(text) {
            Some(number) => millis(number),
            None => DateTime::parse_from_rfc3339(text)
                .ok()
                .map(|time| time.timestamp_millis()),
        },
        _ => None,
    }
}

/// Whole milliseconds, if they fit.
fn millis(number: f64) -> Option<i64> {
    let whole = number.trunc();
    (whole.abs() < i64::MAX as f64).then_some(whole as i64)
}

fn bucket<'r>(args: &[Value<'r>], border: fn(i64, i64) -> Option<i64>) -> Value<'r> {
    let period = args
        .get(1)
        .and_then(number_of)
        .and_then(millis)
        .filter(|period| *period > 0);
    match (args.first().and_then(instant), period) {
        (Some(time), Some(period)) => border(time, period).map_or(Value::Missing, Value::Time),
        _ => Value::Missing,
    }
}
