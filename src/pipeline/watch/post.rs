//! Puts alerts into the outbox, for the sinks that their routes name.

use crate::alert::Alert;
use crate::sink::Routes;
use crate::state::{Digest, Ledger, StoreError};

/// Which sinks there are, and which alerts go to them.
#[derive(Debug)]
pub struct Post {
    routes: Routes,
}

impl Post {
    /// A post with these routes.
    #[must_use]
    pub const fn new(routes: Routes) -> Self {
        Self { routes }
    }

    /// Puts an alert into the outbox, unless it has been raised before; whether it was put.
    ///
    /// # Errors
    /// When the state can't be used.
    pub fn put(&self, store: &mut dyn Ledger, alert: &Alert, now: i64) -> Result<bool, StoreError> {
        // None in practice: every part of an alert can be written as JSON.
        let body = serde_json::to_string(alert).unwrap_or_default();
        store.post(
            Digest(alert.place().bytes()),
            now,
            &body,
            &self.routes.of(alert),
        )
    }
}
