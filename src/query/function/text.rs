//! Functions of texts. Numbers and booleans are taken as the text they show.

use std::borrow::Cow;

use super::{Definition, LONGEST_LIST, LONGEST_TEXT, MANY, Prepared, one_or_zero, take};
use crate::query::clock::Clock;
use crate::query::coerce::{number_of, text_of, truth_of};
use crate::query::regexp::Grouping;
use crate::query::value::Value;

pub(super) const FUNCTIONS: &[Definition] = &[
    Definition::new("concat", 1, MANY, concat),
    Definition::new("ltrim", 1, 2, |args, _| trim(args, true, false)),
    Definition::new("rtrim", 1, 2, |args, _| trim(args, false, true)),
    Definition::new("trim", 1, 2, |args, _| trim(args, true, true)),
    Definition::new("strlen", 1, 1, |args, _| {
        text(args, 0).map_or(Value::Missing, |text| {
            Value::Number(text.chars().count() as f64)
        })
    }),
    Definition::new("messageSize", 1, 1, |args, _| {
        text(args, 0).map_or(Value::Missing, |text| Value::Number(text.len() as f64))
    }),
    Definition::new("toupper", 1, 1, |args, _| {
        text(args, 0).map_or(Value::Missing, upper)
    }),
    Definition::new("tolower", 1, 1, |args, _| {
        text(args, 0).map_or(Value::Missing, lower)
    }),
    Definition::new("substr", 2, 3, substr),
    Definition::new("replace", 3, 3, replace),
    Definition::new("regexReplace", 3, 3, |_, _| Value::Missing).prepared_by(regex_replace),
    Definition::new("strcontains", 2, 3, contains),
    Definition::new("startsWith", 2, 3, |args, _| {
        affix(args, |text, part| text.starts_with(part))
    }),
    Definition::new("endsWith", 2, 3, |args, _| {
        affix(args, |text, part| text.ends_with(part))
    }),
    Definition::new("split", 2, 2, split),
];

/// The text of an argument, taken out of its place; none for a list or raw JSON.
pub(super) fn text<'r>(args: &mut [Value<'r>], place: usize) -> Option<Cow<'r, str>> {
    into_text(take(args, place))
}

/// The text of a single value; none for a list or raw JSON.
pub(in crate::query) fn into_text(value: Value<'_>) -> Option<Cow<'_, str>> {
    match value {
        Value::Text(text) => Some(text),
        other => text_of(&other).map(|text| Cow::Owned(text.into_owned())),
    }
}

/// A text as a value, cut after [`LONGEST_TEXT`] bytes.
pub(super) fn cut<'r>(text: impl Into<Cow<'r, str>>) -> Value<'r> {
    let mut text = text.into();
    if text.len() > LONGEST_TEXT {
        text = Cow::Owned(
            text.get(..floor(&text, LONGEST_TEXT))
                .unwrap_or_default()
                .to_owned(),
        );
    }
    Value::Text(text)
}

/// The last border between characters up to `at`.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len()))
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0)
}

/// A part of a text, without a copy when the text is borrowed.
pub(in crate::query) fn part<'r>(text: &Cow<'r, str>, range: std::ops::Range<usize>) -> Value<'r> {
    Value::Text(match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.get(range).unwrap_or_default()),
        Cow::Owned(text) => Cow::Owned(text.get(range).unwrap_or_default().to_owned()),
    })
}

fn concat<'r>(args: &mut [Value<'r>], _: &Clock) -> Value<'r> {
    let mut joined = String::new();
    for place in 0..args.len() {
        let Some(text) = text(args, place) else {
            return Value::Missing;
        };
        joined.push_str(text.get(..floor(&text, LONGEST_TEXT)).unwrap_or_default());
        if joined.len() > LONGEST_TEXT {
            break;
        }
    }
    cut(joined)
}

fn trim<'r>(args: &mut [Value<'r>], start: bool, end: bool) -> Value<'r> {
    let chars = if args.len() > 1 {
        text(args, 1).map(Some)
    } else {
        Some(None)
    };
    let (Some(whole), Some(chars)) = (text(args, 0), chars) else {
        return Value::Missing;
    };
    let drop = |c: char| {
        chars
            .as_ref()
            .map_or(c.is_whitespace(), |chars| chars.contains(c))
    };
    let from = if start {
        whole.len() - whole.trim_start_matches(drop).len()
    } else {
        0
    };
    let to = if end {
        whole.trim_end_matches(drop).len()
    } else {
        whole.len()
    };
    part(&whole, from..to.max(from))
}

