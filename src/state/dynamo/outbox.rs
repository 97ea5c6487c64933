//! The outbox in the table: texts that wait for sinks, for whichever worker gets to them.
//!
//! Who posts a text has a minute to deliver it before anybody else looks at it. Who takes one from the table
//! moves it a minute on first, so that two seldom deliver the same; that one dies meanwhile loses nothing.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use rustc_hash::FxHashMap;
use tokio::runtime::Handle;

use super::action::If;
use super::call::{Refused, Table};
use super::form;
use super::layout::{BODY, Item, Key, SHARDS, SINCE, TRIES, WAITS, number, number_in, outbox};
use super::text::{Fresh, LEASE, Text, hold};

use crate::state::{Outgoing, Posted, StoreError};

/// How many texts of a partition are looked at, or some more: what waits longest goes first.
const MOST: usize = 2_000;

/// The outbox of a [`DynamoStore`](super::DynamoStore). Its calls may come from the same threads as the store's.
#[derive(Debug)]
pub struct DynamoOutbox {
    handle: Handle,
    table: Table,
    fresh: Arc<Mutex<Fresh>>,
    last: i64,
    /// The texts that were given out and not settled yet, by number.
    numbers: BTreeMap<i64, Given>,
    by_name: FxHashMap<(Key, String), i64>,
    /// What was read of the table for a sink and is not given out yet, oldest first.
    ahead: Option<Ahead>,
}

/// A text that was given out for a sink.
#[derive(Clone, Debug)]
struct Given {
    key: Key,
    sink: String,
    /// How many sinks wait for it.
    sinks: usize,
}

/// Texts that were found at once: whoever takes all that is due, a few at a time, does not have to read
/// the whole outbox for each few.
#[derive(Debug)]
struct Ahead {
    sink: String,
    /// Until when these are known well enough, in milliseconds since the Unix epoch.
    until: i64,
    left: VecDeque<Waiting>,
}

/// A text as it stands in the table.
#[derive(Debug)]
struct Waiting {
    key: Key,
    since: i64,
    due: i64,
    attempts: u32,
    sinks: usize,
    item: Item,
}

impl DynamoOutbox {
    pub(super) fn new(handle: Handle, table: Table, fresh: Arc<Mutex<Fresh>>) -> Self {
        Self {
            handle,
            table,
            fresh,
            last: 0,
            numbers: BTreeMap::new(),
            by_name: FxHashMap::default(),
            ahead: None,
        }
    }

    fn number(&mut self, given: Given) -> i64 {
        let name = (given.key.clone(), given.sink.clone());
        let number = *self.by_name.entry(name).or_insert_with(|| {
            self.last += 1;
            self.last
        });
        self.numbers.insert(number, given);
        number
    }

    /// Forgets a number, whatever became of it: who delivers the text later may be another worker.
    fn forget(&mut self, number: i64) -> Option<Given> {
        let given = self.numbers.remove(&number)?;
        let name = (given.key.clone(), given.sink.clone());
        self.by_name.remove(&name);
        Some(given)
    }

    /// The items of the outbox, oldest first; of very many, the oldest.
    fn items(&self) -> Result<Vec<Item>, StoreError> {
        let reading = self.table.all((0..SHARDS).map(outbox), MOST);
        let mut items = self.handle.block_on(reading)?;
        items.sort_by_cached_key(|item| Key::of(item).map(|key| key.sk));
        Ok(items)
    }

    /// What waits for a sink, oldest first.
    fn of(&self, sink: &str) -> Result<Vec<Waiting>, StoreError> {
        let items = self.items()?.into_iter();
        Ok(items.filter_map(|item| Waiting::of(item, sink)).collect())
    }

    /// What is due for a sink: what is left of the last look, or what another look finds.
    fn found(&mut self, sink: &str, now: i64) -> Result<VecDeque<Waiting>, StoreError> {
        let ahead = self.ahead.take();
        if let Some(ahead) = ahead.filter(|it| it.sink == sink && now <= it.until) {
            return Ok(ahead.left);
        }
        let all = self.of(sink)?.into_iter();
        Ok(all.filter(|waiting| waiting.due <= now).collect())
    }

    /// Moves a text a while on, unless somebody else did; whether it is ours.
    async fn claim(&self, waiting: &Waiting, sink: &str, until: i64) -> Result<bool, StoreError> {
        self.table.count_write(0, 1);
        let make = || {
            self.change(&waiting.key, sink)
                .update_expression("SET #waits.#sink = :until")
                .condition_expression("#waits.#sink = :due")
                .expression_attribute_values(":until", number(until))
                .expression_attribute_values(":due", number(waiting.due))
                .send()
        };
        match self.table.call("UpdateItem", make).await {
            Ok(_) => Ok(true),
            Err(Refused::Conflict) => Ok(false),
            Err(Refused::Failed(error)) => Err(error),
        }
    }

    fn change(
        &self,
        key: &Key,
        sink: &str,
    ) -> aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder {
        self.table
            .client
            .update_item()
            .table_name(&*self.table.name)
            .set_key(Some(key.item()))
            .expression_attribute_names("#waits", WAITS)
            .expression_attribute_names("#sink", sink)
    }

    /// Notes when a sink is to be tried again.
    async fn later(&self, key: &Key, sink: &str, at: i64) -> Result<(), StoreError> {
        self.table.count_write(0, 1);
        let make = || {
            self.change(key, sink)
                .update_expression("SET #waits.#sink = :at, #tries.#sink = #tries.#sink + :one")
                .condition_expression("attribute_exists(#waits.#sink)")
                .expression_attribute_names("#tries", TRIES)
                .expression_attribute_values(":at", number(at))
                .expression_attribute_values(":one", number(1))
                .send()
        };
        // That it is there no more: somebody else has delivered it.
        settled(self.table.call("UpdateItem", make).await)
    }

