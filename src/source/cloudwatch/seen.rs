//! Which log events were delivered a while ago, so that a walk over known ground costs the judge nothing.
//! A convenience with a bounded memory: nothing may depend on a repeat being left out.

use std::hash::{BuildHasher, RandomState};

use rustc_hash::FxHashSet;

use super::delivery::Fetched;

/// How many events one half of the memory holds: as many as fill a table of 4,096 places.
const HALF: usize = 3_584;

/// Remembers at least the last 3,584 events and at most twice as many, by a keyed hash.
#[derive(Debug, Default)]
pub(super) struct Seen {
    newer: FxHashSet<u64>,
    older: FxHashSet<u64>,
    hasher: RandomState,
}

impl Seen {
    /// Whether the event is new, which it is not from now on. An event without an id is always new.
    pub(super) fn is_new(&mut self, event: &Fetched) -> bool {
        if event.event_id.is_empty() {
            return true;
        }
        let key = (&event.log_stream, &event.event_id, event.timestamp);
        let hash = self.hasher.hash_one(key);
        let known = self.newer.contains(&hash) || self.older.contains(&hash);
        self.newer.insert(hash);
        if self.newer.len() >= HALF {
            self.older = std::mem::take(&mut self.newer);
        }
        !known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str, stream: &str) -> Fetched {
        Fetched {
            log_stream: stream.to_owned(),
            timestamp: 1,
            ingestion_time: None,
            event_id: id.to_owned(),
            message: String::new(),
        }
    }

    #[test]
    fn an_event_is_new_once_and_an_event_without_an_id_always() {
        let mut seen = Seen::default();
        assert!(seen.is_new(&event("1", "a")));
        assert!(!seen.is_new(&event("1", "a")));
        assert!(seen.is_new(&event("1", "b")));
        assert!(seen.is_new(&event("", "a")));
        assert!(seen.is_new(&event("", "a")));
    }

    #[test]
    fn the_memory_is_bounded_and_holds_the_last_few_thousand() {
        let mut seen = Seen::default();
        for id in 0..50_000 {
            assert!(seen.is_new(&event(&id.to_string(), "a")));
            assert!(seen.newer.len() <= HALF && seen.older.len() <= HALF);
        }
        assert!(!seen.is_new(&event("46000", "a")));
        assert!(seen.is_new(&event("0", "a")));
    }
}
