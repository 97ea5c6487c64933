//! Names of keys, values and events: sixteen bytes of a BLAKE3 hash.
//!
//! A cryptographic hash, since the texts are chosen by clients: nobody can make two events count as
//! one by finding a collision.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

/// How many bytes tell where a digest stands.
const AMONG: usize = 2;

/// The first sixteen bytes of a BLAKE3 hash. Their order is that of the bytes.
#[derive(Clone, Copy, Debug, Default, Eq, Serialize, Deserialize)]
pub struct Digest(pub [u8; 16]);

// As one number: what is derived calls a function for each comparison, and hashes bytes that are as good
// as random once more.

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        u128::from_be_bytes(self.0) == u128::from_be_bytes(other.0)
    }
}

impl Ord for Digest {
    fn cmp(&self, other: &Self) -> Ordering {
        u128::from_be_bytes(self.0).cmp(&u128::from_be_bytes(other.0))
    }
}

impl PartialOrd for Digest {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl std::hash::Hash for Digest {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        u128::from_ne_bytes(self.0).hash(state);
    }
}

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

    /// The same, but where digests are kept in order it stands among those of `whole`. So many bits are left
    /// that nobody finds two texts of one digest.
    #[must_use]
    pub fn among(mut self, whole: Self) -> Self {
        for (to, from) in self.0.iter_mut().zip(whole.0).take(AMONG) {
            *to = from;
        }
        self
    }

    /// The digest of bytes: of parts, each behind its length as eight bytes, it is that of a [`Hasher`].
    pub(super) fn of_bytes(bytes: &[u8]) -> Self {
        Self::of_hash(blake3::hash(bytes))
    }

    fn of_hash(hash: blake3::Hash) -> Self {
        let mut digest = Self::default();
        for (to, from) in digest.0.iter_mut().zip(hash.as_bytes()) {
            *to = *from;
        }
        digest
    }
}

/// How much is gathered before it is hashed: what most digests are made of.
const SHORT: usize = 256;

/// Makes a digest of parts, one after the other, each with its length.
#[derive(Clone, Debug)]
pub struct Hasher {
    /// The parts, as long as they are short: hashing them at once is much quicker.
    short: [u8; SHORT],
    len: usize,
    /// The same, once they are long.
    long: Option<Box<blake3::Hasher>>,
}

impl Default for Hasher {
    fn default() -> Self {
        Self {
            short: [0; SHORT],
            len: 0,
            long: None,
        }
    }
}

impl Hasher {
    /// Adds a part.
    pub fn add(&mut self, part: &[u8]) {
        self.append(&(part.len() as u64).to_le_bytes());
        self.append(part);
    }

    fn append(&mut self, bytes: &[u8]) {
        if let Some(long) = &mut self.long {
            long.update(bytes);
        } else if let Some(room) = self.short.get_mut(self.len..self.len + bytes.len()) {
            room.copy_from_slice(bytes);
            self.len += bytes.len();
        } else {
            let mut long = Box::new(blake3::Hasher::new());
            long.update(self.short.get(..self.len).unwrap_or_default());
            long.update(bytes);
            self.long = Some(long);
        }
    }

    /// The digest of all parts so far.
    #[must_use]
    pub fn finish(&self) -> Digest {
        match &self.long {
            Some(long) => Digest::of_hash(long.finalize()),
            None => Digest::of_bytes(self.short.get(..self.len).unwrap_or_default()),
        }
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

    #[test]
    fn digests_among_others_stand_side_by_side() {
        let (one, other) = (Digest::of(["one"]), Digest::of(["other"]));
        let keys = |whole: Digest| ["a", "b", "c"].map(|key| Digest::of([key]).among(whole));
        let mut all = [keys(one), keys(other)].concat();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 6);
        let of_one = |key: &Digest| keys(one).contains(key);
        assert_eq!(all[..3].iter().all(of_one), of_one(&all[0]));
        assert_eq!(all[3..].iter().all(of_one), of_one(&all[3]));
    }

    #[test]
    fn a_digest_does_not_depend_on_how_it_was_gathered() {
        for length in [0, 1, 200, 239, 240, 241, 1_000] {
            let part = "x".repeat(length);
            let mut whole = blake3::Hasher::new();
            for part in ["a", &part] {
                whole.update(&(part.len() as u64).to_le_bytes());
                whole.update(part.as_bytes());
            }
            let expected = whole.finalize();
            assert_eq!(
                Digest::of(["a", &part]).0,
                expected.as_bytes()[..16],
                "{length}"
            );
        }
    }
}
