//! What was worked out for the same key before, in a table of limited size.

use std::hash::Hasher as _;

use rustc_hash::FxHasher;

/// The keys that may stand at one place. Of more, those that were asked for last stay, roughly.
const WAYS: usize = 4;

/// What is remembered by key.
#[derive(Clone, Debug)]
pub struct Memo<T> {
    /// How many places there are.
    places: usize,
    /// The longest key that is remembered, in bytes.
    longest: usize,
    /// The key that is asked for.
    key: Vec<u8>,
    /// [`WAYS`] for each place, the place that a quick hash of the key gives.
    known: Vec<Known<T>>,
}

#[derive(Clone, Debug, Default)]
struct Known<T> {
    hash: u64,
    /// Empty where nothing is known.
    key: Vec<u8>,
    told: T,
}

impl<T: Default> Memo<T> {
    /// Nothing is known, and there is room for so many keys, none of which is longer than that, in bytes.
    #[must_use]
    pub const fn new(room: usize, longest: usize) -> Self {
        Self {
            places: room.div_ceil(WAYS),
            longest,
            key: Vec::new(),
            known: Vec::new(),
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
        if self.known.is_empty() {
            let room = self.places.saturating_mul(WAYS);
            self.known.resize_with(room, Default::default);
        }
        let mut quick = FxHasher::default();
        quick.write(&self.key);
        let hash = quick.finish();
        let first = usize::try_from(hash).unwrap_or_default() % self.places.max(1) * WAYS;
        let ways = self.known.get_mut(first..first + WAYS)?;
        let is_it = |known: &Known<T>| known.hash == hash && known.key == self.key;
        let way = match ways.iter().position(is_it) {
            // What is asked for again moves forward, away from the end where keys go.
            Some(way) if way > 0 => {
                ways.swap(way, way - 1);
                way - 1
            }
            Some(way) => way,
            None => {
                let told = work(&self.key);
                ways.get_mut(WAYS / 2..)?.rotate_right(1);
                let known = ways.get_mut(WAYS / 2)?;
                (known.hash, known.told) = (hash, told);
                known.key.clone_from(&self.key);
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
