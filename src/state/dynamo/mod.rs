//! State in a DynamoDB table: for many workers that come and go.
//!
//! A batch reads the cells that it touches, with their versions, and writes those that it changed on
//! condition that nobody else did meanwhile, together with its alerts. Nobody waits for anybody: who was
//! slower runs the batch again.
//!
//! The calls block on a tokio runtime. They may come from any thread that drives no tasks of a runtime
//! itself: one of one's own, or that of `spawn_blocking`. On a thread that runs async code they panic.

mod action;
mod batch;
mod call;
mod commit;
mod form;
mod layout;
mod open;
mod outbox;
mod read;
mod settings;
mod text;
mod write;

use std::sync::{Arc, Mutex};

use rustc_hash::{FxHashMap, FxHashSet};
use tokio::runtime::Handle;

use super::{Cells, Digest, Ledger, Store, StoreError};
use crate::telemetry::Clock;
use batch::Batch;
use call::{Table, pause};
use layout::Key;
use open::Open;
use settings::Lives;
use text::{Fresh, Text};
use write::LONGEST_ITEM;

pub use call::Usage;
pub use outbox::DynamoOutbox;
pub use settings::DynamoSettings;

/// How often a transaction that is no part of a batch is run again, because others were faster.
const RUNS: u32 = 12;
/// How often a transaction's work may touch cells that it had not touched before.
const ROUNDS: u32 = 64;
/// How many ids of alerts are remembered as known, so that the table need not be asked.
const KNOWN: usize = 20_000;

/// Cells and an outbox in a DynamoDB table.
#[derive(Debug)]
pub struct DynamoStore {
    handle: Handle,
    table: Table,
    clock: Clock,
    lives: Lives,
    batch: Option<Opened>,
    /// Alerts that are in the table for certain.
    known: FxHashSet<Digest>,
    fresh: Arc<Mutex<Fresh>>,
    evicted: FxHashMap<String, u64>,
    /// Whether the last batch met another worker: the next is written in pieces.
    met: bool,
}

/// An open batch.
#[derive(Debug, Default)]
struct Opened {
    cells: Batch,
    texts: Vec<Text>,
    /// Whether alerts that were asked for are in the table.
    asked: FxHashMap<Digest, bool>,
}

impl DynamoStore {
    /// A store in a table. Nothing is asked of it yet.
    ///
    /// `handle` is of the runtime that does the calls, which must be running as long as the store is used.
    #[must_use]
    pub fn new(settings: DynamoSettings, handle: Handle, clock: Clock) -> Self {
        let DynamoSettings {
            client,
            table,
            keep,
            lives,
        } = settings;
        Self {
            handle,
            table: Table::new(client, &table),
            clock,
            lives: Lives::new(keep, lives),
            batch: None,
            known: FxHashSet::default(),
            fresh: Arc::default(),
            evicted: FxHashMap::default(),
            met: false,
        }
    }

    /// The outbox in this table. What this store posts it gives out at once, and what others posted when
    /// they have had the time to deliver it themselves.
    #[must_use]
    pub fn outbox(&self) -> DynamoOutbox {
        DynamoOutbox::new(
            self.handle.clone(),
            self.table.clone(),
            Arc::clone(&self.fresh),
        )
    }

    /// What has been asked of the table by this store and its outboxes.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.table.usage()
    }

    /// Runs `work` in the batch that is open, as often as it takes to have read all that it touches.
    fn merge(
        &mut self,
        work: &mut dyn FnMut(&mut dyn Cells) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let batch = self.batch.get_or_insert_default();
        for _ in 0..ROUNDS {
            let mut open = Open::new(&self.handle, &self.table, &mut batch.cells);
            work(&mut open)?;
            if open.end()? {
                return Ok(());
            }
        }
        let reason = "each run of a transaction touches other cells";
        Err(self.table.failed("reading", reason.to_owned()))
    }

    /// Whether an alert was posted before.
    fn is_known(&mut self, alert: Digest) -> Result<bool, StoreError> {
        let batch = self.batch.get_or_insert_default();
        if self.known.contains(&alert) || batch.texts.iter().any(|text| text.alert == alert) {
            return Ok(true);
        }
        if let Some(known) = batch.asked.get(&alert) {
            return Ok(*known);
        }
        let known = self.handle.block_on(self.table.has(&Key::alert(alert)))?;
        batch.asked.insert(alert, known);
        Ok(known)
    }

    /// Puts a text into the batch that is open, unless it is known; whether it was put.
    fn put(&mut self, text: Text) -> Result<bool, StoreError> {
        if layout::size(&text.item(0)) > LONGEST_ITEM {
            let reason = "an alert has more than the 400 KB of an item: leave its raw event out";
            return Err(self.table.failed("posting", reason.to_owned()));
        }
        if self.is_known(text.alert)? {
            return Ok(false);
        }
        self.batch.get_or_insert_default().texts.push(text);
        Ok(true)
    }

    fn know(&mut self, alert: Digest) {
        if self.known.len() >= KNOWN {
            self.known.clear();
        }
        self.known.insert(alert);
    }
}

impl Store for DynamoStore {
    fn transact(
        &mut self,
        work: &mut dyn FnMut(&mut dyn Cells) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        if self.batch.is_some() {
            return self.merge(work);
        }
        for run in 1..RUNS {
            self.begin()?;
            match self.merge(work).and_then(|()| self.commit()) {
                Err(StoreError::Conflict) => self.handle.block_on(pause(run)),
                done => {
                    self.roll_back();
                    return done;
                }
            }
        }
        Err(StoreError::Conflict)
    }

    fn evicted(&self) -> Vec<(String, u64)> {
        let all = self.evicted.iter();
        let mut evicted: Vec<_> = all.map(|(name, count)| (name.clone(), *count)).collect();
        evicted.sort();
        evicted
    }
}

impl Ledger for DynamoStore {
    fn begin(&mut self) -> Result<(), StoreError> {
        self.batch = Some(Opened::default());
        Ok(())
    }

    fn expect(&mut self, alerts: &[Digest]) -> Result<(), StoreError> {
        let Some(batch) = &mut self.batch else {
            return Ok(());
        };
        let mut unknown: Vec<Digest> = alerts
            .iter()
            .filter(|alert| !self.known.contains(alert) && !batch.asked.contains_key(alert))
            .copied()
            .collect();
        unknown.sort_unstable();
        unknown.dedup();
        let keys: Vec<Key> = unknown.iter().copied().map(Key::alert).collect();
        let found = read::by_key(self.handle.block_on(self.table.get(&keys))?);
        for (alert, key) in unknown.into_iter().zip(keys) {
            batch.asked.insert(alert, found.contains_key(&key));
        }
        Ok(())
    }

    fn post(
        &mut self,
        alert: Digest,
        now: i64,
        body: &str,
        sinks: &[&str],
    ) -> Result<bool, StoreError> {
        let alone = self.batch.is_none();
        if alone {
            self.begin()?;
        }
        let put = self.put(Text::new(alert, now, body, sinks));
        if !alone {
            return put;
        }
        match put.and_then(|put| self.commit().map(|()| put)) {
            // Somebody else posted it just now.
            Err(StoreError::Conflict) => Ok(false),
            done => {
                self.roll_back();
                done
            }
        }
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        match self.batch.take() {
            Some(batch) => self.write(batch),
            None => Ok(()),
        }
    }

    fn roll_back(&mut self) {
        self.batch = None;
    }
}
