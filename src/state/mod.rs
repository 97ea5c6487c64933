//! What detection remembers: cells that are merged by key, and the stores that hold them.
//!
//! Every merge is commutative, associative and idempotent, so that batches can be cut anywhere,
//! events can come late or twice, and workers can run side by side on one store. Nothing here knows
//! what an event or a detector is: keys are digests, times are milliseconds since the Unix epoch,
//! and a [`Seed`] is a text that this room keeps and never reads.

mod baseline;
mod cell;
mod digest;
mod digester;
mod dynamo;
mod fold;
mod ledger;
mod memo;
mod memory;
mod memory_ledger;
mod sequence;
mod shared;
mod sqlite;
mod window;

use std::sync::Arc;

pub use baseline::{Baseline, Sighting, Terms};
pub use cell::{Cell, Place};
pub use digest::{Digest, Hasher};
pub use digester::Digester;
pub use dynamo::{DynamoOutbox, DynamoSettings, DynamoStore, Usage};
pub use fold::{Fold, MOST_SAMPLES};
pub use ledger::{Ledger, Outgoing, Posted};
pub use memo::{Memo, Ways};
pub use memory::{Bounds, MemoryStore};
pub use memory_ledger::{MemoryLedger, MemoryOutbox};
pub use sequence::{Completion, MOST_MARKS as MOST_SEQUENCE_MARKS, Sequence, Step, StepPlan};
pub use shared::{Shared, SharedStore};
pub use sqlite::{LockError, Progress, SqliteOutbox, SqliteStore, StateLock, WriteBack};
pub use window::{
    Aggregate, Crossing, Level, MOST_MARKS as MOST_WINDOW_MARKS, MOST_NEEDED, Observed, Tally,
    Window, WindowPlan,
};

/// What an alert will be made of, should there be one: written and read by the alert's room alone. Several
/// cells may hold the same.
pub type Seed = Arc<str>;

/// Why a store can't be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database said no.
    #[error("the state in {path} can't be used: {reason}{}", hint(.reason))]
    Sqlite {
        /// The database's file.
        path: String,
        /// What it said.
        reason: rusqlite::Error,
    },
    /// A cell that can't be read: written by another version, or damaged.
    #[error(
        "the state of detector {detector:?} in {path} can't be read ({reason}): it was written by another version, or is damaged; move the file away to begin anew"
    )]
    Cell {
        /// The store.
        path: String,
        /// Whose cell it is.
        detector: String,
        /// What is wrong with it.
        reason: postcard::Error,
    },
    /// Another worker changed what a batch read. Nothing is wrong: all of the batch is run again, after
    /// a short wait that is different for every worker.
    #[error("another worker changed the same cells meanwhile")]
    Conflict,
    /// A batch changes more than a store takes at once: it is run again in parts.
    #[error("a batch changes more of the state than can be written at once")]
    TooLarge,
    /// DynamoDB said no.
    #[error("the state in the DynamoDB table {table:?} can't be used: {operation}: {reason}")]
    Dynamo {
        /// The table.
        table: String,
        /// What was asked.
        operation: &'static str,
        /// What came of it.
        reason: String,
    },
}

/// What to do about what a database said.
fn hint(reason: &rusqlite::Error) -> &'static str {
    use rusqlite::ErrorCode::{CannotOpen, DatabaseCorrupt, DiskFull, NotADatabase, ReadOnly};
    match reason.sqlite_error_code() {
        Some(NotADatabase) => ": name another file, or move this one away",
        Some(DatabaseCorrupt) => ": move it away to begin anew",
        Some(CannotOpen | ReadOnly) => {
            ": it must be a file, in a folder that is there and can be written"
        }
        Some(DiskFull) => ": make room on its disk",
        _ => "",
    }
}

/// Cells by place, inside one transaction.
pub trait Cells {
    /// Calls `change` with the cell of a place, empty where there was none. `change` says whether it
    /// changed anything.
    ///
    /// # Errors
    /// When the store fails; the transaction is then undone.
    fn change(
        &mut self,
        place: Place<'_>,
        change: &mut dyn FnMut(&mut Cell) -> bool,
    ) -> Result<(), StoreError>;

    /// Calls `look` with every cell of a detector, in an order that their keys decide. `look` says whether it
    /// changed the cell.
    ///
    /// # Errors
    /// When the store fails.
    fn each(
        &mut self,
        detector: &str,
        look: &mut dyn FnMut(&Digest, &mut Cell) -> bool,
    ) -> Result<(), StoreError>;

    /// The same for those cells of which anything [waits](Cell::waits) to be decided. A store that keeps no
    /// account of them shows every cell.
    ///
    /// # Errors
    /// When the store fails.
    fn waiting(
        &mut self,
        detector: &str,
        look: &mut dyn FnMut(&Digest, &mut Cell) -> bool,
    ) -> Result<(), StoreError> {
        self.each(detector, look)
    }
}

/// Where cells are kept.
pub trait Store: std::fmt::Debug + Send {
    /// Runs `work` in one transaction: all of its changes become part of the state, or none.
    ///
    /// # Errors
    /// When the store fails; the state is then what it was.
    fn transact(
        &mut self,
        work: &mut dyn FnMut(&mut dyn Cells) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;

    /// How many cells of each detector were given up for want of room since the store was opened.
    fn evicted(&self) -> Vec<(String, u64)>;
}

#[cfg(test)]
mod tests;
