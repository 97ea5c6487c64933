//! Asks one detector and its exceptions about an entry: the engine for the verdict, the explanations
//! for the reasons.

use anyhow::Result;
use chrono::DateTime;

use super::case::{Case, ExceptionTold, Verdict};
use crate::alert::{Cause, RawEvent, identify, raise};
use crate::cli::args::{DetectorSetArgs, ExplainArgs};
use crate::cli::exit::UsageError;
use crate::cli::setup;
use crate::config::Settings;
use crate::detect::{Allow, Detector, Enable, Engine, Finding, Loaded, Log, Scratch};
use crate::query::{Explanation, Truth, analyse_condition};
use crate::record::field::{EntryRow, LogKind};
use crate::record::{Entry, Record};

/// A detector at work, ready to say why.
pub(super) struct Asker {
    /// This detector alone.
    engine: Engine,
    log: Log,
    explanation: Explanation,
    /// For each exception of the engine, its number in the settings and its condition.
    exceptions: Vec<(usize, Explanation)>,
    scratch: Scratch,
}

impl Asker {
    pub(super) fn prepare(args: &ExplainArgs, settings: &Settings) -> Result<Self> {
        let set = DetectorSetArgs {
            dirs: args.detectors.clone(),
            ..DetectorSetArgs::default()
        };
        let mut loaded = setup::load(&set, settings)?;
        let allows = &settings.config.allow;
        let ids = allows.iter().map(|allow| allow.detector.get_ref());
        for id in ids.chain([&args.detector]) {
            if !loaded.detectors.contains_key(id) {
                return Err(setup::unknown_detector(&loaded, id).into());
            }
        }
        loaded.detectors.retain(|id, _| *id == args.detector);
        let (log, explanation) = explanation(&mut loaded)?;
        let own = allows.iter().enumerate();
        let own = own.filter(|(_, allow)| *allow.detector.get_ref() == args.detector);
        let mut exceptions = Vec::new();
        let mut files = Vec::new();
        for (at, allow) in own {
            let condition = analyse_condition(allow.when.get_ref(), &mut loaded.schema);
            // What is wrong with a condition, the engine says at its place.
            if let Some(query) = condition.query
                && let Ok(explanation) = Explanation::compile(&query, &mut loaded.schema)
            {
                exceptions.push((at + 1, explanation));
            }
            files.push(allow.clone());
        }
        let all = Enable {
            all: true,
            ids: Vec::new(),
        };
        let (engine, _) = loaded
            .engine(&all, files, &settings.name, &settings.text)
            .map_err(|faults| UsageError(setup::render(&faults)))?;
        Ok(Self {
            engine,
            log,
            explanation,
            exceptions,
            scratch: Scratch::default(),
        })
    }

    /// Whether the detector looks at this kind of log.
    pub(super) const fn is_asked(&self, entry: &Entry<'_>) -> bool {
        matches!(
            (&entry.record, self.log),
            (Record::Audit(_), Log::Audit) | (Record::Authenticator(_), Log::Authenticator)
        )
    }

    /// What the detector looks at, in words.
    pub(super) const fn log_name(&self) -> &'static str {
        match self.log {
            Log::Audit => "audit events",
            Log::Authenticator => "authenticator lines",
        }
    }

    /// What there is to know before wondering why it never alerts.
    pub(super) fn note(&self) -> Option<String> {
        let detector = self.engine.detectors().first()?;
        let reason = detector.disabled_reason.as_deref().unwrap_or_default();
        let id = &detector.id;
        (!detector.enabled)
            .then(|| format!("{id} is off by default: `replay` needs --enable {id} ({reason})"))
    }

    /// What each condition that must hold says.
    pub(super) fn truths(&self, entry: &Entry<'_>) -> Vec<Truth> {
        self.explanation.truths(&self.row(entry))
    }

    /// What the detector itself says.
    pub(super) fn verdict(&mut self, entry: &Entry<'_>) -> Verdict {
        let (engine, exceptions) = (&self.engine, &self.exceptions);
        let mut verdict = Verdict::Quiet;
        engine.judge(entry, &mut self.scratch, |finding| {
            let Finding::Hit(hit) = finding else { return };
            let same = |allow: &Allow| hit.silenced.is_some_and(|by| std::ptr::eq(by, allow));
            let at = engine.allows().iter().position(same);
            verdict = match at.and_then(|at| exceptions.get(at)) {
                Some((number, _)) => Verdict::Silenced(*number),
                None => Verdict::Alert(identify(&hit.detector.id, entry)),
            };
        });
        verdict
    }

    /// Everything there is to tell of an entry.
    pub(super) fn case(&self, entry: &Entry<'_>, verdict: &Verdict) -> Case {
        let row = self.row(entry);
        let told = self.explanation.explain(&row);
        let exceptions = match verdict {
            Verdict::Quiet => Vec::new(),
            _ => self.told_exceptions(entry, verdict),
        };
        let detector = self.engine.detectors().first();
        let schema = self.engine.schema();
        let alert = detector
            .map(|detector| raise(detector, entry, Cause::Match, schema, RawEvent::LeftOut));
        Case::new(alert.as_ref(), entry, verdict.clone(), &told, exceptions)
    }

    /// The exception that silences it, or all that don't.
    fn told_exceptions(&self, entry: &Entry<'_>, verdict: &Verdict) -> Vec<ExceptionTold> {
        let row = self.row(entry);
        let day = entry.time().and_then(DateTime::from_timestamp_millis);
        let day = day.map(|time| time.date_naive());
        let known = self.engine.allows().iter().zip(&self.exceptions);
        let told = known.filter_map(|(allow, (number, explanation))| {
            let wanted = match verdict {
                Verdict::Silenced(by) => by == number,
                _ => true,
            };
            wanted.then(|| ExceptionTold {
                number: *number,
                reason: allow.reason.clone(),
                until: allow.until,
                ended: allow
                    .until
                    .is_some_and(|until| day.is_none_or(|day| day > until)),
                conditions: super::case::lines(&explanation.explain(&row)),
            })
        });
        told.collect()
    }

    fn row<'r, 'a>(&'r self, entry: &'r Entry<'a>) -> EntryRow<'r, 'a> {
        EntryRow::new(entry, self.engine.schema())
    }
}

/// The explanation of the one detector that is loaded. Only its filters are explained, event by
/// event; what a detector makes of several events comes after them.
fn explanation(loaded: &mut Loaded) -> Result<(Log, Explanation)> {
    let Loaded {
        detectors, schema, ..
    } = loaded;
    let Some(detector) = detectors.values().next() else {
        return Err(UsageError("no detector".into()).into());
    };
    let Some(query) = detector.query() else {
        return Err(unset(detector).into());
    };
    schema.set_log(match detector.log {
        Log::Audit => LogKind::Audit,
        Log::Authenticator => LogKind::Authenticator,
    });
    let explanation = Explanation::compile(query, schema)
        .map_err(|error| UsageError(format!("the query can't be run: {error}")))?;
    Ok((detector.log, explanation))
}

fn unset(detector: &Detector) -> UsageError {
    let lists = detector.unset_lists.join(", ");
    let id = &detector.id;
    UsageError(format!(
        "{id} says nothing as long as the list {lists} is not set: set it under [lists] in a file and name the file with --config"
    ))
}
