//! Asks one detector and its exceptions about an entry: the engine for the verdict, the explanations
//! for the reasons.

use anyhow::Result;
use chrono::DateTime;

use super::case::{About, Case, EscalateTold, ExceptionTold, Verdict, lines};
use super::memory::{Judged, Memory, is_decided_late};
use crate::alert::{Alert, Cause, RawEvent, raise, reference};
use crate::cli::args::{DetectorSetArgs, ExplainArgs};
use crate::cli::exit::UsageError;
use crate::cli::setup;
use crate::config::Settings;
use crate::detect::{Detector, Enable, Engine, Loaded, Log, Severity};
use crate::query::{Explanation, Truth, analyse_condition};
use crate::record::field::{EntryRow, LogKind};
use crate::record::{Entry, Record};

/// A detector at work, ready to say why.
pub(super) struct Asker {
    /// This detector alone.
    engine: Engine,
    log: Log,
    /// One for each query: the steps of a sequence.
    explanations: Vec<Explanation>,
    /// For each exception of the engine, its number in the settings and its condition.
    exceptions: Vec<(usize, Explanation)>,
    /// What makes an alert matter more.
    escalate: Vec<(Severity, Explanation)>,
    memory: Memory,
}

impl Asker {
    pub(super) fn prepare(args: &ExplainArgs, settings: &Settings) -> Result<Self> {
        let set = DetectorSetArgs {
            dirs: args.detectors.clone(),
            ..DetectorSetArgs::default()
        };
        let loaded = setup::load(&set, settings)?;
        Self::of(loaded, &args.detector, settings)
    }

    /// Asks one of the detectors that are loaded.
    pub(super) fn of(mut loaded: Loaded, detector: &str, settings: &Settings) -> Result<Self> {
        let allows = &settings.config.allow;
        let ids = allows.iter().map(|allow| allow.detector.get_ref().as_str());
        for id in ids.chain([detector]) {
            if !loaded.detectors.contains_key(id) {
                return Err(setup::unknown_detector(&loaded, id).into());
            }
        }
        loaded.detectors.retain(|id, _| id == detector);
        let (log, explanations) = explanations(&mut loaded)?;
        let escalate = escalations(&mut loaded);
        let own = allows.iter().enumerate();
        let own = own.filter(|(_, allow)| *allow.detector.get_ref() == detector);
        let mut exceptions = Vec::new();
        let mut files = Vec::new();
        for (at, allow) in own {
            let condition = allow.when.get_ref();
            // What is wrong with a condition, the engine says at its place.
            if let Some(explanation) = explanation(condition, &mut loaded) {
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
            explanations,
            exceptions,
            escalate,
            memory: Memory::default(),
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

    /// The detector.
    pub(super) fn detector(&self) -> Option<&Detector> {
        self.engine.detectors().first()
    }

    /// Whether there are alerts that are decided once the input has ended.
    pub(super) fn is_decided_late(&self) -> bool {
        is_decided_late(&self.engine)
    }

    /// What there is to know before wondering why it never alerts.
    pub(super) fn note(&self) -> Option<String> {
        let detector = self.detector()?;
        let reason = detector.disabled_reason.as_deref().unwrap_or_default();
        let id = &detector.id;
        (!detector.enabled)
            .then(|| format!("{id} is off by default: `replay` needs --enable {id} ({reason})"))
    }

    /// What each condition that must hold says, query by query.
    pub(super) fn truths(&self, entry: &Entry<'_>) -> Vec<Vec<Truth>> {
        let row = self.row(entry);
        let explanations = self.explanations.iter();
        explanations.map(|one| one.truths(&row)).collect()
    }

    /// Remembers that there is such an entry, whatever the detector looks at.
    pub(super) fn notice(&mut self, entry: &Entry<'_>) -> Result<()> {
        self.memory.notice(&self.engine, entry)
    }

    /// What the detector itself says. It remembers what it is asked, so it is asked once.
    pub(super) fn judge(&mut self, entry: &Entry<'_>) -> Result<Judged> {
        let mut judged = self.memory.judge(&self.engine, entry)?;
        if let Verdict::Silenced(at) = judged.verdict {
            let number = self.exceptions.get(at).map(|(number, _)| *number);
            judged.verdict = Verdict::Silenced(number.unwrap_or_default());
        }
        Ok(judged)
    }

    /// Everything there is to tell of an entry.
    pub(super) fn case(&self, entry: &Entry<'_>, judged: &Judged) -> Case {
        let row = self.row(entry);
        let verdict = &judged.verdict;
        let (exceptions, escalate) = match verdict {
            Verdict::Quiet => (Vec::new(), Vec::new()),
            _ => (self.told_exceptions(entry, verdict), self.escalate(&row)),
        };
        let steps = self.explanations.iter();
        let schema = self.engine.schema();
        let alert = self
            .detector()
            .map(|detector| raise(detector, entry, Cause::Match, schema, RawEvent::LeftOut));
        let line = entry.authenticator();
        Case {
            about: About::new(alert.as_ref(), line.and_then(|line| line.get("msg"))),
            event: Some(reference(entry)),
            verdict: verdict.clone(),
            at_end: None,
            states: judged.states.clone(),
            steps: steps.map(|one| lines(&one.explain(&row))).collect(),
            exceptions,
            escalate,
        }
    }

    /// The alerts that come once the input has ended.
    pub(super) fn finish(&mut self) -> Result<Vec<Alert>> {
        self.memory.finish(&self.engine)
    }

    /// Tells a case anew with what is known at the end, when these alerts were raised; the place of
    /// its own among them.
    pub(super) fn decide(&mut self, case: &mut Case, alerts: &[Alert]) -> Result<Option<usize>> {
        let mut own = None;
        for state in &mut case.states {
            self.memory.look_again(&self.engine, state)?;
            let is_own = |alert: &Alert| {
                Some(alert.id) == state.own && alert.events.first() == case.event.as_ref()
            };
            own = own.or_else(|| alerts.iter().position(is_own));
        }
        if let Some(alert) = own.and_then(|place| alerts.get(place)) {
            case.verdict = Verdict::Alert(alert.id);
        }
        Ok(own)
    }

    fn escalate(&self, row: &EntryRow<'_, '_>) -> Vec<EscalateTold> {
        let told = self
            .escalate
            .iter()
            .map(|(severity, explanation)| EscalateTold {
                severity: *severity,
                conditions: lines(&explanation.explain(row)),
            });
        told.collect()
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
                conditions: lines(&explanation.explain(&row)),
            })
        });
        told.collect()
    }

    fn row<'r, 'a>(&'r self, entry: &'r Entry<'a>) -> EntryRow<'r, 'a> {
        EntryRow::new(entry, self.engine.schema())
    }
}

