//! What batches of a quiet day ask of a table, with all built-in detectors.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use flate2::read::MultiGzDecoder;
use trailhound::config::Config;
use trailhound::decode::{Limits, Reader};
use trailhound::detect::{Enable, Lists, Loaded};
use trailhound::pipeline::{Feed, Judge};
use trailhound::record::Origin;
use trailhound::state::{Ledger as _, Shared, Usage};

use super::{NOW, SINK, Stage};
use crate::program::ROOT;

/// What a day in batches of so many lines asks of a table: at each batch, the sum of all so far.
fn asked(stage: &Stage, lines: &[&str], size: usize) -> Vec<Usage> {
    let loaded = Loaded::built_in_to_run(&Lists::new());
    let engine = loaded
        .engine(&Enable::default(), Vec::new(), "", "")
        .unwrap()
        .0;
    let (settings, origin) = (Config::default(), Origin::default());
    let store = Shared::new(stage.store());
    let mut sums = Vec::new();
    for some in lines.chunks(size) {
        let mut judge = Judge::new(&engine, &settings)
            .cluster(Some("prod"))
            .store(Box::new(store.clone()));
        store.clone().begin().unwrap();
        let mut alerts = Vec::new();
        let mut on = |alert| {
            alerts.push(alert);
            std::ops::ControlFlow::Continue(())
        };
        let flow = judge.run(1, &mut on, |to: &mut dyn Feed| {
            let text = some.join("\n");
            let mut reader = Reader::new(Limits::default());
            reader.read("input", text.as_bytes(), &origin, &mut |item| to.take(item))?;
            to.pause()
        });
        assert!(flow.is_continue(), "{:?}", judge.failure());
        for alert in &alerts {
            let id = trailhound::state::Digest(alert.place().bytes());
            let body = serde_json::to_string(alert).unwrap();
            store.clone().post(id, NOW, &body, &[SINK]).unwrap();
        }
        store.clone().commit().unwrap();
        sums.push(store.lock().usage());
    }
    sums
}

#[test]
fn a_quiet_day_asks_for_less_than_a_unit_for_each_ten_events() {
    let Some(stage) = Stage::start() else { return };
    let mut text = String::new();
    let file = File::open(Path::new(ROOT).join("samples/quiet-day/audit.jsonl.gz")).unwrap();
    MultiGzDecoder::new(file).read_to_string(&mut text).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    // docs/reference/table.md says what other sizes come to.
    let size = 500;
    let sums = asked(&stage, &lines, size);
    // The first half learns the cluster.
    let (half, whole) = (sums[sums.len() / 2 - 1], sums[sums.len() - 1]);
    eprintln!(
        "{} lines by {size}: half {half:?}, whole {whole:?}",
        lines.len()
    );
    let events = ((sums.len() - sums.len() / 2) * size) as u64;
    assert!((whole.reads - half.reads) * 10 < events);
    assert!((whole.writes - half.writes) * 10 < events);
    assert!((whole.calls - half.calls) * 20 < events);
}
