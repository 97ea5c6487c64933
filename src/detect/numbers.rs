//! Numbers for what comes again and again: shorter to keep and to compare than what they stand for.

use std::hash::Hash;

use rustc_hash::FxHashMap;

/// Numbers that have been given. Beyond a limit all is forgotten and begins anew.
#[derive(Clone, Debug)]
pub(super) struct Numbers<K> {
    known: FxHashMap<K, u32>,
    most: usize,
    /// How many have been given, the forgotten ones included.
    given: u32,
}

impl<K: Eq + Hash> Numbers<K> {
    /// None is given yet; so many are remembered.
    pub(super) fn new(most: usize) -> Self {
        Self {
            known: FxHashMap::default(),
            most,
            given: 0,
        }
    }

    /// Whether the next may make it forget all.
    pub(super) fn is_full(&self) -> bool {
        self.known.len() >= self.most
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.known.clear();
    }

    /// The number of a key. None is given twice, so that what is remembered by a forgotten one is of no other
    /// key. After four billion it would be; each took longer than what is remembered by it lives.
    pub(super) fn of(&mut self, key: K) -> u32 {
        if self.is_full() {
            self.clear();
        }
        *self.known.entry(key).or_insert_with(|| {
            self.given = self.given.wrapping_add(1);
            self.given
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_given_once_whatever_is_forgotten() {
        let mut numbers = Numbers::new(2);
        assert_eq!([numbers.of("a"), numbers.of("a")], [1, 1]);
        assert_eq!(numbers.of("b"), 2);
        assert!(numbers.is_full());
        assert_eq!([numbers.of("c"), numbers.of("a")], [3, 4]);
    }
}
