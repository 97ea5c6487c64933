//! What a reader of live logs keeps beside the cells, in the same transaction: how far each source has
//! been read, which of its events are known, and the alerts that were raised.

use rusqlite::{OptionalExtension as _, params};

use super::SqliteStore;
use crate::state::{Digest, StoreError};

/// How far a source has been read. All times are milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Where its reading began: nothing from before is wanted.
    pub begun: Option<i64>,
    /// Up to where it has been read.
    pub position: Option<i64>,
    /// Up to where late events have been looked for.
    pub settled: Option<i64>,
}

impl From<Option<i64>> for Progress {
    /// A position alone.
    fn from(position: Option<i64>) -> Self {
        Self {
            position,
            ..Self::default()
        }
    }
}

impl SqliteStore {
    /// How far a source has been read.
    ///
    /// # Errors
    /// When the database fails.
    pub fn progress(&self, source: &str) -> Result<Progress, StoreError> {
        let found = self
            .connection
            .prepare_cached("SELECT begun, position, settled FROM source WHERE name = ?1")
            .and_then(|mut find| {
                let read = |row: &rusqlite::Row<'_>| {
                    Ok(Progress {
                        begun: row.get(0)?,
                        position: row.get(1)?,
                        settled: row.get(2)?,
                    })
                };
                find.query_row([source], read).optional()
            });
        found
            .map(Option::unwrap_or_default)
            .map_err(|reason| self.failed(reason))
    }

    /// Notes where the reading of a source began, unless that is known.
    ///
    /// # Errors
    /// When the database fails.
    pub fn begin_source(&mut self, source: &str, from: i64) -> Result<(), StoreError> {
        let number = self.source(source)?;
        let text = "UPDATE source SET begun = coalesce(begun, ?2) WHERE id = ?1";
        self.change(text, params![number, from]).map(|_| ())
    }

    /// Where the reading of all sources began, the earliest: nothing from before has ever been read. `None`
    /// where that is not known of each.
    ///
    /// # Errors
    /// When the database fails.
    pub fn begun(&self) -> Result<Option<i64>, StoreError> {
        let text = "SELECT min(begun) FROM source HAVING count(begun) = count(*)";
        self.connection
            .prepare_cached(text)
            .and_then(|mut find| find.query_row([], |row| row.get(0)).optional())
            .map(Option::flatten)
            .map_err(|reason| self.failed(reason))
    }

    /// Notes up to where late events have been looked for; that never goes back.
    ///
    /// # Errors
    /// When the database fails.
    pub fn settle_source(&mut self, source: &str, settled: i64) -> Result<(), StoreError> {
        let number = self.source(source)?;
        let text = "UPDATE source SET settled = max(coalesce(settled, ?2), ?2) WHERE id = ?1";
        self.change(text, params![number, settled]).map(|_| ())
    }

    /// The sources that have been read at some time from `since` on (milliseconds since the Unix epoch).
    ///
    /// # Errors
    /// When the database fails.
    pub fn sources_since(&self, since: i64) -> Result<Vec<String>, StoreError> {
        let read = || -> rusqlite::Result<Vec<String>> {
            self.connection
                .prepare_cached("SELECT name FROM source WHERE position >= ?1 ORDER BY name")?
                .query_map([since], |row| row.get(0))?
                .collect()
        };
        read().map_err(|reason| self.failed(reason))
    }

    /// How far the source has been read that has been read furthest, in milliseconds since the Unix epoch.
    ///
    /// # Errors
    /// When the database fails.
    pub fn latest_position(&self) -> Result<Option<i64>, StoreError> {
        self.connection
            .prepare_cached("SELECT max(position) FROM source")
            .and_then(|mut find| find.query_row([], |row| row.get(0)))
            .map_err(|reason| self.failed(reason))
    }

    /// Notes how far a source has been read; a position never goes back.
    ///
    /// # Errors
    /// When the database fails.
    pub fn advance(&mut self, source: &str, position: i64) -> Result<(), StoreError> {
        let number = self.source(source)?;
        let text = "UPDATE source SET position = max(coalesce(position, ?2), ?2) WHERE id = ?1";
        self.change(text, params![number, position]).map(|_| ())
    }

    /// Which events of a source come for the first time; they are known from now on. Of each, its time
    /// in milliseconds since the Unix epoch, and what tells it from others of that time.
    ///
    /// # Errors
    /// When the database fails.
    pub fn are_new(
        &mut self,
        source: &str,
        events: &[(i64, u64)],
    ) -> Result<Vec<bool>, StoreError> {
        let number = self.source(source)?;
        let note = || -> rusqlite::Result<Vec<bool>> {
            let text = "INSERT OR IGNORE INTO seen VALUES (?1, ?2, ?3)";
            let mut insert = self.connection.prepare_cached(text)?;
            let mut is_new = |(time, event): &(i64, u64)| {
                let added = insert.execute(params![number, time, event.cast_signed()]);
                added.map(|added| added > 0)
            };
            events.iter().map(&mut is_new).collect()
        };
        note().map_err(|reason| self.failed(reason))
    }

    /// Forgets which events of a source are known from before a time, the oldest first, and some
    /// thousands at most; how many.
    ///
    /// # Errors
    /// When the database fails.
    pub fn forget_events(&mut self, source: &str, before: i64) -> Result<usize, StoreError> {
        let number = self.source(source)?;
        let text = "DELETE FROM seen WHERE (source, time, event) IN
             (SELECT source, time, event FROM seen WHERE source = ?1 AND time < ?2
              ORDER BY time, event LIMIT 4000)";
        self.change(text, params![number, before])
    }

    /// Puts an alert into the outbox for some sinks, unless it has been raised before; whether it was
    /// put. `now` is in milliseconds since the Unix epoch.
    ///
    /// # Errors
    /// When the database fails.
    pub fn post<'s>(
        &mut self,
        alert: Digest,
        now: i64,
        body: &str,
        sinks: impl IntoIterator<Item = &'s str>,
    ) -> Result<bool, StoreError> {
        let text = "INSERT OR IGNORE INTO raised VALUES (?1, ?2)";
        if self.change(text, params![alert.0.as_slice(), now])? == 0 {
            return Ok(false);
        }
        self.change(
            "INSERT INTO outbox (posted, body) VALUES (?1, ?2)",
            params![now, body],
        )?;
        let number = self.connection.last_insert_rowid();
        for sink in sinks {
            let text = "INSERT INTO waiting (sink, number, due, attempts) VALUES (?1, ?2, ?3, 0)";
            self.change(text, params![sink, number, now])?;
        }
        Ok(true)
    }

    /// Forgets alerts that were raised before a time and wait nowhere any more.
    ///
    /// # Errors
    /// When the database fails.
    pub fn forget_alerts(&mut self, before: i64) -> Result<(), StoreError> {
        self.change("DELETE FROM raised WHERE time < ?1", [before])?;
        let text = "DELETE FROM outbox WHERE posted < ?1
             AND NOT EXISTS (SELECT 1 FROM waiting WHERE waiting.number = outbox.number)";
        self.change(text, [before]).map(|_| ())
    }

    /// What was noted under a name.
    ///
    /// # Errors
    /// When the database fails.
    pub fn memo(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.connection
            .prepare_cached("SELECT value FROM memo WHERE name = ?1")
            .and_then(|mut find| find.query_row([name], |row| row.get(0)).optional())
            .map_err(|reason| self.failed(reason))
    }

    /// Notes something under a name.
    ///
    /// # Errors
    /// When the database fails.
    pub fn set_memo(&mut self, name: &str, value: &[u8]) -> Result<(), StoreError> {
        let text = "INSERT OR REPLACE INTO memo VALUES (?1, ?2)";
        self.change(text, params![name, value]).map(|_| ())
    }

    /// The names that begin so, under which something is noted.
    ///
    /// # Errors
    /// When the database fails.
    pub fn memos(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let read = || -> rusqlite::Result<Vec<String>> {
            let text = "SELECT name FROM memo WHERE substr(name, 1, length(?1)) = ?1";
            self.connection
                .prepare_cached(text)?
                .query_map([prefix], |row| row.get(0))?
                .collect()
        };
        read().map_err(|reason| self.failed(reason))
    }

    /// Forgets what was noted under a name.
    ///
    /// # Errors
    /// When the database fails.
    pub fn forget_memo(&mut self, name: &str) -> Result<(), StoreError> {
        self.change("DELETE FROM memo WHERE name = ?1", [name])
            .map(|_| ())
    }

    /// Forgets how far a source has been read: it will never be read again.
    ///
    /// # Errors
    /// When the database fails.
    pub fn forget_source(&mut self, name: &str) -> Result<(), StoreError> {
        self.sources.remove(name);
        self.change("DELETE FROM source WHERE name = ?1", [name])
            .map(|_| ())
    }

    fn source(&mut self, name: &str) -> Result<i64, StoreError> {
        if let Some(number) = self.sources.get(name) {
            return Ok(*number);
        }
        self.change("INSERT OR IGNORE INTO source (name) VALUES (?1)", [name])?;
        let number = self
            .connection
            .prepare_cached("SELECT id FROM source WHERE name = ?1")
            .and_then(|mut find| find.query_row([name], |row| row.get(0)))
            .map_err(|reason| self.failed(reason))?;
        self.sources.insert(name.to_owned(), number);
        Ok(number)
    }

    fn change(&self, text: &str, values: impl rusqlite::Params) -> Result<usize, StoreError> {
        self.connection
            .prepare_cached(text)
            .and_then(|mut statement| statement.execute(values))
            .map_err(|reason| self.failed(reason))
    }
}
