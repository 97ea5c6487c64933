//! A detector: a query with what an alert of it says.

use std::sync::OnceLock;

use super::escalate::Escalate;
use super::fault::{Fault, content_start};
use super::file::{DetectorFile, Log, TestFile};
use super::folding::Folding;
use super::kind::Kind;
use super::probe::Probe;
use super::severity::Severity;
use super::summary::Template;
use super::technique::is_technique;
use crate::query::ast::Query;
use crate::query::{FieldId, Lists, Row, Schema};
use crate::record::field::{FieldSchema, LogKind};

/// A detector that was read, checked and compiled.
#[derive(Debug)]
pub struct Detector {
    /// Stable for ever.
    pub id: String,
    /// What it detects, in a few words.
    pub title: String,
    /// How much an alert of it matters.
    pub severity: Severity,
    /// Whether it runs unless asked for.
    pub enabled: bool,
    /// Why it does not.
    pub disabled_reason: Option<String>,
    /// ATT&CK technique ids.
    pub attack: Vec<String>,
    /// Which log lines it looks at.
    pub log: Log,
    /// Other ids of the catalogue that it answers for.
    pub covers: Vec<String>,
    /// Why it matters and what it withstands.
    pub description: String,
    /// What raises an alert: one match, or several events together.
    pub kind: Kind,
    /// The queries as they are written, lists not filled in: the steps of a sequence, else one.
    pub query_texts: Vec<String>,
    /// The queries, compiled; none when a list is not set.
    pub probes: Vec<Probe>,
    /// When an alert matters more than that.
    pub escalate: Vec<Escalate>,
    /// Which alerts are one.
    pub folding: Option<Folding>,
    /// The lists that it needs and nobody has set.
    pub unset_lists: Vec<String>,
    /// The sentence of its alerts.
    pub summary: Template,
    /// The values of the sentence, in the order of [`Template::fields`].
    pub summary_values: Vec<SummaryValue>,
    /// What to do; its first line is the first thing to do.
    pub runbook: String,
    /// What else raises it.
    pub false_positives: Vec<String>,
    /// Where to read on.
    pub references: Vec<String>,
    /// Its own tests.
    pub tests: Vec<TestFile>,
    /// Where it was read from.
    pub file: String,
    /// Its events as the console finds them; made when the first alert asks.
    console: OnceLock<Option<String>>,
}

/// Where a value of an alert's sentence comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SummaryValue {
    /// A field of the event.
    Field(FieldId),
    /// A column of `stats`.
    Column(usize),
}

/// A detector file that is being read, and what it takes to do so.
pub(super) struct Reading<'r> {
    pub(super) name: &'r str,
    pub(super) text: &'r str,
    pub(super) lists: &'r Lists,
    pub(super) schema: &'r mut FieldSchema,
    pub(super) faults: &'r mut Vec<Fault>,
    pub(super) checked: bool,
}

impl Detector {
    /// Reads, checks and compiles a detector file. Warnings join `faults`. Queries of a file that is
    /// known to be right are compiled without a check, unless a list changes them.
    ///
    /// # Errors
    /// When the file is not TOML, has unknown or missing keys, or its query or summary can't be used.
    pub fn load(
        name: &str,
        text: &str,
        lists: &Lists,
        schema: &mut FieldSchema,
        faults: &mut Vec<Fault>,
        checked: bool,
    ) -> Result<Self, Fault> {
        let file: DetectorFile = toml::from_str(text).map_err(|error| {
            Fault::at(
                name,
                text,
                error.span().unwrap_or(0..0),
                error.message().to_owned(),
            )
        })?;
        check_keys(name, text, &file)?;
        schema.set_log(log_kind(file.log));
        let mut reading = Reading {
            name,
            text,
            lists,
            schema,
            faults,
            checked,
        };
        let mut unset_lists = Vec::new();
        let (kind, mut probes) = reading.kind(&file, &mut unset_lists)?;
        let query_texts = reading.query_texts(&file);
        let escalate = reading.escalate(&file.escalate)?;
        let folding = reading.folding(file.fold.as_ref(), &kind, &mut probes)?;
        let (summary, summary_values) = reading.summary(&file, &probes)?;
        Ok(Self {
            id: file.id.into_inner(),
            title: file.title,
            severity: file.severity,
            enabled: file.enabled,
            disabled_reason: file.disabled_reason,
            attack: file
                .attack
                .into_iter()
                .map(toml::Spanned::into_inner)
                .collect(),
            log: file.log,
            covers: file.covers,
            description: file.description,
            kind,
            query_texts,
            probes,
            escalate,
            folding,
            unset_lists,
            summary,
            summary_values,
            runbook: file.runbook,
            false_positives: file.false_positives,
            references: file.references,
            tests: file.test,
            file: name.to_owned(),
            console: OnceLock::new(),
        })
    }