fn upper(text: Cow<'_, str>) -> Value<'_> {
    let done = text
        .chars()
        .all(|c| c.is_ascii() && !c.is_ascii_lowercase());
    if done {
        Value::Text(text)
    } else {
        cut(text.to_uppercase())
    }
}

fn lower(text: Cow<'_, str>) -> Value<'_> {
    let done = text
        .chars()
        .all(|c| c.is_ascii() && !c.is_ascii_uppercase());
    if done {
        Value::Text(text)
    } else {
        cut(text.to_lowercase())
    }
}

/// `substr(text, start)` and `substr(text, start, length)`, counted in characters from 0.
fn substr<'r>(args: &mut [Value<'r>], _: &Clock) -> Value<'r> {
    let count = |value: Option<&Value<'_>>| value.and_then(number_of).map(|n| n.max(0.0) as usize);
    let start = count(args.get(1));
    let length = if args.len() > 2 {
        count(args.get(2))
    } else {
        Some(usize::MAX)
    };
    let (Some(whole), Some(start), Some(length)) = (text(args, 0), start, length) else {
        return Value::Missing;
    };
    let place = |chars: usize| {
        whole
            .char_indices()
            .nth(chars)
            .map_or(whole.len(), |(at, _)| at)
    };
    let (from, to) = (place(start), place(start.saturating_add(length)));
    part(&whole, from..to)
}

fn replace<'r>(args: &mut [Value<'r>], _: &Clock) -> Value<'r> {
    let (Some(whole), Some(find), Some(by)) = (text(args, 0), text(args, 1), text(args, 2)) else {
        return Value::Missing;
    };
    if find.is_empty() || !whole.contains(&*find) {
        return Value::Text(whole);
    }
    let mut replaced = String::with_capacity(whole.len());
    let mut pieces = whole.split(&*find);
    replaced.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        if replaced.len() > LONGEST_TEXT {
            break;
        }
        replaced.push_str(&by);
        replaced.push_str(piece);
    }
    cut(replaced)
}

/// `regexReplace(text, regex, by)`: all matches, `$1` and `$name` stand for groups. The expression
/// and the replacement are constants.
fn regex_replace(constants: &super::Constants<'_>) -> Result<Option<Prepared>, String> {
    let constant = |place: usize| match constants.get(place) {
        Some(Some(Value::Text(text))) => Ok(text.as_ref()),
        _ => Err("regexReplace needs its expression and its replacement as texts".to_owned()),
    };
    let regex = Grouping::grouping(constant(1)?)?;
    let by = braced(constant(2)?);
    Ok(Some(Box::new(move |args, _| {
        let (Some(whole), Some(regex)) = (text(args, 0), regex.get()) else {
            return Value::Missing;
        };
        let mut replaced = String::new();
        let mut last = 0;
        for captures in regex.captures_iter(&whole) {
            let Some(found) = captures.get(0) else {
                continue;
            };
            replaced.push_str(whole.get(last..found.start()).unwrap_or_default());
            captures.expand(&by, &mut replaced);
            last = found.end();
            if replaced.len() > LONGEST_TEXT {
                return cut(replaced);
            }
        }
        replaced.push_str(whole.get(last..).unwrap_or_default());
        cut(replaced)
    })))
}

/// A replacement in which each group that is named by its number stands in braces: a letter may follow it.
fn braced(by: &str) -> String {
    let mut text = String::with_capacity(by.len());
    let mut rest = by;
    while let Some((before, after)) = rest.split_once('$') {
        text.push_str(before);
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, after) = after.split_at(digits);
        if number.is_empty() {
            // `$$` is a dollar.
            let literal = after.starts_with('$');
            text.push_str(if literal { "$$" } else { "$" });
            rest = after.get(usize::from(literal)..).unwrap_or_default();
        } else {
            text.push_str(&format!("${{{number}}}"));
            rest = after;
        }
    }
    text.push_str(rest);
    text
}

/// `strcontains(text, part)` gives 1 or 0; a third argument that is true ignores the case.
fn contains<'r>(args: &mut [Value<'r>], _: &Clock) -> Value<'r> {
    match (ignoring_case(args), text(args, 0), text(args, 1)) {
        (false, Some(text), Some(part)) => one_or_zero(text.contains(&*part)),
        (true, Some(text), Some(part)) => {
            one_or_zero(text.to_lowercase().contains(&part.to_lowercase()))
        }
        _ => Value::Missing,
    }
}

fn affix<'r>(args: &mut [Value<'r>], has: fn(&str, &str) -> bool) -> Value<'r> {
    match (ignoring_case(args), text(args, 0), text(args, 1)) {
        (false, Some(text), Some(part)) => Value::Bool(has(&text, &part)),
        (true, Some(text), Some(part)) => {
            Value::Bool(has(&text.to_lowercase(), &part.to_lowercase()))
        }
        _ => Value::Missing,
    }
}

fn ignoring_case(args: &[Value<'_>]) -> bool {
    args.get(2).is_some_and(|flag| truth_of(flag).holds())
}

fn split<'r>(args: &mut [Value<'r>], _: &Clock) -> Value<'r> {
    let (Some(whole), Some(by)) = (text(args, 0), text(args, 1)) else {
        return Value::Missing;
    };
    if by.is_empty() {
        return Value::List([Value::Text(whole)].into_iter().collect());
    }
    Value::List(match whole {
        Cow::Borrowed(whole) => whole
            .split(&*by)
            .take(LONGEST_LIST)
            .map(Value::text)
            .collect(),
        Cow::Owned(whole) => {
            let pieces = whole.split(&*by).take(LONGEST_LIST);
            pieces
                .map(|piece| Value::Text(Cow::Owned(piece.to_owned())))
                .collect()
        }
    })
}
