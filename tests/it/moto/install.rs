//! Where moto is installed.

use std::path::PathBuf;

use crate::python;

/// What is installed, as pip has it.
const PACKAGES: [&str; 2] = ["moto[server]==5.2.5", "boto3"];

/// What to do when it can't be installed.
const ADVICE: &str = "the tests with moto need python3 with venv, and once the package index; \
                      TRAILHOUND_WITHOUT_MOTO=1 leaves them out";

/// The folder that holds moto's programs, once it is installed.
pub(super) fn programs() -> PathBuf {
    python::programs("moto", &PACKAGES, ADVICE)
}
