//! What detectors need: for each of their queries a list of clauses that all hold of its events.

use super::caller;
use super::filter::{Filter, Op, Test};
use super::say::say;
use crate::detect::console::{kinds, weakened};
use crate::detect::{Detector, Log};

/// The events of one query: every one of them passes all clauses.
#[derive(Clone, Debug, PartialEq)]
pub struct Alternative {
    /// Whose they are.
    pub detectors: Vec<String>,
    /// The clauses, the most selective first.
    pub clauses: Vec<Filter>,
}

/// What a set of detectors needs of each kind of log.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    /// Of the audit log.
    pub audit: Vec<Alternative>,
    /// Of the authenticator's.
    pub authenticator: Vec<Alternative>,
}

/// Clauses above this pass nearly everything: an alternative needs one at or below it.
const SELECTIVE: u8 = 6;

impl Needs {
    /// What these detectors need. Those whose lists are not set find nothing, and need nothing.
    #[must_use]
    pub fn of<'d>(detectors: impl IntoIterator<Item = &'d Detector>) -> Self {
        let mut needs = Self::default();
        for detector in detectors {
            let side = match detector.log {
                Log::Audit => &mut needs.audit,
                Log::Authenticator => &mut needs.authenticator,
            };
            for probe in &detector.probes {
                let conditions = weakened(&probe.query, detector.log).0;
                let callers = caller::one_of(&kinds(&probe.query));
                let clauses = conditions.iter().filter_map(|one| say(one, true));
                let clauses = Filter::all(clauses.chain(callers));
                side.extend(split(&detector.id, clauses));
            }
        }
        needs
    }
}

/// A query whose one condition is an "or" is several alternatives.
fn split(id: &str, filter: Filter) -> Vec<Alternative> {
    let parts = match filter {
        Filter::Any(parts) => parts,
        other => vec![other],
    };
    let one = |part: Filter| {
        let clauses = match part {
            Filter::All(parts) => parts,
            other => vec![other],
        };
        Alternative::new(vec![id.to_owned()], clauses)
    };
    parts.into_iter().map(one).collect()
}

impl Alternative {
    /// An alternative; clauses that differ only behind the same escape are one.
    #[must_use]
    pub fn new(detectors: Vec<String>, clauses: Vec<Filter>) -> Self {
        let mut clauses = factored(clauses);
        clauses.sort_by_key(rank);
        Self { detectors, clauses }
    }

    /// The same for a JSON pattern: `None` where it would pass nearly everything.
    pub(super) fn in_json(&self) -> Option<Self> {
        let clauses = self.clauses.iter().filter_map(Filter::without_lines);
        let made = Self::new(self.detectors.clone(), clauses.collect());
        made.is_selective().then_some(made)
    }

    pub(super) fn is_selective(&self) -> bool {
        self.clauses.first().map_or(u8::MAX, rank) <= SELECTIVE
    }

    /// All clauses as one filter.
    #[must_use]
    pub fn filter(&self) -> Filter {
        Filter::all(self.clauses.iter().cloned())
    }
}

/// `(a or b) and (a or c)` is `a or (b and c)`, which is shorter.
fn factored(clauses: Vec<Filter>) -> Vec<Filter> {
    let mut done: Vec<Filter> = Vec::new();
    for clause in clauses {
        let shared = done
            .iter()
            .position(|other| shared_part(other, &clause).is_some());
        let joined = shared.and_then(|place| {
            let other = done.get(place)?;
            let escape = shared_part(other, &clause)?;
            let both = Filter::all([rest(other, &escape), rest(&clause, &escape)]);
            Some((place, Filter::any([escape, both])))
        });
        match joined {
            Some((place, joined)) => {
                done.remove(place);
                done.push(joined);
            }
            None => done.push(clause),
        }
    }
    done
}

fn shared_part(one: &Filter, two: &Filter) -> Option<Filter> {
    match (one, two) {
        (Filter::Any(one), Filter::Any(two)) => one.iter().find(|part| two.contains(part)).cloned(),
        _ => None,
    }
}

fn rest(filter: &Filter, without: &Filter) -> Filter {
    match filter {
        Filter::Any(parts) => Filter::any(parts.iter().filter(|part| *part != without).cloned()),
        other => other.clone(),
    }
}

/// How little a clause lets through, by its weakest part: the smaller, the less.
pub(super) fn rank(clause: &Filter) -> u8 {
    match clause {
        Filter::All(parts) => parts.iter().map(rank).min().unwrap_or(u8::MAX),
        Filter::Any(parts) => parts.iter().map(rank).max().unwrap_or_default(),
        Filter::Test(test) => rank_of(test),
        Filter::Line(_) => 5,
    }
}

fn rank_of(test: &Test) -> u8 {
    let path = test.path.as_str();
    match &test.op {
        Op::Equal(text) if text == "*" => match path {
            "objectRef.resource" | "objectRef.namespace" | "objectRef.name" => 8,
            "user.username" | "userAgent" | "requestURI" | "verb" | "stage" | "sourceIPs.0" => 9,
            _ => 6,
        },
        Op::Equal(_) => match path {
            "objectRef.subresource" => 0,
            "objectRef.name" | "user.username" => 1,
            "objectRef.resource" => 2,
            "userAgent" | "requestURI" => 4,
            "stage" => 9,
            _ => 5,
        },
        Op::Number("=", _) => 5,
        Op::Number(">=" | ">", _) => 6,
        // An address that is none of those that are expected.
        Op::NotEqual(_) if path == "sourceIPs.0" => 3,
        Op::NotEqual(_) if path == "user.username" => 7,
        Op::NotEqual(_) | Op::NotExists | Op::Number(..) => 9,
        Op::IsNull | Op::Is(_) => 7,
    }
}
