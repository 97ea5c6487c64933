//! The templates under `config/deploy`: what they allow, what they encrypt, how they run the program, and
//! that the tools of their makers accept them.
//!
//! Most of it needs nothing but the files. `lint` installs cfn-lint once, into `target/cfn-lint`, and
//! `TRAILHOUND_WITHOUT_CFN_LINT=1` leaves it out.

mod allowed;
mod cloudformation;
mod guide;
mod lint;
mod running;
mod stacks;
mod statement;
mod terraform;

use std::fs;
use std::path::{Path, PathBuf};

use crate::program::ROOT;

/// The files below a folder of the project with this extension, in order.
fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let found: Vec<PathBuf> = walkdir::WalkDir::new(Path::new(ROOT).join(folder))
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    assert!(!found.is_empty(), "{folder}: no file .{extension}");
    found
}

/// The last two parts of a path, for messages.
fn short(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts[parts.len() - 2..].join("/")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Everything that is wrong, each with its place, or nothing.
#[track_caller]
fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}
