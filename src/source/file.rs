//! One input: a file or standard input.
//!
//! Opens and names; does not look inside.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use super::progress::{Counted, Progress};
use crate::record::Origin;

/// Why a path gives no input, in words for its user.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// There is nothing of this name.
    #[error(
        "{path}: no such file or folder; check the spelling, or quote a pattern such as 'logs/*.gz'"
    )]
    Missing {
        /// As the user wrote it.
        path: String,
    },
    /// A pattern that fits no file.
    #[error("{pattern}: no file fits this pattern")]
    NoMatch {
        /// As the user wrote it.
        pattern: String,
    },
    /// Not a pattern.
    #[error("{pattern}: not a pattern: {reason}")]
    BadPattern {
        /// As the user wrote it.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A folder without files.
    #[error("{path}: the folder holds no files; name the folder that holds the exported logs")]
    EmptyFolder {
        /// The folder.
        path: String,
    },
    /// The system refuses to read it.
    #[error("{path}: cannot read: {source}; {}", hint(source))]
    Unreadable {
        /// The file or folder.
        path: String,
        /// The system's words.
        source: io::Error,
    },
}

fn hint(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "give yourself read permission or run as its owner",
        io::ErrorKind::NotFound => "it was there a moment ago: is something moving the files?",
        _ => "the other inputs are read all the same",
    }
}

/// Something to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its path as a person would write it, or `-` for standard input.
    pub name: String,
    /// None is standard input.
    pub path: Option<PathBuf>,
    /// Its size in bytes on disk, where that is known.
    pub size: Option<u64>,
    /// What its path tells about where the log events come from.
    pub origin: Origin,
}

impl Input {
    /// Standard input.
    #[must_use]
    pub fn stdin() -> Self {
        Self {
            name: "-".to_owned(),
            path: None,
            size: None,
            origin: Origin::default(),
        }
    }

    /// Opens it. What is read is counted in `progress`.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn open(&self, progress: &Progress) -> Result<Counted<Box<dyn Read + Send>>, Failure> {
        let reader: Box<dyn Read + Send> = match &self.path {
            None => Box::new(io::stdin()),
            Some(path) => Box::new(File::open(path).map_err(|source| Failure::Unreadable {
                path: self.name.clone(),
                source,
            })?),
        };
        Ok(Counted::new(reader, progress))
    }
}
