//! From the paths a user names to the inputs they stand for: files, folders, patterns, `-`.
//!
//! One path that fails does not stop the others: failures are listed beside what was found.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::file::{Failure, Input};
use super::origin::origin_of;

/// What `CreateExportTask` leaves at the root of its prefix to test its permission.
pub(super) const EXPORT_PROBE: &str = "aws-logs-write-test";

/// What was found under the paths a user named.
#[derive(Debug, Default)]
pub struct Listing {
    /// In the order of the arguments, folders sorted by path. Each file once.
    pub inputs: Vec<Input>,
    /// What could not be found or listed.
    pub failures: Vec<Failure>,
    /// What was left out on purpose.
    pub skipped: Skipped,
}

impl Listing {
    /// Bytes on disk of all inputs, where every size is known.
    #[must_use]
    pub fn total_size(&self) -> Option<u64> {
        self.inputs.iter().map(|input| input.size).sum()
    }
}

/// What was left out on purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Objects named `aws-logs-write-test`, by which an export task tests its permission.
    pub export_probes: usize,
    /// Pipes, sockets and devices inside a folder.
    pub not_files: usize,
    /// Links that lead back to a folder above them.
    pub loops: usize,
}

/// Finds the inputs that `paths` stand for.
///
/// A folder stands for all regular files in it and below, hidden ones too. A path that does not
/// exist is taken as a pattern if it has `*`, `?` or `[`. A pipe named outright is read.
#[must_use]
pub fn find(paths: &[PathBuf]) -> Listing {
    let mut search = Search::default();
    for path in paths {
        search.path(path);
    }
    search.listing
}

#[derive(Default)]
struct Search {
    listing: Listing,
    seen: HashSet<PathBuf>,
}

impl Search {
    fn path(&mut self, path: &Path) {
        if path == Path::new("-") {
            if self.seen.insert(path.to_owned()) {
                self.listing.inputs.push(Input::stdin());
            }
            return;
        }
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => self.folder(path),
            Ok(found) => self.file(path, found.is_file().then_some(found.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.pattern(path),
            Err(source) => self.fail(Failure::Unreadable {
                path: name(path),
                source,
            }),
        }
    }

    fn file(&mut self, path: &Path, size: Option<u64>) {
        if path.file_name().is_some_and(|name| name == EXPORT_PROBE) {
            self.listing.skipped.export_probes += 1;
            return;
        }
        if !self.seen.insert(path.to_owned()) {
            return;
        }
        let origin = origin_of(&fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()));
        let path = Some(path.to_owned());
        let name = path.as_deref().map(name).unwrap_or_default();
        self.listing.inputs.push(Input {
            name,
            path,
            size,
            origin,
        });
    }

    fn folder(&mut self, folder: &Path) {
        let before = (self.listing.inputs.len(), self.seen.len());
        let failures = self.listing.failures.len();
        for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) if entry.file_type().is_file() => {
                    let size = entry.metadata().ok().map(|found| found.len());
                    self.file(entry.path(), size);
                }
                Ok(_) => self.listing.skipped.not_files += 1,
                Err(error) => self.unlisted(&error, folder),
            }
        }
        let nothing = before == (self.listing.inputs.len(), self.seen.len());
        if nothing && self.listing.failures.len() == failures && !self.knows_below(folder) {
            self.fail(Failure::EmptyFolder { path: name(folder) });
        }
    }

    /// Whether files of a folder were found before, by another path argument.
    fn knows_below(&self, folder: &Path) -> bool {
        self.seen.iter().any(|path| path.starts_with(folder))
    }

    fn unlisted(&mut self, error: &walkdir::Error, folder: &Path) {
        if error.loop_ancestor().is_some() {
            self.listing.skipped.loops += 1;
            return;
        }
        let path = name(error.path().unwrap_or(folder));
        let source = match error.io_error() {
            Some(error) => io::Error::new(error.kind(), error.to_string()),
            None => io::Error::other(error.to_string()),
        };
        self.fail(Failure::Unreadable { path, source });
    }

    fn pattern(&mut self, path: &Path) {
        let pattern = name(path);
        if !pattern.contains(['*', '?', '[']) {
            return self.fail(Failure::Missing { path: pattern });
        }
        let found = match glob::glob(&pattern) {
            Ok(found) => found,
            Err(error) => {
                let reason = format!("{} at character {}", error.msg, error.pos + 1);
                return self.fail(Failure::BadPattern { pattern, reason });
            }
        };
        let mut any = false;
        for path in found {
            any = true;
            match path {
                Ok(path) => self.path(&path),
                Err(error) => {
                    let path = name(error.path());
                    self.fail(Failure::Unreadable {
                        path,
                        source: error.into(),
                    });
                }
            }
        }
        if !any {
            self.fail(Failure::NoMatch { pattern });
        }
    }

    fn fail(&mut self, failure: Failure) {
        self.listing.failures.push(failure);
    }
}

fn name(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
#[path = "find_tests.rs"]
mod tests;
