#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use std::collections::BTreeSet;

use super::*;
use crate::decode::line;
use crate::detect::{Enable, Lists, Loaded};
use crate::query::Row as _;
use crate::record::field::CallerPart;
use crate::record::{Cluster, LogEvent, Origin};

/// Every detector, with the lists that their own tests set.
pub(in crate::detect) fn engine() -> Engine {
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

/// Every event of the detectors' own tests, once.
pub(in crate::detect) fn lines(engine: &Engine) -> Vec<String> {
    let tests = engine.detectors().iter().flat_map(|d| &d.tests);
    tests
        .flat_map(|test| test.rounds().take(test.events.len()))
        .collect()
}

/// Looks at a line as an entry.
pub(in crate::detect) fn in_entry<T>(line: &str, look: impl FnOnce(&Entry<'_>) -> T) -> Option<T> {
    let (origin, cluster) = (Origin::default(), Cluster::default());
    let event = LogEvent::bare(line, &origin);
    let record = line::record(&event)?;
    Some(look(&Entry::new(&event, &cluster, record)))
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
fn no_detector_that_matches_is_passed_over() {
    let engine = engine();
    let mut scratch = Scratch::default();
    let mut matched = 0;
    for text in lines(&engine) {
        let found = in_entry(&text, |entry| {
            let log = match entry.record {
                Record::Audit(_) => Log::Audit,
                Record::Authenticator(_) => Log::Authenticator,
            };
            let row = EntryRow::new(entry, engine.schema());
            let asked: BTreeSet<&str> = engine
                .detectors()
                .iter()
                .filter(|detector| detector.log == log)
                .filter(|d| d.probes.iter().any(|probe| finds(d, probe, entry, &row)))
                .map(|detector| detector.id.as_str())
                .collect();
            let mut picked = BTreeSet::new();
            engine.judge(entry, &mut scratch, |finding| {
                let (Finding::Hit(Hit { detector, .. }) | Finding::Contribution(detector, _)) =
                    finding;
                picked.insert(detector.id.clone());
            });
            assert!(
                picked.iter().map(String::as_str).eq(asked.iter().copied()),
                "{text}"
            );
            picked.len()
        });
        matched += found.unwrap();
    }
    assert!(matched > 500, "the tests of the detectors fire");
}

fn value(line: &str, look: &dyn Fn(&Entry<'_>) -> String) -> Option<String> {
    in_entry(line, |entry| entry.audit().is_some().then(|| look(entry)))?
}

/// What an event would be if another caller had sent it.
pub(in crate::detect) fn from_another(line: &str, other: &str) -> Option<String> {
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    let (mut event, other) = (read(line)?, read(other)?);
    for key in ["user", "impersonatedUser", "sourceIPs", "userAgent"] {
        match other.get(key) {
            Some(value) => event[key] = value.clone(),
            None => drop(event.as_object_mut()?.remove(key)),
        }
    }
    Some(event.to_string())
}

#[test]
fn what_a_caller_tells_is_the_same_in_all_its_requests() {
    let engine = engine();
    let lines = lines(&engine);
    for part in CallerPart::ALL {
        let fields: Vec<_> = (0..1000)
            .map(crate::query::FieldId)
            .filter(|field| engine.schema().part_of_caller(*field) == Some(part))
            .collect();
        assert!(fields.len() > 1);
        let told = |entry: &Entry<'_>| {
            let mut key = Vec::new();
            let row = EntryRow::new(entry, engine.schema());
            let values = fields
                .iter()
                .map(|field| format!("{field:?}={:?}", row.value(*field)));
            assert!(part.add(entry, &mut key));
            format!("{key:?} - {}", values.collect::<Vec<_>>().join("\n"))
        };
        let mut compared = 0;
        for (one, other) in lines.iter().zip(lines.iter().skip(7)) {
            // Both written anew, so that blanks and escapes are the same.
            let both = from_another(one, other).zip(from_another(other, other));
            let Some((one, other)) = both else { continue };
            let Some((one, other)) = value(&one, &told).zip(value(&other, &told)) else {
                continue;
            };
            let key = |text: &str| text.split_once(" - ").map(|(key, _)| key.to_owned());
            if key(&one) == key(&other) {
                assert_eq!(one, other);
                compared += 1;
            }
        }
        assert!(compared > 500, "{compared}");
    }
}
