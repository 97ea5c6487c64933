#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use super::*;

fn key(number: u64) -> Digest {
    Digest::of([&*number.to_string()])
}

fn earliest(store: &mut dyn Store, detector: &str, number: u64, time: i64) -> (i64, bool) {
    let mut found = (0, false);
    let place = Place {
        detector,
        key: key(number),
    };
    store
        .transact(&mut |cells| {
            cells.change(place, &mut |cell| {
                found = cell.earliest(time);
                found.1
            })
        })
        .unwrap();
    found
}

fn stores(bounds: Bounds, look: impl Fn(&mut dyn Store)) {
    look(&mut MemoryStore::new(bounds));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    look(&mut SqliteStore::open(&path, bounds).unwrap());
}

#[test]
fn a_cell_is_found_again_and_others_are_not_touched() {
    stores(Bounds::default(), |store| {
        assert_eq!(earliest(store, "a", 1, 10), (10, true));
        assert_eq!(earliest(store, "a", 1, 20), (10, false));
        assert_eq!(earliest(store, "a", 1, 5), (5, true));
        assert_eq!(earliest(store, "b", 1, 30), (30, true));
        assert_eq!(earliest(store, "a", 2, 30), (30, true));
        let mut seen = Vec::new();
        store
            .transact(&mut |cells| {
                cells.each("a", &mut |key, cell| {
                    seen.push((*key, cell.clone()));
                    false
                })
            })
            .unwrap();
        let mut expected = vec![(key(1), Cell::First(5)), (key(2), Cell::First(30))];
        expected.sort_by_key(|(key, _)| *key);
        assert_eq!(seen, expected);
    });
}

#[test]
fn room_is_bounded_and_what_went_is_told() {
    let bounds = Bounds {
        cells: 100,
        bytes: 1 << 20,
    };
    stores(bounds, |store| {
        for number in 0..1_000 {
            earliest(store, "a", number, 0);
            // One that changes again and again stays.
            earliest(store, "a", 0, -(number as i64));
        }
        earliest(store, "b", 0, 0);
        let mut left = 0;
        store
            .transact(&mut |cells| {
                left = 0;
                cells.each("a", &mut |_, _| {
                    left += 1;
                    false
                })
            })
            .unwrap();
        assert!((30..=100).contains(&left), "{left} cells are left");
        assert_eq!(store.evicted(), [("a".to_owned(), 1_000 - left)]);
        assert_eq!(
            earliest(store, "a", 999, 7),
            (0, false),
            "the newest is there"
        );
        assert_eq!(
            earliest(store, "a", 0, 7),
            (-999, false),
            "what is in use is there"
        );
    });
}

#[test]
fn a_transaction_that_fails_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = SqliteStore::open(&folder.path().join("state.db"), Bounds::default()).unwrap();
    let place = Place {
        detector: "a",
        key: key(1),
    };
    let failed = store.transact(&mut |cells| {
        cells.change(place, &mut |cell| cell.earliest(3).1)?;
        Err(StoreError::Sqlite {
            path: "x".to_owned(),
            reason: rusqlite::Error::InvalidQuery,
        })
    });
    assert!(failed.is_err());
    assert_eq!(earliest(&mut store, "a", 1, 9), (9, true));
}

#[test]
fn a_detector_named_in_a_transaction_that_failed_takes_no_other_ones_cells() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let mut one = SqliteStore::open(&path, Bounds::default()).unwrap();
    let mut two = SqliteStore::open(&path, Bounds::default()).unwrap();
    let place = Place {
        detector: "a",
        key: key(1),
    };
    let failed = one.transact(&mut |cells| {
        cells.change(place, &mut |cell| cell.earliest(3).1)?;
        Err(StoreError::Sqlite {
            path: "x".to_owned(),
            reason: rusqlite::Error::InvalidQuery,
        })
    });
    assert!(failed.is_err());
    assert_eq!(earliest(&mut two, "b", 1, 7), (7, true));
    assert_eq!(earliest(&mut one, "a", 1, 9), (9, true));
}

#[test]
fn two_processes_merge_into_one_state() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let mut one = SqliteStore::open(&path, Bounds::default()).unwrap();
    let mut two = SqliteStore::open(&path, Bounds::default()).unwrap();
    assert_eq!(earliest(&mut one, "a", 1, 10), (10, true));
    assert_eq!(earliest(&mut two, "a", 1, 7), (7, true));
    assert_eq!(earliest(&mut one, "a", 1, 8), (7, false));
    drop((one, two));
    let mut again = SqliteStore::open(&path, Bounds::default()).unwrap();
    assert_eq!(earliest(&mut again, "a", 1, 9), (7, false));
}

#[test]
fn a_file_that_is_no_state_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    std::fs::write(
        &path,
        "not a database at all, but a text of some length".repeat(40),
    )
    .unwrap();
    let error = SqliteStore::open(&path, Bounds::default()).unwrap_err();
    assert!(error.to_string().contains("notes.txt"), "{error}");
    let path = folder.path().join("newer.db");
    drop(SqliteStore::open(&path, Bounds::default()).unwrap());
    rusqlite::Connection::open(&path)
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let error = SqliteStore::open(&path, Bounds::default()).unwrap_err();
    assert!(error.to_string().contains("version 99"), "{error}");
}
