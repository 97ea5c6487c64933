//! Embeds the detectors: every `detectors/**/*.toml` becomes part of the program. What runs, which is a fifth
//! of the text, stands together once more, so that a program that only runs them never touches their tests.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "src/detect/tests_at.rs"]
mod tests_at;

use tests_at::tests_at;

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("detectors");
    println!("cargo::rerun-if-changed=detectors");
    println!("cargo::rerun-if-changed=build.rs");
    let mut files = Vec::new();
    gather(&root, &mut files)?;
    files.sort();
    let mut out = String::from("[\n");
    let mut run = String::new();
    for file in &files {
        let name = file
            .strip_prefix(&root)?
            .to_str()
            .ok_or("a detector's path is not UTF-8")?;
        let text = fs::read_to_string(file)?;
        let begin = run.len();
        run.push_str(text.get(..tests_at(&text)).unwrap_or(&text));
        writeln!(
            out,
            "    ({name:?}, include_str!({:?}), {begin}..{}),",
            file.display().to_string(),
            run.len()
        )?;
    }
    out.push_str("]\n");
    let folder = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(folder.join("detectors.rs"), out)?;
    fs::write(folder.join("detectors.toml"), run)?;
    Ok(())
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
