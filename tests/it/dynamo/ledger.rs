//! What a table promises as a ledger, call by call.

use trailhound::state::{Cell, Digest, DynamoStore, Ledger, Outgoing, Place, Store, StoreError};

use super::{NOW, SINK, Stage};

fn id(number: u8) -> Digest {
    Digest([number; 16])
}

/// Merges a time into a cell: what stays, and whether it is new.
fn remember(store: &mut DynamoStore, key: u8, time: i64) -> Result<(i64, bool), StoreError> {
    let place = Place {
        detector: "d",
        key: id(key),
    };
    let mut found = (0, false);
    store.transact(&mut |cells| {
        cells.change(place, &mut |cell| {
            found = cell.earliest(time);
            found.1
        })
    })?;
    Ok(found)
}

fn all(store: &mut DynamoStore) -> Vec<(Digest, Cell)> {
    let mut seen = Vec::new();
    store
        .transact(&mut |cells| {
            seen.clear();
            cells.each("d", &mut |key, cell| {
                seen.push((*key, cell.clone()));
                false
            })
        })
        .unwrap();
    seen
}

#[test]
fn a_cell_is_found_by_every_worker_and_others_are_not_touched() {
    let Some(stage) = Stage::start() else { return };
    let (mut one, mut other) = (stage.store(), stage.store());
    assert_eq!(remember(&mut one, 1, 10).unwrap(), (10, true));
    assert_eq!(remember(&mut other, 1, 20).unwrap(), (10, false));
    assert_eq!(remember(&mut other, 1, 5).unwrap(), (5, true));
    assert_eq!(remember(&mut one, 200, 7).unwrap(), (7, true));
    assert_eq!(
        all(&mut one),
        [(id(1), Cell::First(5)), (id(200), Cell::First(7))]
    );
    // A cell that becomes empty is gone.
    let place = Place {
        detector: "d",
        key: id(1),
    };
    let empty = &mut |cell: &mut Cell| {
        *cell = Cell::Empty;
        true
    };
    one.transact(&mut |cells| cells.change(place, empty))
        .unwrap();
    assert_eq!(all(&mut other), [(id(200), Cell::First(7))]);
}

#[test]
fn who_was_slower_is_told_and_has_changed_nothing() {
    let Some(stage) = Stage::start() else { return };
    let (mut one, mut other) = (stage.store(), stage.store());
    let mut outbox = other.outbox();
    one.begin().unwrap();
    other.begin().unwrap();
    for (store, time) in [(&mut one, 9), (&mut other, 5)] {
        assert_eq!(remember(store, 1, time).unwrap(), (time, true));
        assert_eq!(remember(store, 1, time).unwrap(), (time, false));
        assert!(store.post(id(1), NOW, "{}", &[SINK]).unwrap());
        assert!(!store.post(id(1), NOW, "{}", &[SINK]).unwrap());
    }
    assert!(other.post(id(2), NOW, "{}", &[SINK]).unwrap());
    assert_eq!(remember(&mut other, 2, 5).unwrap(), (5, true));
    one.commit().unwrap();
    assert!(matches!(other.commit(), Err(StoreError::Conflict)));
    assert_eq!(all(&mut one), [(id(1), Cell::First(9))]);
    assert_eq!(outbox.due(SINK, i64::MAX, 9).unwrap().len(), 1);
    // All of it again.
    other.begin().unwrap();
    other.expect(&[id(1), id(2), id(3)]).unwrap();
    assert!(!other.post(id(1), NOW, "{}", &[SINK]).unwrap());
    assert!(other.post(id(2), NOW, "{}", &[SINK]).unwrap());
    assert_eq!(remember(&mut other, 1, 5).unwrap(), (5, true));
    other.commit().unwrap();
    assert_eq!(all(&mut one), [(id(1), Cell::First(5))]);
}

#[test]
fn what_is_rolled_back_or_never_committed_leaves_nothing() {
    let Some(stage) = Stage::start() else { return };
    let mut store = stage.store();
    store.begin().unwrap();
    assert!(remember(&mut store, 1, 9).unwrap().1);
    assert!(store.post(id(1), NOW, "{}", &[SINK]).unwrap());
    store.roll_back();
    store.begin().unwrap();
    assert!(remember(&mut store, 1, 9).unwrap().1);
    assert!(store.post(id(1), NOW, "{}", &[SINK]).unwrap());
    drop(store);
    let mut store = stage.store();
    assert!(all(&mut store).is_empty());
    assert!(store.outbox().due(SINK, i64::MAX, 9).unwrap().is_empty());
    let failed = store.transact(&mut |cells| {
        let place = Place {
            detector: "d",
            key: id(1),
        };
        cells.change(place, &mut |cell| cell.earliest(3).1)?;
        Err(StoreError::TooLarge)
    });
    assert!(matches!(failed, Err(StoreError::TooLarge)));
    assert!(all(&mut store).is_empty());
}

#[test]
fn more_than_a_transaction_holds_is_written_in_pieces() {
    let Some(stage) = Stage::start() else { return };
    let mut store = stage.store();
    let mut outbox = store.outbox();
    store.begin().unwrap();
    for number in 0..=255 {
        assert!(remember(&mut store, number, 9).unwrap().1);
    }
    let before = store.usage();
    for number in 0..70 {
        assert!(store.post(id(number), NOW, "{}", &[SINK]).unwrap());
    }
    assert!(store.usage().calls > before.calls);
    store.commit().unwrap();
    assert_eq!(all(&mut store).len(), 256);
    let mut left = 0;
    loop {
        let due = outbox.due(SINK, NOW, 50).unwrap();
        if due.is_empty() {
            break;
        }
        left += due.len();
        let gone: Vec<_> = due.iter().map(|posted| (posted.number, None)).collect();
        outbox.settle(SINK, &gone).unwrap();
    }
    assert_eq!(left, 70);
}

#[test]
fn cells_are_read_together_and_a_missing_one_once() {
    let Some(stage) = Stage::start() else { return };
    let mut store = stage.store();
    let look = |store: &mut DynamoStore| {
        let work = &mut |cells: &mut dyn trailhound::state::Cells| {
            for number in 0..150 {
                let place = Place {
                    detector: "d",
                    key: id(number),
                };
                cells.change(place, &mut |_| false)?;
            }
            Ok(())
        };
        store.transact(work).unwrap();
    };
    store.begin().unwrap();
    look(&mut store);
    look(&mut store);
    store.commit().unwrap();
    let usage = store.usage();
    assert_eq!((usage.calls, usage.reads, usage.writes), (2, 150, 0));
}

#[test]
fn a_table_that_is_not_there_is_told_in_words() {
    let Some(stage) = Stage::start() else { return };
    let delete = stage
        .client()
        .delete_table()
        .table_name(super::TABLE)
        .send();
    stage.runtime.block_on(delete).unwrap();
    let error = remember(&mut stage.store(), 1, 9).unwrap_err().to_string();
    for part in ["\"trailhound\"", "BatchGetItem", "make the table"] {
        assert!(error.contains(part), "no {part} in: {error}");
    }
}
