//! Runs the tests that a detector carries: each raises the number of alerts it states.

use std::collections::BTreeSet;

use super::contribution::{Contribution, event_digest};
use super::detector::Detector;
use super::engine::{Engine, Finding, Scratch};
use super::file::TestFile;
use super::folding::Folded;
use super::load::{Enable, Loaded};
use super::merge::{Lateness, Raised};
use crate::record::{Cluster, Entry, LogEvent, Origin};
use crate::state::{MemoryStore, Seed};

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

/// Runs all tests of a detector, given by its file's name and text, and says which it lacks: one that
/// fires and one that stays quiet.
///
/// Alerts are counted as they are raised: matches once for each request, folded ones once for each
/// window, several events once they come to something.
#[must_use]
pub fn run(detector: &Detector, name: &str, text: &str, read: ReadLine) -> Vec<Outcome> {
    let missing = |what: &str| Outcome {
        detector: detector.id.clone(),
        test: what.to_owned(),
        failure: Some("there is none".to_owned()),
    };
    let mut outcomes = run_present(detector, name, text, read);
    if !detector.tests.iter().any(|test| test.alerts > 0) {
        outcomes.push(missing("a test that fires"));
    }
    if !detector.tests.iter().any(|test| test.alerts == 0) {
        outcomes.push(missing("a test that stays quiet"));
    }
    outcomes
}

/// Runs the tests that a detector has, as [`run`] does: that one is missing is no failure.
#[must_use]
pub fn run_present(detector: &Detector, name: &str, text: &str, read: ReadLine) -> Vec<Outcome> {
    detector
        .tests
        .iter()
        .map(|test| run_one(detector, test, name, text, read))
        .collect()
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
    let mut together = 0;
    let mut state = MemoryStore::default();
    let mut merge = |contribution: &Contribution, state: &mut MemoryStore| {
        let mut crossed = |_: Raised| together += 1;
        let lateness = Lateness::default();
        engine
            .merge(
                contribution,
                lateness,
                state,
                &mut Seed::default,
                &mut crossed,
            )
            .map_err(|error| error.to_string())
    };
    for (number, line) in test.rounds().enumerate() {
        let event = LogEvent::bare(line.as_str(), &origin);
        let record = read(&event).ok_or_else(|| format!("event {} is no record", number + 1))?;
        let entry = Entry::new(&event, &cluster, record);
        if let Some(time) = entry.time() {
            let noticed = engine.notice(scratch.cluster(&cluster), time, &mut state);
            noticed.map_err(|error| error.to_string())?;
        }
        let mut contributions = Vec::new();
        engine.judge(&entry, &mut scratch, |finding| match finding {
            Finding::Hit(hit) => {
                raised.insert(match &hit.folded {
                    Some(folded) => one_of_fold(folded, &entry),
                    None => format!("{:?}", event_digest(&entry)),
                });
            }
            Finding::Contribution(_, contribution) => contributions.push(contribution),
        });
        for contribution in &contributions {
            merge(contribution, &mut state)?;
        }
    }
    let mut decided = 0;
    let end = engine.decide(i64::MAX, i64::MAX, &mut state, &mut |_| decided += 1);
    end.map_err(|error| error.to_string())?;
    Ok(raised.len() + together + decided)
}

/// What alerts that fold into one have in common: the values, the window, the target and the outcome.
fn one_of_fold(folded: &Folded, entry: &Entry<'_>) -> String {
    let facts = entry.audit();
    let object = facts.and_then(|facts| facts.record.object_ref);
    let outcome = facts.map(|facts| facts.outcome());
    format!(
        "{:?} {:?} {object:?} {outcome:?}",
        folded.values, folded.window
    )
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
