//! Functions of JSON texts, and access to what is in them.
//!
//! An object stays raw until a member is asked for. An array becomes a list, whose objects stay raw.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer as _;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::text::{cut, text};
use super::{Definition, LONGEST_LIST, take};
use crate::query::clock::Clock;
use crate::query::coerce::{any_pair, equal, finite, number_of, shown, text_of};
use crate::query::value::Value;

pub(super) const FUNCTIONS: &[Definition] = &[
    Definition::new("jsonParse", 1, 1, parse).seeing_lists(),
    Definition::new("jsonStringify", 1, 1, |args, _| match take(args, 0) {
        // What is already JSON text stays as it is.
        Value::Json(raw) => cut(raw),
        value => cut(json_text(&value)),
    })
    .seeing_lists(),
    Definition::new("jsonArraySize", 1, 1, |args, _| match list(take(args, 0)) {
        Value::List(items) => Value::Number(items.len() as f64),
        _ => Value::Missing,
    })
    .seeing_lists(),
    Definition::new("jsonArrayContains", 2, 2, |args, _| {
        match (list(take(args, 0)), take(args, 1)) {
            (Value::List(items), sought) => Value::Bool(
                items
                    .iter()
                    .any(|item| any_pair(item, &sought, &equal).holds()),
            ),
            _ => Value::Missing,
        }
    })
    .seeing_lists(),
];

/// `jsonParse`: a text with a JSON array or object in it; a list or raw JSON is what it is already.
fn parse<'r>(args: &mut [Value<'r>], _: &Clock) -> Value<'r> {
    match args.first() {
        Some(Value::List(_) | Value::Json(_)) => take(args, 0),
        _ => match text(args, 0).map(read) {
            Some(structure @ (Value::List(_) | Value::Json(_))) => structure,
            _ => Value::Missing,
        },
    }
}

/// A list, or the list a text or raw JSON holds.
pub(in crate::query) fn list(value: Value<'_>) -> Value<'_> {
    match value {
        Value::Text(text) | Value::Json(text) => read(text),
        other => other,
    }
}

/// Any JSON text as a value; one that is not valid is missing.
fn read(text: Cow<'_, str>) -> Value<'_> {
    match text {
        Cow::Borrowed(text) => serde_json::from_str(text).map_or(Value::Missing, value),
        Cow::Owned(text) => {
            serde_json::from_str(&text).map_or(Value::Missing, |raw| value(raw).into_owned())
        }
    }
}

/// How deep lists may stand in lists; deeper ones are missing.
const DEEPEST_LIST: usize = 32;

fn value(raw: &RawValue) -> Value<'_> {
    value_at(raw, 0)
}

fn value_at(raw: &RawValue, depth: usize) -> Value<'_> {
    let text = raw.get();
    match text.as_bytes().first() {
        Some(b'{') => Value::Json(Cow::Borrowed(text)),
        Some(b'[') if depth >= DEEPEST_LIST => Value::Missing,
        Some(b'[') => serde_json::Deserializer::from_str(text)
            .deserialize_seq(Elements { depth })
            .map_or(Value::Missing, |items| Value::List(items.into())),
        Some(b'"') => {
            serde_json::from_str(text).map_or(Value::Missing, |Quoted(text)| Value::Text(text))
        }
        Some(b't') => Value::Bool(true),
        Some(b'f') => Value::Bool(false),
        Some(b'n') | None => Value::Missing,
        Some(_) => text.parse().map_or(Value::Missing, finite),
    }
}

/// A text that is borrowed when it has no escapes.
#[derive(serde::Deserialize)]
struct Quoted<'a>(#[serde(borrow)] Cow<'a, str>);

/// The elements of an array, up to [`LONGEST_LIST`].
struct Elements {
    depth: usize,
}

impl<'de> Visitor<'de> for Elements {
    type Value = Vec<Value<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while items.len() < LONGEST_LIST {
            match array.next_element::<&'de RawValue>()? {
                Some(raw) => items.push(value_at(raw, self.depth + 1)),
                None => return Ok(items),
            }
        }
        while array.next_element::<IgnoredAny>()?.is_some() {}
        Ok(items)
    }
}

