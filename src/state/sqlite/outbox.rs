//! Alerts that wait for their sinks. A connection of its own: who delivers never holds up who reads.

use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, params};

use super::connect;
use super::turns::Turns;
use crate::state::{Outgoing, Posted, StoreError};

/// The outbox of a state in SQLite. Times are milliseconds since the Unix epoch.
#[derive(Debug)]
pub struct SqliteOutbox {
    path: String,
    connection: Connection,
    turns: Arc<Turns>,
}

impl SqliteOutbox {
    /// Opens the outbox of a state that has been opened before.
    ///
    /// # Errors
    /// When the database can't be opened.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::connect(path, Arc::default())
    }

    pub(super) fn connect(path: &Path, turns: Arc<Turns>) -> Result<Self, StoreError> {
        let name = path.display().to_string();
        match connect(path) {
            Ok(connection) => Ok(Self {
                path: name,
                connection,
                turns,
            }),
            Err(reason) => Err(StoreError::Sqlite { path: name, reason }),
        }
    }

    fn failed(&self, reason: rusqlite::Error) -> StoreError {
        StoreError::Sqlite {
            path: self.path.clone(),
            reason,
        }
    }
}

impl Outgoing for SqliteOutbox {
    fn due(&mut self, sink: &str, now: i64, most: usize) -> Result<Vec<Posted>, StoreError> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let read = |connection: &Connection| -> rusqlite::Result<Vec<Posted>> {
            connection
                .prepare_cached(
                    "SELECT waiting.number, attempts, posted, body
                     FROM waiting JOIN outbox ON outbox.number = waiting.number
                     WHERE sink = ?1 AND due <= ?2 ORDER BY waiting.number LIMIT ?3",
                )?
                .query_map(params![sink, now, most], |row| {
                    Ok(Posted {
                        number: row.get(0)?,
                        attempts: row.get(1)?,
                        since: row.get(2)?,
                        body: row.get(3)?,
                    })
                })?
                .collect()
        };
        read(&self.connection).map_err(|reason| self.failed(reason))
    }

    fn next(&mut self, sink: &str) -> Result<Option<i64>, StoreError> {
        self.connection
            .prepare_cached("SELECT min(due) FROM waiting WHERE sink = ?1")
            .and_then(|mut find| find.query_row([sink], |row| row.get(0)))
            .map_err(|reason| self.failed(reason))
    }

    fn sinks(&mut self) -> Result<Vec<String>, StoreError> {
        let read = |connection: &Connection| -> rusqlite::Result<Vec<String>> {
            connection
                .prepare_cached("SELECT DISTINCT sink FROM waiting")?
                .query_map([], |row| row.get(0))?
                .collect()
        };
        read(&self.connection).map_err(|reason| self.failed(reason))
    }

    fn waiting(&mut self, sink: &str) -> Result<(u64, Option<i64>), StoreError> {
        self.connection
            .prepare_cached(
                "SELECT count(*), min(posted)
                 FROM waiting JOIN outbox ON outbox.number = waiting.number WHERE sink = ?1",
            )
            .and_then(|mut find| {
                find.query_row([sink], |row| {
                    let count: i64 = row.get(0)?;
                    Ok((count.cast_unsigned(), row.get(1)?))
                })
            })
            .map_err(|reason| self.failed(reason))
    }

    fn settle(&mut self, sink: &str, fates: &[(i64, Option<i64>)]) -> Result<(), StoreError> {
        let turns = Arc::clone(&self.turns);
        let write = |connection: &mut Connection| -> rusqlite::Result<()> {
            let _turn = turns.take();
            let behavior = rusqlite::TransactionBehavior::Immediate;
            let transaction = connection.transaction_with_behavior(behavior)?;
            for (number, again) in fates {
                match again {
                    Some(at) => transaction
                        .prepare_cached(
                            "UPDATE waiting SET due = ?3, attempts = attempts + 1
                             WHERE sink = ?1 AND number = ?2",
                        )?
                        .execute(params![sink, number, at])?,
                    None => leave(&transaction, sink, *number)?,
                };
            }
            transaction.commit()
        };
        write(&mut self.connection).map_err(|reason| self.failed(reason))
    }

    fn hurry(&mut self) -> Result<(), StoreError> {
        let hurried = self.connection.execute("UPDATE waiting SET due = 0", []);
        hurried.map(drop).map_err(|reason| self.failed(reason))
    }
}

/// Takes a text out of a sink's outbox, and its body with it if no other sink waits for it.
fn leave(connection: &Connection, sink: &str, number: i64) -> rusqlite::Result<usize> {
    connection
        .prepare_cached("DELETE FROM waiting WHERE sink = ?1 AND number = ?2")?
        .execute(params![sink, number])?;
    connection
        .prepare_cached(
            "DELETE FROM outbox WHERE number = ?1
             AND NOT EXISTS (SELECT 1 FROM waiting WHERE waiting.number = outbox.number)",
        )?
        .execute([number])
}
