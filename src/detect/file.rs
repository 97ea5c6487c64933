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
    pub(super) query: Option<Spanned<String>>,
    /// For a threshold: the length of the stretch of time.
    pub(super) window: Option<Spanned<String>>,
    pub(super) first_seen: Option<Spanned<FirstSeenFile>>,
    pub(super) sequence: Option<Spanned<SequenceFile>>,
    #[serde(default)]
    pub(super) escalate: Vec<EscalateFile>,
    pub(super) fold: Option<FoldFile>,
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

/// `[first_seen]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FirstSeenFile {
    /// Whose values they are; nothing for the whole cluster's.
    #[serde(default)]
    pub(super) key: Vec<Spanned<String>>,
    pub(super) value: Vec<Spanned<String>>,
    #[serde(default = "week")]
    pub(super) learning: Spanned<String>,
    #[serde(default = "month")]
    pub(super) horizon: Spanned<String>,
}

/// `[sequence]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SequenceFile {
    pub(super) by: Vec<Spanned<String>>,
    pub(super) within: Spanned<String>,
    #[serde(default = "yes")]
    pub(super) ordered: bool,
    pub(super) steps: Vec<Spanned<String>>,
}

/// `[[escalate]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EscalateFile {
    pub(super) when: Spanned<String>,
    pub(super) severity: Severity,
}

/// `[fold]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FoldFile {
    pub(super) by: Vec<Spanned<String>>,
    pub(super) window: Spanned<String>,
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
    /// How often the events are given, one round after the other; `${n}` in an event is the round, in
    /// two digits from 00.
    #[serde(default = "once")]
    pub repeat: usize,
    /// How many alerts they must raise.
    pub alerts: usize,
    /// Lists that are set for this test.
    #[serde(default)]
    pub lists: BTreeMap<String, Vec<String>>,
}

impl TestFile {
    /// Every event of every round.
    pub fn rounds(&self) -> impl Iterator<Item = String> {
        (0..self.repeat).flat_map(move |round| {
            let events = self.events.iter();
            events.map(move |event| event.replace("${n}", &format!("{round:02}")))
        })
    }
}

const fn yes() -> bool {
    true
}

const fn once() -> usize {
    1
}

fn week() -> Spanned<String> {
    Spanned::new(0..0, "7d".to_owned())
}

fn month() -> Spanned<String> {
    Spanned::new(0..0, "30d".to_owned())
}
