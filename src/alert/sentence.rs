//! The values of an alert's sentence: fields of the event, and columns of `stats`.

use std::borrow::Cow;

use super::{expand, redact};
use crate::detect::{Detector, SummaryValue};
use crate::query::{FieldId, Row as _, Value};
use crate::record::Entry;
use crate::record::field::{EntryRow, FieldSchema};

/// The sentence of an alert of this event. A column that is not known yet leaves its place open, as
/// `{name}`.
pub(super) fn sentence(
    detector: &Detector,
    entry: &Entry<'_>,
    row: &EntryRow<'_, '_>,
    columns: &[Value<'static>],
) -> String {
    expand(&detector.summary, |at| {
        match detector.summary_values.get(at) {
            Some(SummaryValue::Field(field)) => {
                redacted_command(*field, entry).unwrap_or_else(|| row.value(*field))
            }
            Some(SummaryValue::Column(place)) => match columns.get(*place) {
                Some(value) => value.reborrow(),
                None => open_place(detector, at),
            },
            None => Value::Missing,
        }
    })
}

fn open_place(detector: &Detector, at: usize) -> Value<'static> {
    let name = detector.summary.fields().get(at);
    name.map_or(Value::Missing, |name| {
        Value::Text(format!("{{{name}}}").into())
    })
}

/// The command of an exec. Its words are joined by blanks, so a secret with blanks in it can be told
/// only as long as the words are known one by one.
fn redacted_command(field: FieldId, entry: &Entry<'_>) -> Option<Value<'static>> {
    if FieldSchema::field(field)?.name != "exec.command" {
        return None;
    }
    let args = &entry.audit()?.exec().args;
    let words = args.iter().map(|word| match word {
        Value::Text(word) => Cow::Borrowed(&**word),
        _ => Cow::Borrowed(""),
    });
    let command = redact::arguments(words).join(" ");
    (!command.is_empty()).then(|| Value::Text(command.into()))
}
