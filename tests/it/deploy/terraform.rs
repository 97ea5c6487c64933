//! The Terraform modules: their policies, and what Terraform says of them where it is installed.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value as Json;

use super::statement::{Statement, statements};
use super::{files, lint, short};
use crate::program::ROOT;

const FOLDER: &str = "config/deploy/terraform";

/// The statements of every policy document of the modules; `None` when the reader of HCL is not wanted.
pub(super) fn policies() -> Option<Vec<Statement>> {
    let python = lint::programs()?.join("python");
    let paths = files(FOLDER, "tf");
    let output = Command::new(python)
        .args(["-c", include_str!("terraform.py")])
        .args(&paths)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let read: Json = serde_json::from_slice(&output.stdout).unwrap();
    let of =
        |(path, policies): (&String, &Json)| statements(&short(&PathBuf::from(path)), policies);
    Some(read.as_object().unwrap().iter().flat_map(of).collect())
}

/// Terraform, if it is here.
fn terraform() -> Option<Command> {
    let mut command = Command::new("terraform");
    match command.arg("version").output() {
        Ok(output) if output.status.success() => Some(Command::new("terraform")),
        _ => {
            eprintln!("skipped: there is no terraform here");
            None
        }
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn modules_are_formatted_as_terraform_does_it() {
    let Some(mut terraform) = terraform() else {
        return;
    };
    let output = terraform
        .args(["fmt", "-check", "-diff", "-recursive", FOLDER])
        .current_dir(ROOT)
        .output()
        .unwrap();
    let different = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{different}{}", said(&output));
}

/// Only with providers at hand, in Terraform's own folder for them: nothing is fetched.
#[test]
fn modules_are_valid_where_providers_are_installed() {
    let plugins = std::env::var("TRAILHOUND_TERRAFORM_PLUGINS").unwrap_or_default();
    if plugins.is_empty() {
        eprintln!(
            "skipped: TRAILHOUND_TERRAFORM_PLUGINS names no folder with hashicorp/aws in it, made by \
             `terraform providers mirror`"
        );
        return;
    }
    for path in files(FOLDER, "tf") {
        if path.file_name().is_none_or(|name| name != "versions.tf") {
            continue;
        }
        let module = path.parent().unwrap();
        let data = tempfile::tempdir().unwrap();
        let init = format!("-plugin-dir={plugins}");
        for words in [vec!["init", "-backend=false", &init], vec!["validate"]] {
            let output = Command::new("terraform")
                .args(&words)
                .current_dir(module)
                .env("TF_DATA_DIR", data.path())
                .output()
                .unwrap();
            assert!(output.status.success(), "{words:?}: {}", said(&output));
        }
    }
}