/// The explanations of the one detector that is loaded. Filters are explained event by event; what a
/// detector makes of several events, its state tells.
fn explanations(loaded: &mut Loaded) -> Result<(Log, Vec<Explanation>)> {
    let Loaded {
        detectors, schema, ..
    } = loaded;
    let Some(detector) = detectors.values().next() else {
        return Err(UsageError("no detector".into()).into());
    };
    if !detector.unset_lists.is_empty() {
        return Err(unset(detector).into());
    }
    schema.set_log(match detector.log {
        Log::Audit => LogKind::Audit,
        Log::Authenticator => LogKind::Authenticator,
    });
    let probes = detector.probes.iter();
    let explanations = probes.map(|probe| Explanation::compile(&probe.query, schema));
    let explanations: Result<Vec<_>, _> = explanations.collect();
    let explanations =
        explanations.map_err(|error| UsageError(format!("the query can't be run: {error}")))?;
    Ok((detector.log, explanations))
}

/// The explanation of a condition about the events of the one detector.
fn explanation(condition: &str, loaded: &mut Loaded) -> Option<Explanation> {
    let query = analyse_condition(condition, &mut loaded.schema).query?;
    Explanation::compile(&query, &mut loaded.schema).ok()
}

fn escalations(loaded: &mut Loaded) -> Vec<(Severity, Explanation)> {
    let detectors = loaded.detectors.values();
    let conditions: Vec<_> = detectors
        .flat_map(|detector| &detector.escalate)
        .map(|one| (one.severity, one.when.clone()))
        .collect();
    let mut escalations = Vec::new();
    for (severity, when) in conditions {
        escalations.extend(explanation(&when, loaded).map(|told| (severity, told)));
    }
    escalations
}

fn unset(detector: &Detector) -> UsageError {
    let lists = detector.unset_lists.join(", ");
    let id = &detector.id;
    UsageError(format!(
        "{id} says nothing as long as the list {lists} is not set: set it under [lists] in a file and name the file with --config"
    ))
}
