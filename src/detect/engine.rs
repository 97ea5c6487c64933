//! All detectors at work on one entry.

use std::collections::BTreeMap;

use super::allow::Allow;
use super::detector::Detector;
use super::file::Log;
use super::index::Index;
use crate::query::Program;
use crate::record::field::{EntryRow, FieldSchema};
use crate::record::{Entry, Record};

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
    /// For each place in the index, the place of the detector.
    places: Vec<usize>,
    index: Index,
}

/// A detector that matched.
#[derive(Clone, Copy, Debug)]
pub struct Hit<'e> {
    /// Which.
    pub detector: &'e Detector,
    /// The exception that silences it.
    pub silenced: Option<&'e Allow>,
}

/// Buffers that are used again for each entry.
#[derive(Clone, Debug, Default)]
pub struct Scratch(Vec<u64>);

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
        let audit = Side::new(&detectors, Log::Audit);
        let authenticator = Side::new(&detectors, Log::Authenticator);
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

    /// Calls `on` for each detector that matches an entry.
    #[inline]
    pub fn judge(&self, entry: &Entry<'_>, scratch: &mut Scratch, mut on: impl FnMut(Hit<'_>)) {
        let row = EntryRow::new(entry, &self.schema);
        let side = match entry.record {
            Record::Audit(_) => &self.audit,
            Record::Authenticator(_) => &self.authenticator,
        };
        for candidate in side.index.candidates(&row, &mut scratch.0) {
            let Some(place) = side.places.get(candidate).copied() else {
                continue;
            };
            let Some(detector) = self.detectors.get(place) else {
                continue;
            };
            if detector
                .program
                .as_ref()
                .is_some_and(|program| program.matches(&row))
            {
                on(Hit {
                    detector,
                    silenced: self.silencer(place, &row, entry),
                });
            }
        }
    }

    fn silencer(&self, place: usize, row: &EntryRow<'_, '_>, entry: &Entry<'_>) -> Option<&Allow> {
        let allows = self.allowed.get(&place)?;
        let mut allows = allows.iter().filter_map(|at| self.allows.get(*at));
        allows.find(|allow| allow.covers(row, entry.time()))
    }
}

impl Side {
    fn new(detectors: &[Detector], log: Log) -> Self {
        let (places, conditions): (Vec<_>, Vec<_>) = detectors
            .iter()
            .enumerate()
            .filter(|(_, detector)| detector.log == log)
            .filter_map(|(place, detector)| {
                Some((place, detector.program.as_ref().map(Program::necessary)?))
            })
            .unzip();
        Self {
            places,
            index: Index::new(&conditions),
        }
    }
}

#[cfg(test)]
#[path = "engine_tests.rs"]
mod tests;
