//! `trailhound detectors list|show|check|coverage|test`.

use std::fmt::Write as _;
use std::io::Write as _;

use anyhow::Result;

use super::Exit;
use super::args::{DetectorSetArgs, DetectorsArgs, DetectorsCommand, TableFormat};
use super::coverage;
use super::exit::UsageError;
use super::setup;
use super::summary::waiting_for_lists;
use super::table::{self, Table};
use crate::config::Settings;
use crate::decode::line;
use crate::detect::{Detector, Loaded, Log, console, self_test};

pub(super) fn run(args: DetectorsArgs) -> Result<Exit> {
    match args.command {
        DetectorsCommand::List { set, format } => list(&set, format),
        DetectorsCommand::Show { id, console, set } => show(&id, console, &set),
        DetectorsCommand::Check { paths, set } => check(paths, set),
        DetectorsCommand::Coverage { set, format } => coverage::run(&set, format),
        DetectorsCommand::Test { ids, set } => test(&ids, &set),
    }
}

fn list(set: &DetectorSetArgs, format: Option<TableFormat>) -> Result<Exit> {
    let settings = setup::settings(set.config.as_deref())?;
    let loaded = setup::load(set, &settings)?;
    let enable = setup::enable(set, &loaded)?;
    let mut rows = Table::new(&["id", "severity", "on", "log", "attack", "title"]);
    for detector in loaded.detectors.values() {
        let on = detector.enabled || enable.all || enable.ids.contains(&detector.id);
        let state = match (&detector.unset_lists, on) {
            (unset, true) if !unset.is_empty() => format!("needs list {}", unset.join(", ")),
            (_, true) => "yes".to_owned(),
            (_, false) => "no".to_owned(),
        };
        let log = if detector.log == Log::Audit {
            "audit"
        } else {
            "authenticator"
        };
        rows.push([
            detector.id.clone(),
            detector.severity.to_string(),
            state,
            log.to_owned(),
            detector.attack.join(" "),
            detector.title.clone(),
        ]);
    }
    table::print(&rows, setup::table_format(format))?;
    Ok(Exit::Done)
}

fn find<'l>(loaded: &'l Loaded, id: &str) -> Result<&'l Detector> {
    let found = loaded.detectors.get(id);
    found.ok_or_else(|| setup::unknown_detector(loaded, id).into())
}

fn show(id: &str, plain: bool, set: &DetectorSetArgs) -> Result<Exit> {
    let settings = setup::settings(set.config.as_deref())?;
    let loaded = setup::load(set, &settings)?;
    let detector = find(&loaded, id)?;
    let text = if plain {
        show_console(detector)?
    } else {
        describe(detector)
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(Exit::Done)
}

/// The query as the console takes it, with a word on what it returns.
fn show_console(detector: &Detector) -> Result<String> {
    if !detector.unset_lists.is_empty() {
        let lists = detector.unset_lists.join(", ");
        return Err(UsageError(format!(
            "{} needs the list {lists}: set it under [lists] in a file and name the file with --config",
            detector.id
        ))
        .into());
    }
    Ok(console::console(detector))
}

fn describe(detector: &Detector) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{}  ({}, {})",
        detector.id,
        detector.severity,
        detector.attack.join(" ")
    );
    let _ = writeln!(out, "{}", detector.title);
    if let Some(reason) = &detector.disabled_reason {
        let _ = writeln!(out, "off by default: {reason}");
    }
    if !detector.unset_lists.is_empty() {
        let _ = writeln!(
            out,
            "silent until this list is set: {}",
            detector.unset_lists.join(", ")
        );
    }
    let mut section = |head: &str, body: &str| {
        if !body.trim().is_empty() {
            let body = body.trim().replace('\n', "\n  ");
            let _ = writeln!(out, "\n{head}\n  {body}");
        }
    };
    section("about", &detector.description);
    for (place, query) in detector.query_texts.iter().enumerate() {
        let head = match detector.query_texts.len() {
            1 => "query".to_owned(),
            _ => format!("step {}", place + 1),
        };
        section(&head, query);
    }
    section("runbook", &detector.runbook);
    section("false positives", &detector.false_positives.join("\n"));
    section("references", &detector.references.join("\n"));
    let tests: Vec<String> = detector
        .tests
        .iter()
        .map(|test| format!("{} → {}", test.name, test.alerts))
        .collect();
    section("tests (alerts expected)", &tests.join("\n"));
    let _ = writeln!(out, "\nfrom {}", detector.file);
    out
}

fn check(paths: Vec<std::path::PathBuf>, mut set: DetectorSetArgs) -> Result<Exit> {
    set.dirs.extend(paths);
    let settings = setup::settings(set.config.as_deref())?;
    let loaded = setup::load(&set, &settings)?;
    setup::enable(&set, &loaded)?;
    let (detectors, on) = (
        loaded.detectors.len(),
        loaded.detectors.values().filter(|d| d.enabled).count(),
    );
    let waiting = waiting_for_lists(loaded.detectors.values());
    let allows = settings.config.allow.clone();
    let exceptions = allows.len();
    let enable = crate::detect::Enable {
        all: true,
        ids: Vec::new(),
    };
    let (_, warnings) = loaded
        .engine(&enable, allows, &settings.name, &settings.text)
        .map_err(|faults| UsageError(setup::render(&faults)))?;
    if !warnings.is_empty() {
        anstream::eprintln!("{}", setup::render(&warnings));
    }
    let mut stdout = std::io::stdout();
    writeln!(
        stdout,
        "{detectors} detectors ({on} on by default) and {exceptions} exceptions are fine, {} warnings",
        warnings.len()
    )?;
    if let Some(text) = waiting {
        writeln!(stdout, "silent {text}")?;
    }
    Ok(Exit::Done)
}

fn test(ids: &[String], set: &DetectorSetArgs) -> Result<Exit> {
    let settings: Settings = setup::settings(set.config.as_deref())?;
    let loaded = setup::load(set, &settings)?;
    let (mut passed, mut failed) = (0, 0);
    let mut stdout = std::io::stdout().lock();
    for detector in loaded.detectors.values() {
        if !ids.is_empty() && !ids.iter().any(|id| detector.id.contains(id.as_str())) {
            continue;
        }
        let text = loaded.texts.get(&detector.id).map_or("", String::as_str);
        for outcome in self_test::run(detector, &detector.file, text, line::record) {
            match outcome.failure {
                None => {
                    passed += 1;
                    writeln!(stdout, "ok      {}: {}", outcome.detector, outcome.test)?;
                }
                Some(failure) => {
                    failed += 1;
                    writeln!(
                        stdout,
                        "FAILED  {}: {}: {failure}",
                        outcome.detector, outcome.test
                    )?;
                }
            }
        }
    }
    writeln!(stdout, "{passed} passed, {failed} failed")?;
    if passed + failed == 0 {
        return Err(UsageError("no detector matches".into()).into());
    }
    Ok(if failed == 0 { Exit::Done } else { Exit::Usage })
}
