//! Installs packages of the Python index once, each set into a folder of its own below `target`, and finds
//! them there the next time.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::ROOT;

/// The folder with the programs of these packages, as pip names them; `name` is that of the folder. `advice`
/// says what to do when they can't be installed.
pub(crate) fn programs(name: &str, packages: &[&str], advice: &str) -> PathBuf {
    let folder = Path::new(ROOT).join("target").join(name);
    fs::create_dir_all(folder.parent().unwrap()).unwrap();
    // Several runs of the tests may come at once: one of them installs, and the others wait.
    let lock = File::create(folder.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    let marker = folder.join("installed");
    if fs::read_to_string(&marker).is_ok_and(|text| text == packages.join(" ")) {
        return folder.join("bin");
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    run(
        Command::new("python3").args(["-m", "venv"]).arg(&folder),
        advice,
    );
    let pip = folder.join("bin/pip");
    let install = ["install", "--quiet", "--disable-pip-version-check"];
    run(Command::new(pip).args(install).args(packages), advice);
    fs::write(&marker, packages.join(" ")).unwrap();
    folder.join("bin")
}

/// Runs a step to its end; panics with what it said and what to do when it fails.
fn run(step: &mut Command, advice: &str) {
    let shown = format!("{step:?}");
    match step.output() {
        Ok(output) if output.status.success() => {}
        Ok(output) => panic!(
            "{shown} failed; {advice}\n{}",
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(error) => panic!("{shown} could not be started: {error}; {advice}"),
    }
}
