//! Periods such as `5m`: their units, how they are read and how they are written.
//!
//! Source of the units and caps: the documentation of `bin` (milliseconds up to 1000, seconds and
//! minutes up to 60, hours up to 24; larger numbers are silently cut down in the console).

/// A unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    names: &'static [&'static str],
    /// The shortest spelling.
    pub(super) short: &'static str,
    /// Its length, unless the calendar decides it.
    pub(super) millis: Option<u64>,
    /// The largest number that may stand before it.
    pub(super) cap: Option<u64>,
}

const DAY: u64 = 24 * HOUR;
const HOUR: u64 = 60 * MINUTE;
const MINUTE: u64 = 60 * SECOND;
const SECOND: u64 = 1000;

/// All units, longest first.
const UNITS: [Unit; 9] = [
    unit(&["y", "yr", "year", "yrs", "years"], None, None),
    unit(&["q", "qtr", "quarter", "qtrs", "quarters"], None, None),
    unit(&["mo", "mon", "month", "mons", "months"], None, None),
    unit(&["w", "week", "weeks"], Some(7 * DAY), None),
    unit(&["d", "day", "days"], Some(DAY), None),
    unit(&["h", "hr", "hour", "hrs", "hours"], Some(HOUR), Some(24)),
    unit(
        &["m", "min", "minute", "mins", "minutes"],
        Some(MINUTE),
        Some(60),
    ),
    unit(
        &["s", "sec", "second", "secs", "seconds"],
        Some(SECOND),
        Some(60),
    ),
    unit(
        &["ms", "msec", "millisecond", "msecs", "milliseconds"],
        Some(1),
        Some(1000),
    ),
];

const fn unit(names: &'static [&'static str], millis: Option<u64>, cap: Option<u64>) -> Unit {
    let short = match names {
        [first, ..] => first,
        [] => "",
    };
    Unit {
        names,
        short,
        millis,
        cap,
    }
}

/// The unit of that name.
pub(super) fn unit_named(name: &str) -> Option<Unit> {
    UNITS.into_iter().find(|unit| unit.names.contains(&name))
}

/// A period as a query may write it, or `None` when no single unit within its cap says it.
pub(super) fn written(millis: u64) -> Option<String> {
    // Weeks are written in days: how the console aligns weeks is not documented.
    UNITS
        .iter()
        .filter(|unit| unit.short != "w")
        .find_map(|unit| {
            let length = unit.millis?;
            let number = millis / length;
            let fits = millis > 0
                && millis.is_multiple_of(length)
                && unit.cap.is_none_or(|cap| number <= cap);
            fits.then(|| format!("{number}{}", unit.short))
        })
}
