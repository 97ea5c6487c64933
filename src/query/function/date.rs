//! Functions that read and write dates.
//!
//! `strftime` takes the `%` directives of C. `formatDate` and `parseDate` take the letters of Java
//! (`yyyy-MM-dd HH:mm:ss.SSS`, quoted text in `'…'`) as well; a pattern with a `%` in it is taken as
//! `%` directives. Without a pattern the form is that of RFC 3339. The third argument is the time
//! zone: `UTC` or an offset such as `+02:00`, UTC when it is left out. Pattern and zone are constants.

use std::fmt::Write as _;
use std::str::FromStr as _;

use chrono::{
    DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Offset as _, TimeZone as _,
};

use super::text::{cut, text};
use super::time::instant;
use super::{Constants, Definition, Prepared};
use crate::query::value::Value;

pub(super) const FUNCTIONS: &[Definition] = &[
    Definition::new("strftime", 1, 3, |_, _| Value::Missing)
        .prepared_by(|constants| format(constants, |pattern| Some(pattern.to_owned()))),
    Definition::new("formatDate", 1, 3, |_, _| Value::Missing)
        .prepared_by(|constants| format(constants, directives)),
    Definition::new("parseDate", 1, 3, |_, _| Value::Missing).prepared_by(parse),
];

/// The longest pattern of a date, in bytes.
const LONGEST_PATTERN: usize = 256;

/// What is written without a pattern.
const RFC_3339: &str = "%Y-%m-%dT%H:%M:%S%.3fZ";

type Translate = fn(&str) -> Option<String>;

fn format(constants: &Constants<'_>, translate: Translate) -> Result<Option<Prepared>, String> {
    let pattern = pattern(constants, translate)?.unwrap_or_else(|| RFC_3339.to_owned());
    let zone = zone(constants)?;
    if written(0, &pattern, zone).is_missing() {
        return Err("the date pattern has a directive that does not exist".to_owned());
    }
    Ok(Some(Box::new(move |args, _| {
        args.first()
            .and_then(instant)
            .map_or(Value::Missing, |time| written(time, &pattern, zone))
    })))
}

fn parse(constants: &Constants<'_>) -> Result<Option<Prepared>, String> {
    let zone = zone(constants)?;
    Ok(Some(match pattern(constants, directives)? {
        Some(pattern) => Box::new(move |args, _| {
            text(args, 0).map_or(Value::Missing, |text| read(&text, &pattern, zone))
        }),
        None => Box::new(|args, _| {
            args.first()
                .and_then(instant)
                .map_or(Value::Missing, Value::Time)
        }),
    }))
}

/// The pattern among the arguments, translated.
fn pattern(constants: &Constants<'_>, translate: Translate) -> Result<Option<String>, String> {
    let pattern = match constants.get(1) {
        None => return Ok(None),
        Some(Some(Value::Text(pattern))) => pattern,
        Some(_) => return Err("the date pattern must be a text in quotes".to_owned()),
    };
    if pattern.len() > LONGEST_PATTERN {
        return Err(format!(
            "a date pattern may have at most {LONGEST_PATTERN} bytes"
        ));
    }
    let translated = translate(pattern);
    translated
        .map(Some)
        .ok_or_else(|| format!("{pattern:?} is not a date pattern; write it like \"yyyy-MM-dd\""))
}

/// The time zone among the arguments.
fn zone(constants: &Constants<'_>) -> Result<FixedOffset, String> {
    let utc = chrono::Utc.fix();
    let found = match constants.get(2) {
        None => Some(utc),
        Some(Some(Value::Text(zone))) => match &**zone {
            "UTC" | "GMT" | "Z" => Some(utc),
            other => FixedOffset::from_str(other).ok(),
        },
        Some(_) => None,
    };
    found.ok_or_else(|| "the time zone is not known; write UTC or an offset like +02:00".to_owned())
}

fn written<'r>(millis: i64, pattern: &str, zone: FixedOffset) -> Value<'r> {
    let mut text = String::new();
    let time = DateTime::from_timestamp_millis(millis);
    // An unknown directive fails here, and only here.
    match time.map(|time| write!(text, "{}", time.with_timezone(&zone).format(pattern))) {
        Some(Ok(())) => cut(text),
        _ => Value::Missing,
    }
}

/// A date and time with an offset of its own, else one in the zone, else a date at midnight there.
fn read<'r>(text: &str, pattern: &str, zone: FixedOffset) -> Value<'r> {
    let local = |time: NaiveDateTime| zone.from_local_datetime(&time).single();
    let time = DateTime::parse_from_str(text, pattern)
        .ok()
        .or_else(|| {
            NaiveDateTime::parse_from_str(text, pattern)
                .ok()
                .and_then(local)
        })
        .or_else(|| {
            let date = NaiveDate::parse_from_str(text, pattern).ok()?;
            local(date.and_time(NaiveTime::MIN))
        });
    time.map_or(Value::Missing, |time| Value::Time(time.timestamp_millis()))
}

/// The `%` directives of a pattern; none when it has letters that mean nothing.
fn directives(pattern: &str) -> Option<String> {
    if pattern.contains('%') {
        return Some(pattern.to_owned());
    }
    let mut written = String::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        if let Some(quoted) = rest.strip_prefix('\'') {
            let (inside, after) = quoted.split_once('\'')?;
            written.push_str(if inside.is_empty() { "'" } else { inside });
            rest = after;
            continue;
        }
        let run = rest.len() - rest.trim_start_matches(first).len();
        if first.is_ascii_alphabetic() {
            written.push_str(directive(first, run)?);
        } else {
            written.push_str(rest.get(..run)?);
        }
        rest = rest.get(run..)?;
    }
    Some(
        written
            .replace(".%3f", "%.3f")
            .replace(".%6f", "%.6f")
            .replace(".%9f", "%.9f"),
    )
}

/// The directive for a letter of Java's date patterns, repeated so many times.
const fn directive(letter: char, times: usize) -> Option<&'static str> {
    Some(match (letter, times) {
        ('y' | 'u', 2) => "%y",
        ('y' | 'u', _) => "%Y",
        ('M' | 'L', 1) => "%-m",
        ('M' | 'L', 2) => "%m",
        ('M' | 'L', 3) => "%b",
        ('M' | 'L', _) => "%B",
        ('d', 1) => "%-d",
        ('d', _) => "%d",
        ('D', _) => "%j",
        ('E', 1..=3) => "%a",
        ('E', _) => "%A",
        ('H', 1) => "%-H",
        ('H', _) => "%H",
        ('h', 1) => "%-I",
        ('h', _) => "%I",
        ('a', _) => "%p",
        ('m', 1) => "%-M",
        ('m', _) => "%M",
        ('s', 1) => "%-S",
        ('s', _) => "%S",
        ('S', 1..=3) => "%3f",
        ('S', 4..=6) => "%6f",
        ('S', _) => "%9f",
        ('Z' | 'x', _) => "%z",
        ('X', _) => "%:z",
        _ => return None,
    })
}
