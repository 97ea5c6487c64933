//! Reads items: by their keys, many at once, and by partition, page after page. Always consistently: a
//! worker sees what every other has written before.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use tokio::task::JoinSet;

use super::call::{Table, pause};
use super::layout::{Item, Key, PK, size};
use crate::state::StoreError;

/// How many items one call may ask for.
const AT_ONCE: usize = 100;
/// How many items of a partition are asked for at once; a page ends at 1 MB anyway.
const PAGE: i32 = 1_000;
/// How many calls are under way at once.
const CALLS: usize = 8;
/// How often in a row DynamoDB may leave all keys of a call unread.
const FRUITLESS: u32 = 9;

impl Table {
    /// The items of these keys, those that are there, in no order.
    pub(super) async fn get(&self, keys: &[Key]) -> Result<Vec<Item>, StoreError> {
        let mut found = Vec::new();
        for some in keys.chunks(AT_ONCE * CALLS) {
            let mut calls = JoinSet::new();
            for keys in some.chunks(AT_ONCE) {
                let (table, keys) = (self.clone(), keys.to_vec());
                calls.spawn(async move { table.get_some(&keys).await });
            }
            while let Some(ended) = calls.join_next().await {
                found.extend(self.joined("BatchGetItem", ended)?);
            }
        }
        Ok(found)
    }

    async fn get_some(&self, keys: &[Key]) -> Result<Vec<Item>, StoreError> {
        let mut found = Vec::new();
        let mut left: Vec<Item> = keys.iter().map(Key::item).collect();
        let mut fruitless = 0;
        while !left.is_empty() {
            let asked = KeysAndAttributes::builder()
                .set_keys(Some(left.clone()))
                .consistent_read(true)
                .build()
                .map_err(|error| self.failed("BatchGetItem", error.to_string()))?;
            let make = || {
                let call = self.client.batch_get_item();
                call.request_items(&*self.name, asked.clone()).send()
            };
            let answer = self.call("BatchGetItem", make).await?;
            let mut items = answer.responses.unwrap_or_default();
            let items = items.remove(&*self.name).unwrap_or_default();
            let mut unread = answer.unprocessed_keys.unwrap_or_default();
            let unread = unread.remove(&*self.name).map(|rest| rest.keys);
            let unread = unread.unwrap_or_default();
            // What is not there is paid for as well.
            for _ in items.len()..left.len().saturating_sub(unread.len()) {
                self.count_read(0);
            }
            items.iter().for_each(|item| self.count_read(size(item)));
            fruitless = if items.is_empty() && unread.len() == left.len() {
                fruitless + 1
            } else {
                0
            };
            if fruitless >= FRUITLESS {
                let reason = "it leaves all keys unread: the table is asked too much";
                return Err(self.failed("BatchGetItem", reason.to_owned()));
            }
            if !unread.is_empty() {
                pause(fruitless + 1).await;
            }
            found.extend(items);
            left = unread;
        }
        Ok(found)
    }

    /// The next items of a partition, by sort key, after one, and whether there may be more.
    async fn page(
        &self,
        partition: &str,
        after: Option<&Key>,
    ) -> Result<(Vec<Item>, bool), StoreError> {
        let make = || {
            self.client
                .query()
                .table_name(&*self.name)
                .consistent_read(true)
                .key_condition_expression("#pk = :pk")
                .expression_attribute_names("#pk", PK)
                .expression_attribute_values(":pk", AttributeValue::S(partition.to_owned()))
                .set_exclusive_start_key(after.map(Key::item))
                .limit(PAGE)
                .send()
        };
        let answer = self.call("Query", make).await?;
        let more = answer.last_evaluated_key.is_some();
        let items = answer.items.unwrap_or_default();
        self.count_read(items.iter().map(size).sum());
        Ok((items, more))
    }

    /// All items of some partitions, in the order of the partitions; of each, `most` or some more.
    pub(super) async fn all(
        &self,
        partitions: impl IntoIterator<Item = String>,
        most: usize,
    ) -> Result<Vec<Item>, StoreError> {
        let mut calls = JoinSet::new();
        for (place, partition) in partitions.into_iter().enumerate() {
            let table = self.clone();
            calls.spawn(async move { Ok((place, table.partition(&partition, most).await?)) });
        }
        let mut found = Vec::new();
        while let Some(ended) = calls.join_next().await {
            found.push(self.joined("Query", ended)?);
        }
        found.sort_unstable_by_key(|(place, _)| *place);
        Ok(found.into_iter().flat_map(|(_, items)| items).collect())
    }

    async fn partition(&self, partition: &str, most: usize) -> Result<Vec<Item>, StoreError> {
        let mut found: Vec<Item> = Vec::new();
        loop {
            let after = found.last().and_then(Key::of);
            let (items, more) = self.page(partition, after.as_ref()).await?;
            let is_empty = items.is_empty();
            found.extend(items);
            if !more || is_empty || found.len() >= most {
                return Ok(found);
            }
        }
    }

    /// Whether an item is there.
    pub(super) async fn has(&self, key: &Key) -> Result<bool, StoreError> {
        Ok(!self.get(std::slice::from_ref(key)).await?.is_empty())
    }

    /// What a task came to; one that panicked is a failure like others.
    pub(super) fn joined<T>(
        &self,
        operation: &'static str,
        ended: Result<Result<T, StoreError>, tokio::task::JoinError>,
    ) -> Result<T, StoreError> {
        ended.unwrap_or_else(|error| Err(self.failed(operation, error.to_string())))
    }
}

/// Items by their sort keys.
pub(super) fn by_key(items: Vec<Item>) -> HashMap<Key, Item> {
    let named = |item: Item| Some((Key::of(&item)?, item));
    items.into_iter().filter_map(named).collect()
}
