//! A ledger in memory: for workers that share no state. What it holds ends with the program; while that
//! runs, a batch is whole or nothing as everywhere else.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    Bounds, Cell, Cells, Digest, Ledger, MemoryStore, Outgoing, Place, Posted, Store, StoreError,
};

/// How many ids of alerts each of two generations holds.
const GENERATION: usize = 100_000;
/// How many texts wait at most; a batch that would add to them is refused until some have left.
const MOST_WAITING: usize = 20_000;

/// Cells and an outbox in memory.
#[derive(Debug, Default)]
pub struct MemoryLedger {
    cells: MemoryStore,
    outbox: Arc<Mutex<Waiting>>,
    /// The ids of alerts that were posted, in two generations.
    young: FxHashSet<Digest>,
    old: FxHashSet<Digest>,
    batch: Option<Batch>,
}

/// What an open batch did.
#[derive(Debug, Default)]
struct Batch {
    /// The cells that it touched, as they were.
    before: FxHashMap<(String, Digest), Cell>,
    posted: Vec<(Digest, Text)>,
}

/// A text, and when and after how many attempts each sink is to have it.
#[derive(Clone, Debug)]
struct Text {
    since: i64,
    body: String,
    sinks: BTreeMap<String, (i64, u32)>,
}

#[derive(Debug, Default)]
struct Waiting {
    last: i64,
    texts: BTreeMap<i64, Text>,
}

impl MemoryLedger {
    /// A ledger that gives each detector that much room.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        Self {
            cells: MemoryStore::new(bounds),
            ..Self::default()
        }
    }

    /// Its outbox.
    #[must_use]
    pub fn outbox(&self) -> MemoryOutbox {
        MemoryOutbox(Arc::clone(&self.outbox))
    }

    fn is_known(&self, alert: &Digest) -> bool {
        let in_batch = |batch: &Batch| batch.posted.iter().any(|(posted, _)| posted == alert);
        self.young.contains(alert)
            || self.old.contains(alert)
            || self.batch.as_ref().is_some_and(in_batch)
    }

    fn know(&mut self, alert: Digest) {
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(alert);
    }
}

/// The cells of an open batch: what they were is kept.
struct Undoing<'m> {
    cells: &'m mut MemoryStore,
    before: &'m mut FxHashMap<(String, Digest), Cell>,
}

impl Cells for Undoing<'_> {
    fn change(
        &mut self,
        place: Place<'_>,
        change: &mut dyn FnMut(&mut Cell) -> bool,
    ) -> Result<(), StoreError> {
        let before = &mut *self.before;
        self.cells.change(place, &mut |cell| {
            let name = (place.detector.to_owned(), place.key);
            before.entry(name).or_insert_with(|| cell.clone());
            change(cell)
        })
    }

    fn each(
        &mut self,
        detector: &str,
        look: &mut dyn FnMut(&Digest, &mut Cell) -> bool,
    ) -> Result<(), StoreError> {
        let before = &mut *self.before;
        self.cells.each(detector, &mut |key, cell| {
            let was = cell.clone();
            let changed = look(key, cell);
            if changed {
                before.entry((detector.to_owned(), *key)).or_insert(was);
            }
            changed
        })
    }
}

impl Store for MemoryLedger {
    fn transact(
        &mut self,
        work: &mut dyn FnMut(&mut dyn Cells) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        match &mut self.batch {
            Some(batch) => work(&mut Undoing {
                cells: &mut self.cells,
                before: &mut batch.before,
            }),
            None => self.cells.transact(work),
        }
    }

    fn evicted(&self) -> Vec<(String, u64)> {
        self.cells.evicted()
    }
}

impl Ledger for MemoryLedger {
    fn begin(&mut self) -> Result<(), StoreError> {
        self.roll_back();
        self.batch = Some(Batch::default());
        Ok(())
    }

