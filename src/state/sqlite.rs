//! State in an SQLite file (WAL): for the daemon, and for baselines that outlive a replay.
//!
//! Several processes may share a file on one machine: a transaction takes the write lock before it
//! reads, so merges never overtake each other.

use std::path::Path;
use std::time::Duration;

use rusqlite::{
    CachedStatement, Connection, OptionalExtension as _, Transaction, TransactionBehavior, params,
};
use rustc_hash::FxHashMap;

use super::{Bounds, Cell, Cells, Digest, Place, Store, StoreError};

/// The version of the tables and of the cells' form, kept in `user_version`.
const VERSION: i32 = 1;
/// How long to wait for another process's transaction.
const PATIENCE: Duration = Duration::from_secs(30);
/// The share of a detector's cells that goes when it has used up its room: one in so many.
const SHARE: usize = 8;

/// KiB of pages kept in memory. Keys are digests, so each batch touches pages all over a table.
const CACHE: i64 = 32 << 10;
/// Pages in the log before they are written back: some batches, which mostly change the same ones.
const CHECKPOINT: i64 = 8_000;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS detector (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE IF NOT EXISTS batch (only INTEGER PRIMARY KEY CHECK (only = 0), number INTEGER NOT NULL);
    INSERT OR IGNORE INTO batch VALUES (0, 0);
    CREATE TABLE IF NOT EXISTS cell (
        detector INTEGER NOT NULL, key BLOB NOT NULL, touched INTEGER NOT NULL, value BLOB NOT NULL,
        PRIMARY KEY (detector, key)
    ) WITHOUT ROWID;
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
}

impl SqliteStore {
    /// Opens a file, or makes it.
    ///
    /// # Errors
    /// When it can't be opened or written, is no database, or was written by another version.
    pub fn open(path: &Path, bounds: Bounds) -> Result<Self, StoreError> {
        let name = path.display().to_string();
        let open = || -> rusqlite::Result<Connection> {
            let connection = Connection::open(path)?;
            connection.busy_timeout(PATIENCE)?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            // A crash of the machine may lose the last transactions, each of them whole: what was
            // read is then read again.
            connection.pragma_update(None, "synchronous", "NORMAL")?;
            let version: i32 =
                connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
            if version != 0 && version != VERSION {
                return Err(rusqlite::Error::SqliteFailure(
                    rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_MISMATCH),
                    Some(format!(
                        "it has version {version}, this program reads version {VERSION}"
                    )),
                ));
            }
            connection.execute_batch(TABLES)?;
            connection.pragma_update(None, "user_version", VERSION)?;
            connection.pragma_update(None, "cache_size", -CACHE)?;
            connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT)?;
            connection.set_prepared_statement_cache_capacity(16);
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
        })
    }
}

impl Store for SqliteStore {
    fn transact(
        &mut self,
        work: &mut dyn FnMut(&mut dyn Cells) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let path = &self.path;
        let fail = |reason| StoreError::Sqlite {
            path: path.clone(),
            reason,
        };
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(fail)?;
        // What a transaction learnt about the tables is forgotten when it fails.
        let mut names = std::mem::take(&mut self.names);
        let mut counts = std::mem::take(&mut self.counts);
        let mut open = Open {
            path,
            transaction: &transaction,
            select: transaction.prepare_cached(SELECT).map_err(fail)?,
            names: &mut names,
            cells: FxHashMap::default(),
        };
        work(&mut open)?;
        let joined = open.write()?;
        for (detector, count) in joined {
            let counted = match counts.get(&detector) {
                Some(known) => known + count,
                None => count_cells(&transaction, detector).map_err(fail)?,
            };
            counts.insert(detector, counted);
            if counted > self.bounds.cells {
                let gone = give_up(&transaction, detector, self.bounds.cells).map_err(fail)?;
                counts.remove(&detector);
                let name = names.iter().find(|(_, id)| **id == detector);
                if let Some((name, _)) = name {
                    *self.evicted.entry(name.clone()).or_default() += gone;
                }
            }
        }
        transaction.commit().map_err(fail)?;
        self.names = names;
        self.counts = counts;
        Ok(())
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

const SELECT: &str = "SELECT value FROM cell WHERE detector = ?1 AND key = ?2";

/// The cells of one transaction, written at its end.
struct Open<'s> {
    path: &'s str,
    transaction: &'s Transaction<'s>,
    select: CachedStatement<'s>,
    names: &'s mut FxHashMap<String, i64>,
    cells: FxHashMap<(i64, Digest), Held>,
}

struct Held {
    cell: Cell,
    changed: bool,
    /// Whether the table has no row for it yet.
    new: bool,
}

impl Open<'_> {
    fn failed(&self, reason: rusqlite::Error) -> StoreError {
        StoreError::Sqlite {
            path: self.path.to_owned(),
            reason,
        }
    }

