//! The outbox seen from one sink's drain: its calls block, so they are made on threads for that.

use std::sync::{Arc, Mutex, PoisonError};

use crate::sink::outbox::{Fate, Outbox, Waiting};
use crate::state::StoreError;

/// The outbox as drains share it.
pub type SharedOutbox = Arc<Mutex<dyn Outbox>>;

/// One sink's part of the outbox.
#[derive(Clone)]
pub(super) struct Store {
    sink: Arc<str>,
    outbox: SharedOutbox,
}

impl Store {
    pub(super) fn new(sink: &str, outbox: SharedOutbox) -> Self {
        Self {
            sink: sink.into(),
            outbox,
        }
    }

    pub(super) async fn due(&self, now: i64, most: usize) -> Result<Vec<Waiting>, StoreError> {
        self.call(move |outbox, sink| outbox.due(sink, now, most))
            .await
    }

    pub(super) async fn next(&self) -> Result<Option<i64>, StoreError> {
        self.call(|outbox, sink| outbox.next(sink)).await
    }

    pub(super) async fn note(&self, fates: &[(i64, Fate)]) -> Result<(), StoreError> {
        let fates = fates.to_vec();
        self.call(move |outbox, sink| outbox.note(sink, &fates))
            .await
    }

    pub(super) async fn waiting(&self) -> Result<(u64, Option<i64>), StoreError> {
        self.call(|outbox, sink| outbox.waiting(sink)).await
    }

    async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Outbox, &str) -> T + Send + 'static,
    ) -> T {
        let store = self.clone();
        let called = tokio::task::spawn_blocking(move || {
            let mut outbox = store.outbox.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut *outbox, &store.sink)
        });
        match called.await {
            Ok(answer) => answer,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // The runtime is going down: nobody waits for the answer.
            Err(_) => std::future::pending().await,
        }
    }
}
