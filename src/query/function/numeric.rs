//! Functions of numbers. A text counts as a number when it looks like one.

use super::{Definition, MANY, take};
use crate::query::clock::Clock;
use crate::query::coerce::{finite, number_of};
use crate::query::value::Value;

pub(super) const FUNCTIONS: &[Definition] = &[
    Definition::new("abs", 1, 1, |args, _| unary(args, f64::abs)),
    Definition::new("ceil", 1, 1, |args, _| unary(args, f64::ceil)),
    Definition::new("floor", 1, 1, |args, _| unary(args, f64::floor)),
    Definition::new("log", 1, 1, |args, _| unary(args, f64::ln)),
    Definition::new("sqrt", 1, 1, |args, _| unary(args, f64::sqrt)),
    Definition::new("round", 1, 2, round),
    Definition::new("greatest", 1, MANY, |args, _| fold(args, f64::max)).seeing_lists(),
    Definition::new("least", 1, MANY, |args, _| fold(args, f64::min)).seeing_lists(),
    Definition::new("haversine", 4, 4, haversine),
    Definition::new("toNumber", 1, 1, |args, _| unary(args, |n| n)),
    Definition::new("toDouble", 1, 1, |args, _| unary(args, |n| n)),
    Definition::new("toInt", 1, 1, |args, _| {
        whole(args, f64::from(i32::MIN), f64::from(i32::MAX))
    }),
    // Every whole number up to 2^53 is exact; beyond, longs are as near as a double gets.
    Definition::new("toLong", 1, 1, |args, _| {
        whole(args, i64::MIN as f64, i64::MAX as f64)
    }),
];

/// The mean radius of the earth, in kilometres.
const EARTH_RADIUS_KM: f64 = 6371.0088;

fn number(args: &[Value<'_>], place: usize) -> Option<f64> {
    args.get(place).and_then(number_of)
}

fn unary<'r>(args: &[Value<'r>], of: fn(f64) -> f64) -> Value<'r> {
    number(args, 0).map_or(Value::Missing, |n| finite(of(n)))
}

fn whole<'r>(args: &[Value<'r>], least: f64, most: f64) -> Value<'r> {
    let number = number(args, 0).map(f64::trunc);
    number
        .filter(|n| (least..=most).contains(n))
        .map_or(Value::Missing, Value::Number)
}

/// `round(x)` and `round(x, digits)`, half away from zero; up to 15 digits either way.
fn round<'r>(args: &mut [Value<'r>], _: &Clock) -> Value<'r> {
    let digits = if args.len() > 1 {
        number(args, 1)
    } else {
        Some(0.0)
    };
    let (Some(n), Some(digits)) = (number(args, 0), digits) else {
        return Value::Missing;
    };
    let scale = 10_f64.powf(digits.trunc().clamp(-15.0, 15.0));
    let scaled = n * scale;
    finite(if scaled.is_finite() {
        scaled.round() / scale
    } else {
        n
    })
}

fn fold<'r>(args: &mut [Value<'r>], of: fn(f64, f64) -> f64) -> Value<'r> {
    let mut best: Option<f64> = None;
    for place in 0..args.len() {
        let value = take(args, place);
        let items = match &value {
            Value::List(items) => items,
            single => std::slice::from_ref(single),
        };
        for item in items {
            let Some(n) = number_of(item) else {
                return Value::Missing;
            };
            best = Some(best.map_or(n, |best| of(best, n)));
        }
    }
    best.map_or(Value::Missing, Value::Number)
}

/// The great-circle distance in kilometres between two points given as latitude and longitude.
fn haversine<'r>(args: &mut [Value<'r>], _: &Clock) -> Value<'r> {
    let degrees = [
        number(args, 0),
        number(args, 1),
        number(args, 2),
        number(args, 3),
    ];
    let [Some(lat1), Some(lon1), Some(lat2), Some(lon2)] = degrees.map(|d| d.map(f64::to_radians))
    else {
        return Value::Missing;
    };
    let half = |angle: f64| (angle / 2.0).sin().powi(2);
    let chord = half(lat2 - lat1) + lat1.cos() * lat2.cos() * half(lon2 - lon1);
    finite(2.0 * EARTH_RADIUS_KM * chord.clamp(0.0, 1.0).sqrt().asin())
}
