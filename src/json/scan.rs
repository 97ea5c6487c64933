//! Finds the end of strings, containers and bare words without looking at what they mean.

use fearless_simd::{Level, Simd, dispatch};
use memchr::memchr2;

use super::block::{BLOCK, LANE, either, escaped, marks, prefix_xor};

/// The end of a string whose opening quote stands before `start`: the offset of its closing quote,
/// and whether a backslash occurs in it. `None` when the text ends first.
#[inline]
pub(super) fn string_end(bytes: &[u8], start: usize) -> Option<(usize, bool)> {
    let mut at = start;
    let mut has_escape = false;
    loop {
        let rest = bytes.get(at..)?;
        let found = match rest.first_chunk::<LANE>() {
            Some(lane) => {
                let hits = either(lane, b'"', b'\\');
                if hits == 0 {
                    at += LANE;
                    continue;
                }
                hits.trailing_zeros() as usize
            }
            None => memchr2(b'"', b'\\', rest)?,
        };
        if rest.get(found) == Some(&b'"') {
            return Some((at + found, has_escape));
        }
        has_escape = true;
        at += found + 2;
    }
}

/// The offset after the bracket that closes the container opening at `start`, or `None` when the
/// text ends first. Brackets in strings do not count; `{` and `[` are not told apart.
#[inline]
pub(super) fn container_end(bytes: &[u8], start: usize) -> Option<usize> {
    dispatch!(Level::new(), simd => end_of_container(simd, bytes, start))
}

#[inline(always)]
fn end_of_container<S: Simd>(simd: S, bytes: &[u8], start: usize) -> Option<usize> {
    let mut scan = Depth::default();
    let mut at = start;
    let body = bytes.get(start..)?;
    let (blocks, tail) = body.as_chunks::<BLOCK>();
    for block in blocks {
        if let Some(offset) = scan.block(simd, block) {
            return Some(at + offset);
        }
        at += BLOCK;
    }
    let mut padded = [b' '; BLOCK];
    padded.get_mut(..tail.len())?.copy_from_slice(tail);
    scan.block(simd, &padded).map(|offset| at + offset)
}

/// How deep the scan stands, carried from block to block.
#[derive(Default)]
struct Depth {
    open: u32,
    in_string: u64,
    escape: bool,
}

impl Depth {
    /// Takes one block; the offset after the closing bracket when the container ends in it.
    #[inline(always)]
    fn block<S: Simd>(&mut self, simd: S, block: &[u8; BLOCK]) -> Option<usize> {
        let marks = marks(simd, block);
        let quotes = marks.quotes & !escaped(marks.backslashes, &mut self.escape);
        let strings = prefix_xor(quotes) ^ self.in_string;
        // All ones when the block ends inside a string.
        self.in_string = 0u64.wrapping_sub(strings >> 63);
        let opens = marks.opens & !strings;
        let closes = marks.closes & !strings;
        if opens | closes == 0 {
            return None;
        }
        let (opening, closing) = (opens.count_ones(), closes.count_ones());
        if self.open > closing {
            self.open = self.open + opening - closing;
            return None;
        }
        self.crawl(opens, closes)
    }

    /// Bracket by bracket, where the container may end.
    #[inline(never)]
    fn crawl(&mut self, mut opens: u64, mut closes: u64) -> Option<usize> {
        while closes != 0 {
            let close = closes.trailing_zeros();
            let before = opens & ((1u64 << close) - 1);
            self.open += before.count_ones();
            opens ^= before;
            self.open = self.open.saturating_sub(1);
            if self.open == 0 {
                return Some(close as usize + 1);
            }
            closes &= closes - 1;
        }
        self.open += opens.count_ones();
        None
    }
}

/// The offset after the bare word (number, `true`, `null`) that begins at `start`.
#[inline]
pub(super) fn word_end(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    let length = rest.iter().position(|byte| {
        matches!(
            byte,
            b',' | b'{' | b'}' | b'[' | b']' | b':' | b'"' | b' ' | b'\t' | b'\n' | b'\r'
        )
    });
    start + length.unwrap_or(rest.len())
}

/// The offset of the first byte at or after `start` that is not white space.
#[inline]
pub(super) fn skip_space(bytes: &[u8], start: usize) -> usize {
    // Log lines are compact: there is hardly ever anything to skip.
    if bytes.get(start).is_some_and(|byte| *byte > b' ') {
        return start;
    }
    let mut at = start;
    while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(at) {
        at += 1;
    }
    at
}

#[cfg(test)]
#[path = "scan_tests.rs"]
mod tests;
