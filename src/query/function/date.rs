//! Functions that read and write dates.
//!
//! `strftime` takes the `%` directives of C. `formatDate` and `parseDate` take the letters of Java
//! (`yyyy-MM-dd HH:mm:ss.SSS`, quoted text in `'…'`) as well; a pattern with a `%` in it is taken as
//! `%` directives. All times are UTC unless the text that is read says otherwise.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};

use super::text::{cut, text};
use super::time::instant;
use super::{Constants, Definition, Prepared};
use crate::query::value::Value;

pub(super) const FUNCTIONS: &[Definition] = &[
    Definition::new("strftime", 2, 2, |args, _| {
        format(args, |pattern| Some(pattern.to_owned()))
    })
    .prepared_by(|constants| prepared_format(constants, |pattern| Some(pattern.to_owned()))),
    Definition::new("formatDate", 2, 2, |args, _| format(args, directives))
        .prepared_by(|constants| prepared_format(constants, directives)),
    Definition::new("parseDate", 1, 2, parse_dynamic).prepared_by(prepared_parse),
];

/// The longest pattern of a date, in bytes.
const LONGEST_PATTERN: usize = 256;

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
        match (
            first.is_ascii_alphabetic(),
            directive(first, run / first.len_utf8()),
        ) {
            (true, directive) => written.push_str(directive?),
            (false, _) => written.push_str(rest.get(..run)?),
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
        ('Z', _) | ('x', _) => "%z",
        ('X', _) => "%:z",
        ('z', _) => "%Z",
        _ => return None,
    })
}

type Translate = fn(&str) -> Option<String>;

fn format<'r>(args: &mut [Value<'r>], translate: Translate) -> Value<'r> {
    let pattern = text(args, 1).filter(|pattern| pattern.len() <= LONGEST_PATTERN);
    match (
        args.first().and_then(instant),
        pattern.and_then(|pattern| translate(&pattern)),
    ) {
        (Some(time), Some(pattern)) => written(time, &pattern),
        _ => Value::Missing,
    }
}

fn prepared_format(
    constants: &Constants<'_>,
    translate: Translate,
) -> Result<Option<Prepared>, String> {
    let Some(pattern) = constant_pattern(constants, translate)? else {
        return Ok(None);
    };
    if written(0, &pattern).is_missing() {
        return Err("the date pattern has a directive that does not exist".to_owned());
    }
    Ok(Some(Box::new(move |args, _| {
        args.first()
            .and_then(instant)
            .map_or(Value::Missing, |time| written(time, &pattern))
    })))
}

/// The pattern among the constant arguments, translated; none when it is not constant.
fn constant_pattern(
    constants: &Constants<'_>,
    translate: Translate,
) -> Result<Option<String>, String> {
    let Some(Some(Value::Text(pattern))) = constants.get(1) else {
        return Ok(None);
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

fn written<'r>(millis: i64, pattern: &str) -> Value<'r> {
    let mut text = String::new();
    let time = DateTime::from_timestamp_millis(millis);
    // An unknown directive fails here, and only here.
    match time.map(|time| write!(text, "{}", time.format(pattern))) {
        Some(Ok(())) => cut(text),
        _ => Value::Missing,
    }
}

fn parse_dynamic<'r>(args: &mut [Value<'r>], _: &crate::query::Clock) -> Value<'r> {
    if args.len() < 2 {
        return args
            .first()
            .and_then(instant)
            .map_or(Value::Missing, Value::Time);
    }
    let pattern = text(args, 1).filter(|pattern| pattern.len() <= LONGEST_PATTERN);
    match (
        text(args, 0),
        pattern.and_then(|pattern| directives(&pattern)),
    ) {
        (Some(text), Some(pattern)) => read(&text, &pattern),
        _ => Value::Missing,
    }
}

fn prepared_parse(constants: &Constants<'_>) -> Result<Option<Prepared>, String> {
    Ok(
        constant_pattern(constants, directives)?.map(|pattern| -> Prepared {
            Box::new(move |args, _| {
                text(args, 0).map_or(Value::Missing, |text| read(&text, &pattern))
            })
        }),
    )
}

/// A date and time with an offset, else one in UTC, else a date at midnight.
fn read<'r>(text: &str, pattern: &str) -> Value<'r> {
    let with_offset = DateTime::parse_from_str(text, pattern).map(|time| time.timestamp_millis());
    let in_utc = || {
        NaiveDateTime::parse_from_str(text, pattern).map(|time| time.and_utc().timestamp_millis())
    };
    let date_alone = || {
        NaiveDate::parse_from_str(text, pattern)
            .map(|date| date.and_time(NaiveTime::MIN).and_utc().timestamp_millis())
    };
    let millis = with_offset.or_else(|_| in_utc()).or_else(|_| date_alone());
    millis.map_or(Value::Missing, Value::Time)
}
