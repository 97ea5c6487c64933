//! What CloudWatch Logs and the settings know about any log event.

use super::{Field, borrowed, owned};
use crate::query::{FieldType, Value};
use crate::record::Entry;

fn log<'r>(entry: &Entry<'_>) -> Value<'r> {
    let group = entry.cluster.log_group.as_deref();
    owned(group.map(|group| {
        format!(
            "{}:{group}",
            entry.cluster.account.as_deref().unwrap_or_default()
        )
    }))
}

pub(super) const FIELDS: &[Field] = &[
    Field::entry(
        "@timestamp",
        FieldType::Time,
        "CloudWatch's event time; without one, the time in the line.",
        |e| {
            e.event
                .timestamp
                .or_else(|| e.time())
                .map_or(Value::Missing, Value::Time)
        },
    )
    .always()
    .same(),
    Field::entry("@message", FieldType::Text, "The log line.", |e| {
        Value::text(&e.event.message)
    })
    .always()
    .same(),
    Field::entry("@logStream", FieldType::Text, "The log stream.", |e| {
        borrowed(e.event.origin.log_stream.as_deref())
    })
    .same(),
    Field::entry("@log", FieldType::Text, "`ACCOUNT:LOG-GROUP`.", log).same(),
    Field::entry(
        "@ingestionTime",
        FieldType::Time,
        "When CloudWatch accepted the event; subscriptions and exports don't tell.",
        |e| e.event.ingestion_time.map_or(Value::Missing, Value::Time),
    )
    .same(),
    Field::entry(
        "@ptr",
        FieldType::Text,
        "CloudWatch's id of the event.",
        |e| borrowed(e.event.event_id.as_deref()),
    )
    .same(),
    Field::entry(
        "@aws.account",
        FieldType::Text,
        "The account of the log group.",
        |e| borrowed(e.cluster.account.as_deref()),
    )
    .same(),
    Field::entry(
        "@aws.region",
        FieldType::Text,
        "The region of the log group.",
        |e| borrowed(e.cluster.region.as_deref()),
    )
    .same(),
    Field::untold(
        "@source.log",
        "The log that CloudWatch took the event from; only the console knows.",
    ),
    Field::untold(
        "@data_source_name",
        "CloudWatch's name for the kind of source; only the console knows.",
    ),
    Field::untold(
        "@data_source_type",
        "CloudWatch's type of source; only the console knows.",
    ),
    Field::untold(
        "@data_format",
        "CloudWatch's name for the format; only the console knows.",
    ),
    Field::entry(
        "cluster.name",
        FieldType::Text,
        "The cluster's name.",
        |e| borrowed(e.cluster.name.as_deref()),
    ),
    Field::entry(
        "cluster.account",
        FieldType::Text,
        "The cluster's account.",
        |e| borrowed(e.cluster.account.as_deref()),
    ),
    Field::entry(
        "cluster.region",
        FieldType::Text,
        "The cluster's region.",
        |e| borrowed(e.cluster.region.as_deref()),
    ),
];
