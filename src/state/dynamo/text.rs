//! A text on its way into the outbox, and what this worker posted itself.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_dynamodb::types::AttributeValue;

use super::action::{Action, If, Unit};
use super::form;
use super::layout::{BODY, EXPIRES, Item, Key, SINCE, TRIES, WAITS, number};

use crate::state::Digest;

/// For how long a text is left to one worker, in milliseconds.
pub(super) const LEASE: i64 = 60_000;

/// A text for some sinks.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) alert: Digest,
    pub(super) since: i64,
    pub(super) body: String,
    pub(super) sinks: Vec<String>,
}

impl Text {
    pub(super) fn new(alert: Digest, since: i64, body: &str, sinks: &[&str]) -> Self {
        Self {
            alert,
            since,
            body: body.to_owned(),
            sinks: sinks.iter().map(|sink| (*sink).to_owned()).collect(),
        }
    }

    /// What is written for it: that it is known, and what waits.
    pub(super) fn unit(&self, (known, expires): (i64, i64)) -> Unit {
        let mut id = Key::alert(self.alert).item();
        id.insert(EXPIRES.to_owned(), number(known));
        let mut unit = vec![Action::Put(id, If::Absent)];
        // Nobody waits for what goes nowhere.
        if !self.sinks.is_empty() {
            unit.push(Action::Put(self.item(expires), If::Anyhow));
        }
        unit
    }

    pub(super) fn item(&self, expires: i64) -> Item {
        let each = |value: i64| {
            let of = |sink: &String| (sink.clone(), number(value));
            AttributeValue::M(self.sinks.iter().map(of).collect())
        };
        let mut item = Key::text(self.alert, self.since).item();
        item.insert(BODY.to_owned(), form::of_text(&self.body));
        item.insert(SINCE.to_owned(), number(self.since));
        item.insert(WAITS.to_owned(), each(self.since.saturating_add(LEASE)));
        item.insert(TRIES.to_owned(), each(0));
        item.insert(EXPIRES.to_owned(), number(expires));
        item
    }
}

/// What this worker posted and has not given out yet, by sink.
#[derive(Debug, Default)]
pub(super) struct Fresh(BTreeMap<String, VecDeque<Arc<Text>>>);

impl Fresh {
    pub(super) fn add(&mut self, text: Text) {
        let text = Arc::new(text);
        for sink in &text.sinks {
            let of = self.0.entry(sink.clone()).or_default();
            of.push_back(Arc::clone(&text));
        }
    }

    pub(super) fn has(&self, sink: &str) -> bool {
        self.0.contains_key(sink)
    }

    /// Texts for a sink that are still this worker's own at `now`; older ones are anybody's, in the table.
    pub(super) fn take(&mut self, sink: &str, now: i64, most: usize) -> Vec<Arc<Text>> {
        let Some(of) = self.0.get_mut(sink) else {
            return Vec::new();
        };
        of.retain(|text| text.since.saturating_add(LEASE) > now);
        let some = of.drain(..most.min(of.len())).collect();
        if of.is_empty() {
            self.0.remove(sink);
        }
        some
    }
}

pub(super) fn hold(fresh: &Mutex<Fresh>) -> MutexGuard<'_, Fresh> {
    fresh.lock().unwrap_or_else(PoisonError::into_inner)
}
