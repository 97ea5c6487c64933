//! The outbox in a table: an alert is found by whoever is left.

use trailhound::state::{Digest, DynamoOutbox, Ledger, Outgoing};

use super::{NOW, Stage};

fn id(number: u8) -> Digest {
    Digest([number; 16])
}

fn bodies(outbox: &mut DynamoOutbox, sink: &str, now: i64) -> Vec<String> {
    let due = outbox.due(sink, now, 9).unwrap();
    due.into_iter().map(|posted| posted.body).collect()
}

/// A minute: as long as a text is left to one worker.
const LEASE: i64 = 60_000;

#[test]
fn what_a_worker_posted_is_its_own_for_a_while_and_then_anybodys() {
    let Some(stage) = Stage::start() else { return };
    let mut store = stage.store();
    let (mut own, mut other, mut third) = (
        store.outbox(),
        stage.store().outbox(),
        stage.store().outbox(),
    );
    store.begin().unwrap();
    for (number, body) in [(1, "one"), (2, "two")] {
        assert!(store.post(id(number), NOW, body, &["x", "y"]).unwrap());
    }
    store.commit().unwrap();
    assert!(bodies(&mut other, "x", NOW).is_empty());
    assert_eq!(own.next("y").unwrap(), Some(0));
    assert_eq!(other.next("x").unwrap(), Some(NOW + LEASE));
    let due = own.due("x", NOW, 9).unwrap();
    assert_eq!(due.len(), 2);
    own.settle("x", &[(due[0].number, None)]).unwrap();
    // The second was never delivered: its worker died.
    assert_eq!(bodies(&mut other, "x", NOW + LEASE), ["two"]);
    assert!(
        bodies(&mut third, "x", NOW + LEASE).is_empty(),
        "it is claimed"
    );
    assert_eq!(bodies(&mut third, "x", NOW + 2 * LEASE), ["two"]);
    assert_eq!(other.waiting("x").unwrap(), (1, Some(NOW)));
    assert_eq!(other.waiting("y").unwrap(), (2, Some(NOW)));
}

#[test]
fn a_text_leaves_when_each_of_its_sinks_has_it() {
    let Some(stage) = Stage::start() else { return };
    let mut store = stage.store();
    let mut outbox = stage.store().outbox();
    let long = "long ".repeat(2_000);
    assert!(store.post(id(1), NOW, &long, &["x", "y"]).unwrap());
    assert!(store.post(id(2), NOW + 1, "two", &["x"]).unwrap());
    assert!(store.post(id(3), NOW, "nowhere", &[]).unwrap());
    assert!(!store.post(id(2), NOW, "two", &["x"]).unwrap());
    assert!(!stage.store().post(id(3), NOW, "nowhere", &[]).unwrap());
    assert_eq!(outbox.sinks().unwrap(), ["x", "y"]);
    let due = outbox.due("x", i64::MAX, 9).unwrap();
    assert_eq!([&*due[0].body, &*due[1].body], [&*long, "two"]);
    assert!(due[0].number < due[1].number);
    let fates = [(due[0].number, None), (due[1].number, Some(NOW + 50))];
    outbox.settle("x", &fates).unwrap();
    assert!(bodies(&mut outbox, "x", NOW + 49).is_empty());
    assert_eq!(outbox.next("x").unwrap(), Some(NOW + 50));
    outbox.hurry().unwrap();
    let due = outbox.due("x", NOW, 9).unwrap();
    assert_eq!((due.len(), due[0].attempts), (1, 1));
    outbox.settle("x", &[(due[0].number, None)]).unwrap();
    assert_eq!(outbox.sinks().unwrap(), ["y"]);
    assert_eq!(bodies(&mut outbox, "y", NOW), [long]);
    // What somebody else delivered meanwhile is no failure.
    let mut other = stage.store().outbox();
    let due = outbox.due("y", i64::MAX, 9).unwrap();
    let same = other.due("y", i64::MAX, 9).unwrap();
    other.settle("y", &[(same[0].number, None)]).unwrap();
    outbox.settle("y", &[(due[0].number, Some(NOW))]).unwrap();
    assert_eq!(outbox.waiting("y").unwrap(), (0, None));
}

#[test]
fn a_worker_that_slept_too_long_has_no_claim_to_what_it_posted() {
    let Some(stage) = Stage::start() else { return };
    let mut store = stage.store();
    let (mut own, mut other) = (store.outbox(), stage.store().outbox());
    assert!(store.post(id(1), NOW, "one", &["x"]).unwrap());
    assert_eq!(bodies(&mut other, "x", NOW + LEASE), ["one"]);
    assert!(
        bodies(&mut own, "x", NOW + LEASE + 1).is_empty(),
        "it is on its way"
    );
    assert_eq!(bodies(&mut own, "x", NOW + 2 * LEASE), ["one"]);
}

#[test]
fn a_backlog_is_read_once_however_few_are_taken_at_a_time() {
    let Some(stage) = Stage::start() else { return };
    let mut store = stage.store();
    store.begin().unwrap();
    for number in 0..30 {
        assert!(store.post(id(number), NOW, "{}", &["x"]).unwrap());
    }
    store.commit().unwrap();
    let other = stage.store();
    let mut outbox = other.outbox();
    let later = NOW + LEASE;
    let mut calls = Vec::new();
    let mut taken = std::collections::BTreeSet::new();
    loop {
        let before = other.usage().calls;
        let due = outbox.due("x", later, 10).unwrap();
        calls.push(other.usage().calls - before);
        if due.is_empty() {
            break;
        }
        taken.extend(due.iter().map(|posted| posted.number));
        let all: Vec<_> = due.iter().map(|posted| (posted.number, None)).collect();
        outbox.settle("x", &all).unwrap();
    }
    assert_eq!(taken.len(), 30);
    // The four partitions, and each text is moved on before it is given out.
    assert_eq!(calls, [14, 10, 10, 0]);
    // What comes after a pass is found by the next.
    store.begin().unwrap();
    assert!(store.post(id(99), NOW, "new", &["x"]).unwrap());
    store.commit().unwrap();
    assert_eq!(bodies(&mut outbox, "x", later), ["new"]);
}

#[test]
fn a_text_that_was_postponed_is_forgotten_here_and_delivered_by_whoever_gets_to_it() {
    let Some(stage) = Stage::start() else { return };
    let mut store = stage.store();
    assert!(store.post(id(1), NOW, "one", &["x", "y"]).unwrap());
    let mut outbox = store.outbox();
    let due = outbox.due("x", NOW, 9).unwrap();
    let again = outbox.due("y", NOW, 9).unwrap();
    outbox
        .settle("x", &[(due[0].number, Some(NOW + 5))])
        .unwrap();
    // Its number is no name for it any more; the other sink's still is.
    outbox.settle("x", &[(due[0].number, None)]).unwrap();
    assert_eq!(outbox.waiting("x").unwrap().0, 1);
    outbox.settle("y", &[(again[0].number, None)]).unwrap();
    assert_eq!(outbox.sinks().unwrap(), ["x"]);
    let mut other = stage.store().outbox();
    let due = other.due("x", NOW + 5, 9).unwrap();
    assert_eq!((&*due[0].body, due[0].attempts), ("one", 1));
    other.settle("x", &[(due[0].number, None)]).unwrap();
    assert!(outbox.sinks().unwrap().is_empty());
}
