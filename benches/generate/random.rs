//! A small generator of random numbers, so that the same seed gives the same file for ever.
//!
//! SplitMix64 (Steele, Lea, Flood 2014). Not for secrets.

/// The state of the generator.
pub(crate) struct Random(u64);

impl Random {
    /// A generator that always yields the same for the same seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    /// The next 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which must not be zero.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.bits()) * end as u128) >> 64) as usize
    }

    /// One of them.
    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// Appends `count` characters of `alphabet`.
    pub(crate) fn word(&mut self, alphabet: &[u8], count: usize, out: &mut Vec<u8>) {
        for _ in 0..count {
            out.push(*self.pick(alphabet));
        }
    }

    /// Appends `count` hexadecimal digits, sixteen from one draw.
    pub(crate) fn hex(&mut self, count: usize, out: &mut Vec<u8>) {
        let mut left = 0;
        let mut bits = 0;
        for _ in 0..count {
            if left == 0 {
                (left, bits) = (16, self.bits());
            }
            out.push(b"0123456789abcdef"[(bits & 15) as usize]);
            bits >>= 4;
            left -= 1;
        }
    }

    /// Appends a version 4 UUID.
    pub(crate) fn uuid(&mut self, out: &mut Vec<u8>) {
        for (index, group) in [8, 4, 3, 3, 12].into_iter().enumerate() {
            match index {
                0 => {}
                2 => out.extend_from_slice(b"-4"),
                3 => {
                    out.push(b'-');
                    out.push(*self.pick(b"89ab"));
                }
                _ => out.push(b'-'),
            }
            self.hex(group, out);
        }
    }
}
