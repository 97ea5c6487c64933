//! What the situation of an event alone decides: what sort of caller asks for what, and how it ended.
//!
//! Most queries are out by it, whatever else the event holds, and most questions are answered. It is
//! worked out once for each situation and remembered, so that an event meets only the queries that it may
//! still fulfil, whatever the number of detectors, and these ask only what is open: of names, bodies and
//! URIs.

use rustc_hash::FxHashSet;

use super::bits::{Bits, drop_all, none_of, set};
use super::callers::{Caller, Callers};
use super::key::add_values;
use super::told::{Class, Classes, Told};
use crate::query::{FieldId, Given, Program, Row as _};
use crate::record::Entry;
use crate::record::field::{CallerPart, EntryRow, FieldSchema, may_have_seldom};
use crate::state::{Digest, Memo};

/// The fields of a situation, beside the caller: they cost little and have few values.
const FIELDS: [&str; 10] = [
    "auth.event",
    "objectRef.apiGroup",
    "objectRef.resource",
    "objectRef.subresource",
    "outcome",
    "record.truncated",
    "request.dryRun",
    "responseStatus.code",
    "stage",
    "verb",
];

/// How many situations are remembered.
const KEPT: usize = 4096;

/// The longest key of one that is remembered, in bytes.
const LONGEST: usize = 4096;

/// Which caller with which client an event has, by numbers that are given once.
pub(super) type Met = [u64; 2];

/// What a situation leaves open.
#[derive(Clone, Debug, Default)]
pub(super) struct Open {
    /// The queries that may still match.
    pub(super) queries: Bits,
    /// The questions that are answered with yes.
    pub(super) yes: Bits,
    /// For queries that are [told](Told).
    pub(super) classes: Vec<Option<Class>>,
}

/// Situations and callers that have been met.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// For each part of a caller.
    callers: [Callers; 2],
    situations: Memo<Open>,
    classes: Classes,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            callers: Default::default(),
            situations: Memo::new(KEPT, LONGEST),
            classes: Classes::default(),
        }
    }
}

/// What tells the situation of an event for some queries.
#[derive(Debug, Default)]
pub(super) struct Situation {
    /// How many queries there are.
    queries: usize,
    /// Those of [`FIELDS`] that any of the queries reads.
    fields: Vec<FieldId>,
    /// Those that any of the queries reads and few events have.
    seldom: Vec<FieldId>,
    /// For each part of a caller, what is asked of it alone.
    of_caller: [OfCaller; 2],
    /// The questions that a situation may decide.
    decides: Vec<usize>,
    /// The queries that it tells all about, with the caller.
    pub(super) told: Told,
}

/// What queries ask of a part of a caller alone.
#[derive(Debug, Default)]
struct OfCaller {
    /// The fields that they read.
    fields: Vec<FieldId>,
    /// Questions with the places of leaves that no question before them has.
    asked: Vec<(usize, Box<[usize]>)>,
}

/// A question as it stands in one of the queries that ask it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'p> {
    /// The query.
    pub(super) program: &'p Program,
    /// The question's place in it.
    pub(super) own: usize,
    /// The queries that need a yes.
    pub(super) needed: &'p Bits,
}

/// All different questions: how many there are, and each by its number.
pub(super) type Asking<'a, 'p> = (usize, &'a dyn Fn(usize) -> Option<Asked<'p>>);

impl Situation {
    /// The situation for so many queries and their different questions.
    pub(super) fn new(
        queries: usize,
        (count, asked): Asking<'_, '_>,
        schema: &FieldSchema,
    ) -> Self {
        let mut situation = Self {
            queries,
            ..Self::default()
        };
        let mut known = FxHashSet::default();
        for number in 0..count {
            let Some(Asked { program, own, .. }) = asked(number) else {
                continue;
            };
            let mut places: [Vec<usize>; 2] = Default::default();
            let mut is_told = false;
            for (place, (text, fields)) in program.leaves(own).into_iter().enumerate() {
                let Some(fields) = fields else { continue };
                let is_seldom = |field: &FieldId| schema.is_seldom(*field);
                let is_told_by_all = |field: &FieldId| is_of_situation(field) || is_seldom(field);
                if fields.iter().all(is_told_by_all) {
                    let (seldom, usual): (Vec<_>, Vec<_>) = fields.into_iter().partition(is_seldom);
                    situation.seldom.extend(seldom);
                    situation.fields.extend(usual);
                    is_told = true;
                    continue;
                }
                let parts = CallerPart::ALL
                    .into_iter()
                    .zip(&mut situation.of_caller)
                    .zip(&mut places);
                for ((part, of_caller), places) in parts {
                    let is_its = |field: &FieldId| schema.part_of_caller(*field) == Some(part);
                    if fields.iter().all(is_its) {
                        of_caller.fields.extend(&fields);
                        is_told = true;
                        if known.insert(text.clone()) {
                            places.push(place);
                        }
                    }
                }
            }
            for (of_caller, places) in situation.of_caller.iter_mut().zip(places) {
                if !places.is_empty() {
                    of_caller.asked.push((number, places.into()));
                }
            }
            if is_told {
                situation.decides.push(number);
            }
        }
        let of_caller = situation.of_caller.iter_mut();
        for fields in of_caller
            .map(|of| &mut of.fields)
            .chain([&mut situation.fields, &mut situation.seldom])
        {
            order(fields);
        }
        situation
    }

