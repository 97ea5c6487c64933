//! Sixty-four bytes at a time: where the quotes, brackets and backslashes of a block stand.
//!
//! The comparison itself is vectorised by the crate `fearless_simd`, for the widest registers that the
//! processor has, without `unsafe` of ours.

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, u8x16, u8x64};

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
#[inline(always)]
pub(super) fn marks<S: Simd>(simd: S, block: &[u8; BLOCK]) -> Marks {
    let bytes = u8x64::load_array_ref(simd, block);
    // `{` and `[`, `}` and `]` differ only in bit 5.
    let folded = bytes | u8x64::splat(simd, 0x20);
    let which = |of: u8x64<S>, byte| of.simd_eq(u8x64::splat(simd, byte));
    let backslashes = which(bytes, b'\\');
    Marks {
        quotes: which(bytes, b'"').to_bitmask(),
        backslashes: match backslashes.any_true() {
            true => backslashes.to_bitmask(),
            false => 0,
        },
        opens: which(folded, b'{').to_bitmask(),
        closes: which(folded, b'}').to_bitmask(),
    }
}

/// How many bytes of a string are looked at together: most strings are short.
pub(super) const LANE: usize = 16;

/// One bit for each byte that equals `one` or `other`.
#[inline]
pub(super) fn either(lane: &[u8; LANE], one: u8, other: u8) -> u64 {
    // Of registers that every processor has: this is no call of a function.
    dispatch!(Level::baseline(), simd => {
        let bytes = u8x16::load_array_ref(simd, lane);
        let which = |byte| bytes.simd_eq(u8x16::splat(simd, byte));
        (which(one) | which(other)).to_bitmask()
    })
}

/// Each bit becomes the parity of all bits up to and including it.
#[inline(always)]
pub(super) fn prefix_xor(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

/// The bytes that a backslash escapes. `carry` says that the previous block ended in an unpaired
/// backslash, and is set for the next one.
#[inline(always)]
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
