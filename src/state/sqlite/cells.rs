//! The cells of one transaction: read when they are asked for, written together at its end.

use rusqlite::{CachedStatement, Connection, OptionalExtension as _, params};
use rustc_hash::FxHashMap;

use crate::state::{Cell, Cells, Digest, Place, StoreError};

const SELECT: &str = "SELECT value FROM cell WHERE detector = ?1 AND key = ?2";

/// The next thousand cells of a detector after a key. The empty key stands before all.
const NEXT: &str =
    "SELECT key, value FROM cell WHERE detector = ?1 AND key > ?2 ORDER BY key LIMIT 1000";

/// Looks at a cell; whether it changed it.
type Look<'l> = &'l mut dyn FnMut(&Digest, &mut Cell) -> bool;

/// The cells of one transaction, written at its end.
pub(super) struct Open<'s> {
    path: &'s str,
    connection: &'s Connection,
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

impl Held {
    /// A cell as it stands in the table.
    const fn stored(cell: Cell) -> Self {
        Self {
            cell,
            changed: false,
            new: false,
        }
    }
}

impl<'s> Open<'s> {
    /// No cells yet. `names` are the numbers of detectors, as far as they are known.
    pub(super) fn new(
        path: &'s str,
        connection: &'s Connection,
        names: &'s mut FxHashMap<String, i64>,
    ) -> Result<Self, StoreError> {
        let select = connection.prepare_cached(SELECT);
        let select = select.map_err(|reason| StoreError::Sqlite {
            path: path.to_owned(),
            reason,
        })?;
        Ok(Self {
            path,
            connection,
            select,
            names,
            cells: FxHashMap::default(),
        })
    }

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
        self.connection
            .prepare_cached(text)
            .map_err(|error| self.failed(error))
    }

    fn number(&mut self, detector: &str) -> Result<i64, StoreError> {
        if let Some(number) = self.names.get(detector) {
            return Ok(*number);
        }
        let find = || -> rusqlite::Result<i64> {
            self.connection.execute(
                "INSERT OR IGNORE INTO detector (name) VALUES (?1)",
                [detector],
            )?;
            self.connection.query_row(
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

    /// The next cells of a detector in the table after a key, by key; none at the end.
    fn rows(
        &self,
        detector: &str,
        number: i64,
        after: Option<Digest>,
    ) -> Result<Vec<(Digest, Cell)>, StoreError> {
        let read = || -> rusqlite::Result<Vec<(Digest, postcard::Result<Cell>)>> {
            let after = after.map_or_else(Vec::new, |key| key.0.to_vec());
            self.connection
                .prepare_cached(NEXT)?
                .query_map(params![number, after], |row| {
                    let cell = postcard::from_bytes(row.get_ref(1)?.as_blob()?);
                    Ok((Digest(row.get(0)?), cell))
                })?
                .collect()
        };
        let rows = read().map_err(|error| self.failed(error))?;
        rows.into_iter()
            .map(|(key, cell)| Ok((key, cell.map_err(|error| self.unreadable(detector, error))?)))
            .collect()
    }

    /// Looks at a cell that is open.
    fn look(&mut self, number: i64, key: Digest, look: Look<'_>) {
        if let Some(held) = self.cells.get_mut(&(number, key)) {
            held.changed |= look(&key, &mut held.cell);
        }
    }

    /// Writes what changed; how many cells joined, by detector.
    pub(super) fn write(mut self) -> Result<FxHashMap<i64, usize>, StoreError> {
        let cells = std::mem::take(&mut self.cells);
        let mut changed: Vec<_> = cells.into_iter().filter(|(_, held)| held.changed).collect();
        if changed.is_empty() {
            return Ok(FxHashMap::default());
        }
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
        let of_it = self.cells.keys().filter(|(of, _)| *of == number);
        let mut open: Vec<Digest> = of_it.map(|(_, key)| *key).collect();
        open.sort_unstable();
        let mut open = open.into_iter().peekable();
        let mut after: Option<Digest> = None;
        loop {
            let rows = self.rows(detector, number, after)?;
            after = rows.last().map(|(key, _)| *key);
            for (key, cell) in rows {
                while let Some(before) = open.next_if(|open| *open < key) {
                    self.look(number, before, look);
                }
                if open.next_if_eq(&key).is_some() {
                    self.look(number, key, look);
                    continue;
                }
                // What does not change is not kept: there may be any number.
                let mut held = Held::stored(cell);
                held.changed = look(&key, &mut held.cell);
                if held.changed {
                    self.cells.insert((number, key), held);
                }
            }
            if after.is_none() {
                break;
            }
        }
        for key in open {
            self.look(number, key, look);
        }
        Ok(())
    }
}
