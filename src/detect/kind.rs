//! The four kinds of detectors, told by what stands in the file.

use std::borrow::Cow;

use toml::Spanned;

use super::detector::Reading;
use super::duration::parse_duration;
use super::fault::Fault;
use super::file::{DetectorFile, FirstSeenFile, SequenceFile};
use super::probe::{Names, Probe};
use crate::query::{Limit, Measure, Measured, Value};
use crate::state::{Aggregate, MOST_NEEDED, StepPlan, Tally, Terms, WindowPlan};
use crate::telemetry::milliseconds;

/// The family of cells that hold when each cluster was first heard of.
pub(super) const CLUSTERS: &str = "clusters";

/// What raises an alert.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Every match.
    Match,
    /// Enough of them in a stretch of time.
    Threshold(Threshold),
    /// A value that was not there before.
    FirstSeen(FirstSeen),
    /// Several different matches within a time.
    Sequence(Sequence),
}

impl Kind {
    /// The word for it: `match`, `threshold`, `first seen` or `sequence`.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::Threshold(_) => "threshold",
            Self::FirstSeen(_) => "first seen",
            Self::Sequence(_) => "sequence",
        }
    }

    /// The names whose values it takes from rows, beside the keys and arguments of `stats`.
    pub(super) fn names(&self) -> Vec<String> {
        match self {
            Self::Match | Self::Threshold(_) => Vec::new(),
            Self::FirstSeen(seen) => [seen.key.as_slice(), seen.value.as_slice()].concat(),
            Self::Sequence(sequence) => sequence.by.as_slice().to_vec(),
        }
    }

    /// The terms of a value that was not there before.
    pub(super) const fn terms(&self) -> Option<Terms> {
        match self {
            Self::FirstSeen(seen) => Some(seen.terms),
            Self::Match | Self::Threshold(_) | Self::Sequence(_) => None,
        }
    }
}

/// `stats … by …` and a window.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// The window as written.
    pub window: String,
    /// What is kept.
    pub plan: WindowPlan,
    pub(super) measures: Vec<Measure>,
    /// Whether the filters after `stats` look at the keys.
    pub(super) keys_matter: bool,
    /// The filters after `stats`, where they are nothing but limits.
    pub(super) limits: Option<Vec<Limit>>,
}

/// `[first_seen]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstSeen {
    /// Whose values they are; empty for the cluster's.
    pub key: Names,
    /// What must not have been seen before.
    pub value: Names,
    /// The learning time and the horizon.
    pub terms: Terms,
}

impl Threshold {
    /// The keys of a group as its query reads them. Keys that no filter looks at are not kept.
    fn keys<'k>(&self, probe: &Probe, keys: &'k [Value<'static>]) -> Cow<'k, [Value<'static>]> {
        if self.keys_matter {
            Cow::Borrowed(keys)
        } else {
            Cow::Owned(vec![Value::Missing; probe.keys()])
        }
    }

    /// The columns of a group, where they pass the filters after `stats`.
    pub(super) fn group(
        &self,
        probe: &Probe,
        keys: &[Value<'static>],
        values: &[f64],
    ) -> Option<Vec<Value<'static>>> {
        probe.program.group(&self.keys(probe, keys), values)
    }

    /// The columns of a group, whether they pass or not.
    pub(super) fn columns(
        &self,
        probe: &Probe,
        keys: &[Value<'static>],
        values: &[f64],
    ) -> Vec<Value<'static>> {
        probe.program.columns(&self.keys(probe, keys), values)
    }
}

impl FirstSeen {
    /// The family of cells that hold when each owner of values was first seen.
    pub(super) fn owners<'d>(&self, detector: &'d str) -> &'d str {
        if self.key.as_slice().is_empty() {
            CLUSTERS
        } else {
            detector
        }
    }
}

/// `[sequence]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequence {
    /// What the steps have in common.
    pub by: Names,
    /// How they belong together.
    pub plan: StepPlan,
}

