//! Makes digests of texts that come again and again: user names, namespaces, addresses. Those made
//! last are kept, since comparing a text costs a tenth of hashing it.

use super::{Digest, Memo};

/// How many digests are kept.
const KEPT: usize = 4096;

/// The longest parts whose digest is kept, in bytes.
const LONGEST: usize = 256;

/// Makes one digest after the other. Each is that of a [`Hasher`](super::Hasher) with the same parts.
#[derive(Clone, Debug)]
pub struct Digester {
    /// Its key is made of the parts of the digest that is being made, each behind its length.
    known: Memo<Digest>,
}

impl Default for Digester {
    fn default() -> Self {
        Self {
            known: Memo::new(KEPT, LONGEST),
        }
    }
}

impl Digester {
    /// For a digest or two: nothing is kept, and no room is made for it.
    #[must_use]
    pub fn once() -> Self {
        Self {
            known: Memo::new(0, LONGEST),
        }
    }

    /// Begins a digest.
    pub fn start(&mut self) {
        self.known.key();
    }

    /// Adds a part.
    pub fn add(&mut self, part: &[u8]) {
        let length = part.len() as u64;
        self.known.extend(&length.to_le_bytes());
        self.known.extend(part);
    }

    /// The digest of all parts since the start.
    pub fn finish(&mut self) -> Digest {
        let known = self.known.get(Digest::of_bytes);
        known
            .copied()
            .unwrap_or_else(|| Digest::of_bytes(self.known.asked()))
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
                let mut once = Digester::once();
                digester.start();
                once.start();
                for part in &parts {
                    hasher.add(part.as_bytes());
                    digester.add(part.as_bytes());
                    once.add(part.as_bytes());
                }
                prop_assert_eq!(digester.finish(), hasher.finish());
                prop_assert_eq!(once.finish(), hasher.finish());
            }
        }
    }
}
