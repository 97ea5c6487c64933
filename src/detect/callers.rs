//! Sorts of callers, and of clients: those of whom everything that queries ask of a caller alone is the
//! same.
//!
//! A cluster has some hundred callers, which come again and again, and few sorts of them. What
//! queries ask of a caller is asked once for each.

use super::numbers::Numbers;
use crate::query::Truth;
use crate::state::Memo;

/// How many callers are remembered.
const KEPT: usize = 4096;

/// The longest text that tells a caller which is remembered, in bytes.
const LONGEST: usize = 4096;

/// How many sorts are remembered. Far more than clusters have; beyond, all is forgotten and begins anew.
const MOST_SORTS: usize = 16_384;

/// A caller that has been met.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Caller {
    /// Its sort.
    pub(super) sort: u32,
    /// Its own number: no other has it, and it has another one when it was forgotten meanwhile. 0 for one
    /// that is not remembered.
    pub(super) number: u64,
}

/// Callers and their sorts that have been met.
#[derive(Clone, Debug)]
pub(super) struct Callers {
    known: Memo<Caller>,
    /// The numbers of sorts, by the answers that make them.
    sorts: Numbers<Box<[u8]>>,
    /// Callers that have been given one.
    met: u64,
}

impl Default for Callers {
    fn default() -> Self {
        Self {
            known: Memo::new(KEPT, LONGEST),
            sorts: Numbers::new(MOST_SORTS),
            met: 0,
        }
    }
}

impl Callers {
    /// Looks a caller up: `write` writes what tells it apart, `ask` asks what queries ask of it.
    #[inline]
    pub(super) fn meet(
        &mut self,
        write: impl FnOnce(&mut Vec<u8>) -> bool,
        ask: impl Fn(&mut dyn FnMut(Truth)),
    ) -> Caller {
        if self.sorts.is_full() {
            self.sorts.clear();
            self.known.clear();
        }
        let (sorts, met) = (&mut self.sorts, &mut self.met);
        let mut work = || {
            let mut answers = Vec::new();
            ask(&mut |truth| answers.push(truth as u8));
            let sort = sorts.of(answers.into());
            *met += 1;
            Caller { sort, number: *met }
        };
        if write(self.known.key())
            && let Some(caller) = self.known.get(|_| work())
        {
            return *caller;
        }
        Caller {
            number: 0,
            ..work()
        }
    }
}
