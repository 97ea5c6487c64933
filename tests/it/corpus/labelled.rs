//! Every labelled event against all detectors, and a table of what came of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use trailhound::detect::Enable;
use trailhound::pipeline::Judge;
use trailhound::record::Origin;

use super::case::{Case, Result};
use super::exceptions::{EXCEPTIONS, UNANSWERED};
use super::{engine, folder, lines, raised_by};

/// For each behaviour the detectors that answer for it.
pub(super) type Techniques = BTreeMap<String, Vec<String>>;

/// Files whose lines carry verdicts.
const FILES: [&str; 9] = [
    "panther.jsonl",
    "falco.jsonl",
    "stratus.jsonl",
    "elastic.jsonl",
    "eks-real.jsonl",
    "k8s-real.jsonl",
    "propdev.jsonl",
    "peer-misc.jsonl",
    "propdev-background.jsonl",
];

/// What became of the cases of one behaviour.
#[derive(Default)]
struct Count {
    found: u32,
    quiet: u32,
    missed: u32,
    false_: u32,
}

#[test]
fn every_labelled_event_comes_out_as_its_label_says_or_as_an_exception_explains() {
    let Some(folder) = folder() else { return };
    let techniques: Techniques =
        serde_json::from_str(&std::fs::read_to_string(folder.join("technique-ids.json")).unwrap())
            .unwrap();
    let mut table: BTreeMap<String, Count> = BTreeMap::new();
    let mut engines = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut excused = BTreeSet::new();
    for case in cases(&folder) {
        let Some(verdict) = case.verdict() else {
            continue;
        };
        let technique = case.technique.clone().unwrap_or_default();
        let Some(detectors) = case.answerable(&techniques) else {
            if verdict && !UNANSWERED.iter().any(|(name, _)| *name == technique) {
                wrong.push(format!(
                    "no detector answers for {technique}: {}",
                    case.case
                ));
            }
            continue;
        };
        // Nearly all cases suppose the same settings.
        let settings = case.settings(&detectors);
        let all = Enable {
            all: true,
            ids: Vec::new(),
        };
        let (engine, config) = engines
            .entry(settings.clone())
            .or_insert_with(|| engine(&all, &settings));
        let raised = raised_by(
            &mut Judge::new(engine, config),
            &Origin::default(),
            &case.lines(),
        );
        let ids: Vec<String> = raised.into_iter().map(|(id, _)| id).collect();
        let result = Result::of(verdict, ids.iter().any(|id| detectors.contains(id)));
        table.entry(technique).or_default().add(result);
        if result.is_right() {
            continue;
        }
        if let Some((_, reason)) = EXCEPTIONS.iter().find(|(name, _)| *name == case.case) {
            excused.insert((case.case, (*reason).to_owned()));
        } else {
            wrong.push(format!("{result:?}: {} (raised: {ids:?})", case.case));
        }
    }
    print(&table, &excused);
    for (name, _) in EXCEPTIONS {
        assert!(
            excused.iter().any(|(case, _)| case == name),
            "an exception without use: {name}"
        );
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// All labelled cases, in the order of the files.
pub(super) fn cases(folder: &Path) -> Vec<Case> {
    let lines = FILES.iter().flat_map(|file| lines(folder, file));
    lines
        .map(|line| serde_json::from_str(&line).unwrap())
        .collect()
}

impl Count {
    fn add(&mut self, result: Result) {
        match result {
            Result::Found => self.found += 1,
            Result::Quiet => self.quiet += 1,
            Result::Missed => self.missed += 1,
            Result::False => self.false_ += 1,
        }
    }
}

fn print(table: &BTreeMap<String, Count>, excused: &BTreeSet<(String, String)>) {
    let row = |name: &str, count: &Count| {
        let Count {
            found,
            quiet,
            missed,
            false_,
        } = count;
        println!("{name:36} {found:>6} {missed:>6} {quiet:>6} {false_:>6}");
    };
    println!(
        "{:36} {:>6} {:>6} {:>6} {:>6}",
        "behaviour", "found", "missed", "quiet", "false"
    );
    let mut all = Count::default();
    for (technique, count) in table {
        row(technique, count);
        all.found += count.found;
        all.quiet += count.quiet;
        all.missed += count.missed;
        all.false_ += count.false_;
    }
    row("all", &all);
    println!("\nexceptions:");
    for (case, reason) in excused {
        println!("- {case}: {reason}");
    }
    for (technique, reason) in UNANSWERED {
        println!("- {technique} is not looked for: {reason}");
    }
}
