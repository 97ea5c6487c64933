//! One state for whoever merges and whoever keeps the journal: they take turns.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Cells, Digest, Ledger, SqliteStore, Store, StoreError};

/// A handle to a state. All handles work in the same batch, where one is open.
#[derive(Debug)]
pub struct Shared<S>(Arc<Mutex<S>>);

/// A state in SQLite that several use.
pub type SharedStore = Shared<SqliteStore>;

impl<S> Shared<S> {
    /// The first handle.
    #[must_use]
    pub fn new(store: S) -> Self {
        Self(Arc::new(Mutex::new(store)))
    }

    /// The store itself, for as long as nobody else needs it.
    pub fn lock(&self) -> MutexGuard<'_, S> {
        // Whoever panicked with it left a batch open at most, and that fails.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S> Clone for Shared<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: Store> Store for Shared<S> {
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

impl<S: Ledger> Ledger for Shared<S> {
    fn begin(&mut self) -> Result<(), StoreError> {
        self.lock().begin()
    }

    fn expect(&mut self, alerts: &[Digest]) -> Result<(), StoreError> {
        self.lock().expect(alerts)
    }

    fn post(
        &mut self,
        alert: Digest,
        now: i64,
        body: &str,
        sinks: &[&str],
    ) -> Result<bool, StoreError> {
        self.lock().post(alert, now, body, sinks)
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        self.lock().commit()
    }

    fn roll_back(&mut self) {
        self.lock().roll_back();
    }
}

impl<S: Store + ?Sized> Store for Box<S> {
    fn transact(
        &mut self,
        work: &mut dyn FnMut(&mut dyn Cells) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        (**self).transact(work)
    }

    fn evicted(&self) -> Vec<(String, u64)> {
        (**self).evicted()
    }
}

impl<S: Ledger + ?Sized> Ledger for Box<S> {
    fn begin(&mut self) -> Result<(), StoreError> {
        (**self).begin()
    }

    fn expect(&mut self, alerts: &[Digest]) -> Result<(), StoreError> {
        (**self).expect(alerts)
    }

    fn post(
        &mut self,
        alert: Digest,
        now: i64,
        body: &str,
        sinks: &[&str],
    ) -> Result<bool, StoreError> {
        (**self).post(alert, now, body, sinks)
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        (**self).commit()
    }

    fn roll_back(&mut self) {
        (**self).roll_back();
    }
}
