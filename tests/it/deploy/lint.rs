//! cfn-lint, which knows every resource of CloudFormation.

use std::path::PathBuf;
use std::process::Command;

use super::files;
use crate::python;

const PACKAGES: [&str; 2] = ["cfn-lint==1.58.0", "python-hcl2==8.1.4"];

const ADVICE: &str = "the tests of templates need python3 with venv, and once the package index; \
                      TRAILHOUND_WITHOUT_CFN_LINT=1 leaves them out";

/// The folder that holds cfn-lint; `None` when it is not wanted.
pub(super) fn programs() -> Option<PathBuf> {
    if std::env::var("TRAILHOUND_WITHOUT_CFN_LINT").is_ok_and(|value| value == "1") {
        eprintln!("skipped: TRAILHOUND_WITHOUT_CFN_LINT=1");
        return None;
    }
    Some(python::programs("cfn-lint", &PACKAGES, ADVICE))
}

#[test]
fn cfn_lint_finds_nothing_to_say() {
    let Some(programs) = programs() else { return };
    let output = Command::new(programs.join("cfn-lint"))
        .args(["--regions", "us-east-1", "eu-central-1", "--"])
        .args(files("config/deploy/cloudformation", "yaml"))
        .output()
        .unwrap();
    let found = String::from_utf8_lossy(&output.stdout);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{found}{error}");
}
