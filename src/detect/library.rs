//! The detectors that are part of the program: the files of `detectors/`, as they were when it was
//! built.

use std::ops::Range;

/// Path below `detectors/` and text of each built-in detector, sorted by path, and where in [`RUN`] stands
/// what comes before its tests.
static FILES: &[(&str, &str, Range<usize>)] = &include!(concat!(env!("OUT_DIR"), "/detectors.rs"));

/// All detectors without their tests, one behind the other.
static RUN: &str = include_str!(concat!(env!("OUT_DIR"), "/detectors.toml"));

/// Path below `detectors/` and text of each built-in detector, sorted by path.
pub(super) fn files() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES.iter().map(|(path, text, _)| (*path, *text))
}

/// The same without the detectors' own tests, which are most of the text. Places in what is left are
/// those of the whole.
pub(super) fn files_to_run() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES
        .iter()
        .map(|(path, text, run)| (*path, RUN.get(run.clone()).unwrap_or(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_is_the_text_up_to_its_tests() {
        for ((path, whole), (_, run)) in files().zip(files_to_run()) {
            assert!(whole.starts_with(run), "{path}");
            assert!(!run.contains("[[test]]"), "{path}");
            assert!(whole[run.len()..].starts_with("[[test]]"), "{path}");
        }
    }
}
