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
    /// What no JSON has after so many bytes: a line break inside a string, or a value straight after
    /// another. The value was cut; [`cut_before`] tells where.
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
        let mut at = 0;
        loop {
            if self.string {
                at = match self.through_string(bytes, at) {
                    Ok(end) => end,
                    Err(step) => return step,
                };
            }
            let Some(&byte) = bytes.get(at) else {
                return Step::More;
            };
            if let Some(step) = self.outside(byte, at) {
                return step;
            }
            at += 1;
        }
    }

    /// Passes the rest of a string; says where it ends, or why the scan ends inside it.
    fn through_string(&mut self, bytes: &[u8], mut at: usize) -> Result<usize, Step> {
        if std::mem::take(&mut self.escaped) && bytes.get(at) != Some(&b'\n') {
            at += 1;
        }
        loop {
            at += plain(bytes.get(at..).unwrap_or_default());
            match bytes.get(at) {
                Some(b'"') if self.depth == 0 => return Err(Step::Done(at + 1)),
                Some(b'"') => {
                    self.string = false;
                    return Ok(at + 1);
                }
                // A line may be cut after a backslash.
                Some(b'\\') if bytes.get(at + 1) == Some(&b'\n') => at += 1,
                // The last byte of a piece may escape the first of the next.
                Some(b'\\') => at += 2,
                Some(b'\n') => return Err(Step::Broken(at)),
                Some(_) => at += 1,
                None => {
                    self.escaped = at > bytes.len();
                    return Err(Step::More);
                }
            }
        }
    }

    /// A byte between strings.
    fn outside(&mut self, byte: u8, at: usize) -> Option<Step> {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' if self.depth > 0 => return None,
            b'}' | b']' if self.depth > 0 => {
                self.depth -= 1;
                if self.depth == 0 {
                    return Some(Step::Done(at + 1));
                }
            }
            b',' | b':' if self.depth > 0 => {}
            _ if self.follows_value(byte) => return Some(Step::Broken(at)),
            b'"' if !self.scalar => self.string = true,
            b'{' | b'[' if !self.scalar => self.depth = self.depth.saturating_add(1),
            _ if self.depth > 0 => {}
            b',' | b':' | b'}' | b']' | b'{' | b'[' | b'"' => return Some(Step::Done(at)),
            b' ' | b'\t' | b'\r' | b'\n' => return Some(Step::Done(at)),
            _ => self.scalar = true,
        }
        self.last = byte;
        None
    }

    /// Whether a value would begin where none can: straight after another, or where a key belongs.
    fn follows_value(&self, byte: u8) -> bool {
        match (self.last, byte) {
            _ if self.depth == 0 => false,
            (b'"' | b'}' | b']', _) => true,
            (b'{', b'{' | b'[') => true,
            (b'{' | b'[' | b',' | b':', _) => false,
            // After a number or word, whose own bytes go on.
            (_, byte) => matches!(byte, b'{' | b'[' | b'"'),
        }
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

/// Where a value was cut that is broken after `end` of `bytes`. If it was cut inside a string, the first
/// quote of what follows closed that string, and the break was noticed behind it. Never 0 unless `end`
/// is: a value that breaks behind its own first bytes ends there, or it would be found for ever.
pub(super) fn cut_before(bytes: &[u8], end: usize) -> usize {
    let before = bytes.get(..end).unwrap_or(bytes);
    let shorter = before.strip_suffix(b"{\"");
    shorter
        .filter(|value| !value.is_empty())
        .unwrap_or(before)
        .len()
}

const ONES: u64 = 0x0101_0101_0101_0101;

/// How many bytes of a string, eight at a time, hold neither a quote, a backslash nor a line break.
/// It may stop short of the first of them, never beyond.
fn plain(bytes: &[u8]) -> usize {
    let mut passed = 0;
    for eight in bytes.as_chunks::<8>().0 {
        let word = u64::from_le_bytes(*eight);
        let marks =
            zeros(word ^ (ONES * 0x22)) | zeros(word ^ (ONES * 0x5c)) | zeros(word ^ (ONES * 0x0a));
        if marks != 0 {
            return passed + marks.trailing_zeros() as usize / 8;
        }
        passed += 8;
    }
    passed
}

/// The high bit of each byte that is zero. Bytes above the first may be marked wrongly.
fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & (ONES << 7)
}
