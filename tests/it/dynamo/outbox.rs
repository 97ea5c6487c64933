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
