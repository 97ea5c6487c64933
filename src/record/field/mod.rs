//! The table of fields: one row for each name a query may use, with its type, meaning, getter, and
//! what stands for it in the console.
//!
//! Queries, `trailhound fields`, the manual and the suggestions for misspelt names all read this
//! table. Paths into bodies, annotations and extras are open; `schema` knows them by their root.

mod access;
mod actor;
mod audit;
mod authenticator;
mod caller;
mod level;
mod pod;
mod request;
mod row;
mod schema;
mod seldom;
mod system;

use std::sync::LazyLock;

use super::entry::Entry;
use super::fact::Facts;
use crate::query::{FieldType, Value};

pub use caller::CallerPart;
pub use level::AuditLevel;
pub use row::EntryRow;
pub use schema::{FieldSchema, LogKind, Root, open_paths};
pub use seldom::may_have_seldom;

/// What stands for a field in plain Insights text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Console {
    /// The field itself.
    Same,
    /// Another field, with the same value.
    Field(&'static str),
    /// A text of the event: a field that equals `x` means that the line holds `x`.
    InLine,
    /// Nothing that a query could test; the test is left out and the query returns more.
    Nothing,
}

/// How a field is read.
#[derive(Clone, Copy)]
pub enum Get {
    /// From an audit event.
    Audit(for<'r, 'a> fn(&'r Facts<'a>) -> Value<'r>),
    /// From any log event.
    Entry(for<'r, 'a> fn(&'r Entry<'a>) -> Value<'r>),
    /// From the pairs of an authenticator line, by the field's own name.
    Pair,
}

/// One row of the table.
#[derive(Clone, Copy)]
pub struct Field {
    /// The name in queries.
    pub name: &'static str,
    /// What it holds.
    pub kind: FieldType,
    /// Whether a well-formed event may lack it.
    pub may_be_missing: bool,
    /// What it means, in one sentence.
    pub doc: &'static str,
    /// What stands for it in the console.
    pub console: Console,
    /// How it is read.
    pub get: Get,
}

impl Field {
    const fn new(name: &'static str, kind: FieldType, doc: &'static str, get: Get) -> Self {
        Self {
            name,
            kind,
            may_be_missing: true,
            doc,
            console: Console::Nothing,
            get,
        }
    }

    /// A field of audit events that may be missing and has no counterpart in the console.
    const fn audit(
        name: &'static str,
        kind: FieldType,
        doc: &'static str,
        get: for<'r, 'a> fn(&'r Facts<'a>) -> Value<'r>,
    ) -> Self {
        Self::new(name, kind, doc, Get::Audit(get))
    }

    /// The same for any log event.
    const fn entry(
        name: &'static str,
        kind: FieldType,
        doc: &'static str,
        get: for<'r, 'a> fn(&'r Entry<'a>) -> Value<'r>,
    ) -> Self {
        Self::new(name, kind, doc, Get::Entry(get))
    }

    /// A field of CloudWatch's own that no source hands over: always missing here.
    const fn untold(name: &'static str, doc: &'static str) -> Self {
        Self::entry(name, FieldType::Text, doc, |_| Value::Missing).same()
    }

    /// A pair of authenticator lines. The console does not discover it, but the line shows it.
    const fn pair(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, FieldType::Text, doc, Get::Pair).in_line()
    }

    /// No well-formed event lacks it.
    const fn always(mut self) -> Self {
        self.may_be_missing = false;
        self
    }

    /// The console knows it by the same name.
    const fn same(mut self) -> Self {
        self.console = Console::Same;
        self
    }

    /// The console knows it by another name.
    const fn named(mut self, other: &'static str) -> Self {
        self.console = Console::Field(other);
        self
    }

    /// Its value stands in the line as it is.
    const fn in_line(mut self) -> Self {
        self.console = Console::InLine;
        self
    }
}

/// All fields of audit events, raw ones first, then facts.
pub fn audit_fields() -> impl Iterator<Item = &'static Field> {
    [
        audit::FIELDS,
        actor::FIELDS,
        request::FIELDS,
        pod::FIELDS,
        access::FIELDS,
    ]
    .into_iter()
    .flatten()
}

/// All fields of authenticator lines.
pub fn authenticator_fields() -> impl Iterator<Item = &'static Field> {
    authenticator::FIELDS.iter()
}

/// The fields that every log event has, whatever its kind.
pub fn system_fields() -> impl Iterator<Item = &'static Field> {
    system::FIELDS.iter()
}

/// The whole table. A field's place in it is its id.
pub(super) static TABLE: LazyLock<Vec<&'static Field>> = LazyLock::new(|| {
    audit_fields()
        .chain(authenticator_fields())
        .chain(system_fields())
        .collect()
});

/// A text that may be missing.
pub(super) fn text(text: Option<crate::json::Text<'_>>) -> Value<'_> {
    match text {
        Some(text) => Value::Text(text.cow()),
        None => Value::Missing,
    }
}

/// A list of what is there; missing when empty.
pub(super) fn list<'r>(values: &'r [Value<'_>]) -> Value<'r> {
    if values.is_empty() {
        Value::Missing
    } else {
        Value::List(values.into())
    }
}

/// A text that may be missing, borrowed.
pub(super) fn borrowed(text: Option<&str>) -> Value<'_> {
    match text {
        Some(text) => Value::text(text),
        None => Value::Missing,
    }
}

/// A text that may be missing, owned.
pub(super) fn owned<'r>(text: Option<String>) -> Value<'r> {
    text.map_or(Value::Missing, |text| Value::Text(text.into()))
}