/// The member of raw JSON under a dotted path, whose dots may be nesting or part of a key. A number
/// in the path picks an element of a list.
pub(in crate::query) fn member<'r>(of: Value<'r>, path: &str) -> Value<'r> {
    match of {
        Value::Json(Cow::Borrowed(raw)) => find(raw, path, 0),
        Value::Json(Cow::Owned(raw)) => find(&raw, path, 0).into_owned(),
        Value::List(items) => {
            let (first, rest) = path.split_once('.').unwrap_or((path, ""));
            let item = first
                .parse::<usize>()
                .ok()
                .and_then(|place| items.get(place).cloned());
            match item {
                Some(item) if rest.is_empty() => item,
                Some(item) => member(item, rest),
                None => Value::Missing,
            }
        }
        _ => Value::Missing,
    }
}

/// How many dots of a path are tried as nesting before giving up.
const DEEPEST_PATH: usize = 32;

fn find<'r>(raw: &'r str, path: &str, depth: usize) -> Value<'r> {
    if depth > DEEPEST_PATH {
        return Value::Missing;
    }
    let candidates = serde_json::Deserializer::from_str(raw).deserialize_map(Member { path });
    for (raw, rest) in candidates.unwrap_or_default() {
        let found = match rest {
            "" => value(raw),
            rest if raw.get().starts_with('{') => find(raw.get(), rest, depth + 1),
            rest => member(value(raw), rest),
        };
        if !found.is_missing() {
            return found;
        }
    }
    Value::Missing
}

/// The members whose key is the path or a beginning of it, longest key first, with what is left.
struct Member<'p> {
    path: &'p str,
}

impl<'de, 'p> Visitor<'de> for Member<'p> {
    type Value = Vec<(&'de RawValue, &'p str)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found: Self::Value = Vec::new();
        while let Some(rest) = map.next_key_seed(Key { path: self.path })? {
            match rest {
                Some(rest) => {
                    let raw = map.next_value()?;
                    // Of equal keys the last one counts, as everywhere in JSON.
                    found.retain(|(_, other)| other.len() != rest.len());
                    found.push((raw, rest));
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        found.sort_by_key(|(_, rest)| rest.len());
        Ok(found)
    }
}

/// Reads a key, and says what is left of the path after it, if it is a beginning of the path.
struct Key<'p> {
    path: &'p str,
}

impl<'de, 'p> DeserializeSeed<'de> for Key<'p> {
    type Value = Option<&'p str>;

    fn deserialize<D: serde::Deserializer<'de>>(self, key: D) -> Result<Self::Value, D::Error> {
        key.deserialize_str(self)
    }
}

impl<'p> Visitor<'_> for Key<'p> {
    type Value = Option<&'p str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        let rest = self.path.strip_prefix(key);
        Ok(rest.and_then(|rest| {
            if rest.is_empty() {
                Some("")
            } else {
                rest.strip_prefix('.')
            }
        }))
    }
}

/// `x[0]` of a list, `x["key"]` of raw JSON.
pub(in crate::query) fn element<'r>(of: Value<'r>, at: &Value<'_>) -> Value<'r> {
    match (of, at) {
        (Value::List(items), at) => number_of(at)
            .filter(|place| *place >= 0.0 && place.fract() == 0.0)
            .and_then(|place| items.get(place as usize).cloned())
            .unwrap_or_default(),
        (of @ Value::Json(_), Value::Text(key)) => member(of, key),
        _ => Value::Missing,
    }
}

/// Any value as JSON.
pub(in crate::query) fn json_text(value: &Value<'_>) -> String {
    match value {
        Value::Missing => "null".to_owned(),
        Value::Json(raw) => raw.clone().into_owned(),
        Value::List(items) => {
            let items: Vec<_> = items.iter().map(json_text).collect();
            format!("[{}]", items.join(","))
        }
        Value::Bool(_) => shown(value).into_owned(),
        Value::Number(number) if number.is_finite() => shown(value).into_owned(),
        single => {
            serde_json::Value::from(text_of(single).unwrap_or_default().into_owned()).to_string()
        }
    }
}
