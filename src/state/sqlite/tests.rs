#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use std::path::PathBuf;

use super::*;
use crate::state::{Cell, Digest, Outgoing as _, Place};

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("state.db")
    }

    fn store(&self) -> SqliteStore {
        SqliteStore::open(&self.path(), Bounds::default()).unwrap()
    }
}

fn id(number: u8) -> Digest {
    Digest([number; 16])
}

fn is_new(store: &mut SqliteStore, source: &str, time: i64, event: u64) -> bool {
    store.are_new(source, &[(time, event)]).unwrap() == [true]
}

#[test]
fn a_batch_that_was_not_committed_leaves_nothing() {
    let folder = Folder::new();
    let mut store = folder.store();
    store.begin().unwrap();
    assert!(is_new(&mut store, "a", 1, 7));
    store.advance("a", 10).unwrap();
    assert!(store.post(id(1), 5, "{}", ["s"]).unwrap());
    let place = Place {
        detector: "d",
        key: id(9),
    };
    let remember = |store: &mut SqliteStore| {
        let mut new = false;
        store
            .transact(&mut |cells| {
                cells.change(place, &mut |cell| {
                    new = cell.earliest(3).1;
                    new
                })
            })
            .unwrap();
        new
    };
    assert!(remember(&mut store));
    // As a kill would leave it.
    drop(store);
    let mut store = folder.store();
    assert_eq!(store.progress("a").unwrap().position, None);
    assert!(
        SqliteOutbox::open(&folder.path())
            .unwrap()
            .due("s", 99, 9)
            .unwrap()
            .is_empty()
    );
    store.begin().unwrap();
    assert!(is_new(&mut store, "a", 1, 7));
    assert!(store.post(id(1), 5, "{}", ["s"]).unwrap());
    assert!(remember(&mut store));
    store.commit().unwrap();
    store.begin().unwrap();
    assert!(!is_new(&mut store, "a", 1, 7));
    store.roll_back();
    assert!(!remember(&mut store));
}

#[test]
fn an_event_is_new_once_for_each_source_until_it_is_forgotten() {
    let folder = Folder::new();
    let mut store = folder.store();
    assert!(is_new(&mut store, "a", 1, u64::MAX));
    assert!(!is_new(&mut store, "a", 1, u64::MAX));
    assert!(is_new(&mut store, "b", 1, u64::MAX));
    assert!(is_new(&mut store, "a", 2, u64::MAX));
    assert_eq!(store.forget_events("a", 2).unwrap(), 1);
    assert!(is_new(&mut store, "a", 1, u64::MAX));
    assert!(!is_new(&mut store, "a", 2, u64::MAX));
}

#[test]
fn a_position_never_goes_back() {
    let folder = Folder::new();
    let mut store = folder.store();
    store.advance("a", 10).unwrap();
    store.advance("a", 7).unwrap();
    assert_eq!(store.progress("a").unwrap().position, Some(10));
    assert_eq!(store.progress("b").unwrap().position, None);
}

#[test]
fn an_alert_leaves_when_each_of_its_sinks_has_it() {
    let folder = Folder::new();
    let mut store = folder.store();
    assert!(store.post(id(1), 5, "one", ["x", "y"]).unwrap());
    assert!(!store.post(id(1), 6, "one", ["x", "y"]).unwrap());
    assert!(store.post(id(2), 6, "two", ["x"]).unwrap());
    let mut outbox = SqliteOutbox::open(&folder.path()).unwrap();
    let numbers = |outbox: &mut SqliteOutbox, sink: &str, now| -> Vec<_> {
        let due = outbox.due(sink, now, 9).unwrap();
        due.into_iter()
            .map(|one| (one.number, one.body, one.attempts))
            .collect()
    };
    let (one, two) = ("one".to_owned(), "two".to_owned());
    assert_eq!(
        numbers(&mut outbox, "x", 6),
        [(1, one.clone(), 0), (2, two.clone(), 0)]
    );
    assert_eq!(numbers(&mut outbox, "x", 5), [(1, one.clone(), 0)]);
    outbox.settle("x", &[(1, None), (2, Some(50))]).unwrap();
    assert_eq!(numbers(&mut outbox, "x", 49), []);
    assert_eq!(outbox.next("x").unwrap(), Some(50));
    assert_eq!(numbers(&mut outbox, "x", 50), [(2, two, 1)]);
    assert_eq!(outbox.waiting("x").unwrap(), (1, Some(6)));
    assert_eq!(numbers(&mut outbox, "y", 9), [(1, one, 0)]);
    outbox.settle("y", &[(1, None)]).unwrap();
    assert_eq!(outbox.waiting("y").unwrap(), (0, None));
    let bodies = |store: &SqliteStore| -> i64 {
        let count = "SELECT count(*) FROM outbox";
        store
            .connection
            .query_row(count, [], |row| row.get(0))
            .unwrap()
    };
    assert_eq!(bodies(&store), 1);
    // What waits stays, however old; its id is forgotten, as it leaves with its alert or never.
    store.forget_alerts(1000).unwrap();
    assert_eq!(bodies(&store), 1);
}

