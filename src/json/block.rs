//! Sixty-four bytes at a time: where the quotes, brackets and backslashes of a block stand.
//!
//! The comparison itself is vectorised by the `wide` crate, without `unsafe` of ours.

use wide::u8x16;

/// How many bytes a block holds.
pub(super) const BLOCK: usize = 64;

/// One bit for each byte of a block, the first byte in the lowest bit.
#[derive(Clone, Copy, Default)]
pub(super) struct Marks {
    /// `"`
    pub(super) quotes: u64,
    /// `\`
    pub(super) backslashes: u64,
    /// `{` and `[`
    pub(super) opens: u64,
    /// `}` and `]`
    pub(super) closes: u64,
}

/// Finds the characters that structure JSON in one block.
#[inline]
pub(super) fn marks(block: &[u8; BLOCK]) -> Marks {
    let mut marks = Marks::default();
    let (lanes, _) = block.as_chunks::<16>();
    let mut any_backslash = u8x16::default();
    for (index, lane) in lanes.iter().enumerate() {
        let bytes = u8x16::from(*lane);
        // `{` and `[`, `}` and `]` differ only in bit 5.
        let folded = bytes | u8x16::splat(0x20);
        let shift = index * 16;
        marks.quotes |= bits(bytes, b'"') << shift;
        marks.opens |= bits(folded, b'{') << shift;
        marks.closes |= bits(folded, b'}') << shift;
        any_backslash |= bytes.simd_eq(u8x16::splat(b'\\'));
    }
    if any_backslash.to_bitmask() != 0 {
        for (index, lane) in lanes.iter().enumerate() {
            marks.backslashes |= bits(u8x16::from(*lane), b'\\') << (index * 16);
        }
    }
    marks
}

/// One bit for each of sixteen bytes that equals `byte`.
#[inline]
pub(super) fn bits(lane: u8x16, byte: u8) -> u64 {
    u64::from(lane.simd_eq(u8x16::splat(byte)).to_bitmask() & 0xffff)
}

/// Each bit becomes the parity of all bits up to and including it.
#[inline]
pub(super) fn prefix_xor(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

/// The bytes that a backslash escapes. `carry` says that the previous block ended in an unpaired
/// backslash, and is set for the next one.
#[inline]
pub(super) fn escaped(backslashes: u64, carry: &mut bool) -> u64 {
    if backslashes == 0 {
        let escaped = u64::from(*carry);
        *carry = false;
        return escaped;
    }
    let mut escaped = 0;
    let mut at = 0u32;
    if *carry {
        escaped = 1;
        at = 1;
    }
    *carry = false;
    while at < 64 {
        let rest = backslashes >> at;
        if rest == 0 {
            break;
        }
        at += rest.trailing_zeros() + 1;
        if at >= 64 {
            *carry = true;
        } else {
            escaped |= 1 << at;
            at += 1;
        }
    }
    escaped
}
