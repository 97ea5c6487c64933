//! How many bytes were taken from inputs, for a progress bar in another thread.
//!
//! Counts the bytes of files as they lie on disk, compressed or not, so that the sum reaches the
//! sum of their sizes.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A count of bytes shared between those who read and those who show it.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<AtomicU64>);

impl Progress {
    /// Bytes taken so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn add(&self, bytes: usize) {
        self.0.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

/// A reader that counts what passes.
#[derive(Debug)]
pub struct Counted<R> {
    input: R,
    progress: Progress,
}

impl<R> Counted<R> {
    /// Counts the bytes of `input` in `progress`.
    pub fn new(input: R, progress: &Progress) -> Self {
        Self {
            input,
            progress: progress.clone(),
        }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(room)?;
        self.progress.add(read);
        Ok(read)
    }
}
