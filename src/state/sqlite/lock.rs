//! One process at a time: a lock on a file beside the state, which goes with the process.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Holds a state for this process alone, until it is dropped or the process ends, however it ends.
#[derive(Debug)]
pub struct StateLock {
    _file: File,
}

/// Why a state can't be held.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process holds it.
    #[error(
        "another trailhound uses the state {path}: stop it, or give this one a state of its own ([state] path)"
    )]
    Held {
        /// The state.
        path: PathBuf,
    },
    /// The lock's file can't be made.
    #[error(
        "can't lock the state: {path}: {source}: the state needs a folder that is there and can be written ([state] path, --state)"
    )]
    Io {
        /// The lock's file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl StateLock {
    /// Holds the state in a file.
    ///
    /// # Errors
    /// When another process holds it, or the lock's file (the state's name and `.lock`) can't be made.
    pub fn take(state: &Path) -> Result<Self, LockError> {
        let mut name = state.as_os_str().to_owned();
        name.push(".lock");
        let path = PathBuf::from(name);
        let file = match File::options().create(true).append(true).open(&path) {
            Ok(file) => file,
            Err(source) => return Err(LockError::Io { path, source }),
        };
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(LockError::Held {
                path: state.to_owned(),
            }),
            Err(TryLockError::Error(source)) => Err(LockError::Io { path, source }),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_held_once_and_is_free_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.db");
        let held = StateLock::take(&path).unwrap();
        let error = StateLock::take(&path).unwrap_err().to_string();
        assert!(
            error.contains("another trailhound uses the state"),
            "{error}"
        );
        drop(held);
        StateLock::take(&path).unwrap();
    }

    #[test]
    fn a_folder_that_is_not_there_is_told() {
        let error = StateLock::take(Path::new("/nowhere/at/all.db")).unwrap_err();
        assert!(matches!(error, LockError::Io { .. }), "{error}");
    }
}
