//! Reads and decompresses on a thread of its own, a few blocks ahead of whoever reads.
//!
//! Decompression is the dearest part of reading a compressed export, so it gets a core of its own
//! where there is one. And a read that blocks, as on an idle pipe, keeps nobody from stopping.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use super::Limits;
use super::compress;
use super::layer::{Bounds, Format};

/// Bytes in a block.
const BLOCK: usize = 512 << 10;

/// Blocks that may wait: all of them together hold memory flat.
const WAITING: usize = 3;

/// Bytes that tell a format of compression.
const MAGIC: u64 = 4;

/// How often a reader that waits looks whether it should stop, and how long it waits before it tells.
const PATIENCE: Duration = Duration::from_millis(50);

/// Which inputs are read ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ahead {
    /// Those that are compressed: where a core has nothing else to do, that gains something.
    Packed,
    /// Any: it may block, as a pipe or a terminal.
    Always,
    /// None.
    Never,
}

/// How to stop a reading, and whom to tell that it waits.
#[derive(Clone)]
pub struct Waiting<'a> {
    /// Once it is set the input ends.
    pub stop: Arc<AtomicBool>,
    /// Called when the input has given nothing for a while. A break ends the input.
    pub idle: &'a dyn Fn() -> ControlFlow<()>,
}

/// The bytes of an input for a [`Reader`](super::Reader), read ahead on another thread or as they are.
///
/// # Errors
/// When the first bytes can't be read or the system gives no thread.
pub fn open<'a>(
    mut input: impl Read + Send + 'static,
    ahead: Ahead,
    limits: Limits,
    waiting: &Waiting<'a>,
) -> io::Result<Box<dyn Read + 'a>> {
    let stop = Arc::clone(&waiting.stop);
    match ahead {
        Ahead::Always => Ok(Box::new(Blocks::open(input, limits, waiting.clone())?)),
        Ahead::Never => Ok(Box::new(Stoppable { input, stop })),
        Ahead::Packed => {
            let mut head = Vec::new();
            input.by_ref().take(MAGIC).read_to_end(&mut head)?;
            let packed = Format::of(&head).is_some();
            let input = io::Cursor::new(head).chain(input);
            if packed {
                return Ok(Box::new(Blocks::open(input, limits, waiting.clone())?));
            }
            Ok(Box::new(Stoppable { input, stop }))
        }
    }
}

/// An input that ends when it is told to.
struct Stoppable<R> {
    input: R,
    stop: Arc<AtomicBool>,
}

impl<R: Read> Read for Stoppable<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) {
            return Ok(0);
        }
        self.input.read(room)
    }
}

/// The decompressed bytes of an input, read ahead.
struct Blocks<'a> {
    blocks: Receiver<io::Result<Vec<u8>>>,
    /// Blocks that were read go back to be filled again.
    empty: SyncSender<Vec<u8>>,
    block: Vec<u8>,
    at: usize,
    /// Whether the end was seen, or an error, after which nothing comes.
    ended: bool,
    waiting: Waiting<'a>,
}

impl<'a> Blocks<'a> {
    /// Begins to read `input`, whatever layers of compression lie around it.
    ///
    /// # Errors
    /// When the system gives no thread.
    fn open(
        input: impl Read + Send + 'static,
        limits: Limits,
        waiting: Waiting<'a>,
    ) -> io::Result<Self> {
        let (send, blocks) = sync_channel(WAITING);
        let (empty, used) = sync_channel(WAITING + 2);
        std::thread::Builder::new()
            .name("read-ahead".to_owned())
            .spawn(move || fill(input, limits, &send, &used))?;
        Ok(Self {
            blocks,
            empty,
            block: Vec::new(),
            at: 0,
            ended: false,
            waiting,
        })
    }

    /// The next block; `None` at the end.
    fn next(&mut self) -> Option<io::Result<Vec<u8>>> {
        let mut told = false;
        loop {
            if self.ended || self.waiting.stop.load(Ordering::Relaxed) {
                return None;
            }
            match self.blocks.recv_timeout(PATIENCE) {
                Ok(Ok(block)) if !block.is_empty() => return Some(Ok(block)),
                // What is empty is the end.
                Ok(outcome) => {
                    self.ended = true;
                    return outcome.err().map(Err);
                }
                Err(RecvTimeoutError::Disconnected) => {
                    self.ended = true;
                    let broken = "what reads ahead ended before the input did";
                    return Some(Err(io::Error::other(broken)));
                }
                Err(RecvTimeoutError::Timeout) if told => {}
                Err(RecvTimeoutError::Timeout) => {
                    told = true;
                    if (self.waiting.idle)().is_break() {
                        return None;
                    }
                }
            }
        }
    }
}

