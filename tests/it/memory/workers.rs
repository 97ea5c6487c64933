//! Several workers on one state, workers that are stopped anywhere, and a daemon that decides as time
//! goes on.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use trailhound::alert::Alert;
use trailhound::config::Config;
use trailhound::pipeline::Judge;
use trailhound::state::{Bounds, Cells, MemoryStore, SqliteStore, Store, StoreError};

use super::day::{Line, day};
use super::rules::REMEMBERING;
use super::{Ids, Shape, Sink, config, feed, quiet};

/// One state in memory for several judges.
#[derive(Clone, Debug, Default)]
struct Shared(Arc<Mutex<MemoryStore>>);

impl Store for Shared {
    fn transact(
        &mut self,
        work: &mut dyn FnMut(&mut dyn Cells) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.0.lock().unwrap().transact(work)
    }

    fn evicted(&self) -> Vec<(String, u64)> {
        self.0.lock().unwrap().evicted()
    }
}

fn sqlite(path: &Path) -> Box<dyn Store> {
    Box::new(SqliteStore::open(path, Bounds::default()).unwrap())
}

/// Judges one batch; what is fed after it is dropped with the crew before anybody looked at it.
fn batch(judge: &mut Judge<'_>, lines: &[Line], dropped: &[Line], sink: &mut Sink) {
    let mut on = |alert: Alert| sink.take(&alert);
    let flow = judge.run(1, &mut on, |to| {
        feed(to, lines, Shape::Bare)?;
        to.pause()?;
        feed(to, dropped, Shape::Bare)
    });
    assert!(flow.is_continue());
}

fn settle(judge: &mut Judge<'_>, until: i64, sink: &mut Sink) {
    let flow = judge.settle(until, &mut |alert: Alert| sink.take(&alert));
    assert!(flow.is_continue());
    assert!(judge.failure().is_none());
}

/// The alerts of two workers between whom the batches are dealt.
fn two(stores: [Box<dyn Store>; 2], lines: &[Line], sizes: &[usize], dealt: &[bool]) -> Ids {
    let settings = Config::default();
    let mut sink = Sink::default();
    let mut judges = stores.map(|store| Judge::new(&REMEMBERING, &settings).store(store));
    let mut rest = lines;
    for (size, second) in sizes.iter().cycle().zip(dealt.iter().cycle()) {
        let (some, left) = rest.split_at((*size).min(rest.len()));
        batch(&mut judges[usize::from(*second)], some, &[], &mut sink);
        rest = left;
        if rest.is_empty() {
            break;
        }
    }
    for judge in &mut judges {
        settle(judge, i64::MAX, &mut sink);
    }
    sink.0
}

proptest! {
    #![proptest_config(config(40))]

    #[test]
    fn two_workers_on_one_state_find_what_one_finds(
        (lines, shuffled) in day(3, 90).prop_flat_map(|lines| (Just(lines.clone()), Just(lines).prop_shuffle())),
        sizes in prop::collection::vec(1_usize..30, 1..6),
        dealt in prop::collection::vec(any::<bool>(), 1..12),
        in_file in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.db");
        let shared = Shared::default();
        let stores: [Box<dyn Store>; 2] = if in_file {
            [sqlite(&path), sqlite(&path)]
        } else {
            [Box::new(shared.clone()), Box::new(shared)]
        };
        prop_assert_eq!(two(stores, &shuffled, &sizes, &dealt), quiet(&lines));
    }

    #[test]
    fn a_worker_may_be_stopped_anywhere_and_go_on_from_before(
        (lines, shuffled) in day(3, 90).prop_flat_map(|lines| (Just(lines.clone()), Just(lines).prop_shuffle())),
        stops in prop::collection::vec((1_usize..60, 0_usize..20, 0_usize..20), 0..5),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.db");
        let settings = Config::default();
        let mut sink = Sink::default();
        let mut at = 0;
        for (size, lost, back) in &stops {
            let mut judge = Judge::new(&REMEMBERING, &settings).store(sqlite(&path));
            let to = (at + size).min(shuffled.len());
            let unseen = &shuffled[to..(to + lost).min(shuffled.len())];
            batch(&mut judge, &shuffled[at..to], unseen, &mut sink);
            at = to.saturating_sub(*back);
        }
        let mut judge = Judge::new(&REMEMBERING, &settings).store(sqlite(&path));
        batch(&mut judge, &shuffled[at..], &[], &mut sink);
        settle(&mut judge, i64::MAX, &mut sink);
        prop_assert_eq!(sink.0, quiet(&lines));
    }

    #[test]
    fn deciding_as_time_goes_on_finds_what_deciding_at_the_end_finds(
        lines in day(3, 120),
        delays in prop::collection::vec(0_i64..90_000, 1..40),
        every in 1_usize..20,
        stop in any::<bool>(),
    ) {
        let most = 90_000;
        let late = lines.iter().cloned().zip(delays.iter().cycle());
        let mut arriving: Vec<(i64, Line)> = late.map(|(line, delay)| (line.time + delay, line)).collect();
        arriving.sort();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.db");
        let settings = Config::default();
        let open = || Judge::new(&REMEMBERING, &settings).store(sqlite(&path));
        let mut judge = open();
        let mut sink = Sink::default();
        let mut rest = &arriving[..];
        while !rest.is_empty() {
            let (some, left) = rest.split_at(every.min(rest.len()));
            let some: Vec<Line> = some.iter().map(|(_, line)| line.clone()).collect();
            batch(&mut judge, &some, &[], &mut sink);
            rest = left;
            if let Some((now, _)) = rest.first() {
                // What happened before has arrived, since nothing is later than that.
                settle(&mut judge, now - most, &mut sink);
            }
            if stop {
                judge = open();
            }
        }
        settle(&mut judge, i64::MAX, &mut sink);
        prop_assert_eq!(sink.0, quiet(&lines));
    }
}

#[test]
fn an_alert_that_nobody_took_ends_the_run() {
    let settings = Config::default();
    let mut judge = Judge::new(&REMEMBERING, &settings).store(Box::new(Shared::default()));
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let lines = day(1, 120).new_tree(&mut runner).unwrap().current();
    let mut taken = 0;
    let mut on = |_| {
        taken += 1;
        ControlFlow::Break(())
    };
    let flow = judge.run(1, &mut on, |to| {
        feed(to, &lines, Shape::Bare)?;
        to.pause()
    });
    assert!(flow.is_break());
    assert_eq!(taken, 1);
}
