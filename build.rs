//! Embeds the detectors: every `detectors/**/*.toml` becomes part of the program.

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
