//! Notices that files change, by inotify or what the system has instead. Reads none of them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc;

/// Changes of the watched files, until it is dropped.
#[derive(Debug)]
pub struct Changes {
    _watcher: RecommendedWatcher,
    changed: mpsc::Receiver<()>,
}

/// Why changes can't be noticed.
#[derive(Debug, thiserror::Error)]
#[error("can't watch {path} for changes: {source}: send SIGHUP to reload instead")]
pub struct WatchError {
    path: PathBuf,
    source: notify::Error,
}

/// What is watched.
#[derive(Debug)]
enum Watched {
    /// One file, by way of its folder: an editor writes a new file and renames it.
    File(PathBuf, OsString),
    /// All detector files below a folder.
    Folder(PathBuf),
}

impl Watched {
    fn of(path: &Path) -> Self {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        match (path.is_dir(), path.parent(), path.file_name()) {
            (false, Some(folder), Some(name)) => Self::File(folder.to_owned(), name.to_owned()),
            _ => Self::Folder(path),
        }
    }

    fn root(&self) -> (&Path, RecursiveMode) {
        match self {
            Self::File(folder, _) => (folder, RecursiveMode::NonRecursive),
            Self::Folder(folder) => (folder, RecursiveMode::Recursive),
        }
    }

    /// Whether a change at `path` is one of what is watched. A mounted ConfigMap changes by its link
    /// `..data`.
    fn is_at(&self, path: &Path) -> bool {
        let name = path.file_name();
        let link = name.is_some_and(|name| name == "..data");
        match self {
            Self::File(folder, file) => {
                path.parent() == Some(folder) && (link || name == Some(file))
            }
            Self::Folder(folder) => {
                let named = path.extension().is_none_or(|extension| extension == "toml");
                path.starts_with(folder) && (link || named)
            }
        }
    }
}

impl Changes {
    /// Watches files, and all `.toml` files below folders.
    ///
    /// # Errors
    /// When one is not there or the system has no watch left.
    pub fn of(paths: &[PathBuf]) -> Result<Self, WatchError> {
        let (sender, changed) = mpsc::channel(1);
        let watched: Vec<Watched> = paths.iter().map(|path| Watched::of(path)).collect();
        let roots: Vec<_> = watched
            .iter()
            .map(|watched| {
                let (root, mode) = watched.root();
                (root.to_owned(), mode)
            })
            .collect();
        let first = roots.first().map(|(root, _)| root.clone());
        let note = move |event: notify::Result<Event>| {
            let relevant = match event {
                Ok(event) => is_change(&event, &watched),
                // The system lost some: better one reload too many.
                Err(_) => true,
            };
            if relevant {
                // A full channel holds the news already.
                let _ = sender.try_send(());
            }
        };
        let fail = |path: &Path, source| WatchError {
            path: path.to_owned(),
            source,
        };
        let mut watcher = notify::recommended_watcher(note)
            .map_err(|source| fail(&first.unwrap_or_default(), source))?;
        for (root, mode) in &roots {
            let added = watcher.watch(root, *mode);
            added.map_err(|source| fail(root, source))?;
        }
        Ok(Self {
            _watcher: watcher,
            changed,
        })
    }

    /// Waits for a change. `None` when there will be none any more.
    pub async fn next(&mut self) -> Option<()> {
        self.changed.recv().await
    }
}

fn is_change(event: &Event, watched: &[Watched]) -> bool {
    let read = matches!(event.kind, EventKind::Access(_));
    let at = |path: &PathBuf| watched.iter().any(|watched| watched.is_at(path));
    event.need_rescan() || (!read && event.paths.iter().any(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_beside_the_settings_is_no_change_of_them() {
        let folder = PathBuf::from("/etc/trailhound");
        let settings = Watched::File(folder.clone(), "trailhound.toml".into());
        assert!(settings.is_at(&folder.join("trailhound.toml")));
        assert!(settings.is_at(&folder.join("..data")));
        assert!(!settings.is_at(&folder.join("trailhound.db-wal")));
        let detectors = Watched::Folder(folder.clone());
        assert!(detectors.is_at(&folder.join("own/new.toml")));
        assert!(detectors.is_at(&folder.join("own")));
        assert!(!detectors.is_at(&folder.join("trailhound.db")));
        assert!(!detectors.is_at(Path::new("/etc/other/new.toml")));
    }
}