impl Reading<'_> {
    /// Tells the kind of a file, and compiles its queries.
    pub(super) fn kind(
        &mut self,
        file: &DetectorFile,
        unset: &mut Vec<String>,
    ) -> Result<(Kind, Vec<Probe>), Fault> {
        match (&file.query, &file.first_seen, &file.sequence) {
            (Some(query), None, None) => self.plain(query, file.window.as_ref(), unset),
            (Some(query), Some(seen), None) => {
                self.no_window(file, "a first-seen detector has a horizon")?;
                self.first_seen(query, seen.get_ref(), unset)
            }
            (None, None, Some(sequence)) => {
                self.no_window(file, "a sequence has within")?;
                self.sequence(sequence, unset)
            }
            (None, None, None) => Err(Fault::advise(
                self.name,
                self.text,
                file.id.span(),
                "a detector needs a query",
                "add query = '''filter …''', or [sequence] with steps",
            )),
            (_, _, Some(sequence)) => Err(Fault::advise(
                self.name,
                self.text,
                sequence.span(),
                "a sequence has no query and no [first_seen] beside it",
                "its queries are its steps",
            )),
            (None, Some(seen), None) => Err(Fault::advise(
                self.name,
                self.text,
                seen.span(),
                "a first-seen detector needs a query",
                "add query = '''filter …''': which events show a value",
            )),
        }
    }

    fn no_window(&self, file: &DetectorFile, instead: &str) -> Result<(), Fault> {
        file.window.as_ref().map_or(Ok(()), |window| {
            let message = format!("window belongs to a query with stats; {instead}");
            Err(Fault::at(self.name, self.text, window.span(), message))
        })
    }

    /// A match or a threshold.
    fn plain(
        &mut self,
        query: &Spanned<String>,
        window: Option<&Spanned<String>>,
        unset: &mut Vec<String>,
    ) -> Result<(Kind, Vec<Probe>), Fault> {
        let Some(probe) = self.probe(query, unset)? else {
            return Ok((Kind::Match, Vec::new()));
        };
        let kind = match (probe.program.has_stats(), window) {
            (false, None) => Kind::Match,
            (true, Some(window)) => Kind::Threshold(self.threshold(query, window, &probe)?),
            (true, None) => {
                return Err(Fault::advise(
                    self.name,
                    self.text,
                    query.span(),
                    "a query with stats needs a window",
                    "add window = \"5m\": within how much time it is too much",
                ));
            }
            (false, Some(window)) => {
                return Err(Fault::advise(
                    self.name,
                    self.text,
                    window.span(),
                    "a window without stats does nothing",
                    "count with | stats count() as n by … | filter n > …, or take it out",
                ));
            }
        };
        Ok((kind, vec![probe]))
    }

    fn threshold(
        &self,
        query: &Spanned<String>,
        window: &Spanned<String>,
        probe: &Probe,
    ) -> Result<Threshold, Fault> {
        let length = self.duration(window)?;
        if length > MOST_WINDOW {
            let message = "a window is 30 days at most";
            return Err(Fault::at(self.name, self.text, window.span(), message));
        }
        let fail = |message: String| Fault::at(self.name, self.text, query.span(), message);
        let counted = probe
            .program
            .counted()
            .map_err(|error| fail(error.to_string()))?;
        let aggregates = counted.aggregates.iter().map(|one| {
            aggregate(*one)
                .ok_or_else(|| fail(format!("a threshold counts to {MOST_NEEDED} at most")))
        });
        Ok(Threshold {
            window: window.get_ref().clone(),
            plan: WindowPlan {
                length,
                aggregates: aggregates.collect::<Result<_, _>>()?,
                monotone: counted.monotone,
            },
            measures: counted.aggregates.iter().map(|one| one.measure).collect(),
            keys_matter: counted.keys_matter,
            limits: counted.limits,
        })
    }

    fn first_seen(
        &mut self,
        query: &Spanned<String>,
        file: &FirstSeenFile,
        unset: &mut Vec<String>,
    ) -> Result<(Kind, Vec<Probe>), Fault> {
        let probe = self.probe(query, unset)?;
        if probe
            .as_ref()
            .is_some_and(|probe| probe.program.has_stats())
        {
            let message = "the query of a first-seen detector does not count";
            return Err(Fault::at(self.name, self.text, query.span(), message));
        }
        let mut probes: Vec<Probe> = probe.into_iter().collect();
        let terms = Terms {
            learning: self.duration(&file.learning)?,
            horizon: self.duration(&file.horizon)?,
        };
        let kind = FirstSeen {
            key: self.names(&file.key, probes.iter_mut())?,
            value: self.names(&file.value, probes.iter_mut())?,
            terms,
        };
        Ok((Kind::FirstSeen(kind), probes))
    }

    fn sequence(
        &mut self,
        spanned: &Spanned<SequenceFile>,
        unset: &mut Vec<String>,
    ) -> Result<(Kind, Vec<Probe>), Fault> {
        let file = spanned.get_ref();
        if file.steps.len() < 2 || file.steps.len() > MOST_STEPS {
            let message = format!("a sequence has 2 to {MOST_STEPS} steps");
            return Err(Fault::at(self.name, self.text, spanned.span(), message));
        }
        let within = self.duration(&file.within)?;
        let mut probes = Vec::with_capacity(file.steps.len());
        for step in &file.steps {
            let Some(probe) = self.probe(step, unset)? else {
                continue;
            };
            if probe.program.has_stats() {
                let message = "a step of a sequence does not count";
                return Err(Fault::at(self.name, self.text, step.span(), message));
            }
            probes.push(probe);
        }
        if !unset.is_empty() {
            probes.clear();
        }
        let kind = Sequence {
            by: self.names(&file.by, probes.iter_mut())?,
            plan: StepPlan {
                steps: u16::try_from(file.steps.len()).unwrap_or(u16::MAX),
                within,
                ordered: file.ordered,
            },
        };
        Ok((Kind::Sequence(kind), probes))
    }

    /// A duration in milliseconds.
    pub(super) fn duration(&self, text: &Spanned<String>) -> Result<i64, Fault> {
        let read = parse_duration(text.get_ref());
        read.map(milliseconds)
            .map_err(|error| Fault::at(self.name, self.text, text.span(), error.to_string()))
    }
}

/// The longest window, in milliseconds.
const MOST_WINDOW: i64 = 30 * 86_400_000;
/// The most steps of a sequence.
const MOST_STEPS: usize = 16;

fn aggregate(measured: Measured) -> Option<Aggregate> {
    let tally = match measured.measure {
        Measure::Rows | Measure::Present | Measure::Distinct => Tally::Count,
        Measure::Sum => Tally::Sum,
        Measure::Max => Tally::Max,
        Measure::Min => Tally::Min,
    };
    let need = match measured.need {
        None => None,
        Some(need) if need <= f64::from(MOST_NEEDED) => Some(need.max(0.0) as u32),
        Some(_) => return None,
    };
    Some(Aggregate { tally, need })
}
