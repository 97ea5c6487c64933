#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::Index;

use super::super::engine::tests::{engine, from_another, in_entry, lines};
use super::super::told::Told;
use super::{Digest, MOST_IN_ALL, Repeated};
use crate::detect::{Contribution, Decided, Engine, Finding, Lateness, Raised, Scratch};
use crate::state::{Cells as _, MemoryStore};

const MINUTE: i64 = 60_000;

/// When the events begin, in milliseconds since the Unix epoch.
const BEGIN: i64 = 1_778_760_000_000;

struct World {
    engine: Engine,
    lines: Vec<String>,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let engine = engine();
    let dated = |line: &String| line.contains("stageTimestamp");
    let lines = lines(&engine).into_iter().filter(dated).collect();
    World { engine, lines }
});

/// A line as if it had been written at another time.
fn at(line: &str, time: i64) -> String {
    let mut event: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
    let time = chrono::DateTime::from_timestamp_millis(time).unwrap();
    let time = time.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    for key in ["requestReceivedTimestamp", "stageTimestamp"] {
        event[key] = time.clone().into();
    }
    event.to_string()
}

fn found(line: &str, scratch: &mut Scratch) -> Vec<Contribution> {
    let mut found = Vec::new();
    in_entry(line, |entry| {
        WORLD.engine.judge(entry, scratch, |finding| {
            if let Finding::Contribution(_, contribution) = finding {
                found.push(contribution);
            }
        });
    });
    found
}

/// What merging comes to: what crossed a line, what is decided at the end, and all that is remembered.
#[derive(Debug, Default, PartialEq)]
struct Outcome {
    raised: Vec<(usize, Raised)>,
    decided: Vec<Decided>,
    cells: BTreeMap<(String, String), String>,
}

fn merged(contributions: &[Contribution]) -> Outcome {
    let (engine, mut store) = (&WORLD.engine, MemoryStore::default());
    let mut outcome = Outcome::default();
    for contribution in contributions {
        let mut on = |raised| outcome.raised.push((contribution.detector, raised));
        let mut seed = || contribution.time.to_string().into();
        let late = Lateness::default();
        let lost = engine.merge(contribution, late, &mut store, &mut seed, &mut on);
        assert_eq!(lost.unwrap(), 0);
    }
    for detector in engine.detectors() {
        let mut look = |key: &_, cell: &mut _| {
            let name = (detector.id.clone(), format!("{key:?}"));
            outcome.cells.insert(name, format!("{cell:?}"));
            false
        };
        store.each(&detector.id, &mut look).unwrap();
    }
    let mut on = |decided| outcome.decided.push(decided);
    engine
        .decide(i64::MAX, i64::MAX, &mut store, &mut on)
        .unwrap();
    outcome
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn what_is_left_out_adds_nothing(
        some in prop::collection::vec(any::<Index>(), 1..8),
        events in prop::collection::vec((any::<Index>(), 0..200_i64), 1..60),
        undone: Index,
    ) {
        let mut scratch = Scratch::for_merging();
        let (mut all, mut told) = (Vec::new(), Vec::new());
        for (place, (which, minutes)) in events.iter().enumerate() {
            let line = which.get(&some).get(&WORLD.lines);
            let line = at(line, BEGIN + minutes * MINUTE);
            if place == undone.index(events.len()) {
                scratch.undone();
            }
            all.extend(found(&line, &mut Scratch::default()));
            told.extend(found(&line, &mut scratch));
        }
        prop_assert!(told.len() <= all.len());
        prop_assert_eq!(merged(&told), merged(&all));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn what_is_recalled_is_what_would_be_worked_out(
        callers in prop::collection::vec(any::<Index>(), 1..4),
        requests in prop::collection::vec(any::<Index>(), 1..8),
        events in prop::collection::vec((any::<Index>(), any::<Index>(), 0..200_i64), 1..120),
    ) {
        let mut scratch = Scratch::default();
        for (caller, request, minutes) in &events {
            let caller = caller.get(&callers).get(&WORLD.lines);
            let request = request.get(&requests).get(&WORLD.lines);
            let Some(line) = from_another(request, caller) else {
                continue;
            };
            let line = at(&line, BEGIN + minutes * MINUTE);
            prop_assert_eq!(found(&line, &mut scratch), found(&line, &mut Scratch::default()));
        }
    }
}

#[test]
fn however_many_callers_do_however_much_what_is_kept_has_a_limit() {
    let mut told = Told::default();
    told.add(0, Default::default(), false);
    let mut repeated = Repeated::default();
    let contribution = Contribution::sighting(0, BEGIN, Digest::default(), Digest::default());
    let mut most = 0;
    for number in 0..2 * MOST_IN_ALL as u64 {
        let class = u32::try_from(number).unwrap();
        let case = told.case(0, &[Some(class)]).unwrap();
        // Each caller twice and more: the first time, nothing is kept.
        let mut recalled = repeated.recall([number % 100 + 1, 1], BEGIN);
        if let Some(known) = recalled.of(case) {
            known.remember(None, std::slice::from_ref(&contribution));
        }
        most = most.max(repeated.kept);
    }
    assert_eq!(most, MOST_IN_ALL);
    assert!(repeated.kept < MOST_IN_ALL);
}

#[test]
fn a_value_that_is_seen_all_day_is_told_once_an_hour() {
    let of_callers = [
        "decision-user-ua-new",
        "new-source-network",
        "new-source-ip",
    ];
    let sightings = |found: Vec<Contribution>| {
        let id = |one: &Contribution| WORLD.engine.detectors()[one.detector].id.as_str();
        let found = found.iter().map(id);
        found.filter(|id| of_callers.contains(id)).count()
    };
    let is_one = |line: &&String| {
        let found = found(&at(line, BEGIN), &mut Scratch::default());
        sightings(found) == of_callers.len()
    };
    let line = WORLD.lines.iter().find(is_one).unwrap();
    let mut scratch = Scratch::for_merging();
    let mut told = |minute| sightings(found(&at(line, BEGIN + minute * MINUTE), &mut scratch));
    assert_eq!((told(0), told(1)), (3, 3), "most callers come once");
    assert_eq!((told(2), told(59)), (0, 0));
    assert_eq!((told(60), told(61)), (3, 0), "a new step of time");
    assert_eq!((told(0), told(1)), (3, 0), "an earlier one");
    scratch.undone();
    assert_eq!(sightings(found(&at(line, BEGIN), &mut scratch)), 3);
}
