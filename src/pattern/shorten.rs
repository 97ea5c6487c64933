//! One JSON pattern for all alternatives, short enough to be taken.
//!
//! Every step lets more through: a clause dropped, alternatives joined.

use super::MOST_CHARS;
use super::alternative::{Alternative, rank};
use super::filter::Filter;

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
    let mut parts = merged(parts);
    while whole(&parts).chars().count() > MOST_CHARS {
        let Some((clause, words)) = weakest(&parts) else {
            made.left_out
                .push("everything: it can't be said in fewer characters".to_owned());
            return made;
        };
        made.left_out.push(words);
        for part in &mut parts {
            if part.clauses.len() > 1 {
                part.clauses.retain(|one| *one != clause);
            }
        }
        parts = merged(parts);
    }
    made.filter = Some(joined(&parts));
    made
}

fn joined(parts: &[Alternative]) -> Filter {
    Filter::any(parts.iter().map(Alternative::filter))
}

fn whole(parts: &[Alternative]) -> String {
    written(&joined(parts))
}

/// The clause that lets most through of those that may go, the longest of equals.
fn weakest(parts: &[Alternative]) -> Option<(Filter, String)> {
    // What remains must not be nearly everything.
    let may_go = parts.iter().flat_map(|part| part.clauses.iter().skip(1));
    let clause = may_go.max_by_key(|clause| (rank(clause), clause.to_string().len()))?;
    let of: Vec<&str> = parts
        .iter()
        .filter(|part| part.clauses.len() > 1 && part.clauses.contains(clause))
        .flat_map(|part| part.detectors.iter().map(String::as_str))
        .collect();
    Some((clause.clone(), format!("{clause}, of {}", of.join(", "))))
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