    /// The first query, lists filled in; `None` when a list is not set.
    #[must_use]
    pub fn query(&self) -> Option<&Query> {
        self.probes.first().map(|probe| &probe.query)
    }

    /// A console query for its events, or more of them, on one line; `None` for a sequence.
    #[must_use]
    pub fn console_events(&self) -> Option<&str> {
        let made = self.console.get_or_init(|| super::console::events(self));
        made.as_deref()
    }

    /// The highest severity that an alert of it can have.
    #[must_use]
    pub fn highest(&self) -> Severity {
        let more = self.escalate.iter().map(|one| one.severity).max();
        more.map_or(self.severity, |more| more.max(self.severity))
    }

    /// How much an alert of this event matters: the detector's severity, or more.
    #[must_use]
    pub fn severity_of(&self, row: &dyn Row) -> Severity {
        let more = self.escalate.iter().filter(|one| one.holds(row));
        more.map(|one| one.severity)
            .max()
            .map_or(self.severity, |more| more.max(self.severity))
    }
}

pub(super) const fn log_kind(log: Log) -> LogKind {
    match log {
        Log::Audit => LogKind::Audit,
        Log::Authenticator => LogKind::Authenticator,
    }
}

/// How often a test gives its events at most.
const MOST_ROUNDS: usize = 1_000;

fn check_keys(name: &str, text: &str, file: &DetectorFile) -> Result<(), Fault> {
    let id = file.id.get_ref();
    let kebab = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if id.is_empty() || !id.bytes().all(kebab) {
        return Err(Fault::advise(
            name,
            text,
            file.id.span(),
            "an id is made of lower-case letters, digits and hyphens",
            "ids are stable for ever: alerts, exceptions and routes refer to them",
        ));
    }
    if let Some(wrong) = file.attack.iter().find(|id| !is_technique(id.get_ref())) {
        let message = format!("{:?} is no ATT&CK technique", wrong.get_ref());
        return Err(Fault::advise(
            name,
            text,
            wrong.span(),
            message,
            "write T1078 or T1078.004",
        ));
    }
    if let Some(test) = file.test.iter().find(|test| test.repeat > MOST_ROUNDS) {
        let message = format!(
            "the test {:?} repeats its events more than {MOST_ROUNDS} times",
            test.name
        );
        return Err(Fault::at(name, text, file.id.span(), message));
    }
    if !file.enabled && file.disabled_reason.is_none() {
        return Err(Fault::advise(
            name,
            text,
            file.id.span(),
            "a detector that is off says why",
            "add disabled_reason = \"…\", or take out enabled = false",
        ));
    }
    Ok(())
}

impl Reading<'_> {
    fn query_texts(&self, file: &DetectorFile) -> Vec<String> {
        let steps = file.sequence.iter().flat_map(|one| &one.get_ref().steps);
        let texts = file.query.iter().chain(steps);
        texts.map(|text| text.get_ref().clone()).collect()
    }

    fn summary(
        &mut self,
        file: &DetectorFile,
        probes: &[Probe],
    ) -> Result<(Template, Vec<SummaryValue>), Fault> {
        let written = file.summary.get_ref();
        let start = content_start(self.text, file.summary.span().start);
        let template = Template::parse(written).map_err(|error| {
            let at = start + error.offset;
            Fault::at(self.name, self.text, at..at + 1, error.to_string())
        })?;
        let columns = probes
            .first()
            .map_or(&[][..], |probe| probe.program.stats_columns());
        let mut values = Vec::new();
        for field in template.fields() {
            let column = columns.iter().position(|column| column == field);
            let resolved = match column {
                Some(column) => Ok(SummaryValue::Column(column)),
                None => self
                    .schema
                    .resolve(field)
                    .map(|info| SummaryValue::Field(info.id)),
            };
            values.push(resolved.map_err(|near| {
                let at = start + written.find(field.as_str()).unwrap_or_default();
                self.no_field_at(field, at, &near)
            })?);
        }
        Ok((template, values))
    }
}