    fn unreadable(&self, detector: &str, reason: postcard::Error) -> StoreError {
        StoreError::Cell {
            path: self.path.to_owned(),
            detector: detector.to_owned(),
            reason,
        }
    }

    fn prepare(&self, text: &str) -> Result<CachedStatement<'_>, StoreError> {
        self.transaction
            .prepare_cached(text)
            .map_err(|error| self.failed(error))
    }

    fn number(&mut self, detector: &str) -> Result<i64, StoreError> {
        if let Some(number) = self.names.get(detector) {
            return Ok(*number);
        }
        let find = || -> rusqlite::Result<i64> {
            self.transaction.execute(
                "INSERT OR IGNORE INTO detector (name) VALUES (?1)",
                [detector],
            )?;
            self.transaction.query_row(
                "SELECT id FROM detector WHERE name = ?1",
                [detector],
                |row| row.get(0),
            )
        };
        let number = find().map_err(|error| self.failed(error))?;
        self.names.insert(detector.to_owned(), number);
        Ok(number)
    }

    fn load(&mut self, detector: &str, number: i64, key: Digest) -> Result<Held, StoreError> {
        let read = self
            .select
            .query_row(params![number, key.0.as_slice()], |row| {
                Ok(postcard::from_bytes(row.get_ref(0)?.as_blob()?))
            })
            .optional()
            .map_err(|error| self.failed(error))?;
        let new = read.is_none();
        let cell = read.unwrap_or_else(|| Ok(Cell::default()));
        Ok(Held {
            cell: cell.map_err(|error| self.unreadable(detector, error))?,
            changed: false,
            new,
        })
    }

    /// Writes what changed; how many cells joined, by detector.
    fn write(mut self) -> Result<FxHashMap<i64, usize>, StoreError> {
        let cells = std::mem::take(&mut self.cells);
        let mut changed: Vec<_> = cells.into_iter().filter(|(_, held)| held.changed).collect();
        // In the order of the table, which is quicker to write.
        changed.sort_unstable_by_key(|(place, _)| *place);
        let mut joined: FxHashMap<i64, usize> = FxHashMap::default();
        let touched: i64 = self
            .prepare("UPDATE batch SET number = number + 1 RETURNING number")?
            .query_row([], |row| row.get(0))
            .map_err(|error| self.failed(error))?;
        let mut put = self.prepare(
            "INSERT INTO cell (detector, key, touched, value) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (detector, key) DO UPDATE SET touched = ?3, value = ?4",
        )?;
        let mut delete = self.prepare("DELETE FROM cell WHERE detector = ?1 AND key = ?2")?;
        let mut bytes = Vec::new();
        for ((detector, key), held) in changed {
            if held.cell == Cell::Empty {
                delete
                    .execute(params![detector, key.0.as_slice()])
                    .map_err(|error| self.failed(error))?;
                continue;
            }
            bytes.clear();
            bytes = postcard::to_extend(&held.cell, bytes)
                .map_err(|error| self.unreadable("?", error))?;
            put.execute(params![detector, key.0.as_slice(), touched, bytes])
                .map_err(|error| self.failed(error))?;
            *joined.entry(detector).or_default() += usize::from(held.new);
        }
        Ok(joined)
    }
}

impl Cells for Open<'_> {
    fn change(
        &mut self,
        place: Place<'_>,
        change: &mut dyn FnMut(&mut Cell) -> bool,
    ) -> Result<(), StoreError> {
        let number = self.number(place.detector)?;
        let name = (number, place.key);
        if !self.cells.contains_key(&name) {
            let held = self.load(place.detector, number, place.key)?;
            self.cells.insert(name, held);
        }
        if let Some(held) = self.cells.get_mut(&name) {
            held.changed |= change(&mut held.cell);
        }
        Ok(())
    }

    fn each(
        &mut self,
        detector: &str,
        look: &mut dyn FnMut(&Digest, &mut Cell) -> bool,
    ) -> Result<(), StoreError> {
        let number = self.number(detector)?;
        let keys = {
            let mut statement =
                self.prepare("SELECT key FROM cell WHERE detector = ?1 ORDER BY key")?;
            let keys = statement
                .query_map([number], |row| row.get::<_, [u8; 16]>(0))
                .and_then(Iterator::collect::<rusqlite::Result<Vec<_>>>);
            keys.map_err(|error| self.failed(error))?
        };
        let mut all: Vec<Digest> = keys.into_iter().map(Digest).collect();
        all.extend(
            self.cells
                .keys()
                .filter(|(of, _)| *of == number)
                .map(|(_, key)| *key),
        );
        all.sort_unstable();
        all.dedup();
        for key in all {
            let place = Place { detector, key };
            self.change(place, &mut |cell| look(&key, cell))?;
        }
        Ok(())
    }
}
