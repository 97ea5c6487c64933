//! One log event in a flat form: an element of `filter-log-events` or of a subscription, a row of
//! Logs Insights, a line of an OpenSearch bulk request, a row of a table.
//!
//! The forms differ only in the names of their keys.

use std::borrow::Cow;
use std::ops::ControlFlow;

use super::outlet::{Label, Outlet, Owner};
use super::{Refusal, walk};
use crate::record::parse_time;

/// A log event being put together, key by key.
#[derive(Clone, Debug, Default)]
pub(super) struct Row<'a> {
    message: Option<Cow<'a, str>>,
    /// Whether there is a message that can't be read.
    broken: bool,
    label: Label<'a>,
}

impl<'a> Row<'a> {
    /// A row of a known owner.
    pub(super) fn of(owner: Owner<'a>) -> Self {
        Self {
            broken: false,
            message: None,
            label: Label {
                owner,
                ..Label::default()
            },
        }
    }

    /// The row in a JSON object. Unknown keys are passed over.
    pub(super) fn from_object(object: &'a str, owner: Owner<'a>) -> Self {
        let mut row = Self::of(owner);
        for (key, value) in walk::entries(object) {
            row.set_json(key, value);
        }
        row
    }

    /// The row in an array of `{"field": …, "value": …}`, as `get-query-results` gives it.
    pub(super) fn from_fields(array: &'a str) -> Self {
        let mut row = Self::default();
        for object in walk::elements(array) {
            let (mut field, mut value) = (None, None);
            for (key, raw) in walk::entries(object) {
                match key {
                    "field" => field = walk::string(raw),
                    "value" => value = Some(raw),
                    _ => {}
                }
            }
            if let (Some(field), Some(value)) = (field, value) {
                row.set_json(&field, value);
            }
        }
        row
    }

    fn set_json(&mut self, key: &str, value: &'a str) {
        match walk::string(value) {
            Some(text) => self.set(key, text),
            // The console writes a message that is JSON as an object.
            None if value.starts_with('{') && walk::is_whole(value) => {
                self.set(key, walk::compact(value));
            }
            None if value.starts_with(|c: char| c.is_ascii_digit()) => {
                self.set(key, Cow::Borrowed(value));
            }
            None if value.starts_with('"') => self.broken |= matches!(key, "message" | "@message"),
            None => {}
        }
    }

    /// Sets the value of a key or column.
    pub(super) fn set(&mut self, key: &str, value: Cow<'a, str>) {
        let Label {
            timestamp,
            ingestion_time,
            event_id,
            owner,
        } = &mut self.label;
        match key {
            "message" | "@message" => self.message = Some(value),
            "timestamp" | "@timestamp" => *timestamp = time(&value),
            "ingestionTime" | "@ingestionTime" => *ingestion_time = time(&value),
            "id" | "eventId" | "@id" => *event_id = Some(value).filter(|id| !id.is_empty()),
            "logStreamName" | "@logStream" | "@log_stream" => owner.log_stream = Some(value),
            "@log_group" => owner.log_group = Some(value),
            "@owner" | "@aws.account" => owner.account = Some(value),
            "@aws.region" => owner.region = Some(value),
            "@log" => owner.set_log(&value),
            _ => {}
        }
    }

    /// Sends the log event out.
    pub(super) fn emit(self, out: &mut Outlet<'_>) -> ControlFlow<()> {
        match self.message {
            Some(message) => out.event(message, self.label),
            None if self.broken => out.problem(
                Refusal::NotJson,
                "a message that is cut, or in which an escape means nothing",
            ),
            None => out.problem(
                Refusal::NoMessage,
                "log event or query result without a message",
            ),
        }
    }
}

/// Milliseconds since the Unix epoch, or a time as people write it.
fn time(text: &str) -> Option<i64> {
    let text = text.trim();
    text.parse().ok().or_else(|| parse_time(text))
}

impl Owner<'_> {
    /// Insights' `@log` is `account:group`.
    fn set_log(&mut self, log: &str) {
        let (account, group) = match log.split_once(':') {
            Some((account, group)) => (Some(account), group),
            None => (None, log),
        };
        self.log_group = Some(Cow::Owned(group.to_owned()));
        if let Some(account) = account {
            self.account = Some(Cow::Owned(account.to_owned()));
        }
    }
}
