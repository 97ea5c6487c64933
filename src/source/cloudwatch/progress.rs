//! How far one walk has come, and whether it goes in circles.

use std::hash::BuildHasher as _;

use rustc_hash::{FxBuildHasher, FxHashSet};

use super::delivery::Found;

/// Tokens of a walk that are remembered, to notice when it goes in circles.
const FOLLOWED: usize = 4_096;

/// Where a walk is.
#[derive(Default)]
pub(super) struct Progress {
    pub(super) token: Option<String>,
    pub(super) calls: u64,
    pub(super) found: Found,
    /// The last tokens that were followed, by hash.
    followed: FxHashSet<u64>,
    pub(super) circles: u32,
    pub(super) failures: u32,
    pub(super) told: bool,
}

impl Progress {
    /// Goes on to the page of a token; `is_empty` says that the one before brought nothing new.
    pub(super) fn follow(&mut self, next: Option<String>, is_empty: bool) {
        if self.followed.len() >= FOLLOWED {
            self.followed.clear();
        }
        let hash = |token: &String| FxBuildHasher.hash_one(token.as_str());
        let again = next
            .as_ref()
            .is_some_and(|token| !self.followed.insert(hash(token)));
        self.circles = if again && is_empty {
            self.circles + 1
        } else {
            0
        };
        self.token = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_in_circles_is_noticed_however_many_tokens_they_have() {
        let mut at = Progress::default();
        let follow = |at: &mut Progress, token: u32, is_empty| {
            at.follow(Some(token.to_string()), is_empty);
            at.circles
        };
        for token in 0..100 {
            assert_eq!(follow(&mut at, token, true), 0);
        }
        for token in 100..200 {
            follow(&mut at, token % 3, true);
        }
        assert_eq!(at.circles, 100);
        assert_eq!(follow(&mut at, 0, false), 0, "it brought something");
    }
}
