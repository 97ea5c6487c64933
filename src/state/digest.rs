//! Names of keys, values and events: sixteen bytes of a BLAKE3 hash.
//!
//! A cryptographic hash, since the texts are chosen by clients: nobody can make two events count as
//! one by finding a collision.

use serde::{Deserialize, Serialize};

/// The first sixteen bytes of a BLAKE3 hash.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub struct Digest(pub [u8; 16]);

impl Digest {
    /// The digest of some texts. `["ab", "c"]` and `["a", "bc"]` differ.
    #[must_use]
    pub fn of<'t>(parts: impl IntoIterator<Item = &'t str>) -> Self {
        let mut hasher = Hasher::default();
        for part in parts {
            hasher.add(part.as_bytes());
        }
        hasher.finish()
    }
}

/// Makes a digest of parts, one after the other, each with its length.
#[derive(Clone, Debug, Default)]
pub struct Hasher(blake3::Hasher);

impl Hasher {
    /// Adds a part.
    pub fn add(&mut self, part: &[u8]) {
        self.0.update(&(part.len() as u64).to_le_bytes());
        self.0.update(part);
    }

    /// The digest of all parts so far.
    #[must_use]
    pub fn finish(&self) -> Digest {
        let mut digest = Digest::default();
        for (to, from) in digest.0.iter_mut().zip(self.0.finalize().as_bytes()) {
            *to = *from;
        }
        digest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(Digest::of(["ab", "c"]), Digest::of(["a", "bc"]));
        assert_ne!(Digest::of(["a"]), Digest::of(["a", ""]));
        assert_eq!(Digest::of(["a", "b"]), Digest::of(["a", "b"]));
    }
}
