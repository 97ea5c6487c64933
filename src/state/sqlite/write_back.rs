//! Writes what was committed from the log of a state into its file, so that nobody who judges or delivers
//! waits for the disk. A connection of its own; it never changes what is in the state.

use std::path::Path;

use rusqlite::Connection;

use super::connect;
use crate::state::StoreError;

/// How often it is tried in a row to come to the end of the log: only then can the log begin anew, and
/// somebody may be adding to it meanwhile.
const PASSES: usize = 4;

/// Writes the log of a state back.
#[derive(Debug)]
pub struct WriteBack {
    path: String,
    connection: Connection,
}

impl WriteBack {
    /// For a state that has been opened before.
    ///
    /// # Errors
    /// When the database can't be opened.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let name = path.display().to_string();
        match connect(path) {
            Ok(connection) => Ok(Self {
                path: name,
                connection,
            }),
            Err(reason) => Err(StoreError::Sqlite { path: name, reason }),
        }
    }

    /// Writes back what is in the log. It blocks, and holds up nobody.
    ///
    /// # Errors
    /// When the database fails.
    pub fn run(&mut self) -> Result<(), StoreError> {
        for _ in 0..PASSES {
            let pass = self.connection.query_row(
                "PRAGMA wal_checkpoint(PASSIVE)",
                [],
                |row| -> rusqlite::Result<(i64, i64)> { Ok((row.get(1)?, row.get(2)?)) },
            );
            let (length, written) = pass.map_err(|reason| StoreError::Sqlite {
                path: self.path.clone(),
                reason,
            })?;
            if written >= length {
                break;
            }
        }
        Ok(())
    }
}