#[test]
fn memos_and_sources_are_forgotten_by_name() {
    let folder = Folder::new();
    let mut store = folder.store();
    for name in ["kinesis a%_ 1", "kinesis a%_ 2", "kinesis abc 1"] {
        store.set_memo(name, b"x").unwrap();
    }
    store.forget_memo("kinesis a%_ 1").unwrap();
    assert_eq!(store.memos("kinesis a%_ ").unwrap(), ["kinesis a%_ 2"]);
    store.advance("shard", 7).unwrap();
    store.forget_source("shard").unwrap();
    assert_eq!(store.progress("shard").unwrap().position, None);
    store.advance("shard", 5).unwrap();
    assert_eq!(store.progress("shard").unwrap().position, Some(5));
}

#[test]
fn a_memo_is_kept_under_its_name() {
    let folder = Folder::new();
    let mut store = folder.store();
    assert_eq!(store.memo("health").unwrap(), None);
    store.set_memo("health", b"1").unwrap();
    store.set_memo("health", b"2").unwrap();
    drop(store);
    assert_eq!(
        folder.store().memo("health").unwrap().as_deref(),
        Some(&b"2"[..])
    );
}

#[test]
fn whoever_delivers_gets_its_turn_while_batches_follow_one_another() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let mut store = SqliteStore::open(&path, Bounds::default()).unwrap();
    let mut outbox = store.outbox().unwrap();
    store.begin().unwrap();
    for number in 0..200_u8 {
        store.post(Digest([number; 16]), 1, "{}", ["a"]).unwrap();
    }
    store.commit().unwrap();
    let delivering = std::thread::spawn(move || {
        while let Some(posted) = outbox.due("a", 9, 1).unwrap().first() {
            outbox.settle("a", &[(posted.number, None)]).unwrap();
        }
    });
    // Without turns it would ask again and again, and most often in vain.
    let mut batches = 0;
    while !delivering.is_finished() {
        store.begin().unwrap();
        let events: Vec<_> = (0..500).map(|event| (batches, event)).collect();
        store.are_new("s", &events).unwrap();
        store.commit().unwrap();
        batches += 1;
    }
    delivering.join().unwrap();
    assert!(batches < 600, "{batches}");
}

#[test]
fn all_cells_are_looked_at_once_in_order_however_many_and_as_they_are_now() {
    let folder = Folder::new();
    let mut store = folder.store();
    let key = |number: u16| {
        let mut key = [0; 16];
        key[..2].copy_from_slice(&number.to_be_bytes());
        Digest(key)
    };
    let put = |cells: &mut dyn Cells, number: u16, time: i64| {
        let place = Place {
            detector: "d",
            key: key(number),
        };
        cells.change(place, &mut |cell| cell.earliest(time).1)
    };
    store
        .transact(&mut |cells| (0..2_500).try_for_each(|number| put(cells, 2 * number, 9)))
        .unwrap();
    let mut times = Vec::new();
    let mut look = |cells: &mut dyn Cells| {
        times.clear();
        cells.each("d", &mut |key, cell| {
            let Cell::First(time) = cell else {
                return false;
            };
            times.push((*key, *time));
            let is_changed = *time == 7;
            *time -= i64::from(is_changed);
            is_changed
        })
    };
    store
        .transact(&mut |cells| {
            put(cells, 40, 7)?;
            put(cells, 41, 7)?;
            put(cells, 6_001, 3)?;
            look(cells)
        })
        .unwrap();
    store.transact(&mut look).unwrap();
    assert_eq!(times.len(), 2_502);
    assert!(times.is_sorted_by(|one, next| one.0 < next.0));
    let times: FxHashMap<Digest, i64> = times.into_iter().collect();
    let wanted = [(0, 9), (40, 6), (41, 6), (42, 9), (4_998, 9), (6_001, 3)];
    for (number, time) in wanted {
        assert_eq!(times.get(&key(number)), Some(&time), "{number}");
    }
}

#[test]
fn many_old_events_are_forgotten_a_piece_at_a_time() {
    let folder = Folder::new();
    let mut store = folder.store();
    let events: Vec<_> = (0..5_000).map(|time| (time, 1)).collect();
    store.begin().unwrap();
    store.are_new("a", &events).unwrap();
    store.commit().unwrap();
    let first = store.forget_events("a", 4_900).unwrap();
    assert!(first < 4_900);
    assert_eq!(store.forget_events("a", 4_900).unwrap(), 4_900 - first);
    assert_eq!(store.forget_events("a", 4_900).unwrap(), 0);
    assert!(!is_new(&mut store, "a", 4_900, 1));
}
