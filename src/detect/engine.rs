//! All detectors at work on one entry.

use std::collections::BTreeMap;

use super::allow::Allow;
use super::contribution::{Contribution, Group, Source, cluster_digest, event_digest};
use super::decide::Found;
use super::detector::Detector;
use super::file::Log;
use super::folding::Folded;
use super::kind::Kind;
use super::probe::Probe;
use super::questions::{Answered, Questions};
use super::repeated::{Repeated, may_repeat};
use crate::record::field::{EntryRow, FieldSchema};
use crate::record::{Cluster, Entry, Record};
use crate::state::{Digest, Digester};

/// The detectors that run, with what it takes to ask them quickly.
#[derive(Debug)]
pub struct Engine {
    schema: FieldSchema,
    detectors: Vec<Detector>,
    audit: Side,
    authenticator: Side,
    allows: Vec<Allow>,
    /// For each detector's place, the places of its exceptions.
    allowed: BTreeMap<usize, Vec<usize>>,
}

/// The detectors of one kind of log.
#[derive(Debug)]
struct Side {
    /// For each query, the place of the detector and its own in it.
    places: Vec<(usize, usize)>,
    questions: Questions,
}

/// What a detector finds in an event.
#[derive(Debug)]
pub enum Finding<'e> {
    /// An alert.
    Hit(Hit<'e>),
    /// Something to remember: it may come to an alert with other events.
    Contribution(&'e Detector, Contribution),
}

/// A detector whose every match is an alert, and that matched.
#[derive(Clone, Debug)]
pub struct Hit<'e> {
    /// Which.
    pub detector: &'e Detector,
    /// Its place among [`Engine::detectors`].
    pub place: usize,
    /// The exception that silences it, or would have silenced a contribution.
    pub silenced: Option<&'e Allow>,
    /// Where it folds, for a detector whose alerts do; a silenced one has no alert to fold.
    pub folded: Option<Folded>,
}

/// Buffers that are used again for each entry.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    /// What is open of an audit event, and of a line of the authenticator.
    answered: [Answered; 2],
    digester: Digester,
    /// The digest of the last cluster: events of one cluster come together.
    cluster: Option<(Cluster, Digest)>,
    repeated: Repeated,
}

impl Scratch {
    /// For somebody who merges all that is found, in the order in which it is found: what adds nothing to
    /// what was found before is left out.
    #[must_use]
    pub fn for_merging() -> Self {
        let mut scratch = Self::default();
        scratch.repeated.leaves_out = true;
        scratch
    }

    /// Leaves out nothing that has been found until now: its merging was undone.
    pub fn undone(&mut self) {
        self.repeated.pass_all();
    }

    /// The digest of a cluster.
    pub fn cluster(&mut self, cluster: &Cluster) -> Digest {
        match &self.cluster {
            Some((known, digest)) if known == cluster => *digest,
            _ => {
                let digest = cluster_digest(cluster);
                self.cluster = Some((cluster.clone(), digest));
                digest
            }
        }
    }
}

