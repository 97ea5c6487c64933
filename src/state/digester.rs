//! Makes digests of texts that come again and again: user names, namespaces, addresses. Those made
//! last are kept, since comparing a text costs a tenth of hashing it.

use std::hash::Hasher as _;

use rustc_hash::FxHasher;

use super::Digest;

/// How many digests are kept.
const KEPT: usize = 4096;

/// The longest parts whose digest is kept, in bytes.
const LONGEST: usize = 256;

/// The most bytes that are held ready for the parts of the next digest.
const ROOM: usize = 4 << 10;

/// Makes one digest after the other. Each is that of a [`Hasher`](super::Hasher) with the same parts.
#[derive(Clone, Debug, Default)]
pub struct Digester {
    /// The parts of the digest that is being made, each behind its length.
    parts: Vec<u8>,
    /// Digests with their parts, each at the place that a quick hash of the parts gives.
    known: Vec<(Vec<u8>, Digest)>,
}

impl Digester {
    /// Begins a digest.
    pub fn start(&mut self) {
        self.parts.clear();
        self.parts.shrink_to(ROOM);
    }

    /// Adds a part.
    pub fn add(&mut self, part: &[u8]) {
        let length = part.len() as u64;
        self.parts.extend_from_slice(&length.to_le_bytes());
        self.parts.extend_from_slice(part);
    }

    /// The digest of all parts since the start.
    pub fn finish(&mut self) -> Digest {
        if self.parts.len() > LONGEST {
            return Digest::of_bytes(&self.parts);
        }
        let mut quick = FxHasher::default();
        quick.write(&self.parts);
        let place = usize::try_from(quick.finish() % KEPT as u64).unwrap_or_default();
        if self.known.is_empty() {
            self.known.resize_with(KEPT, Default::default);
        }
        let Some((parts, digest)) = self.known.get_mut(place) else {
            return Digest::of_bytes(&self.parts);
        };
        // No parts at all would be taken for a place that nothing is kept at.
        if *parts != self.parts || parts.is_empty() {
            *digest = Digest::of_bytes(&self.parts);
            parts.clear();
            parts.extend_from_slice(&self.parts);
        }
        *digest
    }
}

#[cfg(test)]
mod tests {
    use super::super::Hasher;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_digest_that_is_kept_is_the_one_that_would_be_made(
            rounds in prop::collection::vec(prop::collection::vec("[ab]{0,2}|x{300}", 0..3), 0..60)
        ) {
            let mut digester = Digester::default();
            for parts in rounds {
                let mut hasher = Hasher::default();
                digester.start();
                for part in &parts {
                    hasher.add(part.as_bytes());
                    digester.add(part.as_bytes());
                }
                prop_assert_eq!(digester.finish(), hasher.finish());
            }
        }
    }
}
