//! A store that takes a batch as a whole: the cells that it changed, and the alerts that came of them. And
//! the outbox, where these wait for their sinks.

use super::{Digest, Store, StoreError};

/// A store whose cells, and the alerts that came of them, become part of the state together.
///
/// Whoever can't commit a batch runs all of it again: merging is idempotent, so that costs time alone.
pub trait Ledger: Store {
    /// Opens a batch. Transactions of [`Store::transact`] join it until it is committed or rolled back.
    ///
    /// # Errors
    /// When the store fails.
    fn begin(&mut self) -> Result<(), StoreError>;

    /// Says which alerts may be posted in this batch, so that a store that is far away asks for all of
    /// them at once. Never needed.
    ///
    /// # Errors
    /// When the store fails.
    fn expect(&mut self, alerts: &[Digest]) -> Result<(), StoreError> {
        let _ = alerts;
        Ok(())
    }

    /// Puts an alert's text into the outbox for some sinks, unless one of that digest was put before;
    /// whether it was put. `now` is in milliseconds since the Unix epoch.
    ///
    /// # Errors
    /// When the store fails.
    fn post(
        &mut self,
        alert: Digest,
        now: i64,
        body: &str,
        sinks: &[&str],
    ) -> Result<bool, StoreError>;

    /// All of the batch becomes part of the state.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when another worker was faster: the caller runs all of the batch again.
    /// [`StoreError::TooLarge`] when it is more than the store takes at once: the caller runs it in
    /// parts. Others when the store fails. In every case the batch is closed.
    fn commit(&mut self) -> Result<(), StoreError>;

    /// Gives the batch up; without one it does nothing.
    fn roll_back(&mut self);
}

/// A text in the outbox that waits for a sink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// What [`Outgoing::settle`] knows it by: of one outbox, while it is open. The texts of a sink leave in
    /// this order.
    pub number: i64,
    /// How often it has been tried.
    pub attempts: u32,
    /// When it was posted, in milliseconds since the Unix epoch.
    pub since: i64,
    /// The text.
    pub body: String,
}

/// The outbox of a ledger: texts that were committed and wait for sinks. Times are milliseconds since
/// the Unix epoch. Blocking calls.
pub trait Outgoing: std::fmt::Debug + Send {
    /// At most `most` texts for a sink that are due at `now`, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    fn due(&mut self, sink: &str, now: i64, most: usize) -> Result<Vec<Posted>, StoreError>;

    /// When the next text of a sink is due, if any waits.
    ///
    /// # Errors
    /// When the store fails.
    fn next(&mut self, sink: &str) -> Result<Option<i64>, StoreError>;

    /// The sinks that texts wait for.
    ///
    /// # Errors
    /// When the store fails.
    fn sinks(&mut self) -> Result<Vec<String>, StoreError>;

    /// How many texts wait for a sink, and since when the oldest.
    ///
    /// # Errors
    /// When the store fails.
    fn waiting(&mut self, sink: &str) -> Result<(u64, Option<i64>), StoreError>;

    /// Says of each number whether it left the outbox of a sink (`None`), or when to try it again.
    ///
    /// # Errors
    /// When the store fails; what was said may be noted in part then, and can be said again.
    fn settle(&mut self, sink: &str, fates: &[(i64, Option<i64>)]) -> Result<(), StoreError>;

    /// Makes everything due.
    ///
    /// # Errors
    /// When the store fails.
    fn hurry(&mut self) -> Result<(), StoreError>;
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
