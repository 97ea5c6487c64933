//! A sliding view of an input: reads large blocks and finds lines and JSON values in them.
//!
//! Bytes are moved only where a line or value crosses the end of a block. The buffer grows only as
//! far as the caller's limit asks; what is larger is skipped without being kept.

use std::io::{self, Read};

use memchr::{memchr, memchr_iter};

use super::scan::{self, Scan, Step};

/// One block. Small enough to stay in a core's own cache, large enough to hide the system call.
const BLOCK: usize = 64 << 10;
/// A read smaller than this is not worth a system call: the rest is moved to the front first.
const ROOM: usize = 16 << 10;

/// A line at the front of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A line of `len` bytes; with its end it takes `width`.
    Whole { len: usize, width: usize },
    /// It is longer than the limit. Nothing of it was consumed.
    Long,
    /// The input has ended.
    End,
}

/// A JSON value at the front of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Span {
    /// A value of so many bytes.
    Whole(usize),
    /// It is longer than the limit. Nothing of it was consumed.
    Long,
    /// It was cut off, and something else begins so many bytes on.
    Broken(usize),
    /// The input ended inside it, so many bytes on.
    Cut(usize),
}

/// The view. Offsets count bytes of the input from 0, lines from 1.
pub(super) struct Window<'r> {
    input: Box<dyn Read + 'r>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    offset: u64,
    line: u64,
    ended: bool,
    failure: Option<io::Error>,
}

impl<'r> Window<'r> {
    /// A view of `input` that reuses `buffer`.
    pub(super) fn new(input: Box<dyn Read + 'r>, mut buffer: Vec<u8>) -> Self {
        if buffer.len() < BLOCK {
            buffer.resize(BLOCK, 0);
        }
        let (start, end, offset, line) = (0, 0, 0, 1);
        Self {
            input,
            buffer,
            start,
            end,
            offset,
            line,
            ended: false,
            failure: None,
        }
    }

    /// Gives the buffer back for the next input, unless one large value made it huge.
    pub(super) fn into_buffer(self) -> Vec<u8> {
        if self.buffer.len() > 64 * BLOCK {
            Vec::new()
        } else {
            self.buffer
        }
    }

    /// The bytes in view.
    pub(super) fn data(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Offset of the first byte in view.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Line of the first byte in view.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The error that ended the input early, once.
    pub(super) fn take_failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    /// Reads more. False at the end of the input.
    pub(super) fn fill(&mut self) -> bool {
        if self.ended {
            return false;
        }
        self.make_room();
        let Some(room) = self.buffer.get_mut(self.end..) else {
            return false;
        };
        let read = loop {
            match self.input.read(room) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        match read {
            Ok(0) => self.ended = true,
            Ok(read) => self.end = (self.end + read).min(self.buffer.len()),
            Err(error) => (self.failure, self.ended) = (Some(error), true),
        }
        !self.ended
    }

    fn make_room(&mut self) {
        if self.buffer.len() - self.end >= ROOM {
            return;
        }
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.buffer.len() - self.end < ROOM {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
    }

    /// Reads until so many bytes are in view or the input ends. What is decided by looking ahead
    /// must ask for its bytes first, or it would depend on the size of reads.
    pub(super) fn want(&mut self, bytes: usize) {
        while self.end - self.start < bytes && self.fill() {}
    }

    /// Leaves `bytes` behind.
    pub(super) fn consume(&mut self, bytes: usize) {
        let passed = self.data().get(..bytes).unwrap_or(self.data());
        let (bytes, lines) = (passed.len(), memchr_iter(b'\n', passed).count());
        self.consume_lines(bytes, lines as u64);
    }

    /// Leaves `bytes` behind that are known to hold so many line ends.
    pub(super) fn consume_lines(&mut self, bytes: usize, lines: u64) {
        self.start = (self.start + bytes).min(self.end);
        self.offset += bytes as u64;
        self.line += lines;
    }

    /// Looks for the end of the line at the front, at most `limit` bytes on.
    pub(super) fn line_end(&mut self, limit: usize) -> Line {
        let mut seen = 0;
        loop {
            let data = self.data();
            let found = memchr(b'\n', data.get(seen..).unwrap_or_default()).map(|at| seen + at);
            seen = data.len();
            match found {
                Some(len) if len <= limit => {
                    return Line::Whole {
                        len,
                        width: len + 1,
                    };
                }
                Some(_) => return Line::Long,
                None if seen > limit => return Line::Long,
                None if self.fill() => {}
                None if seen == 0 => return Line::End,
                None => {
                    return Line::Whole {
                        len: seen,
                        width: seen,
                    };
                }
            }
        }
    }

    /// Leaves the rest of the line behind, with its end.
    pub(super) fn skip_line(&mut self) {
        loop {
            if let Some(at) = memchr(b'\n', self.data()) {
                self.consume_lines(at + 1, 1);
                return;
            }
            self.consume_lines(self.data().len(), 0);
            if !self.fill() {
                return;
            }
        }
    }

    /// Looks for the end of the JSON value at the front, at most `limit` bytes on.
    pub(super) fn value_end(&mut self, limit: usize) -> Span {
        let (mut scan, mut seen) = (Scan::default(), 0);
        loop {
            let step = scan.feed(self.data().get(seen..).unwrap_or_default());
            match step {
                Step::Done(more) if seen + more <= limit => return Span::Whole(seen + more),
                Step::Broken(more) if seen + more <= limit => {
                    return Span::Broken(scan::cut_before(self.data(), seen + more));
                }
                Step::Done(_) | Step::Broken(_) => return Span::Long,
                Step::More => seen = self.data().len(),
            }
            if seen > limit {
                return Span::Long;
            }
            if !self.fill() {
                return if scan.ends_here() {
                    Span::Whole(seen)
                } else {
                    Span::Cut(seen)
                };
            }
        }
    }

    /// Leaves a value behind without keeping it.
    pub(super) fn skip_value(&mut self) {
        let mut scan = Scan::default();
        loop {
            match scan.feed(self.data()) {
                Step::Done(bytes) | Step::Broken(bytes) => return self.consume(bytes),
                Step::More => self.consume(self.data().len()),
            }
            if !self.fill() {
                return;
            }
        }
    }

    /// Leaves blanks and empty lines behind, and says what stands there then.
    pub(super) fn skip_blank(&mut self) -> Option<u8> {
        loop {
            let blank = self
                .data()
                .iter()
                .take_while(|b| b.is_ascii_whitespace())
                .count();
            self.consume(blank);
            if let Some(&byte) = self.data().first() {
                return Some(byte);
            }
            if !self.fill() {
                return None;
            }
        }
    }
}
