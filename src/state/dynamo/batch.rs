//! The cells of an open batch, as the table has them and as the batch left them.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::call::Table;
use super::form;
use super::layout::{CELL, EXPIRES, Item, Key, VERSION, number_in};
use crate::state::{Cell, Digest, Place, StoreError};

/// What a cell is known by.
pub(super) type Name = (Arc<str>, Digest);

/// A cell in a batch.
#[derive(Clone, Debug, Default)]
pub(super) struct Held {
    pub(super) cell: Cell,
    /// The version in the table, where there is one.
    pub(super) version: Option<u64>,
    /// Since when it waits to be decided, as it stands in the table.
    pub(super) waits: Option<i64>,
    /// When DynamoDB may delete it, in seconds since the Unix epoch.
    pub(super) expires: i64,
    pub(super) changed: bool,
    /// Whether the work has looked at it.
    pub(super) used: bool,
}

/// All cells that an open batch has read.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) cells: FxHashMap<Name, Held>,
    names: FxHashMap<String, Arc<str>>,
    /// The keys of waiting cells, by detector.
    pub(super) waiting: FxHashMap<Arc<str>, Vec<Digest>>,
    /// Marks that say of a cell what is not so, by the time in them.
    pub(super) stale: FxHashMap<Name, Vec<i64>>,
}

impl Batch {
    pub(super) fn name(&mut self, detector: &str) -> Arc<str> {
        if let Some(name) = self.names.get(detector) {
            return Arc::clone(name);
        }
        let name: Arc<str> = detector.into();
        self.names.insert(detector.to_owned(), Arc::clone(&name));
        name
    }

    /// Reads those of the cells that are not known yet, each once: DynamoDB refuses a call that asks for
    /// one twice, and what the batch made of a cell must not be lost.
    pub(super) async fn read(
        &mut self,
        table: &Table,
        mut names: Vec<Name>,
    ) -> Result<(), StoreError> {
        names.retain(|name| !self.cells.contains_key(name));
        names.sort_unstable();
        names.dedup();
        let keys: Vec<Key> = names.iter().map(key).collect();
        let mut items = super::read::by_key(table.get(&keys).await?);
        for (name, key) in names.into_iter().zip(keys) {
            let held = match items.remove(&key) {
                Some(item) => held(table, &name.0, &item)?,
                None => Held::default(),
            };
            self.cells.insert(name, held);
        }
        Ok(())
    }
}

pub(super) fn key((detector, key): &Name) -> Key {
    Key::cell(Place {
        detector,
        key: *key,
    })
}

pub(super) fn held(table: &Table, detector: &str, item: &Item) -> Result<Held, StoreError> {
    let cell = form::cell(item.get(CELL)).map_err(|reason| {
        let reason = format!(
            "a cell of {detector:?} can't be read ({reason}): it was written by another version, or is damaged; begin anew with another table"
        );
        table.failed("reading", reason)
    })?;
    Ok(Held {
        waits: cell.waits(),
        cell,
        version: number_in(item, VERSION),
        expires: number_in(item, EXPIRES).unwrap_or(i64::MAX),
        ..Held::default()
    })
}