    fn post(
        &mut self,
        alert: Digest,
        now: i64,
        body: &str,
        sinks: &[&str],
    ) -> Result<bool, StoreError> {
        if self.is_known(&alert) {
            return Ok(false);
        }
        let due = |sink: &&str| ((*sink).to_owned(), (now, 0));
        let text = Text {
            since: now,
            body: body.to_owned(),
            sinks: sinks.iter().map(due).collect(),
        };
        match &mut self.batch {
            Some(batch) => batch.posted.push((alert, text)),
            None => {
                hold(&self.outbox).add(text);
                self.know(alert);
            }
        }
        Ok(true)
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        let added = self.batch.as_ref().map_or(0, |batch| batch.posted.len());
        if added > 0 && hold(&self.outbox).texts.len() + added > MOST_WAITING {
            self.roll_back();
            return Err(StoreError::TooLarge);
        }
        for (alert, text) in self.batch.take().unwrap_or_default().posted {
            hold(&self.outbox).add(text);
            self.know(alert);
        }
        Ok(())
    }

    fn roll_back(&mut self) {
        let batch = self.batch.take().unwrap_or_default();
        for ((detector, key), was) in batch.before {
            let place = Place {
                detector: &detector,
                key,
            };
            let mut was = Some(was);
            let undone = self.cells.change(place, &mut |cell| {
                *cell = was.take().unwrap_or_default();
                true
            });
            debug_assert!(undone.is_ok(), "nothing in memory fails");
        }
    }
}

/// The outbox of a [`MemoryLedger`].
#[derive(Clone, Debug)]
pub struct MemoryOutbox(Arc<Mutex<Waiting>>);

fn hold(waiting: &Mutex<Waiting>) -> MutexGuard<'_, Waiting> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Waiting {
    fn add(&mut self, text: Text) {
        // Nobody waits for what goes nowhere.
        if !text.sinks.is_empty() {
            self.last += 1;
            self.texts.insert(self.last, text);
        }
    }

    /// The texts of a sink, with when it is to have them.
    fn of<'w>(&'w self, sink: &'w str) -> impl Iterator<Item = (i64, &'w Text, (i64, u32))> {
        let texts = self.texts.iter();
        texts.filter_map(move |(number, text)| Some((*number, text, *text.sinks.get(sink)?)))
    }
}

impl Outgoing for MemoryOutbox {
    fn due(&mut self, sink: &str, now: i64, most: usize) -> Result<Vec<Posted>, StoreError> {
        let waiting = hold(&self.0);
        let due = waiting.of(sink).filter(|(_, _, (due, _))| *due <= now);
        let posted = |(number, text, (_, attempts)): (i64, &Text, (i64, u32))| Posted {
            number,
            attempts,
            since: text.since,
            body: text.body.clone(),
        };
        Ok(due.take(most).map(posted).collect())
    }

    fn next(&mut self, sink: &str) -> Result<Option<i64>, StoreError> {
        Ok(hold(&self.0).of(sink).map(|(_, _, (due, _))| due).min())
    }

    fn sinks(&mut self) -> Result<Vec<String>, StoreError> {
        let waiting = hold(&self.0);
        let names = waiting.texts.values().flat_map(|text| text.sinks.keys());
        let mut names: Vec<String> = names.cloned().collect();
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }

    fn waiting(&mut self, sink: &str) -> Result<(u64, Option<i64>), StoreError> {
        let waiting = hold(&self.0);
        let since = waiting.of(sink).map(|(_, text, _)| text.since).min();
        Ok((waiting.of(sink).count() as u64, since))
    }

    fn settle(&mut self, sink: &str, fates: &[(i64, Option<i64>)]) -> Result<(), StoreError> {
        let mut waiting = hold(&self.0);
        for (number, again) in fates {
            let Some(text) = waiting.texts.get_mut(number) else {
                continue;
            };
            match (again, text.sinks.get_mut(sink)) {
                (Some(at), Some((due, attempts))) => {
                    *due = *at;
                    *attempts += 1;
                }
                (Some(_), None) => {}
                (None, _) => drop(text.sinks.remove(sink)),
            }
            if text.sinks.is_empty() {
                waiting.texts.remove(number);
            }
        }
        Ok(())
    }

    fn hurry(&mut self) -> Result<(), StoreError> {
        for text in hold(&self.0).texts.values_mut() {
            text.sinks.values_mut().for_each(|(due, _)| *due = 0);
        }
        Ok(())
    }
}
