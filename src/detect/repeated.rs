//! What callers contribute again and again: worked out once for each of them in each situation.
//!
//! Most contributions tell that somebody came from somewhere with some client, whatever was asked for. A
//! controller does so a thousand times an hour, and each time it is the same but for the time.

use super::contribution::{Contribution, What};
use super::kind::{Kind, Threshold};
use super::situation::Met;
use crate::query::Measure;
use crate::state::{Digest, Memo, Terms};

/// For how many callers in a situation.
const KEPT: usize = 3072;

/// After so many sightings that were passed on, all are passed on once more, so that whoever remembers
/// them under a limit knows which are still seen. Far fewer than any memory has room for.
const ROUND: u32 = 1024;

/// What callers contributed.
#[derive(Clone, Debug)]
pub(super) struct Repeated {
    known: Memo<OfSituation>,
    sighted: Sighted,
    /// Whether sightings that add nothing to those before are left out.
    pub(super) leaves_out: bool,
}

impl Default for Repeated {
    fn default() -> Self {
        Self {
            known: Memo::new(KEPT, size_of::<Met>()),
            sighted: Sighted::default(),
            leaves_out: false,
        }
    }
}

/// What some callers contributed in a situation.
#[derive(Clone, Debug, Default)]
struct OfSituation {
    /// Whether they have been met before: most situations come once, and are not worth keeping.
    is_met: bool,
    /// By query, for those that have been asked.
    by_query: Vec<(usize, Box<[Again]>)>,
}

/// The same, for an event in that situation.
pub(super) struct Recalled<'r> {
    of: &'r mut OfSituation,
    sighted: &'r mut Sighted,
    leaves_out: bool,
    /// When the event happened, in milliseconds since the Unix epoch.
    time: i64,
}

/// A contribution that comes again.
#[derive(Clone, Debug)]
struct Again {
    key: Digest,
    what: What,
    sighted: Option<Passed>,
}

/// A sighting that was passed on.
#[derive(Clone, Copy, Debug)]
struct Passed {
    round: u32,
    /// The step of time that it is kept in.
    step: i64,
    /// When it was, in milliseconds since the Unix epoch.
    time: i64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Sighted {
    round: u32,
    passed: u32,
}

/// Whether contributions of that kind are the same for events that differ only in what they ask for by
/// name, and in time.
pub(super) fn may_repeat(kind: &Kind) -> bool {
    let is_distinct = |threshold: &Threshold| {
        let mut measures = threshold.measures.iter();
        measures.all(|measure| *measure == Measure::Distinct)
    };
    match kind {
        Kind::FirstSeen(_) => true,
        Kind::Threshold(threshold) => is_distinct(threshold),
        Kind::Match | Kind::Sequence(_) => false,
    }
}

impl Repeated {
    /// What is known of callers in a situation; `None` where they have not been met before.
    #[inline]
    pub(super) fn recall(&mut self, met: &Met, time: i64) -> Option<Recalled<'_>> {
        let key = self.known.key();
        for number in met {
            key.extend_from_slice(&number.to_le_bytes());
        }
        let of = self.known.get(|_| OfSituation::default())?;
        if !of.is_met {
            of.is_met = true;
            return None;
        }
        Some(Recalled {
            of,
            sighted: &mut self.sighted,
            leaves_out: self.leaves_out,
            time,
        })
    }

    /// Leaves out nothing of what comes next: what was passed on may have been lost.
    pub(super) fn pass_all(&mut self) {
        self.sighted.begin();
    }
}

impl Recalled<'_> {
    /// Hands out what a query, of a detector at a place and a step of it, contributed before; `false` when
    /// that is not known.
    #[inline]
    pub(super) fn again(
        &mut self,
        query: usize,
        (detector, step): (usize, u16),
        terms: Option<Terms>,
        on: &mut dyn FnMut(Contribution),
    ) -> bool {
        let mut known = self.of.by_query.iter_mut();
        let Some((_, known)) = known.find(|(known, _)| *known == query) else {
            return false;
        };
        let terms = terms.filter(|_| self.leaves_out);
        for again in known {
            let mut passes = |terms| self.sighted.passes(&mut again.sighted, terms, self.time);
            if terms.is_none_or(&mut passes) {
                on(Contribution {
                    detector,
                    time: self.time,
                    step,
                    key: again.key,
                    event: Digest::default(),
                    what: again.what.clone(),
                });
            }
        }
        true
    }

    /// Remembers what a query contributes, and that it was handed out.
    pub(super) fn remember(
        &mut self,
        query: usize,
        terms: Option<Terms>,
        contributions: &[Contribution],
    ) {
        let again = contributions.iter().map(|contribution| {
            let mut sighted = None;
            if let Some(terms) = terms {
                self.sighted.passes(&mut sighted, terms, contribution.time);
            }
            Again {
                key: contribution.key,
                what: contribution.what.clone(),
                sighted,
            }
        });
        let again = again.collect();
        self.of.by_query.push((query, again));
    }
}

impl Sighted {
    fn begin(&mut self) {
        self.round = self.round.wrapping_add(1);
        self.passed = 0;
    }

    /// Whether a sighting is passed on: it adds nothing where an earlier one is in the same step.
    fn passes(&mut self, before: &mut Option<Passed>, terms: Terms, time: i64) -> bool {
        let step = terms.step(time);
        if before.is_some_and(|before| {
            before.round == self.round && before.step == step && before.time <= time
        }) {
            return false;
        }
        self.passed += 1;
        if self.passed > ROUND {
            self.begin();
        }
        *before = Some(Passed {
            round: self.round,
            step,
            time,
        });
        true
    }
}

#[cfg(test)]
#[path = "repeated_tests.rs"]
mod tests;
