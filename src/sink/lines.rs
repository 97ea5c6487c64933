//! A file that lines are added to: safe on disk before anything is said of them, and rotated by size.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// Lines in a file and, when it is full, in `FILE.1`, `FILE.2` …, the highest number being the oldest.
///
/// The file is opened anew each time, so that it may be moved away or deleted by anybody.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    path: PathBuf,
    /// Rotation: the most bytes of a file, and how many full files stay. Never without.
    rotation: Option<(u64, usize)>,
}

impl Lines {
    /// One file that grows for ever.
    pub(super) fn growing(path: PathBuf) -> Self {
        Self {
            path,
            rotation: None,
        }
    }

    /// A file of at most `most` bytes, unless a single addition is longer, and `keep` full ones.
    pub(super) fn rotated(path: PathBuf, most: u64, keep: usize) -> Self {
        Self {
            path,
            rotation: Some((most, keep)),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Adds whole lines, all or none, and waits until they are on disk. Blocks.
    ///
    /// # Errors
    /// When the file can't be written.
    pub(super) fn append(&self, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        let (mut file, mut length) = self.open()?;
        let added = u64::try_from(text.len()).unwrap_or(u64::MAX);
        if let Some((most, keep)) = self.rotation
            && length > 0
            && length.saturating_add(added) > most
        {
            drop(file);
            self.rotate(keep)?;
            (file, length) = self.open()?;
        }
        let written = write(&mut file, length, text);
        if written.is_err() {
            // Half a line would spoil the next one.
            let _ = file.set_len(length);
        }
        written?;
        if length == 0 {
            self.sync_folder();
        }
        Ok(())
    }

    /// Opens the file for adding, and makes it if need be. Readable by nobody else but its group.
    pub(super) fn open(&self) -> io::Result<(File, u64)> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o640);
        let file = options.open(&self.path)?;
        let length = file.metadata()?.len();
        Ok((file, length))
    }

    fn rotate(&self, keep: usize) -> io::Result<()> {
        if keep == 0 {
            return fs::remove_file(&self.path);
        }
        for number in (1..keep).rev() {
            move_if_there(&self.numbered(number), &self.numbered(number + 1))?;
        }
        move_if_there(&self.path, &self.numbered(1))
    }

    fn numbered(&self, number: usize) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(format!(".{number}"));
        name.into()
    }

    /// Makes a new name last. Not every system can; the lines themselves are safe without it.
    fn sync_folder(&self) {
        let folder = self
            .path
            .parent()
            .filter(|path| !path.as_os_str().is_empty());
        if let Ok(folder) = File::open(folder.unwrap_or(Path::new("."))) {
            let _ = folder.sync_all();
        }
    }
}

fn write(file: &mut File, length: u64, text: &str) -> io::Result<()> {
    if length > 0 && !ends_a_line(file)? {
        // Whoever wrote here last was stopped in the middle of a line.
        file.write_all(b"\n")?;
    }
    file.write_all(text.as_bytes())?;
    file.sync_data()
}

fn ends_a_line(file: &mut File) -> io::Result<bool> {
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

fn move_if_there(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

    use super::*;

    fn read(path: &Path) -> String {
        fs::read_to_string(path).unwrap()
    }

    #[test]
    fn full_files_move_on_and_the_oldest_goes() {
        let folder = tempfile::tempdir().unwrap();
        let lines = Lines::rotated(folder.path().join("a"), 10, 2);
        for text in [
            "1111\n", "2222\n", "3333\n", "4444\n", "5555\n", "6666\n", "7777\n",
        ] {
            lines.append(text).unwrap();
        }
        assert_eq!(read(lines.path()), "7777\n");
        assert_eq!(read(&lines.numbered(1)), "5555\n6666\n");
        assert_eq!(read(&lines.numbered(2)), "3333\n4444\n");
        assert!(!lines.numbered(3).exists());
    }

    #[test]
    fn half_a_line_of_a_former_run_stands_alone() {
        let folder = tempfile::tempdir().unwrap();
        let lines = Lines::growing(folder.path().join("a"));
        fs::write(lines.path(), "half").unwrap();
        lines.append("whole\n").unwrap();
        lines.append("another\n").unwrap();
        assert_eq!(read(lines.path()), "half\nwhole\nanother\n");
    }

    #[test]
    fn one_addition_may_be_longer_than_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let lines = Lines::rotated(folder.path().join("a"), 3, 1);
        lines.append("long one\n").unwrap();
        lines.append("x\n").unwrap();
        assert_eq!(read(lines.path()), "x\n");
        assert_eq!(read(&lines.numbered(1)), "long one\n");
    }

    #[test]
    fn a_file_that_was_moved_away_is_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let lines = Lines::growing(folder.path().join("a"));
        lines.append("x\n").unwrap();
        fs::remove_file(lines.path()).unwrap();
        lines.append("y\n").unwrap();
        assert_eq!(read(lines.path()), "y\n");
    }
}
