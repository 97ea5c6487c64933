//! The detectors that are part of the program: the files of `detectors/`, as they were when it was
//! built.

/// Path below `detectors/` and text of each built-in detector, sorted by path.
static FILES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/detectors.rs"));

/// Path below `detectors/` and text of each built-in detector, sorted by path.
#[must_use]
pub(super) fn files() -> &'static [(&'static str, &'static str)] {
    FILES
}
