//! Each alert once: a bounded memory of the ids that have been raised.

use rustc_hash::FxHashSet;

use crate::alert::AlertId;

/// How many ids each of the two generations holds; some 10 MiB in all.
const GENERATION: usize = 250_000;

/// Remembers the newest alert ids. When the younger generation is full the older one is forgotten.
#[derive(Debug, Default)]
pub struct Once {
    young: FxHashSet<AlertId>,
    old: FxHashSet<AlertId>,
    /// How many ids have been forgotten: an alert of such an id would be raised again.
    pub forgotten: u64,
}

impl Once {
    /// Whether this id comes for the first time, as far as memory reaches.
    pub fn is_first(&mut self, id: AlertId) -> bool {
        if self.young.contains(&id) || self.old.contains(&id) {
            return false;
        }
        if self.young.len() >= GENERATION {
            self.forgotten += self.old.len() as u64;
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(id);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_first_only_once() {
        let mut once = Once::default();
        let id = AlertId::of(&["a"]);
        assert!(once.is_first(id));
        assert!(!once.is_first(id));
        assert!(once.is_first(AlertId::of(&["b"])));
    }

    #[test]
    fn memory_is_bounded_and_says_what_it_forgot() {
        let mut once = Once::default();
        for number in 0..2 * GENERATION {
            assert!(once.is_first(AlertId::of(&[&number.to_string()])));
        }
        assert_eq!(once.forgotten, 0);
        assert!(once.is_first(AlertId::of(&["one more"])));
        assert_eq!(once.forgotten, GENERATION as u64);
        assert!(!once.is_first(AlertId::of(&[&GENERATION.to_string()])));
    }
}