impl Engine {
    /// Puts detectors and exceptions to work. Detectors that miss a list stay silent. The schema is
    /// the one they were all compiled with.
    #[must_use]
    pub fn new(detectors: Vec<Detector>, allows: Vec<Allow>, schema: FieldSchema) -> Self {
        let mut allowed: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, allow) in allows.iter().enumerate() {
            if let Some(place) = detectors.iter().position(|d| d.id == allow.detector) {
                allowed.entry(place).or_default().push(at);
            }
        }
        let side = |log| Side::new(&detectors, log, &schema, &allowed);
        let (audit, authenticator) = (side(Log::Audit), side(Log::Authenticator));
        Self {
            schema,
            detectors,
            audit,
            authenticator,
            allows,
            allowed,
        }
    }

    /// The detectors, in the order they were loaded.
    #[must_use]
    pub fn detectors(&self) -> &[Detector] {
        &self.detectors
    }

    /// The exceptions, in the order they were written.
    #[must_use]
    pub fn allows(&self) -> &[Allow] {
        &self.allows
    }

    /// The schema that every id of these detectors belongs to.
    #[must_use]
    pub const fn schema(&self) -> &FieldSchema {
        &self.schema
    }

    /// Calls `on` for everything that detectors find in an entry. What happened at an unknown
    /// time raises alerts but can't be remembered.
    #[inline]
    pub fn judge(&self, entry: &Entry<'_>, scratch: &mut Scratch, mut on: impl FnMut(Finding<'_>)) {
        let row = EntryRow::new(entry, &self.schema);
        let side = match entry.record {
            Record::Audit(_) => &self.audit,
            Record::Authenticator(_) => &self.authenticator,
        };
        let mut source = None;
        let program = |query| Some(&self.asked(side, query)?.2.1.program);
        let cluster = scratch.cluster(entry.cluster);
        let Scratch {
            answered: [audit, authenticator],
            digester,
            repeated,
            ..
        } = scratch;
        let answered = match entry.record {
            Record::Audit(_) => audit,
            Record::Authenticator(_) => authenticator,
        };
        side.questions
            .begin((entry, cluster), &row, &program, answered);
        let met = answered.met().zip(entry.time());
        let mut recalled = met.map(|(met, time)| repeated.recall(met, time));
        while let Some(query) = answered.next_query() {
            let Some((place, detector, probe)) = self.asked(side, query) else {
                continue;
            };
            let program = &probe.1.program;
            let step = u16::try_from(probe.0).unwrap_or(u16::MAX);
            let terms = detector.kind.terms();
            let case = side.questions.case(query, answered);
            let recalled = recalled.as_mut().zip(case);
            let mut known = recalled.and_then(|(recalled, case)| recalled.of(case));
            if let Some(known) = &mut known
                && known.again((place, step), terms, &mut |contribution| {
                    on(Finding::Contribution(detector, contribution));
                })
            {
                continue;
            }
            if !side.questions.hold(query, program, &row, answered) {
                if let Some(known) = known {
                    known.remember(terms, &[]);
                }
                continue;
            }
            // Who contributes goes through its rows anyway; only an exception must know before.
            let is_match = matches!(detector.kind, Kind::Match);
            if (is_match || self.allowed.contains_key(&place)) && !program.matches_answered(&row) {
                continue;
            }
            let silenced = self.silencer(place, &row, entry);
            if is_match || silenced.is_some() {
                let folds = detector.folding.as_ref().filter(|_| silenced.is_none());
                let folding = folds.zip(entry.time());
                let folded = folding
                    .map(|(folding, time)| folding.of(probe.1, &row, event_digest(entry), time));
                on(Finding::Hit(Hit {
                    detector,
                    place,
                    silenced,
                    folded,
                }));
                continue;
            }
            let source = source.get_or_insert_with(|| Source::new(place, cluster, entry));
            source.detector = place;
            source.step = step;
            let mut contributed = Vec::new();
            detector.contribute(probe.1, &row, source, digester, &mut |contribution| {
                if known.is_some() {
                    contributed.push(contribution.clone());
                }
                on(Finding::Contribution(detector, contribution));
            });
            if let Some(known) = known {
                known.remember(terms, &contributed);
            }
        }
    }

    /// What the events of a contribution are grouped by, read again from one of them.
    #[must_use]
    pub fn group(&self, contribution: &Contribution, entry: &Entry<'_>) -> Group {
        let row = EntryRow::new(entry, &self.schema);
        let detector = self.detectors.get(contribution.detector);
        let probe = detector.and_then(|d| d.probes.get(usize::from(contribution.step)));
        let (Some(detector), Some(probe)) = (detector, probe) else {
            return Group::new();
        };
        let mut source = Source::new(contribution.detector, cluster_digest(entry.cluster), entry);
        source.step = contribution.step;
        detector.group(probe, &row, &source, contribution)
    }

    /// The key and value of a sighting that was decided, read again from its event.
    #[must_use]
    pub fn sighted(&self, detector: usize, found: &Found, entry: &Entry<'_>) -> Group {
        let (Found::Value { owner, value }, Some(time)) = (found, entry.time()) else {
            return Group::new();
        };
        self.group(
            &Contribution::sighting(detector, time, *owner, *value),
            entry,
        )
    }

    /// Where a match of the detector at a place folds, read again from its event; `None` where its alerts don't.
    #[must_use]
    pub fn folded(&self, place: usize, entry: &Entry<'_>) -> Option<Folded> {
        let detector = self.detectors.get(place)?;
        let folding = detector.folding.as_ref()?;
        let row = EntryRow::new(entry, &self.schema);
        Some(folding.of(
            detector.probes.first()?,
            &row,
            event_digest(entry),
            entry.time()?,
        ))
    }

    fn asked<'e>(
        &'e self,
        side: &Side,
        query: usize,
    ) -> Option<(usize, &'e Detector, (usize, &'e Probe))> {
        let (place, step) = side.places.get(query).copied()?;
        let detector = self.detectors.get(place)?;
        Some((place, detector, (step, detector.probes.get(step)?)))
    }

    fn silencer(&self, place: usize, row: &EntryRow<'_, '_>, entry: &Entry<'_>) -> Option<&Allow> {
        let allows = self.allowed.get(&place)?;
        let mut allows = allows.iter().filter_map(|at| self.allows.get(*at));
        allows.find(|allow| allow.covers(row, entry.time()))
    }
}

impl Side {
    fn new(
        detectors: &[Detector],
        log: Log,
        schema: &FieldSchema,
        allowed: &BTreeMap<usize, Vec<usize>>,
    ) -> Self {
        let of_log = detectors.iter().enumerate().filter(|(_, d)| d.log == log);
        let (places, programs): (Vec<_>, Vec<_>) = of_log
            .flat_map(|(place, detector)| {
                let probes = detector.probes.iter().enumerate();
                probes.map(move |(step, probe)| ((place, step), &probe.program))
            })
            .unzip();
        let mut questions = Questions::new(&programs, schema);
        for (query, ((place, _), program)) in places.iter().zip(&programs).enumerate() {
            let Some(kind) = detectors.get(*place).map(|detector| &detector.kind) else {
                continue;
            };
            // An exception may look at anything.
            if may_repeat(kind) && !allowed.contains_key(place) {
                questions.classify((query, program), &kind.names(), schema);
            }
        }
        Self { places, questions }
    }
}

#[cfg(test)]
#[path = "engine_tests.rs"]
pub(super) mod tests;
