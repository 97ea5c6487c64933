//! State in an SQLite file (WAL): for the daemon, and for baselines that outlive a replay.
//!
//! Several processes may share a file on one machine: a transaction takes the write lock before it
//! reads, so merges never overtake each other.

mod cells;
mod journal;
mod lock;
mod outbox;
mod turns;
mod write_back;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, params};
use rustc_hash::FxHashMap;

use super::{Bounds, Cells, Digest, Ledger, Store, StoreError};
use cells::Open;
use turns::{Turn, Turns};

pub use journal::Progress;
pub use lock::{LockError, StateLock};
pub use outbox::SqliteOutbox;
pub use write_back::WriteBack;

/// The version of the tables and of the cells' form, kept in `user_version`.
const VERSION: i32 = 2;
/// How long to wait for another process's transaction.
const PATIENCE: Duration = Duration::from_secs(30);
/// The share of a detector's cells that goes when it has used up its room: one in so many.
const SHARE: usize = 8;

/// KiB of pages kept in memory. Each batch touches pages all over a table, though those of one cluster lie
/// together.
const CACHE: i64 = 32 << 10;
/// The same for a program that stays: the system keeps the file's pages too.
const SMALL_CACHE: i64 = 2 << 10;
/// Pages in the log before they are written back: some batches, which mostly change the same ones.
const CHECKPOINT: i64 = 8_000;
/// The same where a [`WriteBack`] does it: only when that can't keep up.
const LATE_CHECKPOINT: i64 = 32_000;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS detector (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE IF NOT EXISTS batch (only INTEGER PRIMARY KEY CHECK (only = 0), number INTEGER NOT NULL);
    INSERT OR IGNORE INTO batch VALUES (0, 0);
    CREATE TABLE IF NOT EXISTS cell (
        detector INTEGER NOT NULL, key BLOB NOT NULL, touched INTEGER NOT NULL, value BLOB NOT NULL,
        PRIMARY KEY (detector, key)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS source (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
        begun INTEGER, position INTEGER, settled INTEGER
    );
    CREATE TABLE IF NOT EXISTS seen (
        source INTEGER NOT NULL, time INTEGER NOT NULL, event INTEGER NOT NULL,
        PRIMARY KEY (source, time, event)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS raised (alert BLOB PRIMARY KEY, time INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS raised_by_time ON raised (time);
    CREATE TABLE IF NOT EXISTS outbox (
        number INTEGER PRIMARY KEY AUTOINCREMENT, posted INTEGER NOT NULL, body TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS waiting (
        sink TEXT NOT NULL, number INTEGER NOT NULL, due INTEGER NOT NULL, attempts INTEGER NOT NULL,
        PRIMARY KEY (sink, number)
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS waiting_by_number ON waiting (number);
    CREATE TABLE IF NOT EXISTS memo (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
";

/// Cells in an SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    path: String,
    connection: Connection,
    bounds: Bounds,
    /// The numbers of detectors.
    names: FxHashMap<String, i64>,
    evicted: FxHashMap<String, u64>,
    /// How many cells each detector had when last counted, and how many joined since.
    counts: FxHashMap<i64, usize>,
    /// The numbers of sources.
    sources: FxHashMap<String, i64>,
    turns: Arc<Turns>,
    /// Held while a batch is open, whose transaction every other belongs to.
    batch: Option<Turn>,
}

impl SqliteStore {
    /// Opens a file, or makes it.
    ///
    /// # Errors
    /// When it can't be opened or written, is no database, or was written by another version.
    pub fn open(path: &Path, bounds: Bounds) -> Result<Self, StoreError> {
        let name = path.display().to_string();
        let open = || -> rusqlite::Result<Connection> {
            let connection = connect(path)?;
            let version: i32 =
                connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
            if version != 0 && version != VERSION {
                return Err(rusqlite::Error::SqliteFailure(
                    rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_MISMATCH),
                    Some(format!(
                        "it has version {version}, this program reads version {VERSION}: \
                         name another file, or delete this one and let it learn anew"
                    )),
                ));
            }
            connection.execute_batch(TABLES)?;
            connection.pragma_update(None, "user_version", VERSION)?;
            connection.pragma_update(None, "cache_size", -CACHE)?;
            connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT)?;
            connection.set_prepared_statement_cache_capacity(32);
            Ok(connection)
        };
        let connection = open().map_err(|reason| StoreError::Sqlite {
            path: name.clone(),
            reason,
        })?;
        Ok(Self {
            path: name,
            connection,
            bounds,
            names: FxHashMap::default(),
            evicted: FxHashMap::default(),
            counts: FxHashMap::default(),
            sources: FxHashMap::default(),
            turns: Arc::default(),
            batch: None,
        })
    }

    /// The outbox of this state, for another thread: the two write in turn.
    ///
    /// # Errors
    /// When the database can't be opened.
    pub fn outbox(&self) -> Result<SqliteOutbox, StoreError> {
        SqliteOutbox::connect(Path::new(&self.path), Arc::clone(&self.turns))
    }

    /// For a program that stays: it takes less memory, and leaves it to a [`WriteBack`] to wait for the
    /// disk.
    ///
    /// # Errors
    /// When the database fails.
    pub fn stay(&mut self) -> Result<(), StoreError> {
        let set = |name, value: i64| self.connection.pragma_update(None, name, value);
        set("cache_size", -SMALL_CACHE)
            .and_then(|()| set("wal_autocheckpoint", LATE_CHECKPOINT))
            .map_err(|reason| self.failed(reason))
    }

    fn failed(&self, reason: rusqlite::Error) -> StoreError {
        StoreError::Sqlite {
            path: self.path.clone(),
            reason,
        }
    }

    /// Opens a batch: until it is committed, whatever is done is one transaction.
    ///
    /// # Errors
    /// When the database fails, or another process holds it for too long.
    pub fn begin(&mut self) -> Result<(), StoreError> {
        let turn = self.turns.take();
        self.execute("BEGIN IMMEDIATE")?;
        self.batch = Some(turn);
        Ok(())
    }

    /// Makes all that was done since [`SqliteStore::begin`] part of the state, at once.
    ///
    /// # Errors
    /// When the database fails; nothing of the batch is in the state then.
    pub fn commit(&mut self) -> Result<(), StoreError> {
        if let Err(error) = self.execute("COMMIT") {
            self.roll_back();
            return Err(error);
        }
        self.batch = None;
        Ok(())
    }

    /// Undoes all that was done since [`SqliteStore::begin`].
    pub fn roll_back(&mut self) {
        // What can't be undone because nothing is open needs no undoing.
        let _ = self.execute("ROLLBACK");
        self.batch = None;
        self.names.clear();
        self.counts.clear();
        self.sources.clear();
    }

    fn execute(&self, text: &str) -> Result<(), StoreError> {
        let done = self.connection.prepare_cached(text);
        done.and_then(|mut statement| statement.execute([]))
            .map(|_| ())
            .map_err(|reason| self.failed(reason))
    }

    /// Runs `work` in the transaction that is open.
    fn merge(
        &mut self,
        work: &mut dyn FnMut(&mut dyn Cells) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let (path, connection) = (&self.path, &self.connection);
        let fail = |reason| StoreError::Sqlite {
            path: path.clone(),
            reason,
        };
        let mut open = Open::new(path, connection, &mut self.names)?;
        work(&mut open)?;
        for (detector, count) in open.write()? {
            let counted = match self.counts.get(&detector) {
                Some(known) => known + count,
                None => count_cells(connection, detector).map_err(fail)?,
            };
            self.counts.insert(detector, counted);
            if counted > self.bounds.cells {
                let gone = give_up(connection, detector, self.bounds.cells).map_err(fail)?;
                self.counts.remove(&detector);
                let name = self.names.iter().find(|(_, id)| **id == detector);
                if let Some((name, _)) = name {
                    *self.evicted.entry(name.clone()).or_default() += gone;
                }
            }
        }
        Ok(())
    }
}

/// A connection to a file that other connections and processes use too.
fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A crash of the machine may lose the last transactions, each of them whole: what was read is
    // then read again.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    // Whoever opens a store says who writes the log back.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    Ok(connection)
}

impl Store for SqliteStore {
    fn transact(
        &mut self,
        work: &mut dyn FnMut(&mut dyn Cells) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        if self.batch.is_some() {
            return self.merge(work);
        }
        self.begin()?;
        match self.merge(work) {
            Ok(()) => self.commit(),
            Err(error) => {
                self.roll_back();
                Err(error)
            }
        }
    }

    fn evicted(&self) -> Vec<(String, u64)> {
        let mut evicted: Vec<_> = self
            .evicted
            .iter()
            .map(|(name, n)| (name.clone(), *n))
            .collect();
        evicted.sort();
        evicted
    }
}

impl Ledger for SqliteStore {
    fn begin(&mut self) -> Result<(), StoreError> {
        self.begin()
    }

    fn post(
        &mut self,
        alert: Digest,
        now: i64,
        body: &str,
        sinks: &[&str],
    ) -> Result<bool, StoreError> {
        self.post(alert, now, body, sinks.iter().copied())
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        self.commit()
    }

    fn roll_back(&mut self) {
        self.roll_back();
    }
}

fn count_cells(connection: &Connection, detector: i64) -> rusqlite::Result<usize> {
    let count: i64 = connection
        .prepare_cached("SELECT count(*) FROM cell WHERE detector = ?1")?
        .query_row([detector], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// Deletes the cells that were not touched for longest.
fn give_up(connection: &Connection, detector: i64, most: usize) -> rusqlite::Result<u64> {
    let count = count_cells(connection, detector)?;
    // The count that was kept knows nothing of cells that became empty, nor of other processes.
    if count <= most {
        return Ok(0);
    }
    let keep = most - most / SHARE;
    let over = i64::try_from(count.saturating_sub(keep)).unwrap_or(i64::MAX);
    let gone = connection.execute(
        "DELETE FROM cell WHERE detector = ?1 AND key IN
         (SELECT key FROM cell WHERE detector = ?1 ORDER BY touched, key LIMIT ?2)",
        params![detector, over],
    )?;
    Ok(gone as u64)
}

#[cfg(test)]
mod tests;
