//! One run of a transaction's work, against the cells that the batch has read so far.
//!
//! What it touches beyond is noted, read in one go, and the work runs again, until it touches nothing new: so
//! a batch costs a few calls, however many cells it looks at.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use tokio::runtime::Handle;

use super::batch::{Batch, Held, Name, held};
use super::call::Table;
use super::layout::{self, CELL_SHARDS, Key, SHARDS};
use crate::state::{Cell, Cells, Digest, Place, StoreError};

/// How many waiting cells of a detector are looked at in one transaction, those that wait longest first.
const MOST_WAITING: usize = 20_000;
/// One run of a transaction's work.
pub(super) struct Open<'b> {
    handle: &'b Handle,
    table: &'b Table,
    batch: &'b mut Batch,
    /// What this run touched, in the state in which it left it.
    touched: FxHashMap<Name, Held>,
    missing: Vec<Name>,
}

impl<'b> Open<'b> {
    pub(super) fn new(handle: &'b Handle, table: &'b Table, batch: &'b mut Batch) -> Self {
        Self {
            handle,
            table,
            batch,
            touched: FxHashMap::default(),
            missing: Vec::new(),
        }
    }

    /// Ends a run. Whether it is whole: else what it missed has been read, and it is to be run again.
    pub(super) fn end(mut self) -> Result<bool, StoreError> {
        let missing = std::mem::take(&mut self.missing);
        if missing.is_empty() {
            self.batch.cells.extend(self.touched);
            return Ok(true);
        }
        let reading = self.batch.read(self.table, missing);
        self.handle.block_on(reading).map(|()| false)
    }

    /// Looks at a cell that has been read.
    fn look(&mut self, name: Name, look: &mut dyn FnMut(&mut Cell) -> bool) {
        let batch = &*self.batch;
        let held = self
            .touched
            .entry(name)
            .or_insert_with_key(|name| batch.cells.get(name).cloned().unwrap_or_default());
        held.used = true;
        held.changed |= look(&mut held.cell);
    }

    fn is_read(&self, name: &Name) -> bool {
        self.touched.contains_key(name) || self.batch.cells.contains_key(name)
    }

    /// The cells of a detector in a partition, as the table has them.
    fn partition(
        &self,
        detector: &Arc<str>,
        shard: u8,
    ) -> Result<BTreeMap<Digest, Held>, StoreError> {
        let partition = layout::cells(detector, shard);
        let mut found = BTreeMap::new();
        let reading = self.table.all([partition], usize::MAX);
        for item in self.handle.block_on(reading)? {
            let key = Key::of(&item).and_then(|key| key.digest());
            if let Some(key) = key {
                found.insert(key, held(self.table, detector, &item)?);
            }
        }
        Ok(found)
    }

    /// The keys of a detector's waiting cells, those that wait longest first; all of the cells are read.
    fn waiting_keys(&mut self, detector: &Arc<str>) -> Result<Vec<Digest>, StoreError> {
        if let Some(known) = self.batch.waiting.get(detector) {
            return Ok(known.clone());
        }
        let partitions = (0..SHARDS).map(|shard| layout::waiting(detector, shard));
        let reading = self.table.all(partitions, MOST_WAITING);
        let items = self.handle.block_on(reading)?;
        let mut marks: Vec<Key> = items.iter().filter_map(Key::of).collect();
        marks.sort_unstable_by(|one, other| one.sk.cmp(&other.sk));
        if marks.len() > MOST_WAITING {
            tracing::warn!(
                detector = &**detector,
                "more values wait to be decided than are looked at at once: the oldest go first"
            );
            marks.truncate(MOST_WAITING);
        }
        let keys: Vec<Digest> = marks.iter().filter_map(Key::digest).collect();
        let names = keys.iter().map(|key| (Arc::clone(detector), *key));
        let names = names.collect();
        self.handle.block_on(self.batch.read(self.table, names))?;
        for mark in &marks {
            self.note_stale(detector, mark);
        }
        self.batch
            .waiting
            .insert(Arc::clone(detector), keys.clone());
        Ok(keys)
    }

    /// Notes a mark that is not its cell's: the cell has expired, or was made anew since.
    fn note_stale(&mut self, detector: &Arc<str>, mark: &Key) {
        let (Some(since), Some(key)) = (mark.since(), mark.digest()) else {
            return;
        };
        let name = (Arc::clone(detector), key);
        let held = self.batch.cells.get(&name);
        if held.and_then(|held| held.waits) != Some(since) {
            self.batch.stale.entry(name).or_default().push(since);
        }
    }

    /// The keys of a detector's cells that the batch has read or changed.
    fn open_keys(&self, detector: &Arc<str>) -> Vec<Digest> {
        let names = self.batch.cells.keys().chain(self.touched.keys());
        let mut keys: Vec<Digest> = names
            .filter(|(of, _)| of == detector)
            .map(|(_, key)| *key)
            .collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

impl Cells for Open<'_> {
    fn change(
        &mut self,
        place: Place<'_>,
        change: &mut dyn FnMut(&mut Cell) -> bool,
    ) -> Result<(), StoreError> {
        let name = (self.batch.name(place.detector), place.key);
        if self.is_read(&name) {
            self.look(name, change);
        } else {
            self.missing.push(name);
        }
        Ok(())
    }

    fn each(
        &mut self,
        detector: &str,
        look: &mut dyn FnMut(&Digest, &mut Cell) -> bool,
    ) -> Result<(), StoreError> {
        let detector = self.batch.name(detector);
        for shard in 0..CELL_SHARDS {
            let mut cells = self.partition(&detector, shard)?;
            for key in self.open_keys(&detector) {
                if layout::Key::cell(Place {
                    detector: &detector,
                    key,
                })
                .pk == layout::cells(&detector, shard)
                {
                    cells.entry(key).or_default();
                }
            }
            for (key, mut held) in cells {
                let name = (Arc::clone(&detector), key);
                if self.is_read(&name) {
                    // What a batch made of nothing and left so is no cell.
                    let is_empty = |held: &Held| held.cell == Cell::Empty;
                    let open = self
                        .touched
                        .get(&name)
                        .or_else(|| self.batch.cells.get(&name));
                    if !open.is_none_or(is_empty) {
                        self.look(name, &mut |cell| look(&key, cell));
                    }
                    continue;
                }
                // What does not change is not kept: there may be any number.
                held.changed = look(&key, &mut held.cell);
                if held.changed {
                    held.used = true;
                    self.touched.insert(name, held);
                }
            }
        }
        Ok(())
    }

    fn waiting(
        &mut self,
        detector: &str,
        look: &mut dyn FnMut(&Digest, &mut Cell) -> bool,
    ) -> Result<(), StoreError> {
        let detector = self.batch.name(detector);
        let mut keys = self.waiting_keys(&detector)?;
        // What began to wait in this batch has no mark yet.
        keys.extend(self.open_keys(&detector));
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            let name = (Arc::clone(&detector), key);
            let open = self
                .touched
                .get(&name)
                .or_else(|| self.batch.cells.get(&name));
            if open.is_some_and(|held| held.cell.waits().is_some()) {
                self.look(name, &mut |cell| look(&key, cell));
            }
        }
        Ok(())
    }
}
