//! Events collected elsewhere, each with a verdict: what all detectors together make of them.
//!
//! Never copies an event into the repository. Without the collection there is nothing to test, and
//! the tests say so.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests may fail loudly, and a table is what people read here"
)]

mod case;
mod exceptions;
mod labelled;
mod quiet;
mod repeated;
mod shapes;

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::PathBuf;

use trailhound::config::Config;
use trailhound::decode::Item;
use trailhound::detect::{Enable, Engine, Loaded, Severity};
use trailhound::pipeline::Judge;
use trailhound::record::{LogEvent, Origin};

/// The collection: `TRAILHOUND_CORPUS`, else beside the repository.
pub(crate) fn folder() -> Option<PathBuf> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let folder = std::env::var_os("TRAILHOUND_CORPUS").map_or_else(beside, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    println!(
        "skipped: no collection at {}; set TRAILHOUND_CORPUS",
        folder.display()
    );
    None
}

/// The lines of a file of the collection.
pub(crate) fn lines(folder: &std::path::Path, file: &str) -> Vec<String> {
    let text = std::fs::read_to_string(folder.join(file)).unwrap();
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(str::to_owned)
        .collect()
}

/// The built-in detectors with the settings of a case.
fn engine(enable: &Enable, settings: &str) -> (Engine, Config) {
    let config: Config = toml::from_str(settings).unwrap();
    let loaded = Loaded::built_in(&config.lists);
    assert!(loaded.errors.is_empty(), "{:?}", loaded.errors);
    let allows = config.allow.clone();
    let (engine, _) = loaded.engine(enable, allows, "settings", settings).unwrap();
    (engine, config)
}

/// The detectors that raise an alert for a line, with their severity.
fn raised(judge: &mut Judge<'_>, origin: &Origin, line: &str) -> BTreeSet<(String, Severity)> {
    let mut raised = BTreeSet::new();
    take(judge, origin, line, &mut raised);
    raised
}

/// The detectors that raise an alert for lines that are all there is, with their severity.
fn raised_by(
    judge: &mut Judge<'_>,
    origin: &Origin,
    lines: &[String],
) -> BTreeSet<(String, Severity)> {
    let mut raised = BTreeSet::new();
    for line in lines {
        take(judge, origin, line, &mut raised);
    }
    let _ = judge.settle(i64::MAX, &mut |alert| {
        raised.insert((alert.detector.id.clone(), alert.severity));
        ControlFlow::Continue(())
    });
    raised
}

fn take(
    judge: &mut Judge<'_>,
    origin: &Origin,
    line: &str,
    raised: &mut BTreeSet<(String, Severity)>,
) {
    let event = LogEvent::bare(line, origin);
    let _ = judge.take(Item::Event(event), &mut |alert| {
        raised.insert((alert.detector.id.clone(), alert.severity));
        ControlFlow::Continue(())
    });
}
