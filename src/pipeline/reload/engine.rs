//! What a reload builds: settings and detectors, compiled, and every test of the user's own passed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::config::Settings;
use crate::decode::line;
use crate::detect::{Enable, Engine, Fault, Loaded, self_test};
use crate::query::Style;

/// Settings and detectors as a watch runs them; blocking, and it takes about a second. What is doubtful
/// is logged.
///
/// # Errors
/// When anything is wrong with any of it; the text says what and where.
pub fn build(
    settings: Option<&Path>,
    folders: &[PathBuf],
    enable: &Enable,
) -> Result<(Settings, Engine), String> {
    let settings = match settings {
        Some(path) => Settings::load(path).map_err(|error| error.to_string())?,
        None => Settings::default(),
    };
    let lists = &settings.config.lists;
    let mut loaded = Loaded::built_in(lists);
    // Nobody can have changed these, and their tests bring lists of their own.
    let built_in: BTreeSet<String> = loaded.detectors.keys().cloned().collect();
    for folder in folders {
        let added = loaded.add_path(folder, lists);
        added.map_err(|error| error.to_string())?;
    }
    if !loaded.errors.is_empty() {
        return Err(told(&loaded.errors));
    }
    if let Some(id) = loaded.unknown(enable).first() {
        return Err(format!("there is no detector {id:?} to switch on"));
    }
    let failures = failures(&loaded, &built_in);
    if !failures.is_empty() {
        return Err(failures.join("\n"));
    }
    let allows = settings.config.allow.clone();
    let (engine, warnings) = loaded
        .engine(enable, allows, &settings.name, &settings.text)
        .map_err(|faults| told(&faults))?;
    for warning in warnings {
        tracing::warn!(warning = %warning.render(Style::Plain));
    }
    Ok((settings, engine))
}

/// The tests that fail, each in a line. A detector without tests runs, as it does from the start.
fn failures(loaded: &Loaded, built_in: &BTreeSet<String>) -> Vec<String> {
    let mut failures = Vec::new();
    let own = loaded.detectors.values();
    for detector in own.filter(|detector| !built_in.contains(&detector.id)) {
        let text = loaded.texts.get(&detector.id).map_or("", String::as_str);
        for outcome in self_test::run_present(detector, &detector.file, text, line::record) {
            if let Some(failure) = outcome.failure {
                let (id, test) = (outcome.detector, outcome.test);
                failures.push(format!(
                    "{}: test of {id} failed: {test}: {failure}",
                    detector.file
                ));
            }
        }
    }
    failures
}

fn told(faults: &[Fault]) -> String {
    let texts: Vec<String> = faults
        .iter()
        .map(|fault| fault.render(Style::Plain))
        .collect();
    texts.join("\n")
}
