//! Answers a query's questions about one entry.

use super::schema::{Dynamic, FieldSchema, Root};
use super::{Get, TABLE};
use crate::json::{Kind, Raw, lookup, lookup_among};
use crate::query::{FieldId, LONGEST_NUMBER, Row, Value};
use crate::record::entry::Entry;
use crate::record::fact::Facts;

/// An entry seen through a schema.
#[derive(Clone, Copy)]
pub struct EntryRow<'r, 'a> {
    entry: &'r Entry<'a>,
    schema: &'r FieldSchema,
}

impl<'r, 'a> EntryRow<'r, 'a> {
    /// The row of an entry; the schema is the one that resolved the ids it will be asked for.
    #[must_use]
    pub const fn new(entry: &'r Entry<'a>, schema: &'r FieldSchema) -> Self {
        Self { entry, schema }
    }
}

impl Row for EntryRow<'_, '_> {
    #[inline]
    fn value(&self, field: FieldId) -> Value<'_> {
        let index = field.0 as usize;
        match TABLE.get(index) {
            Some(field) => read(self.entry, field.get, field.name),
            None => match self.schema.dynamic(index - TABLE.len()) {
                Some(dynamic) => read_dynamic(self.entry, dynamic),
                None => Value::Missing,
            },
        }
    }
}

#[inline]
fn read<'r>(entry: &'r Entry<'_>, get: Get, name: &str) -> Value<'r> {
    match get {
        // With a default made beforehand, each reading would drop one.
        Get::Audit(get) => match entry.audit() {
            Some(facts) => get(facts),
            None => Value::Missing,
        },
        Get::Entry(get) => get(entry),
        Get::Pair => pair(entry, name),
    }
}

fn pair<'r>(entry: &'r Entry<'_>, key: &str) -> Value<'r> {
    entry
        .authenticator()
        .and_then(|line| line.get(key))
        .map_or(Value::Missing, Value::text)
}

fn read_dynamic<'r>(entry: &'r Entry<'_>, dynamic: &Dynamic) -> Value<'r> {
    match dynamic {
        Dynamic::Path(root, path) => entry
            .audit()
            .and_then(|facts| at_path(*root, path, facts))
            .map(json_value)
            .unwrap_or_default(),
        Dynamic::Label(key) => entry
            .cluster
            .labels
            .get(key)
            .map_or(Value::Missing, |value| Value::text(value)),
        Dynamic::Untold(_) => Value::Missing,
        Dynamic::Either(field, key) => match entry.audit() {
            Some(_) => TABLE
                .get(*field)
                .map_or(Value::Missing, |f| read(entry, f.get, f.name)),
            None => pair(entry, key),
        },
    }
}

/// Annotations and extras are asked for several keys each: their members are found once.
fn at_path<'a>(root: Root, path: &str, facts: &Facts<'a>) -> Option<Raw<'a>> {
    let whole = root_value(root, facts)?;
    match root {
        Root::Annotations if whole.kind() == Kind::Object => {
            lookup_among(facts.record.annotation_members(), path)
        }
        Root::Extra if whole.kind() == Kind::Object => {
            lookup_among(facts.record.extra_members(), path)
        }
        _ => lookup(whole, path),
    }
}

fn root_value<'a>(root: Root, facts: &Facts<'a>) -> Option<Raw<'a>> {
    let record = &facts.record;
    match root {
        Root::RequestObject => record.request_object,
        Root::ResponseObject => record.response_object,
        Root::Object => record.object(),
        Root::Annotations => record.annotations,
        Root::SourceIps => record.source_ips,
        Root::Status => record.response_status.and_then(|status| status.raw),
        Root::Groups => record.user?.groups,
        Root::Extra => record.user?.extra,
        Root::ImpersonatedGroups => record.impersonated_user()?.groups,
        Root::ImpersonatedExtra => record.impersonated_user()?.extra,
    }
}

/// A JSON value as a query sees it: an array is the list of its scalars.
pub(super) fn json_value(raw: Raw<'_>) -> Value<'_> {
    match raw.kind() {
        Kind::String => raw
            .text()
            .map(|text| Value::Text(text.cow()))
            .unwrap_or_default(),
        Kind::Number => number(raw),
        Kind::Bool => raw.boolean().map_or(Value::Missing, Value::Bool),
        Kind::Null => Value::Missing,
        Kind::Object if raw.members().next().is_none() => Value::Missing,
        Kind::Object => Value::Json(raw.as_str().into()),
        Kind::Array => {
            let items: Vec<_> = raw.elements().map(json_element).collect();
            if items.is_empty() {
                Value::Missing
            } else {
                Value::List(items.into())
            }
        }
    }
}

/// A number. One that would be written otherwise than the line has it stays a text, which counts as a
/// number all the same.
fn number(raw: Raw<'_>) -> Value<'_> {
    /// So many digits a number keeps.
    const EXACT: usize = 15;
    let text = raw.as_str();
    let decimal = || text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'-' | b'.'));
    let same = text.len() <= EXACT && !(text.ends_with('0') && text.contains('.'));
    match raw.number().filter(|number| number.is_finite()) {
        None => Value::Missing,
        Some(_) if !same && text.len() <= LONGEST_NUMBER && decimal() => Value::text(text),
        Some(number) => Value::Number(number),
    }
}

/// An element of an array: a scalar, or JSON that nobody has looked into. Arrays within arrays stay
/// closed, so that no input makes this descend.
fn json_element(raw: Raw<'_>) -> Value<'_> {
    match raw.kind() {
        Kind::Array | Kind::Object => Value::Json(raw.as_str().into()),
        _ => json_value(raw),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_keeps_the_text_of_the_line() {
        for (text, same) in [
            ("5", Value::Number(5.0)),
            ("-1.5", Value::Number(-1.5)),
            ("1e3", Value::Number(1000.0)),
            ("1.0", Value::text("1.0")),
            ("9007199254740993", Value::text("9007199254740993")),
            ("12345678901234567890", Value::text("12345678901234567890")),
            ("1e400", Value::Missing),
        ] {
            assert_eq!(Raw::parse(text).map(json_value), Some(same), "{text}");
        }
    }

    #[test]
    fn what_is_empty_is_no_field() {
        for text in ["{}", "{ }", "[]", "null"] {
            assert_eq!(
                Raw::parse(text).map(json_value),
                Some(Value::Missing),
                "{text}"
            );
        }
    }
}
