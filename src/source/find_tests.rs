#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::super::progress::Progress;
use super::*;

fn folder_of(files: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file).unwrap();
    }
    folder
}

fn found(listing: &Listing, root: &Path) -> Vec<String> {
    let below = |input: &Input| {
        let path = input.path.clone().unwrap();
        path.strip_prefix(root)
            .unwrap()
            .to_string_lossy()
            .into_owned()
    };
    listing.inputs.iter().map(below).collect()
}

fn words(listing: &Listing) -> Vec<String> {
    listing.failures.iter().map(ToString::to_string).collect()
}

#[test]
fn a_folder_gives_all_its_files_in_a_stable_order() {
    let folder = folder_of(&["b/2.gz", "a.json", "b/1.gz", ".hidden", "c/d/e"]);
    let listing = find(&[folder.path().to_owned()]);
    assert_eq!(
        found(&listing, folder.path()),
        [".hidden", "a.json", "b/1.gz", "b/2.gz", "c/d/e"]
    );
    assert_eq!(listing.total_size(), Some(7 + 6 + 6 + 6 + 5));
    assert!(listing.failures.is_empty());
}

#[test]
fn the_probe_of_an_export_task_is_skipped_and_counted() {
    let folder = folder_of(&["x/aws-logs-write-test", "x/t/s/000000.gz"]);
    let listing = find(&[folder.path().to_owned()]);
    assert_eq!(found(&listing, folder.path()), ["x/t/s/000000.gz"]);
    assert_eq!(
        listing.skipped,
        Skipped {
            export_probes: 1,
            ..Skipped::default()
        }
    );
}

#[test]
fn a_pattern_is_used_when_no_such_file_exists() {
    let folder = folder_of(&["1.gz", "2.gz", "3.txt", "[x].gz", "d/4.gz"]);
    let at = |name: &str| folder.path().join(name);
    assert_eq!(
        found(&find(&[at("[0-9].gz")]), folder.path()),
        ["1.gz", "2.gz"]
    );
    assert_eq!(found(&find(&[at("[x].gz")]), folder.path()), ["[x].gz"]);
    assert_eq!(
        found(
            &find(&[at("**/4.gz"), at("*.gz"), at("1.gz")]),
            folder.path()
        )
        .len(),
        4
    );
}

#[test]
fn one_path_that_fails_does_not_stop_the_others() {
    let folder = folder_of(&["1.gz"]);
    fs::create_dir(folder.path().join("empty")).unwrap();
    let at = |name: &str| folder.path().join(name);
    let listing = find(&[at("no"), at("*.no"), at("a***"), at("empty"), at("1.gz")]);
    assert_eq!(found(&listing, folder.path()), ["1.gz"]);
    let words = words(&listing);
    assert_eq!(words.len(), 4);
    for (text, part) in
        words
            .iter()
            .zip(["no such file", "no file fits", "not a pattern", "no files"])
    {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn a_file_named_twice_is_read_once() {
    let folder = folder_of(&["1.gz"]);
    let file = folder.path().join("1.gz");
    let paths = [
        file.clone(),
        folder.path().to_owned(),
        file,
        PathBuf::from("-"),
        PathBuf::from("-"),
    ];
    let listing = find(&paths);
    assert_eq!(listing.inputs.len(), 2);
    assert_eq!(
        (listing.inputs[1].name.as_str(), listing.total_size()),
        ("-", None)
    );
    assert!(listing.failures.is_empty(), "{:?}", words(&listing));
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_loops_left_out() {
    let folder = folder_of(&["a/1.gz", "b/2.gz"]);
    std::os::unix::fs::symlink(folder.path(), folder.path().join("a/up")).unwrap();
    std::os::unix::fs::symlink("../b/2.gz", folder.path().join("a/3.gz")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("b/gone")).unwrap();
    let listing = find(&[folder.path().to_owned()]);
    assert_eq!(
        found(&listing, folder.path()),
        ["a/1.gz", "a/3.gz", "b/2.gz"]
    );
    assert_eq!(listing.skipped.loops, 1);
    assert_eq!(listing.failures.len(), 1);
}

#[test]
fn a_stream_is_known_from_the_path_of_an_export() {
    let stream = "authenticator-0123456789abcdef0123456789abcdef";
    let folder = folder_of(&[&format!("{stream}/000000.gz")]);
    let listing = find(&[folder.path().join(stream)]);
    assert_eq!(listing.inputs[0].origin.log_stream.as_deref(), Some(stream));
}

#[test]
fn reading_counts_bytes_and_a_vanished_file_is_an_error_with_advice() {
    let folder = folder_of(&["1.gz"]);
    let listing = find(&[folder.path().join("1.gz")]);
    let progress = Progress::default();
    let mut text = String::new();
    listing.inputs[0]
        .open(&progress)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!((text.as_str(), progress.bytes()), ("1.gz", 4));
    fs::remove_file(folder.path().join("1.gz")).unwrap();
    let error = listing.inputs[0]
        .open(&progress)
        .map(|_| ())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("cannot read") && error.contains("moving"),
        "{error}"
    );
}
