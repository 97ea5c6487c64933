#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may fail loudly")]

use std::collections::BTreeSet;

use super::*;
use crate::decode::{Decoded, line};
use crate::detect::{Enable, Lists, Loaded};
use crate::record::{Cluster, LogEvent, Origin, Position};

/// Every detector, with the lists that their own tests set.
fn engine() -> Engine {
    let plain = Loaded::built_in(&Lists::new());
    let tests = plain
        .detectors
        .values()
        .flat_map(|detector| &detector.tests);
    let lists: Lists = tests.flat_map(|test| test.lists.clone()).collect();
    let all = Enable {
        all: true,
        ids: Vec::new(),
    };
    Loaded::built_in(&lists)
        .engine(&all, Vec::new(), "", "")
        .unwrap()
        .0
}

/// Whether a detector that is asked finds anything: one that remembers needs the values that it keeps.
fn finds(detector: &Detector, probe: &Probe, entry: &Entry<'_>, row: &EntryRow<'_, '_>) -> bool {
    if !probe.program.matches(row) || matches!(detector.kind, Kind::Match) {
        return probe.program.matches(row);
    }
    let source = Source::new(0, cluster_digest(entry.cluster), entry);
    let mut found = false;
    let mut digester = Digester::default();
    detector.contribute(probe, row, &source, &mut digester, &mut |_| found = true);
    found
}

#[test]
fn the_index_passes_over_no_detector_that_matches() {
    let engine = engine();
    let origin = Origin::default();
    let cluster = Cluster::default();
    let mut scratch = Scratch::default();
    let mut matched = 0;
    let tests = engine.detectors().iter().flat_map(|d| &d.tests);
    for text in tests.flat_map(|test| test.rounds().take(test.events.len())) {
        let event = LogEvent {
            message: text.as_str().into(),
            timestamp: None,
            ingestion_time: None,
            event_id: None,
            origin: &origin,
            position: Position::default(),
        };
        let (Decoded::Record(record) | Decoded::Salvaged(record)) = line::decode(&event) else {
            panic!("no record: {text}");
        };
        let log = if matches!(record, Record::Audit(_)) {
            Log::Audit
        } else {
            Log::Authenticator
        };
        let entry = Entry::new(&event, &cluster, record);
        let row = EntryRow::new(&entry, engine.schema());
        let asked: BTreeSet<&str> = engine
            .detectors()
            .iter()
            .filter(|detector| detector.log == log)
            .filter(|d| d.probes.iter().any(|probe| finds(d, probe, &entry, &row)))
            .map(|detector| detector.id.as_str())
            .collect();
        let mut picked = BTreeSet::new();
        engine.judge(&entry, &mut scratch, |finding| {
            let (Finding::Hit(Hit { detector, .. }) | Finding::Contribution(detector, _)) = finding;
            picked.insert(detector.id.clone());
        });
        assert!(
            picked.iter().map(String::as_str).eq(asked.iter().copied()),
            "{text}"
        );
        matched += picked.len();
    }
    assert!(matched > 500, "the tests of the detectors fire");
}