impl Read for Blocks<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.block.len() {
            let Some(block) = self.next() else {
                return Ok(0);
            };
            let used = std::mem::replace(&mut self.block, block?);
            self.at = 0;
            // Nobody may want it back any more.
            let _ = self.empty.try_send(used);
        }
        let rest = self.block.get(self.at..).unwrap_or_default();
        let length = rest.len().min(room.len());
        if let (Some(to), Some(from)) = (room.get_mut(..length), rest.get(..length)) {
            to.copy_from_slice(from);
        }
        self.at += length;
        Ok(length)
    }
}

/// Fills blocks until the input ends or nobody wants them any more.
fn fill(
    input: impl Read,
    limits: Limits,
    send: &SyncSender<io::Result<Vec<u8>>>,
    used: &Receiver<Vec<u8>>,
) {
    let mut opened = match compress::open(input, Bounds::file(limits)) {
        Ok(opened) => opened,
        Err(error) => {
            let _ = send.send(Err(error));
            return;
        }
    };
    loop {
        let mut block = used.try_recv().unwrap_or_default();
        block.resize(BLOCK, 0);
        let outcome = match read_some(&mut opened, &mut block) {
            Ok(0) => {
                let _ = send.send(Ok(Vec::new()));
                return;
            }
            Ok(length) => {
                block.truncate(length);
                Ok(block)
            }
            Err(error) => Err(error),
        };
        let failed = outcome.is_err();
        if send.send(outcome).is_err() || failed {
            return;
        }
    }
}

/// Reads once. One read at a time, so that a line on a slow pipe is passed on as it comes.
fn read_some(input: &mut dyn Read, block: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(block) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            outcome => return outcome,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    fn ahead(input: impl Read + Send + 'static, stop: bool) -> Blocks<'static> {
        let waiting = Waiting {
            stop: Arc::new(AtomicBool::new(stop)),
            idle: &|| ControlFlow::Continue(()),
        };
        Blocks::open(input, Limits::default(), waiting).unwrap()
    }

    #[test]
    fn all_bytes_come_in_order() {
        let bytes: Vec<u8> = (0..3_000_000u32).map(|n| (n % 251) as u8).collect();
        let mut read = Vec::new();
        ahead(io::Cursor::new(bytes.clone()), false)
            .read_to_end(&mut read)
            .unwrap();
        assert!(read == bytes);
    }

    #[test]
    fn after_an_error_nothing_comes_and_no_other_error() {
        struct Failing;
        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("the disk is gone"))
            }
        }
        let mut failing = ahead(io::Cursor::new("begins").chain(Failing), false);
        let error = failing.read_to_end(&mut Vec::new()).unwrap_err();
        assert!(error.to_string().contains("the disk is gone"));
        assert_eq!(failing.read(&mut [0]).unwrap(), 0);
        let mut whole = ahead(io::Cursor::new("begins"), false);
        whole.read_to_end(&mut Vec::new()).unwrap();
        assert_eq!(whole.read(&mut [0]).unwrap(), 0);
    }

    #[test]
    fn a_reader_that_falls_over_is_no_end_of_the_input() {
        struct Falling;
        impl Read for Falling {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                // Without the report that a panic would print.
                std::panic::resume_unwind(Box::new(()))
            }
        }
        let read =
            ahead(io::Cursor::new("begins").chain(Falling), false).read_to_end(&mut Vec::new());
        assert!(
            read.unwrap_err()
                .to_string()
                .contains("before the input did")
        );
    }

    #[test]
    fn a_stop_ends_the_input_even_when_a_read_blocks() {
        struct Blocked(std::sync::mpsc::Receiver<()>);
        impl Read for Blocked {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                // Ends when the test drops its end, after the reader has stopped.
                let _ = self.0.recv();
                Ok(0)
            }
        }
        let (hold, blocked) = std::sync::mpsc::channel();
        let mut read = Vec::new();
        ahead(Blocked(blocked), true)
            .read_to_end(&mut read)
            .unwrap();
        assert!(read.is_empty());
        drop(hold);
    }

    #[test]
    fn an_error_comes_after_what_was_read_before_it() {
        struct Failing(bool);
        impl Read for Failing {
            fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
                if std::mem::replace(&mut self.0, true) {
                    return Err(io::Error::other("broken"));
                }
                room[..3].copy_from_slice(b"abc");
                Ok(3)
            }
        }
        let mut reader = ahead(Failing(false), false);
        let mut room = [0; 16];
        assert_eq!(reader.read(&mut room).unwrap(), 3);
        assert!(reader.read(&mut room).is_err());
    }
}
