//! Runs the tests that a detector carries: each raises the number of alerts it states.

use std::collections::BTreeSet;

use super::detector::Detector;
use super::engine::{Engine, Scratch};
use super::file::TestFile;
use super::load::{Enable, Loaded};
use crate::record::{Cluster, Entry, LogEvent, Origin, Position};

/// What one test of a detector came to.
#[derive(Debug)]
pub struct Outcome {
    /// The detector.
    pub detector: String,
    /// The test's name.
    pub test: String,
    /// What is wrong; nothing when it passed.
    pub failure: Option<String>,
}

/// The log group and account that tests run in, so that facts about the own account mean something.
const ACCOUNT: &str = "111122223333";

/// Reads a line as a record; handed in, since reading belongs to another room.
pub type ReadLine = for<'a> fn(&'a LogEvent<'a>) -> Option<crate::record::Record<'a>>;

/// Runs all tests of a detector, given by its file's name and text.
///
/// Matches are counted as alerts are: once for each audit id.
#[must_use]
pub fn run(detector: &Detector, name: &str, text: &str, read: ReadLine) -> Vec<Outcome> {
    let missing = |what: &str| Outcome {
        detector: detector.id.clone(),
        test: what.to_owned(),
        failure: Some("there is none".to_owned()),
    };
    let mut outcomes: Vec<Outcome> = detector
        .tests
        .iter()
        .map(|test| run_one(detector, test, name, text, read))
        .collect();
    if !detector.tests.iter().any(|test| test.alerts > 0) {
        outcomes.push(missing("a test that fires"));
    }
    if !detector.tests.iter().any(|test| test.alerts == 0) {
        outcomes.push(missing("a test that stays quiet"));
    }
    outcomes
}

fn run_one(
    detector: &Detector,
    test: &TestFile,
    name: &str,
    text: &str,
    read: ReadLine,
) -> Outcome {
    let failure = count(detector, test, name, text, read).map_or_else(Some, |count| {
        (count != test.alerts)
            .then(|| format!("expected {}, got {}", alerts(test.alerts), alerts(count)))
    });
    Outcome {
        detector: detector.id.clone(),
        test: test.name.clone(),
        failure,
    }
}

fn alerts(count: usize) -> String {
    if count == 1 {
        "1 alert".to_owned()
    } else {
        format!("{count} alerts")
    }
}

fn count(
    detector: &Detector,
    test: &TestFile,
    name: &str,
    text: &str,
    read: ReadLine,
) -> Result<usize, String> {
    let engine = engine(detector, test, name, text)?;
    let origin = Origin {
        account: Some(ACCOUNT.to_owned()),
        ..Origin::default()
    };
    let cluster = Cluster::of(&origin);
    let mut scratch = Scratch::default();
    let mut raised = BTreeSet::new();
    for (number, line) in test.events.iter().enumerate() {
        let event = LogEvent {
            message: line.as_str().into(),
            timestamp: None,
            ingestion_time: None,
            event_id: None,
            origin: &origin,
            position: Position::default(),
        };
        let record = read(&event).ok_or_else(|| format!("event {} is no record", number + 1))?;
        let entry = Entry::new(&event, &cluster, record);
        let id = entry
            .audit()
            .and_then(|facts| Some(facts.record.audit_id?.cow().into_owned()))
            .unwrap_or_else(|| line.clone());
        engine.judge(&entry, &mut scratch, |_| {
            raised.insert(id.clone());
        });
    }
    Ok(raised.len())
}

/// The detector alone, compiled with the test's lists.
fn engine(detector: &Detector, test: &TestFile, name: &str, text: &str) -> Result<Engine, String> {
    let mut loaded = Loaded::default();
    loaded.add(name, text, &test.lists);
    if let Some(fault) = loaded.errors.first() {
        return Err(fault.to_string());
    }
    if let Some(list) = loaded
        .detectors
        .values()
        .find_map(|alone| alone.unset_lists.first())
    {
        let message = format!("the test sets no list {list:?}: add [test.lists] {list} = […]");
        // A test that shows that nothing happens without the list needs none.
        if test.alerts > 0 {
            return Err(message);
        }
    }
    let enable = Enable {
        all: true,
        ids: vec![detector.id.clone()],
    };
    let engine = loaded.engine(&enable, Vec::new(), name, text);
    engine.map(|(engine, _)| engine).map_err(|faults| {
        faults
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    })
}
