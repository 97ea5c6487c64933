//! Installs moto once, into `target/moto`, and finds it there the next time.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::ROOT;

/// What is installed, as pip has it. The marker file holds it too.
const PACKAGES: [&str; 2] = ["moto[server]==5.2.5", "boto3"];

/// What to do when it can't be installed.
const ADVICE: &str = "the tests with moto need python3 with venv, and once the package index; \
                      TRAILHOUND_WITHOUT_MOTO=1 leaves them out";

/// The folder that holds moto's programs, once it is installed.
pub(super) fn programs() -> PathBuf {
    let folder = Path::new(ROOT).join("target/moto");
    fs::create_dir_all(folder.parent().unwrap()).unwrap();
    // Several runs of the tests may come at once: one of them installs, and the others wait.
    let lock = File::create(folder.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    let marker = folder.join("installed");
    if fs::read_to_string(&marker).is_ok_and(|text| text == PACKAGES.join(" ")) {
        return folder.join("bin");
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    run(Command::new("python3").args(["-m", "venv"]).arg(&folder));
    let pip = folder.join("bin/pip");
    run(Command::new(pip)
        .args(["install", "--quiet", "--disable-pip-version-check"])
        .args(PACKAGES));
    fs::write(&marker, PACKAGES.join(" ")).unwrap();
    folder.join("bin")
}

/// Runs a step to its end; panics with what it said and what to do when it fails.
fn run(step: &mut Command) {
    let shown = format!("{step:?}");
    match step.output() {
        Ok(output) if output.status.success() => {}
        Ok(output) => panic!(
            "{shown} failed; {ADVICE}\n{}",
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(error) => panic!("{shown} could not be started: {error}; {ADVICE}"),
    }
}
