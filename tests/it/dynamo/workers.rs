//! Eight workers on one table, killed at random, their batches delivered again until they are taken.

use std::collections::VecDeque;
use std::sync::Mutex;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use trailhound::state::Shared;

use super::worker::{Worker, write};
use super::{Stage, drain, settle, take, until_committed};
use crate::memory::day::{Line, day};
use crate::memory::quiet;

/// How many workers there are.
const WORKERS: usize = 8;

/// Lines in any order, some of them twice, cut into batches; and the lines themselves.
fn dealt(events: usize, size: usize) -> impl Strategy<Value = (Vec<Line>, Vec<Vec<Line>>)> {
    let again = prop::collection::vec(any::<prop::sample::Index>(), 4..12);
    let lines = prop::collection::vec(day(2, events), 1);
    (lines, again).prop_flat_map(move |(days, again)| {
        let lines: Vec<Line> = days.into_iter().flatten().collect();
        let again = again.iter().map(|index| index.get(&lines).clone());
        let all: Vec<Line> = lines.iter().cloned().chain(again).collect();
        let shuffled = Just(all).prop_shuffle();
        let sizes = prop::collection::vec(1..size, 40);
        (Just(lines), shuffled, sizes).prop_map(|(lines, mut rest, sizes)| {
            let mut batches = Vec::new();
            for size in sizes.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let at = size.min(&rest.len()).to_owned();
                let left = rest.split_off(at);
                batches.push(std::mem::replace(&mut rest, left));
            }
            (lines, batches)
        })
    })
}

#[test]
fn eight_workers_that_are_killed_raise_what_one_raises_in_peace() {
    let Some(stage) = Stage::start() else { return };
    let mut runner = TestRunner::deterministic();
    // A day with enough in it.
    let (lines, batches) = loop {
        let drawn = dealt(44, 5).new_tree(&mut runner).unwrap().current();
        if drawn.0.len() > 32 {
            break drawn;
        }
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("batches.json");
    write(&file, &batches);
    // Some are delivered twice, by whoever comes to them.
    let twice = (0..batches.len()).filter(|number| number % 4 == 0);
    let queue: VecDeque<usize> = (0..batches.len()).chain(twice).collect();
    let queue = Mutex::new(queue);
    std::thread::scope(|scope| {
        for worker in 0..WORKERS {
            let (queue, file, url) = (&queue, &file, stage.moto.url());
            scope.spawn(move || {
                let mut chance = fastrand::Rng::with_seed(worker as u64);
                // Two are left in peace, so that all comes to an end.
                let mut lives = if worker < 2 { 0 } else { 2 };
                let mut process = Worker::start(url, file);
                loop {
                    let Some(number) = queue.lock().unwrap().pop_front() else {
                        return;
                    };
                    let last = (lives > 0).then(|| chance.usize(1..20));
                    if !process.take(number, last) {
                        queue.lock().unwrap().push_back(number);
                        lives -= 1;
                        process = Worker::start(url, file);
                    }
                }
            });
        }
    });
    eprintln!("{} lines in {} batches", lines.len(), batches.len());
    // Whoever is left decides, and delivers what the dead have left.
    let stores = [stage.store(), stage.store()];
    let mut outbox = stores[0].outbox();
    let stores = stores.map(Shared::new);
    std::thread::scope(|scope| {
        for store in &stores {
            scope.spawn(move || until_committed(|| settle(store, i64::MAX)));
        }
    });
    assert_eq!(drain(&mut outbox), quiet(&lines));
}

#[test]
fn batches_in_any_order_with_repeats_raise_what_memory_raises() {
    let mut runner = TestRunner::deterministic();
    for _ in 0..2 {
        let Some(stage) = Stage::start() else { return };
        let (lines, batches) = dealt(50, 30).new_tree(&mut runner).unwrap().current();
        // Two that take turns meet no conflict, but each finds what the other wrote.
        let stores = [stage.store(), stage.store()];
        let mut outbox = stores[0].outbox();
        let stores = stores.map(Shared::new);
        for (number, batch) in batches.iter().enumerate() {
            take(&stores[number % 2], batch).unwrap();
        }
        settle(&stores[1], i64::MAX).unwrap();
        assert_eq!(drain(&mut outbox), quiet(&lines));
    }
}

#[test]
fn deciding_as_time_goes_on_finds_what_deciding_at_the_end_finds() {
    let Some(stage) = Stage::start() else { return };
    let mut runner = TestRunner::deterministic();
    let most = 90_000;
    let drawn = (day(2, 60), prop::collection::vec(0..most, 40));
    let (lines, delays) = drawn.new_tree(&mut runner).unwrap().current();
    let late = lines.iter().cloned().zip(delays.iter().cycle());
    let mut arriving: Vec<(i64, Line)> = late
        .map(|(line, delay)| (line.time + delay, line))
        .collect();
    arriving.sort();
    let stores = [stage.store(), stage.store()];
    let mut outbox = stores[0].outbox();
    let stores = stores.map(Shared::new);
    for (number, some) in arriving.chunks(12).enumerate() {
        let batch: Vec<Line> = some.iter().map(|(_, line)| line.clone()).collect();
        take(&stores[number % 2], &batch).unwrap();
        if let Some((now, _)) = arriving.get((number + 1) * 12) {
            // What happened before has arrived, since nothing is later than that.
            settle(&stores[(number + 1) % 2], now - most).unwrap();
        }
    }
    settle(&stores[0], i64::MAX).unwrap();
    assert_eq!(drain(&mut outbox), quiet(&lines));
}
