//! How much room things take in a table, and for how long they stay.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use trailhound::state::{
    Aggregate, Cell, Digest, DynamoStore, Ledger as _, Observed, Outgoing as _, Place, Store,
    Tally, Terms, WindowPlan,
};
use trailhound::telemetry::Clock;

use super::{NOW, SINK, Stage, dynamo_settings};

const DAY: u64 = 86_400;

type Item = HashMap<String, AttributeValue>;

/// All items of the table whose partitions begin so.
fn items(stage: &Stage, begin: &str) -> Vec<Item> {
    let call = stage.client().scan().table_name(super::TABLE).send();
    let all = stage.runtime.block_on(call).unwrap().items.unwrap();
    let is_one = |item: &Item| item["pk"].as_s().unwrap().starts_with(begin);
    all.into_iter().filter(is_one).collect()
}

fn expires(item: &Item) -> i64 {
    item["expires"].as_n().unwrap().parse().unwrap()
}

/// A store at a time, where the cells of `d` live for ten days.
fn store_at(stage: &Stage, now: i64) -> DynamoStore {
    let lives = [("d".to_owned(), std::time::Duration::from_secs(10 * DAY))];
    let settings = dynamo_settings(stage.moto.url()).lives(lives);
    DynamoStore::new(
        settings,
        stage.runtime.handle().clone(),
        Clock::new(move || now),
    )
}

fn look(store: &mut DynamoStore, detector: &str) {
    let place = Place {
        detector,
        key: Digest([7; 16]),
    };
    store
        .transact(&mut |cells| cells.change(place, &mut |cell| cell.earliest(5).1))
        .unwrap();
}

#[test]
fn what_is_used_lives_on_and_all_else_expires() {
    let Some(stage) = Stage::start() else { return };
    let days = |days: i64| days * i64::try_from(DAY).unwrap();
    let at = |day: i64| NOW + days(day) * 1_000;
    let lives = |stage: &Stage| expires(&items(stage, "c#d#")[0]) - NOW / 1_000;
    look(&mut store_at(&stage, at(0)), "d");
    look(&mut store_at(&stage, at(0)), "other");
    assert_eq!(lives(&stage), days(10));
    assert_eq!(
        expires(&items(&stage, "c#other#")[0]) - NOW / 1_000,
        days(400)
    );
    // A cell that was looked at is written again only when half of its life is over.
    look(&mut store_at(&stage, at(4)), "d");
    assert_eq!(lives(&stage), days(10));
    look(&mut store_at(&stage, at(6)), "d");
    assert_eq!(lives(&stage), days(16));
    let mut store = store_at(&stage, at(0));
    assert!(store.post(Digest([1; 16]), NOW, "{}", &[SINK]).unwrap());
    assert_eq!(expires(&items(&stage, "a#")[0]) - NOW / 1_000, days(7));
    // A text stays longer than it is offered: giving it up must be noted.
    assert_eq!(expires(&items(&stage, "o#")[0]) - NOW / 1_000, days(21));
}

#[test]
fn a_group_that_has_no_room_in_an_item_holds_up_nothing_else() {
    let Some(stage) = Stage::start() else { return };
    let mut store = stage.store();
    let mut outbox = store.outbox();
    let plan = WindowPlan {
        length: 60_000,
        aggregates: vec![Aggregate {
            tally: Tally::Count,
            need: None,
        }],
        monotone: true,
    };
    store.begin().unwrap();
    let events = 30_000_u32;
    store
        .transact(&mut |cells| {
            let place = |detector| Place {
                detector,
                key: Digest([7; 16]),
            };
            cells.change(place("small"), &mut |cell| cell.earliest(5).1)?;
            cells.change(place("large"), &mut |cell| {
                for number in 0..events {
                    let observed = Observed {
                        aggregate: 0,
                        key: Digest::of([number.to_string().as_str()]),
                        number: 1.0,
                    };
                    cell.window()
                        .add(&plan, 5, &[observed], &|_| false, &mut |_| {});
                }
                true
            })
        })
        .unwrap();
    assert!(store.post(Digest([1; 16]), NOW, "{}", &[SINK]).unwrap());
    store.commit().unwrap();
    assert_eq!(store.evicted(), [("large".to_owned(), 1)]);
    assert_eq!(items(&stage, "c#").len(), 1);
    assert_eq!(outbox.due(SINK, NOW, 9).unwrap().len(), 1);
    // An alert that has none can't be left out: the batch is refused.
    let mut long = String::new();
    let mut chance = fastrand::Rng::with_seed(1);
    while long.len() < 600_000 {
        long.push(chance.alphanumeric());
    }
    store.begin().unwrap();
    let error = store
        .post(Digest([2; 16]), NOW, &long, &[SINK])
        .unwrap_err();
    assert!(error.to_string().contains("400 KB"), "{error}");
    store.roll_back();
}

