//! One SQLite state for whoever merges and whoever keeps the journal: they take turns.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::SqliteStore;
use crate::state::{Cells, Store, StoreError};

/// A handle to a state in SQLite. All handles work in the same transaction, where one is open.
#[derive(Clone, Debug)]
pub struct SharedStore(Arc<Mutex<SqliteStore>>);

impl SharedStore {
    /// The first handle.
    #[must_use]
    pub fn new(store: SqliteStore) -> Self {
        Self(Arc::new(Mutex::new(store)))
    }

    /// The store itself, for as long as nobody else needs it.
    pub fn lock(&self) -> MutexGuard<'_, SqliteStore> {
        // Whoever panicked with it left a transaction open at most, and its batch fails.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for SharedStore {
    fn transact(
        &mut self,
        work: &mut dyn FnMut(&mut dyn Cells) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.lock().transact(work)
    }

    fn evicted(&self) -> Vec<(String, u64)> {
        self.lock().evicted()
    }
}
