//! Embeds the detectors: every `detectors/**/*.toml` becomes part of the program.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("detectors");
    println!("cargo::rerun-if-changed=detectors");
    println!("cargo::rerun-if-changed=build.rs");
    let mut files = Vec::new();
    gather(&root, &mut files)?;
    files.sort();
    let mut out = String::from("[\n");
    for file in &files {
        let name = file
            .strip_prefix(&root)?
            .to_str()
            .ok_or("a detector's path is not UTF-8")?;
        let tests = tests_at(&fs::read_to_string(file)?);
        writeln!(
            out,
            "    ({name:?}, include_str!({:?}), {tests}),",
            file.display().to_string()
        )?;
    }
    out.push_str("]\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("detectors.rs"), out)?;
    Ok(())
}

/// Where the tests begin that end a detector's file; its length when anything else stands behind them.
fn tests_at(text: &str) -> usize {
    let Some(at) = text.find("\n[[test]]") else {
        return text.len();
    };
    let (_, tests) = text.split_at(at + 1);
    let of_test =
        |line: &str| !line.starts_with('[') || line.trim_start_matches('[').starts_with("test");
    if tests.lines().all(of_test) {
        at + 1
    } else {
        text.len()
    }
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            println!("cargo::rerun-if-changed={}", path.display());
            gather(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            files.push(path);
        }
    }
    Ok(())
}
