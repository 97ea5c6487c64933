//! Finds where a JSON value ends, without reading what is in it.
//!
//! Total and flat: any bytes, in pieces of any size, one number of depth, no recursion. It does not
//! check that the value is JSON.

/// Where the scanner got to in the bytes it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The value ends after so many bytes.
    Done(usize),
    /// All bytes belong to the value, and more are wanted.
    More,
    /// What no JSON has after so many bytes: a line break inside a string, or an object or array
    /// straight after a value. The value was cut, and what follows it begins there.
    Broken(usize),
}

/// The state of a scan between two pieces of a text. The first byte must be the value's first.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scan {
    depth: u64,
    string: bool,
    escaped: bool,
    scalar: bool,
    /// The last byte outside strings that was not white space.
    last: u8,
}

impl Scan {
    /// Reads on.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Step {
        for (at, &byte) in bytes.iter().enumerate() {
            if self.string {
                if self.escaped {
                    self.escaped = false;
                } else if byte == b'"' {
                    self.string = false;
                    if self.depth == 0 {
                        return Step::Done(at + 1);
                    }
                } else if byte == b'\\' {
                    self.escaped = true;
                } else if byte == b'\n' {
                    return Step::Broken(at);
                }
                continue;
            }
            match byte {
                b'"' if !self.scalar => self.string = true,
                b'{' | b'[' if self.depth > 0 && !matches!(self.last, b'[' | b',' | b':') => {
                    return Step::Broken(at);
                }
                b'{' | b'[' if !self.scalar => self.depth = self.depth.saturating_add(1),
                b'}' | b']' if self.depth > 0 => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return Step::Done(at + 1);
                    }
                }
                b' ' | b'\t' | b'\r' | b'\n' if self.depth > 0 => continue,
                _ if self.depth > 0 => {}
                b',' | b':' | b'}' | b']' | b'{' | b'[' | b'"' => return Step::Done(at),
                b' ' | b'\t' | b'\r' | b'\n' => return Step::Done(at),
                _ => self.scalar = true,
            }
            self.last = byte;
        }
        Step::More
    }

    /// Whether the value is whole when the text ends here: true only of a bare number or word.
    pub(super) fn ends_here(&self) -> bool {
        self.scalar && self.depth == 0
    }

    /// Whether the scan stands inside a string.
    pub(super) fn in_string(&self) -> bool {
        self.string
    }
}
