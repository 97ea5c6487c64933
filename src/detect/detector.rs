//! A detector: a query with what an alert of it says.

use super::fault::Fault;
use super::file::{DetectorFile, Log, TestFile};
use super::lists::{Filled, Lists, fill};
use super::severity::Severity;
use super::summary::Template;
use super::technique::is_technique;
use crate::query::ast::{CommandKind, Query};
use crate::query::{self, FieldId, Program, Schema};
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
    /// The query as it is written, lists not filled in.
    pub query_text: String,
    /// The query, lists filled in; `None` when a list is not set.
    pub query: Option<Query>,
    /// The lists that it needs and nobody has set.
    pub unset_lists: Vec<String>,
    /// The sentence of its alerts.
    pub summary: Template,
    /// The fields of the sentence, in the order of [`Template::fields`].
    pub summary_fields: Vec<FieldId>,
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
    pub(super) program: Option<Program>,
}

impl Detector {
    /// Reads, checks and compiles a detector file. Warnings join `faults`.
    ///
    /// # Errors
    /// When the file is not TOML, has unknown or missing keys, or its query or summary can't be used.
    pub fn load(
        name: &str,
        text: &str,
        lists: &Lists,
        schema: &mut FieldSchema,
        faults: &mut Vec<Fault>,
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
        let (summary, summary_fields) = read_summary(name, text, &file, schema)?;
        let filled = fill(file.query.get_ref(), lists);
        let (query, program, unset_lists) = match filled {
            Filled::Query(query) => {
                let at = content_start(text, file.query.span().start);
                let (query, program) = compile(name, text, at, &query, schema, faults)?;
                (Some(query), Some(program), Vec::new())
            }
            Filled::Unset(names) => (None, None, names),
        };
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
            query_text: file.query.into_inner(),
            query,
            unset_lists,
            summary,
            summary_fields,
            runbook: file.runbook,
            false_positives: file.false_positives,
            references: file.references,
            tests: file.test,
            file: name.to_owned(),
            program,
        })
    }
}

pub(super) const fn log_kind(log: Log) -> LogKind {
    match log {
        Log::Audit => LogKind::Audit,
        Log::Authenticator => LogKind::Authenticator,
    }
}

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

fn read_summary(
    name: &str,
    text: &str,
    file: &DetectorFile,
    schema: &mut FieldSchema,
) -> Result<(Template, Vec<FieldId>), Fault> {
    let start = content_start(text, file.summary.span().start);
    let template = Template::parse(file.summary.get_ref()).map_err(|error| {
        let at = start + error.offset;
        Fault::at(name, text, at..at + 1, error.to_string())
    })?;
    let mut ids = Vec::new();
    for field in template.fields() {
        ids.push(schema.resolve(field).map(|info| info.id).map_err(|near| {
            let at = start
                + file
                    .summary
                    .get_ref()
                    .find(field.as_str())
                    .unwrap_or_default();
            let message = format!("no event has a field {field:?}");
            let help = match near.first() {
                Some(near) => format!("did you mean {near:?}?"),
                None => "`trailhound fields` lists them all".to_owned(),
            };
            Fault::advise(name, text, at..at + field.len(), message, help)
        })?);
    }
    Ok((template, ids))
}

/// Parses, checks and compiles a query that begins at a byte offset of a file.
fn compile(
    name: &str,
    text: &str,
    at: usize,
    query_text: &str,
    schema: &mut FieldSchema,
    faults: &mut Vec<Fault>,
) -> Result<(Query, Program), Fault> {
    let fault = |found| Fault::in_query(name, text, at, query_text, found);
    let parsed = query::parse_with_warnings(query_text);
    let mut found = parsed.diagnostics;
    let Some(query) = parsed.query else {
        return Err(fault(found));
    };
    found.append(query::check(&query, schema).diagnostics);
    for command in &query.commands {
        if matches!(command.kind, CommandKind::Stats(_)) {
            found.push(
                query::Diagnostic::error("detector-stats", command.span, "a detector judges one event at a time")
                    .help("counting belongs in `trailhound query`; a detector's query ends where stats would begin"),
            );
        }
    }
    if found.has_errors() {
        return Err(fault(found));
    }
    let program = match Program::compile(&query, schema) {
        Ok(program) => program,
        Err(error) => {
            found.push(query::Diagnostic::error(
                "compile",
                error.span,
                error.message,
            ));
            return Err(fault(found));
        }
    };
    if !found.is_empty() {
        faults.push(fault(found));
    }
    Ok((query, program))
}

/// Where the content of a TOML string begins whose literal begins at `at`: behind its quotes, and
/// behind the line break that may follow three of them.
fn content_start(text: &str, at: usize) -> usize {
    let literal = text.get(at..).unwrap_or_default();
    for quotes in ["'''", "\"\"\""] {
        if let Some(rest) = literal.strip_prefix(quotes) {
            let skipped = if rest.starts_with("\r\n") {
                2
            } else {
                usize::from(rest.starts_with('\n'))
            };
            return at + 3 + skipped;
        }
    }
    at + 1
}
