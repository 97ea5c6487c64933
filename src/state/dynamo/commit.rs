//! From a batch to what is written of it. It asks nothing of the table itself.

use super::action::{Action, If, Unit};
use super::batch::{Held, Name, key};
use super::layout::{self, CELL, EXPIRES, Item, Key, VERSION, number};
use super::settings::SLACK;
use super::text::hold;
use super::write::LONGEST_ITEM;
use super::{DynamoStore, Opened, form};
use crate::state::{Cell, Place, StoreError};

impl DynamoStore {
    /// Writes a batch; its cells that did not change, but were used and are about to expire, live longer.
    pub(super) fn write(&mut self, batch: Opened) -> Result<(), StoreError> {
        let now = self.clock.now();
        let mut cells = Vec::new();
        let mut old = Vec::new();
        let mut stale = batch.cells.stale;
        for (name, held) in batch.cells.cells {
            let expires = self.lives.expiry(&name.0, now);
            let stale = stale.remove(&name).unwrap_or_default();
            if held.changed {
                let unit = self.unit(&name, &held, expires)?;
                cells.extend(unit.map(|unit| without(&name, stale, unit)));
            } else if held.version.is_none() && !stale.is_empty() {
                // On condition that it is still not there: else its mark may be right again.
                let nothing = Action::Delete(key(&name), If::Absent);
                cells.push(without(&name, stale, vec![nothing]));
            } else if let Some(version) = held.version
                && held.used
                && self.lives.is_old(&name.0, held.expires, now)
            {
                old.push((key(&name), version, expires));
            }
        }
        let lives = self.lives.alert(now);
        let alerts = batch.texts.iter().map(|text| text.unit(lives)).collect();
        let writing = self.table.write(alerts, cells, !self.met);
        let written = self.handle.block_on(writing);
        for text in batch.texts.into_iter().take(written.alerts) {
            self.know(text.alert);
            hold(&self.fresh).add(text);
        }
        self.met = matches!(written.result, Err(StoreError::Conflict));
        written.result?;
        if let Err(error) = self.handle.block_on(self.table.prolong(old)) {
            // The batch is committed, and whoever uses the cells next tries again.
            tracing::warn!(%error, "cells could not be made to live longer");
        }
        Ok(())
    }

    /// What is written for a cell that changed; nothing where it neither was there nor is.
    fn unit(&mut self, name: &Name, held: &Held, expires: i64) -> Result<Option<Unit>, StoreError> {
        let when = held.version.map_or(If::Absent, If::Version);
        let mut unit = Vec::new();
        if held.cell == Cell::Empty {
            if held.version.is_none() {
                return Ok(None);
            }
            unit.push(Action::Delete(key(name), when));
        } else {
            let item = self.item(name, &held.cell, expires)?;
            if layout::size(&item) > LONGEST_ITEM {
                self.give_up(&name.0);
                return Ok(None);
            }
            unit.push(Action::Put(item, when));
        }
        let waits = held.cell.waits();
        if waits != held.waits {
            unit.extend(
                held.waits
                    .map(|since| Action::Delete(mark(name, since), If::Anyhow)),
            );
            unit.extend(waits.map(|since| {
                let mut item = mark(name, since).item();
                // The cell is there for longer than its mark, and written again for other reasons.
                let expires = expires.saturating_add(SLACK);
                item.insert(EXPIRES.to_owned(), number(expires));
                Action::Put(item, If::Anyhow)
            }));
        }
        Ok(Some(unit))
    }

    fn item(&self, name: &Name, cell: &Cell, expires: i64) -> Result<Item, StoreError> {
        let content = form::of_cell(cell).map_err(|reason| self.table.failed("writing", reason))?;
        let mut item = key(name).item();
        item.insert(CELL.to_owned(), content);
        item.insert(VERSION.to_owned(), number(fastrand::u64(..)));
        item.insert(EXPIRES.to_owned(), number(expires));
        Ok(item)
    }

    /// Leaves a cell as it was, because it has no room in an item: what else the batch did stays.
    fn give_up(&mut self, detector: &str) {
        let count = self.evicted.entry(detector.to_owned()).or_default();
        *count += 1;
        if *count == 1 {
            tracing::error!(
                detector,
                table = &*self.table.name,
                "what it remembers of one group takes more than the 400 KB of a DynamoDB item: no more of that group is counted; let it count to less, or by finer groups"
            );
        }
    }
}

/// The mark that a cell waits since a time.
fn mark((detector, digest): &Name, since: i64) -> Key {
    let key = *digest;
    Key::waiting(Place { detector, key }, since)
}

/// A cell's unit that takes stale marks of it away too, but for one that the unit itself makes right.
fn without(name: &Name, stale: Vec<i64>, mut unit: Unit) -> Unit {
    for gone in stale.into_iter().map(|since| mark(name, since)) {
        let is_made = |action: &Action| match action {
            Action::Put(item, _) => Key::of(item).as_ref() == Some(&gone),
            Action::Delete(key, _) => *key == gone,
        };
        if !unit.iter().any(is_made) {
            unit.push(Action::Delete(gone, If::Anyhow));
        }
    }
    unit
}
