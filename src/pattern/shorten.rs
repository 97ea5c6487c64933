//! One JSON pattern for all alternatives, short enough to be taken.
//!
//! Every step lets more through: a clause dropped, alternatives joined.

use super::MOST_CHARS;
use super::alternative::{Alternative, rank};
use super::filter::{Filter, Op};

/// A JSON pattern and what became of the detectors in it.
#[derive(Clone, Debug, Default)]
pub struct Shortened {
    /// The filter; `None` where everything has to pass.
    pub filter: Option<Filter>,
    /// Detectors for which no condition is known that a JSON pattern can test: they need everything.
    pub everything: Vec<String>,
    /// What was left out to come below [`MOST_CHARS`], in words.
    pub left_out: Vec<String>,
}

impl Shortened {
    /// The text of the pattern; empty for everything.
    #[must_use]
    pub fn text(&self) -> String {
        self.filter.as_ref().map(written).unwrap_or_default()
    }
}

fn written(filter: &Filter) -> String {
    format!("{{ {filter} }}")
}

/// Makes one pattern of all alternatives.
#[must_use]
pub fn shorten(alternatives: &[Alternative]) -> Shortened {
    let mut made = Shortened::default();
    let mut parts = Vec::new();
    for alternative in alternatives {
        match alternative.in_json() {
            Some(part) => parts.push(part),
            None => made.everything.extend(alternative.detectors.clone()),
        }
    }
    made.everything.dedup();
    if !made.everything.is_empty() || parts.is_empty() {
        return made;
    }
    let mut full = merged(parts);
    while is_long(&full) {
        let Some(words) = widen(&mut full) else { break };
        made.left_out.push(words);
    }
    let mut gone = Vec::new();
    while is_long(&without(&full, &gone)) {
        let Some(clause) = weakest(&without(&full, &gone)) else {
            let words = "nothing remains: it can't be said in fewer characters";
            made.left_out.push(words.to_owned());
            return made;
        };
        gone.push(clause);
    }
    // What went last lets least through, and there may be room for it again.
    for clause in gone.clone().iter().rev() {
        let fewer: Vec<Filter> = gone.iter().filter(|one| *one != clause).cloned().collect();
        if !is_long(&without(&full, &fewer)) {
            gone = fewer;
        }
    }
    let words = gone.iter().map(|clause| told(clause, &full));
    made.left_out.extend(words);
    made.filter = Some(joined(&without(&full, &gone)));
    made
}

fn is_long(parts: &[Alternative]) -> bool {
    written(&joined(parts)).chars().count() > MOST_CHARS
}

/// The alternatives without these clauses, but for the one that makes each selective. One after the
/// other, since a later one may have come of joining what the earlier ones had kept apart.
fn without(parts: &[Alternative], gone: &[Filter]) -> Vec<Alternative> {
    gone.iter().fold(parts.to_vec(), |mut parts, gone| {
        for part in &mut parts {
            let mut first = true;
            part.clauses
                .retain(|one| std::mem::take(&mut first) || one != gone);
        }
        merged(parts)
    })
}

fn told(clause: &Filter, parts: &[Alternative]) -> String {
    let of: Vec<&str> = parts
        .iter()
        .filter(|part| part.clauses.iter().skip(1).any(|one| one == clause))
        .flat_map(|part| part.detectors.iter().map(String::as_str))
        .collect();
    format!("without {clause}, of {}", of.join(", "))
}

fn joined(parts: &[Alternative]) -> Filter {
    Filter::any(parts.iter().map(Alternative::filter))
}

/// Puts `text*` for a text and those that begin with it, in the first clause that has them.
fn widen(parts: &mut [Alternative]) -> Option<String> {
    for part in parts {
        for clause in &mut part.clauses {
            let Filter::Any(tests) = clause else { continue };
            let wider = tests.iter().find_map(|test| {
                let (path, text) = equal(test)?;
                let longer = |other: &&Filter| {
                    equal(other).is_some_and(|(of, other)| {
                        of == path && other.len() > text.len() && other.starts_with(text)
                    })
                };
                let more = !text.contains('*') && tests.iter().any(|test| longer(&test));
                more.then(|| Filter::test(path, Op::Equal(format!("{text}*"))))
            });
            if let Some(wider) = wider {
                let (path, text) = equal(&wider)?;
                let stem = text.trim_end_matches('*');
                let others = tests.iter().filter(|test| {
                    !equal(test).is_some_and(|(of, text)| of == path && text.starts_with(stem))
                });
                let words = format!("{wider} for the texts that begin so");
                *clause = Filter::any(others.cloned().chain([wider.clone()]));
                return Some(words);
            }
        }
    }
    None
}

fn equal(filter: &Filter) -> Option<(&str, &str)> {
    match filter {
        Filter::Test(test) => match &test.op {
            Op::Equal(text) => Some((&test.path, text)),
            _ => None,
        },
        _ => None,
    }
}

/// The clause that lets most through of those that may go, the longest of equals.
fn weakest(parts: &[Alternative]) -> Option<Filter> {
    // What remains must not be nearly everything.
    let may_go = parts.iter().flat_map(|part| part.clauses.iter().skip(1));
    may_go
        .max_by_key(|clause| (rank(clause), clause.to_string().len()))
        .cloned()
}

/// Alternatives that ask for no less than another go; those that differ in one clause become one.
fn merged(mut parts: Vec<Alternative>) -> Vec<Alternative> {
    while let Some((one, two, clauses)) = pair(&parts) {
        let gone = parts.remove(two.max(one));
        let kept = parts.remove(one.min(two));
        let mut detectors = [kept.detectors, gone.detectors].concat();
        detectors.sort_unstable();
        detectors.dedup();
        parts.push(Alternative::new(detectors, clauses));
    }
    parts
}

/// Two alternatives that can be one, and its clauses.
fn pair(parts: &[Alternative]) -> Option<(usize, usize, Vec<Filter>)> {
    for (place, one) in parts.iter().enumerate() {
        for (further, two) in parts.iter().enumerate().skip(place + 1) {
            let both = [one, two];
            for (narrow, wide) in [(one, two), (two, one)] {
                if narrow.filter().implies(&wide.filter()) {
                    return Some((place, further, wide.clauses.clone()));
                }
            }
            let [mine, theirs] = [(one, two), (two, one)].map(|(from, other)| {
                let own = from
                    .clauses
                    .iter()
                    .filter(|clause| !other.clauses.contains(clause));
                own.cloned().collect::<Vec<_>>()
            });
            // Only what asks for the same things reads well together.
            let selective = both.iter().all(|part| part.clauses.len() > 1);
            if let ([mine], [theirs]) = (mine.as_slice(), theirs.as_slice())
                && selective
            {
                let common = one.clauses.iter().filter(|clause| *clause != mine);
                let mut clauses: Vec<Filter> = common.cloned().collect();
                clauses.push(Filter::any([mine.clone(), theirs.clone()]));
                return Some((place, further, clauses));
            }
        }
    }
    None
}
