//! What was worked out for the same key before, in a table of limited size.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher as _};

use rustc_hash::FxHasher;

/// The keys that may stand at one place. Of more, those that were asked for last stay, roughly.
const WAYS: usize = 4;

/// What is remembered by bytes.
#[derive(Clone, Debug)]
pub struct Memo<T> {
    /// The longest key that is remembered, in bytes.
    longest: usize,
    /// The key that is asked for.
    key: Vec<u8>,
    known: Ways<Vec<u8>, T>,
}

/// What is remembered by key. The default key stands for nothing, and is never asked for.
#[derive(Clone, Debug)]
pub struct Ways<K, T> {
    /// How many places there are.
    places: usize,
    /// [`WAYS`] for each place, the place that a quick hash of the key gives.
    known: Vec<Known<K, T>>,
}

#[derive(Clone, Debug, Default)]
struct Known<K, T> {
    hash: u64,
    key: K,
    told: T,
}

impl<T: Default> Memo<T> {
    /// Nothing is known, and there is room for so many keys, none of which is longer than that, in bytes.
    #[must_use]
    pub const fn new(room: usize, longest: usize) -> Self {
        Self {
            longest,
            key: Vec::new(),
            known: Ways::new(room),
        }
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.known.clear();
    }

    /// The key that is asked for next: to be written anew.
    #[inline]
    pub fn key(&mut self) -> &mut Vec<u8> {
        self.key.clear();
        self.key.shrink_to(self.longest);
        &mut self.key
    }

    /// Adds to the key that is asked for next.
    #[inline]
    pub fn extend(&mut self, part: &[u8]) {
        self.key.extend_from_slice(part);
    }

    /// What is known for the key; `work` tells it where nothing is. `None` where the key is empty or too
    /// long.
    #[inline]
    pub fn get(&mut self, work: impl FnOnce(&[u8]) -> T) -> Option<&mut T> {
        if self.key.is_empty() || self.key.len() > self.longest {
            return None;
        }
        let mut quick = FxHasher::default();
        quick.write(&self.key);
        self.known.find(quick.finish(), self.key.as_slice(), work)
    }
}

impl<K: Copy + Default + Hash + PartialEq, T: Default> Ways<K, T> {
    /// What is known for a key; the default of `T` where nothing is yet.
    #[inline]
    pub fn get(&mut self, key: &K) -> Option<&mut T> {
        let mut quick = FxHasher::default();
        key.hash(&mut quick);
        self.find(quick.finish(), key, |_| T::default())
    }
}

impl<K: Default, T: Default> Ways<K, T> {
    /// Nothing is known, and there is room for so many keys.
    #[must_use]
    pub const fn new(room: usize) -> Self {
        Self {
            places: room.div_ceil(WAYS),
            known: Vec::new(),
        }
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.known.clear();
    }

    #[inline]
    fn find<Q: ?Sized + PartialEq + ToOwned<Owned = K>>(
        &mut self,
        hash: u64,
        key: &Q,
        work: impl FnOnce(&Q) -> T,
    ) -> Option<&mut T>
    where
        K: Borrow<Q>,
    {
        if self.known.is_empty() {
            let room = self.places.saturating_mul(WAYS);
            self.known.resize_with(room, Default::default);
        }
        let first = usize::try_from(hash).unwrap_or_default() % self.places.max(1) * WAYS;
        let ways = self.known.get_mut(first..first + WAYS)?;
        let is_it = |known: &Known<K, T>| known.hash == hash && known.key.borrow() == key;
        let way = match ways.iter().position(is_it) {
            // What is asked for again moves forward, away from the end where keys go.
            Some(way) if way > 0 => {
                ways.swap(way, way - 1);
                way - 1
            }
            Some(way) => way,
            None => {
                let told = work(key);
                ways.get_mut(WAYS / 2..)?.rotate_right(1);
                let known = ways.get_mut(WAYS / 2)?;
                (known.hash, known.told) = (hash, told);
                key.clone_into(&mut known.key);
                WAYS / 2
            }
        };
        ways.get_mut(way).map(|known| &mut known.told)
    }
}

impl<T: Default> Memo<T> {
    /// What was asked for.
    pub(super) fn asked(&self) -> &[u8] {
        &self.key
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_remembered_is_what_would_be_worked_out(
            keys in prop::collection::vec("[abc]{0,3}|x{90}", 0..200)
        ) {
            let mut memo = Memo::new(12, 80);
            for key in keys {
                memo.key().extend_from_slice(key.as_bytes());
                let known = memo.get(|key| key.to_vec());
                let is_kept = !key.is_empty() && key.len() <= 80;
                prop_assert_eq!(known.map(|known| &**known), is_kept.then_some(key.as_bytes()));
            }
        }

        #[test]
        fn what_comes_again_soon_is_not_worked_out_again(others in prop::collection::vec(0..9_u8, 0..3)) {
            let mut memo = Memo::new(WAYS, 80);
            let mut ask = |key: u8| {
                let mut is_new = false;
                memo.key().push(key);
                memo.get(|_| is_new = true);
                is_new
            };
            for _ in 0..3 {
                ask(100);
            }
            for other in others {
                ask(other);
            }
            prop_assert!(!ask(100));
        }
    }
}