    /// A query reads nothing but these fields: it is told where all of them are the situation's or the caller's.
    pub(super) fn add_told(&mut self, query: usize, fields: Vec<FieldId>, schema: &FieldSchema) {
        let part = |field: &FieldId| schema.part_of_caller(*field);
        let of_client = fields
            .iter()
            .any(|field| part(field) == Some(CallerPart::Client));
        let rest = fields.into_iter().filter(|field| part(field).is_none());
        let (mut seldom, mut usual): (Vec<_>, Vec<_>) =
            rest.partition(|field| schema.is_seldom(*field));
        if !usual
            .iter()
            .all(|field| self.fields.binary_search(field).is_ok())
        {
            return;
        }
        self.seldom.extend(&seldom);
        for fields in [&mut self.seldom, &mut seldom, &mut usual] {
            order(fields);
        }
        self.told.add(query, (usual, seldom), of_client);
    }

    /// Sets `open` to what the situation of an entry of a cluster leaves open; the caller and the client, where
    /// all of it is remembered.
    #[inline]
    pub(super) fn look(
        &self,
        (entry, cluster): (&Entry<'_>, Digest),
        row: &EntryRow<'_, '_>,
        asking: Asking<'_, '_>,
        known: &mut Known,
        open: &mut Open,
    ) -> Option<Met> {
        let mut who = [Caller::default(); 2];
        let parts = CallerPart::ALL.into_iter().zip(&self.of_caller);
        for ((part, of_caller), (callers, caller)) in
            parts.zip(known.callers.iter_mut().zip(&mut who))
        {
            if of_caller.asked.is_empty() {
                continue;
            }
            let write = |key: &mut Vec<u8>| {
                key.extend_from_slice(&cluster.0);
                part.add(entry, key)
            };
            *caller = callers.meet(write, |on| {
                for (number, places) in &of_caller.asked {
                    if let Some(asked) = (asking.1)(*number) {
                        asked.program.truths(asked.own, places, row, on);
                    }
                }
            });
        }
        let (situations, classes) = (&mut known.situations, &mut known.classes);
        let key = situations.key();
        for caller in &who {
            key.extend_from_slice(&caller.sort.to_le_bytes());
        }
        let has_seldom = !self.seldom.is_empty() && may_have_seldom(entry);
        key.push(u8::from(has_seldom));
        if has_seldom {
            let has = |field: &FieldId| u8::from(!row.value(*field).is_missing());
            key.extend(self.seldom.iter().map(has));
        }
        let is_simple = add_values(key, &self.fields, row);
        let mut work = || self.work_out(row, asking, classes);
        if is_simple && let Some(left) = situations.get(|_| work()) {
            open.queries.clone_from(&left.queries);
            open.yes.clone_from(&left.yes);
            open.classes.clone_from(&left.classes);
            let met = who.map(|caller| caller.number);
            return met.iter().all(|number| *number > 0).then_some(met);
        }
        *open = work();
        None
    }

    fn work_out(
        &self,
        row: &EntryRow<'_, '_>,
        (count, asked): Asking<'_, '_>,
        classes: &mut Classes,
    ) -> Open {
        let mut open = Open {
            queries: none_of(self.queries),
            yes: none_of(count),
            classes: self.told.classes(row, classes),
        };
        (0..self.queries).for_each(|query| set(&mut open.queries, query));
        let is_in = |all: &[FieldId], field: &FieldId| all.binary_search(field).is_ok();
        let is_absent =
            |field: &FieldId| is_in(&self.seldom, field) && row.value(*field).is_missing();
        // What reads several of them is told by none: a sort is told by answers, not by values.
        let told = |fields: &[FieldId]| {
            let mut parts = self.of_caller.iter();
            let is_told = |field: &FieldId| is_in(&self.fields, field) || is_absent(field);
            fields.iter().all(is_told)
                || parts.any(|part| fields.iter().all(|field| is_in(&part.fields, field)))
        };
        for number in &self.decides {
            let Some(asked) = asked(*number) else {
                continue;
            };
            match asked.program.given(asked.own, row, &told) {
                Given::Never => drop_all(&mut open.queries, asked.needed),
                Given::Always => set(&mut open.yes, *number),
                Given::Open => {}
            }
        }
        open
    }
}

fn order(fields: &mut Vec<FieldId>) {
    fields.sort_unstable();
    fields.dedup();
}

fn is_of_situation(field: &FieldId) -> bool {
    FieldSchema::field(*field).is_some_and(|field| FIELDS.contains(&field.name))
}
