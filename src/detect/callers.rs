//! Sorts of callers, and of clients: those of whom everything that queries ask of a caller alone is the
//! same.
//!
//! A cluster has some hundred callers, which come again and again, and few sorts of them. What
//! queries ask of a caller is asked once for each.

use rustc_hash::FxHashMap;

use super::memo::Memo;
use crate::query::Truth;

/// How many callers are remembered.
const KEPT: usize = 4096;

/// How many sorts are remembered. Far more than clusters have; beyond, all is forgotten and begins anew.
const MOST_SORTS: usize = 16_384;

/// Callers and their sorts that have been met.
#[derive(Clone, Debug)]
pub(super) struct Callers {
    sort_of: Memo<u32>,
    /// The numbers of sorts, by the answers that make them.
    sorts: FxHashMap<Box<[u8]>, u32>,
    /// Sorts that have been given a number, the forgotten ones included.
    given: u32,
}

impl Default for Callers {
    fn default() -> Self {
        Self {
            sort_of: Memo::new(KEPT),
            sorts: FxHashMap::default(),
            given: 0,
        }
    }
}

impl Callers {
    /// The sort of a caller: `write` writes what tells it apart, `ask` asks what queries ask of it.
    #[inline]
    pub(super) fn sort(
        &mut self,
        write: impl FnOnce(&mut Vec<u8>) -> bool,
        ask: impl Fn(&mut dyn FnMut(Truth)),
    ) -> u32 {
        if self.sorts.len() > MOST_SORTS {
            self.sorts.clear();
            self.sort_of.clear();
        }
        let (sorts, given) = (&mut self.sorts, &mut self.given);
        let mut work = || {
            let mut answers = Vec::new();
            ask(&mut |truth| answers.push(truth as u8));
            *sorts.entry(answers.into()).or_insert_with(|| {
                // Never given twice, so that what is remembered of a forgotten sort is of no other. After
                // four billion sorts it would be; each took longer than what is remembered of it lives.
                *given = given.wrapping_add(1);
                *given
            })
        };
        match self.sort_of.get(write, &mut work) {
            Some(sort) => *sort,
            None => work(),
        }
    }
}
