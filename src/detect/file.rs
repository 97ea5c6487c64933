//! A detector file as it is written: TOML, unknown keys refused.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::severity::Severity;

/// The keys of a detector file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DetectorFile {
    pub(super) id: Spanned<String>,
    pub(super) title: String,
    pub(super) severity: Severity,
    #[serde(default = "yes")]
    pub(super) enabled: bool,
    pub(super) disabled_reason: Option<String>,
    #[serde(default)]
    pub(super) attack: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) log: Log,
    #[serde(default)]
    pub(super) covers: Vec<String>,
    #[serde(default)]
    pub(super) description: String,
    pub(super) query: Spanned<String>,
    pub(super) summary: Spanned<String>,
    #[serde(default)]
    pub(super) runbook: String,
    #[serde(default)]
    pub(super) false_positives: Vec<String>,
    #[serde(default)]
    pub(super) references: Vec<String>,
    #[serde(default)]
    pub(super) test: Vec<TestFile>,
}

/// Which log lines a detector looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Log {
    /// Kubernetes audit events.
    #[default]
    Audit,
    /// Lines of aws-iam-authenticator.
    Authenticator,
}

/// One `[[test]]` of a detector file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestFile {
    /// What the test shows.
    pub name: String,
    /// Raw log lines, in order.
    pub events: Vec<String>,
    /// How many alerts they must raise.
    pub alerts: usize,
    /// Lists that are set for this test.
    #[serde(default)]
    pub lists: BTreeMap<String, Vec<String>>,
}

const fn yes() -> bool {
    true
}
