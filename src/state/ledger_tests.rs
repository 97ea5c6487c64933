#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use super::*;
use crate::state::{Bounds, MemoryLedger, Place, SqliteStore};

/// Shows every ledger that needs no server, with its outbox.
fn ledgers(look: impl Fn(&mut dyn Ledger, &mut dyn Outgoing)) {
    let mut memory = MemoryLedger::default();
    let mut outbox = memory.outbox();
    look(&mut memory, &mut outbox);
    let folder = tempfile::tempdir().unwrap();
    let mut file = SqliteStore::open(&folder.path().join("s.db"), Bounds::default()).unwrap();
    let mut outbox = file.outbox().unwrap();
    look(&mut file, &mut outbox);
}

fn id(number: u8) -> Digest {
    Digest([number; 16])
}

/// Whether a time is the earliest of a cell, and stays in it.
fn remember(ledger: &mut dyn Ledger, time: i64) -> bool {
    let mut new = false;
    let place = Place {
        detector: "d",
        key: id(9),
    };
    let work = &mut |cells: &mut dyn crate::state::Cells| {
        cells.change(place, &mut |cell| {
            new = cell.earliest(time).1;
            new
        })
    };
    ledger.transact(work).unwrap();
    new
}

fn bodies(outbox: &mut dyn Outgoing, sink: &str, now: i64) -> Vec<String> {
    let due = outbox.due(sink, now, 9).unwrap();
    due.into_iter().map(|posted| posted.body).collect()
}

#[test]
fn a_batch_that_is_rolled_back_leaves_nothing() {
    ledgers(|ledger, outbox| {
        assert!(remember(ledger, 7));
        ledger.begin().unwrap();
        assert!(ledger.post(id(1), 5, "one", &["s"]).unwrap());
        assert!(!ledger.post(id(1), 5, "one", &["s"]).unwrap());
        assert!(remember(ledger, 3));
        ledger.roll_back();
        assert!(bodies(outbox, "s", 99).is_empty());
        ledger.begin().unwrap();
        assert!(remember(ledger, 4));
        assert!(ledger.post(id(1), 5, "one", &["s"]).unwrap());
        ledger.commit().unwrap();
        assert_eq!(bodies(outbox, "s", 5), ["one"]);
        ledger.begin().unwrap();
        assert!(!remember(ledger, 5));
        assert!(!ledger.post(id(1), 6, "one", &["s"]).unwrap());
        ledger.commit().unwrap();
    });
}

#[test]
fn a_text_leaves_when_each_of_its_sinks_has_it() {
    ledgers(|ledger, outbox| {
        ledger.begin().unwrap();
        assert!(ledger.post(id(1), 5, "one", &["x", "y"]).unwrap());
        assert!(ledger.post(id(2), 6, "two", &["x"]).unwrap());
        assert!(ledger.post(id(3), 6, "nowhere", &[]).unwrap());
        ledger.commit().unwrap();
        assert_eq!(bodies(outbox, "x", 5), ["one"]);
        let due = outbox.due("x", 6, 9).unwrap();
        assert_eq!((due[0].since, due[1].since), (5, 6));
        assert_eq!(outbox.waiting("x").unwrap(), (2, Some(5)));
        outbox
            .settle("x", &[(due[0].number, None), (due[1].number, Some(50))])
            .unwrap();
        assert!(bodies(outbox, "x", 49).is_empty());
        assert_eq!(outbox.next("x").unwrap(), Some(50));
        assert_eq!(outbox.due("x", 50, 9).unwrap()[0].attempts, 1);
        assert_eq!(bodies(outbox, "y", 6), ["one"]);
        assert_eq!(outbox.sinks().unwrap(), ["x", "y"]);
        outbox.hurry().unwrap();
        let due = outbox.due("x", 6, 9).unwrap();
        outbox.settle("x", &[(due[0].number, None)]).unwrap();
        assert_eq!(outbox.waiting("x").unwrap(), (0, None));
        assert_eq!(outbox.sinks().unwrap(), ["y"]);
    });
}
