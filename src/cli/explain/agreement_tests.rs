//! An explanation tells of the alerts that a replay raises, by their ids, and of no others.

use std::collections::BTreeSet;

use super::*;
use crate::config::Settings;
use crate::decode::{Item, Limits, Reader};
use crate::detect::{Enable, Lists, Loaded};
use crate::pipeline::{Judge, Window};
use crate::record::Origin;
use crate::sink::Format;

const ATTACK: &str = "samples/attack";

fn arguments(detector: &str) -> ExplainArgs {
    ExplainArgs {
        detector: detector.to_owned(),
        paths: Vec::new(),
        event: None,
        all: true,
        limit: None,
        format: None,
        time: crate::cli::args::TimeArgs {
            since: None,
            until: None,
        },
        detectors: Vec::new(),
        config: None,
        cluster: None,
    }
}

fn origin() -> Origin {
    Origin {
        account: Some("111122223333".to_owned()),
        region: Some("eu-central-1".to_owned()),
        log_group: Some("/aws/eks/prod/cluster".to_owned()),
        ..Origin::default()
    }
}

fn alone(name: &str, text: &str, lists: &Lists) -> Loaded {
    let mut loaded = Loaded::default();
    loaded.add(name, text, lists);
    assert!(loaded.errors.is_empty(), "{name}: {:?}", loaded.errors);
    loaded
}

fn each(lines: &str, mut on: impl FnMut(Item<'_>) -> ControlFlow<()>) {
    let mut reader = Reader::new(Limits::default());
    let read = reader.read("input", lines.as_bytes(), &origin(), &mut |item| on(item));
    assert!(read.is_continue());
}

fn replayed(loaded: Loaded, lines: &str) -> BTreeSet<String> {
    let settings = Settings::default();
    let all = Enable {
        all: true,
        ids: Vec::new(),
    };
    let (engine, _) = loaded.engine(&all, Vec::new(), "", "").unwrap();
    let mut judge = Judge::new(&engine, &settings.config);
    let mut ids = BTreeSet::new();
    let mut on = |alert: Alert| {
        ids.insert(alert.id.to_string());
        ControlFlow::Continue(())
    };
    each(lines, |item| judge.take(item, &mut on));
    assert!(judge.finish(&mut on).is_continue());
    ids
}

/// What is explained, a JSON object a line, `all` events or the nearest.
fn explained(loaded: Loaded, id: &str, lines: &str, all: bool, format: Format) -> String {
    let settings = Settings::default();
    let mut args = arguments(id);
    args.all = all;
    args.limit = (!all).then_some(400);
    let asker = Asker::of(loaded, id, &settings).unwrap();
    let mut out = Vec::new();
    let mut work = Work::new(&args, asker, Printer::new(&mut out, format));
    let mut entries = Entries::new(&settings, None, Window::default());
    each(lines, |item| {
        entries.take(item, &mut |taken| match taken {
            Taken::Entry(entry) => work.take(entry),
            Taken::Foreign(..) => ControlFlow::Continue(()),
        })
    });
    work.finish().unwrap();
    drop(work);
    String::from_utf8(out).unwrap()
}

fn told(json: &str) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for line in json.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        if case["verdict"] == "alert" {
            ids.insert(case["alert"].as_str().unwrap().to_owned());
        }
        for id in case["alerts"].as_array().into_iter().flatten() {
            ids.insert(id.as_str().unwrap().to_owned());
        }
    }
    ids
}

/// Compares both, for lines in their order and turned round; how many alerts there were.
fn agree(name: &str, text: &str, lists: &Lists, lines: &[String]) -> usize {
    let mut count = 0;
    let mut backwards = lines.to_vec();
    backwards.reverse();
    for (lines, all) in [(lines, true), (&backwards, false)] {
        let lines = lines.join("\n");
        let loaded = || alone(name, text, lists);
        let id = loaded().detectors.keys().next().unwrap().clone();
        let expected = replayed(loaded(), &lines);
        let found = told(&explained(loaded(), &id, &lines, all, Format::Json));
        assert_eq!(found, expected, "{name}, all: {all}");
        count += expected.len();
    }
    count
}

#[test]
fn every_detector_over_its_own_tests() {
    let built_in = Loaded::built_in(&Lists::default());
    let mut alerts = 0;
    for (id, detector) in &built_in.detectors {
        let text = &built_in.texts[id];
        for test in &detector.tests {
            let unset = detector.unset_lists.iter();
            if unset.clone().any(|list| !test.lists.contains_key(list)) {
                continue;
            }
            let lines: Vec<_> = test.rounds().collect();
            alerts += agree(id, text, &test.lists, &lines);
        }
    }
    assert!(alerts > 500, "{alerts}");
}

#[test]
fn every_detector_over_the_attack() {
    let mut lines = Vec::new();
    let inputs = Inputs::find(&[ATTACK.to_owned()]).unwrap();
    inputs.read(&mut |item| {
        if let Item::Event(event) = item {
            lines.push(event.message.trim_end().to_owned());
        }
        ControlFlow::Continue(())
    });
    let lines = lines.join("\n");
    let built_in = Loaded::built_in(&Lists::default());
    let mut alerts = 0;
    for (id, _) in built_in
        .detectors
        .iter()
        .filter(|(_, one)| one.unset_lists.is_empty())
    {
        let loaded = || alone(id, &built_in.texts[id], &Lists::default());
        let expected = replayed(loaded(), &lines);
        let found = told(&explained(loaded(), id, &lines, false, Format::Json));
        assert_eq!(found, expected, "{id}");
        alerts += found.len();
    }
    assert!(alerts > 50, "{alerts}");
}