    /// Takes a text out of a sink's outbox, and it with it if no other sink waits for it.
    async fn leave(&self, key: &Key, sink: &str, sinks: usize) -> Result<(), StoreError> {
        if sinks <= 1 {
            return self.table.delete(key, If::Anyhow).await;
        }
        self.table.count_write(0, 1);
        let make = || {
            self.change(key, sink)
                .update_expression("REMOVE #waits.#sink, #tries.#sink")
                .condition_expression("attribute_exists(#waits.#sink)")
                .expression_attribute_names("#tries", TRIES)
                .send()
        };
        settled(self.table.call("UpdateItem", make).await)?;
        self.table.count_write(0, 1);
        let make = || {
            self.table
                .client
                .delete_item()
                .table_name(&*self.table.name)
                .set_key(Some(key.item()))
                .condition_expression("size(#waits) = :none")
                .expression_attribute_names("#waits", WAITS)
                .expression_attribute_values(":none", number(0))
                .send()
        };
        settled(self.table.call("DeleteItem", make).await)
    }

    fn posted(&mut self, waiting: &Waiting, sink: &str) -> Result<Posted, StoreError> {
        let body = form::text(waiting.item.get(BODY));
        let body = body.map_err(|reason| self.table.failed("reading the outbox", reason))?;
        Ok(Posted {
            number: self.number(Given {
                key: waiting.key.clone(),
                sink: sink.to_owned(),
                sinks: waiting.sinks,
            }),
            attempts: waiting.attempts,
            since: waiting.since,
            body,
        })
    }
}

fn settled<T>(done: Result<T, Refused>) -> Result<(), StoreError> {
    match done {
        Ok(_) | Err(Refused::Conflict) => Ok(()),
        Err(Refused::Failed(error)) => Err(error),
    }
}

impl Waiting {
    fn of(item: Item, sink: &str) -> Option<Self> {
        let waits = item.get(WAITS)?.as_m().ok()?;
        let due = number_in(waits, sink)?;
        let tries = item.get(TRIES).and_then(|tries| tries.as_m().ok());
        Some(Self {
            key: Key::of(&item)?,
            since: number_in(&item, SINCE)?,
            due,
            attempts: tries.and_then(|tries| number_in(tries, sink)).unwrap_or(0),
            sinks: waits.len(),
            item,
        })
    }
}

impl Outgoing for DynamoOutbox {
    fn due(&mut self, sink: &str, now: i64, most: usize) -> Result<Vec<Posted>, StoreError> {
        let fresh = hold(&self.fresh).take(sink, now, most);
        if !fresh.is_empty() {
            let posted = |text: Arc<Text>| Posted {
                number: self.number(Given {
                    key: Key::text(text.alert, text.since),
                    sink: sink.to_owned(),
                    sinks: text.sinks.len(),
                }),
                attempts: 0,
                since: text.since,
                body: text.body.clone(),
            };
            return Ok(fresh.into_iter().map(posted).collect());
        }
        // Who asks for all, whenever it is due, looks and takes nothing.
        let Some(until) = now.checked_add(LEASE) else {
            let all = self.of(sink)?;
            return all
                .iter()
                .take(most)
                .map(|one| self.posted(one, sink))
                .collect();
        };
        let mut left = self.found(sink, now)?;
        let mut due = Vec::new();
        while due.len() < most
            && let Some(waiting) = left.pop_front()
        {
            if self.handle.block_on(self.claim(&waiting, sink, until))? {
                due.push(self.posted(&waiting, sink)?);
            }
        }
        // The pass is over when there is nothing left, and the next looks again.
        self.ahead = (!due.is_empty()).then(|| Ahead {
            sink: sink.to_owned(),
            until,
            left,
        });
        Ok(due)
    }

    fn next(&mut self, sink: &str) -> Result<Option<i64>, StoreError> {
        if hold(&self.fresh).has(sink) {
            return Ok(Some(0));
        }
        Ok(self.of(sink)?.iter().map(|waiting| waiting.due).min())
    }

    fn sinks(&mut self) -> Result<Vec<String>, StoreError> {
        let items = self.items()?;
        let waits = items.iter().filter_map(|item| item.get(WAITS)?.as_m().ok());
        let mut sinks: Vec<String> = waits.flat_map(|waits| waits.keys().cloned()).collect();
        sinks.sort_unstable();
        sinks.dedup();
        Ok(sinks)
    }

    fn waiting(&mut self, sink: &str) -> Result<(u64, Option<i64>), StoreError> {
        let all = self.of(sink)?;
        let since = all.iter().map(|waiting| waiting.since).min();
        Ok((all.len() as u64, since))
    }

    fn settle(&mut self, sink: &str, fates: &[(i64, Option<i64>)]) -> Result<(), StoreError> {
        for (number, again) in fates {
            let Some(Given { key, sinks, .. }) = self.forget(*number) else {
                continue;
            };
            match again {
                Some(at) => self.handle.block_on(self.later(&key, sink, *at))?,
                None => {
                    self.handle.block_on(self.leave(&key, sink, sinks))?;
                    let same = self.numbers.values_mut().filter(|given| given.key == key);
                    same.for_each(|given| given.sinks = given.sinks.saturating_sub(1));
                }
            }
        }
        Ok(())
    }

    fn hurry(&mut self) -> Result<(), StoreError> {
        self.ahead = None;
        for sink in self.sinks()? {
            for waiting in self.of(&sink)? {
                self.handle.block_on(self.claim(&waiting, &sink, 0))?;
            }
        }
        Ok(())
    }
}