const TERMS: Terms = Terms {
    learning: 0,
    horizon: 1_000,
};

/// So many values were seen, each at a time of its own.
fn see(store: &mut DynamoStore, values: std::ops::Range<u8>) {
    store
        .transact(&mut |cells| {
            for number in values.clone() {
                let place = Place {
                    detector: "d",
                    key: Digest([number; 16]),
                };
                cells.change(place, &mut |cell| {
                    let mut sighting = trailhound::state::Sighting {
                        time: i64::from(number),
                        owner: Digest::default(),
                        seed: &mut || Some("seed".into()),
                    };
                    cell.baseline().see(TERMS, &mut sighting)
                })?;
            }
            Ok(())
        })
        .unwrap();
}

/// How many sightings from before a time are decided.
fn decide(store: &mut DynamoStore, until: i64) -> usize {
    let mut decided = 0;
    let work = &mut |cells: &mut dyn trailhound::state::Cells| {
        decided = 0;
        cells.waiting("d", &mut |_, cell: &mut Cell| {
            let (seed, changed) = cell.baseline().decide(TERMS, 0, until);
            decided += usize::from(seed.is_some());
            changed
        })
    };
    store.transact(work).unwrap();
    decided
}

#[test]
fn marks_that_are_not_their_cells_hold_up_nothing_and_go() {
    let Some(stage) = Stage::start() else { return };
    let mut store = stage.store();
    see(&mut store, 0..150);
    // Every cell has a second mark, as one has that expired and was made anew before its mark went; and
    // there is one whose cell is gone.
    let put = |item: Item| {
        let call = stage.client().put_item().table_name(super::TABLE);
        let call = call.set_item(Some(item)).send();
        stage.runtime.block_on(call).unwrap();
    };
    let marks = items(&stage, "w#");
    assert_eq!(marks.len(), 150);
    for mark in &marks {
        let sk = mark["sk"].as_s().unwrap();
        let earlier = format!("7fffffffffffffff{}", &sk[16..]);
        let mut other = mark.clone();
        other.insert("sk".to_owned(), AttributeValue::S(earlier));
        put(other);
    }
    let mut gone = marks[0].clone();
    let nobody = format!("7fffffffffffffff#ff{}", "09".repeat(15));
    gone.insert("sk".to_owned(), AttributeValue::S(nobody));
    put(gone);
    assert_eq!(items(&stage, "w#").len(), 301);
    let mut other = stage.store();
    assert_eq!(decide(&mut other, i64::MAX), 150);
    assert!(items(&stage, "w#").is_empty());
    assert_eq!(items(&stage, "c#").len(), 150);
    // Decided for good: nothing was written over with nothing.
    see(&mut other, 0..150);
    assert_eq!(decide(&mut other, i64::MAX), 0);
}

#[test]
fn waiting_values_are_found_without_reading_all_others() {
    let Some(stage) = Stage::start() else { return };
    let mut store = stage.store();
    see(&mut store, 0..90);
    // All but two are decided.
    assert_eq!(decide(&mut store, 88), 88);
    assert_eq!(items(&stage, "w#").len(), 2);
    assert_eq!(items(&stage, "c#").len(), 90);
    let mut other = stage.store();
    let mut seen = 0;
    other
        .transact(&mut |cells| {
            seen = 0;
            cells.waiting("d", &mut |_, _| {
                seen += 1;
                false
            })
        })
        .unwrap();
    assert_eq!(seen, 2);
    // Four partitions of marks, and two cells.
    let usage = other.usage();
    assert_eq!((usage.calls, usage.reads, usage.writes), (5, 6, 0));
    assert_eq!(decide(&mut store, i64::MAX), 2);
    assert!(items(&stage, "w#").is_empty());
}
