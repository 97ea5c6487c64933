//! The largest values of a dimension and what is left, as rows for programs.

use std::cmp::Reverse;

use serde_json::{Value as Json, json};

use super::volume::{Count, Counts, Volume};
use crate::alert::{Timestamp, shown};
use crate::cli::table::Table;
use crate::query::Value;

/// What stands for a value that isn't there.
const MISSING: &str = "(missing)";

/// One dimension, ready to be shown.
pub(super) struct Section {
    pub(super) name: String,
    /// How many different values were told apart.
    pub(super) values: usize,
    /// The largest, by bytes; redacted and safe to read.
    pub(super) top: Vec<(String, Count)>,
    /// How many values are not shown, and what they come to.
    pub(super) rest: (usize, Count),
    /// What came when there were too many values to tell apart.
    pub(super) beyond: Count,
}

impl Section {
    pub(super) fn of(name: &str, counts: &Counts, top: usize) -> Self {
        let values = counts
            .values
            .iter()
            .map(|(value, count)| (Some(value), *count));
        let missing = (counts.missing.events > 0).then_some((None, counts.missing));
        let mut sorted: Vec<_> = values.chain(missing).collect();
        sorted.sort_unstable_by_key(|(value, count)| {
            (Reverse(count.bytes), Reverse(count.events), *value)
        });
        let hidden = sorted.split_off(top.min(sorted.len()));
        let mut rest = Count::default();
        hidden.iter().for_each(|(_, count)| rest.add(*count));
        let text = |value: Option<&Box<str>>| {
            value.map_or_else(|| MISSING.to_owned(), |value| shown(&Value::text(value)))
        };
        Self {
            name: name.to_owned(),
            values: counts.values.len(),
            top: sorted
                .into_iter()
                .map(|(value, count)| (text(value), count))
                .collect(),
            rest: (hidden.len(), rest),
            beyond: counts.beyond,
        }
    }
}

/// Part of all bytes, with four decimals; nothing of nothing.
#[allow(clippy::cast_precision_loss, reason = "a share is no exact number")]
pub(super) fn share(count: Count, all: Count) -> f64 {
    if all.bytes == 0 {
        return 0.0;
    }
    (count.bytes as f64 / all.bytes as f64 * 10_000.0).round() / 10_000.0
}

/// Events a second over the whole span; nothing can be said of a single instant.
#[allow(clippy::cast_precision_loss, reason = "an average is no exact number")]
pub(super) fn rate(volume: &Volume) -> Option<f64> {
    let (first, last) = volume.span?;
    let seconds = last.saturating_sub(first) as f64 / 1000.0;
    (seconds > 0.0).then(|| (volume.all.events as f64 / seconds * 1000.0).round() / 1000.0)
}

/// Everything as rows: the whole first, then for each dimension its values, the others together, and
/// what could not be told apart.
pub(super) fn rows(volume: &Volume, sections: &[Section], unread: u64) -> Table {
    let columns = [
        "by",
        "value",
        "values",
        "events",
        "bytes",
        "share",
        "from",
        "to",
        "events_per_second",
        "not_read",
    ];
    let row = |by: &str, value: Json, values: Json, count: Count| {
        let share = json!(share(count, volume.all));
        vec![
            by.into(),
            value,
            values,
            count.events.into(),
            count.bytes.into(),
            share,
        ]
    };
    let time = |millis: i64| json!(Timestamp::from_millis(millis));
    let mut whole = row("total", Json::Null, Json::Null, volume.all);
    let span = volume
        .span
        .map_or([Json::Null, Json::Null], |(first, last)| {
            [time(first), time(last)]
        });
    whole.extend(span);
    whole.extend([json!(rate(volume)), unread.into()]);
    let mut rows = vec![whole];
    for section in sections {
        for (value, count) in &section.top {
            rows.push(row(
                &section.name,
                value.as_str().into(),
                Json::Null,
                *count,
            ));
        }
        let (values, count) = section.rest;
        if values > 0 {
            rows.push(row(&section.name, Json::Null, values.into(), count));
        }
        if section.beyond.events > 0 {
            rows.push(row(&section.name, Json::Null, Json::Null, section.beyond));
        }
    }
    for row in &mut rows {
        row.resize(columns.len(), Json::Null);
    }
    Table::of(columns.map(str::to_owned).to_vec(), rows)
}
