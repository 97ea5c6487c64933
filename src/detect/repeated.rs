//! What callers contribute again and again: worked out once for each of them in each class of situations.
//!
//! Most contributions tell that somebody came from somewhere with some client, whatever was asked for. A
//! controller does so a thousand times an hour, and each time it is the same but for the time.

use std::num::NonZeroU32;

use smallvec::SmallVec;

use super::contribution::{Contribution, What};
use super::kind::{Kind, Threshold};
use super::situation::Met;
use super::told::Case;
use crate::query::Measure;
use crate::state::{Digest, Terms, Ways};

/// For how many callers, and for how many callers with a client: a key goes when four others stand at its place.
const KEPT: [usize; 2] = [4096, 8192];

/// How many outcomes are kept of each. Far more than most have; beyond, all go and are worked out anew.
const MOST: usize = 128;

/// How many outcomes are kept in all, a hundred bytes each: beyond, all is forgotten and begins anew.
const MOST_IN_ALL: usize = 65_536;

/// After so many sightings that were passed on, all are passed on once more, so that whoever remembers
/// them under a limit knows which are still seen. Far fewer than any memory has room for.
const ROUND: u32 = 4096;

/// What callers contributed.
#[derive(Clone, Debug)]
pub(super) struct Repeated {
    /// Of a caller alone, and of one with a client.
    known: [Ways<Met, OfCaller>; 2],
    /// Outcomes in it, and those that were forgotten since it began.
    kept: usize,
    sighted: Sighted,
    /// Whether sightings that add nothing to those before are left out.
    pub(super) leaves_out: bool,
}

impl Default for Repeated {
    fn default() -> Self {
        Self {
            known: KEPT.map(Ways::new),
            kept: 0,
            sighted: Sighted {
                round: NonZeroU32::MIN,
                passed: 0,
            },
            leaves_out: false,
        }
    }
}

/// What a caller contributed, or a caller with a client.
#[derive(Clone, Debug, Default)]
struct OfCaller {
    /// Whether they have been met before: many come once, and are not worth keeping.
    is_met: bool,
    /// In which cases queries have been asked, in order.
    cases: Vec<Case>,
    /// What they contributed then, at the same places.
    outcomes: Vec<Outcome>,
}

/// What a query contributed in a case: hardly ever more than one thing.
type Outcome = SmallVec<[Again; 1]>;

/// The same, for an event of theirs.
pub(super) struct Recalled<'r> {
    /// By whether the client matters; `None` where they have not been met before.
    of: [Option<&'r mut OfCaller>; 2],
    passing: Passing<'r>,
}

/// The same, for a query that is asked of it.
pub(super) struct OfCase<'r, 'p> {
    case: Case,
    of: &'r mut OfCaller,
    passing: &'r mut Passing<'p>,
}

/// What is passed on of an event.
struct Passing<'r> {
    kept: &'r mut usize,
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
    round: NonZeroU32,
    /// When it was, in milliseconds since the Unix epoch.
    time: i64,
}

#[derive(Clone, Copy, Debug)]
struct Sighted {
    round: NonZeroU32,
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
    /// What is known of a caller and its client.
    #[inline]
    pub(super) fn recall(&mut self, [who, client]: Met, time: i64) -> Recalled<'_> {
        if self.kept >= MOST_IN_ALL {
            self.known.iter_mut().for_each(Ways::clear);
            self.kept = 0;
        }
        let [of_caller, of_client] = &mut self.known;
        Recalled {
            of: [known(of_caller, [who, 0]), known(of_client, [who, client])],
            passing: Passing {
                kept: &mut self.kept,
                sighted: &mut self.sighted,
                leaves_out: self.leaves_out,
                time,
            },
        }
    }

    /// Leaves out nothing of what comes next: what was passed on may have been lost.
    pub(super) fn pass_all(&mut self) {
        self.sighted.begin();
    }
}

#[inline]
fn known(all: &mut Ways<Met, OfCaller>, numbers: Met) -> Option<&mut OfCaller> {
    let of = all.get(&numbers)?;
    let is_met = std::mem::replace(&mut of.is_met, true);
    is_met.then_some(of)
}

impl<'p> Recalled<'p> {
    /// What is known in a case, which may be one of the client; `None` where its callers have not been met
    /// before.
    #[inline]
    pub(super) fn of(&mut self, (case, of_client): (Case, bool)) -> Option<OfCase<'_, 'p>> {
        let of = self.of.get_mut(usize::from(of_client))?;
        Some(OfCase {
            case,
            of: of.as_mut()?,
            passing: &mut self.passing,
        })
    }
}

impl OfCase<'_, '_> {
    /// Hands out what the query, of a detector at a place and a step of it, contributed before; `false`
    /// when that is not known.
    #[inline]
    pub(super) fn again(
        &mut self,
        (detector, step): (usize, u16),
        terms: Option<Terms>,
        on: &mut dyn FnMut(Contribution),
    ) -> bool {
        let place = self.of.cases.binary_search(&self.case);
        let known = place.ok().and_then(|place| self.of.outcomes.get_mut(place));
        let Some(known) = known else {
            return false;
        };
        let Passing {
            sighted,
            leaves_out,
            time,
            ..
        } = self.passing;
        let terms = terms.filter(|_| *leaves_out);
        for again in known {
            let mut passes = |terms| sighted.passes(&mut again.sighted, terms, *time);
            if terms.is_none_or(&mut passes) {
                on(Contribution {
                    detector,
                    time: *time,
                    step,
                    key: again.key,
                    event: Digest::default(),
                    what: again.what.clone(),
                });
            }
        }
        true
    }

    /// Remembers what the query contributes, and that it was handed out.
    pub(super) fn remember(self, terms: Option<Terms>, contributions: &[Contribution]) {
        let Self { case, of, passing } = self;
        let again = contributions.iter().map(|contribution| {
            let mut sighted = None;
            if let Some(terms) = terms {
                let time = contribution.time;
                passing.sighted.passes(&mut sighted, terms, time);
            }
            Again {
                key: contribution.key,
                what: contribution.what.clone(),
                sighted,
            }
        });
        let again = again.collect();
        if of.cases.len() >= MOST {
            of.cases.clear();
            of.outcomes.clear();
        }
        let place = of.cases.partition_point(|known| *known < case);
        of.cases.insert(place, case);
        of.outcomes.insert(place, again);
        *passing.kept += 1;
    }
}

impl Sighted {
    fn begin(&mut self) {
        self.round = self.round.checked_add(1).unwrap_or(NonZeroU32::MIN);
        self.passed = 0;
    }

    /// Whether a sighting is passed on: it adds nothing where an earlier one is in the same step.
    fn passes(&mut self, before: &mut Option<Passed>, terms: Terms, time: i64) -> bool {
        if before.is_some_and(|before| {
            before.round == self.round
                && before.time <= time
                && terms.step(before.time) == terms.step(time)
        }) {
            return false;
        }
        self.passed += 1;
        if self.passed > ROUND {
            self.begin();
        }
        *before = Some(Passed {
            round: self.round,
            time,
        });
        true
    }
}

#[cfg(test)]
#[path = "repeated_tests.rs"]
mod tests;
