//! The plain form: one text for each alternative that stands in every line of it. It sees cut-off
//! lines and those of the authenticator, and lets far more through.

use super::alternative::{Alternative, Needs, rank};
use super::filter::{Filter, Op};
use super::{CUT, MOST_CHARS};

/// Texts of which a line must have one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// The texts; none where everything has to pass.
    pub any_of: Vec<String>,
    /// Detectors whose events have no text in common.
    pub everything: Vec<String>,
    /// Whether the texts together were too long.
    pub too_long: bool,
}

impl Terms {
    /// The text of the pattern; empty for everything.
    #[must_use]
    pub fn text(&self) -> String {
        let each: Vec<String> = self
            .any_of
            .iter()
            .map(|term| format!("?\"{term}\""))
            .collect();
        each.join(" ")
    }
}

/// The texts for what detectors need of both logs. Every line that CloudWatch cut off passes: what
/// detectors need may have stood behind the cut.
#[must_use]
pub fn terms(needs: &Needs) -> Terms {
    let mut made = Terms {
        any_of: vec![CUT.to_owned()],
        ..Terms::default()
    };
    for alternative in needs.audit.iter().chain(&needs.authenticator) {
        match of(alternative) {
            Some(texts) => made.any_of.extend(texts),
            None => made.everything.extend(alternative.detectors.clone()),
        }
    }
    made.everything.dedup();
    let all = made.any_of.clone();
    // What stands in a longer one needs the shorter alone.
    made.any_of.retain(|text| {
        !all.iter()
            .any(|other| other != text && text.contains(other))
    });
    made.any_of.sort_unstable();
    made.any_of.dedup();
    made.too_long = made.text().chars().count() > MOST_CHARS;
    if !made.everything.is_empty() || made.too_long {
        made.any_of.clear();
    }
    made
}

/// The texts of the clause that lets least through of those that have texts.
fn of(alternative: &Alternative) -> Option<Vec<String>> {
    let clauses = alternative.clauses.iter();
    let with_texts = clauses.filter_map(|clause| Some((rank(clause), texts(clause)?)));
    with_texts
        .min_by_key(|(rank, _)| *rank)
        .map(|(_, texts)| texts)
}

/// Texts of which every line has one that passes; `None` where nothing is known.
fn texts(filter: &Filter) -> Option<Vec<String>> {
    match filter {
        Filter::Line(text) => plain(text).map(|text| vec![text]),
        Filter::Test(test) => match &test.op {
            Op::Equal(text) => {
                let longest = text.split('*').max_by_key(|part| part.len())?;
                plain(longest).map(|text| vec![text])
            }
            _ => None,
        },
        Filter::Any(parts) => {
            let each: Option<Vec<_>> = parts.iter().map(texts).collect();
            Some(each?.concat())
        }
        Filter::All(parts) => parts.iter().find_map(texts),
    }
}

/// A text as JSON and the authenticator write it, long enough to mean something.
fn plain(text: &str) -> Option<String> {
    let same = |byte: u8| {
        (byte.is_ascii_graphic() || byte == b' ')
            && !matches!(byte, b'"' | b'\\' | b'<' | b'>' | b'&')
    };
    (text.len() >= 3 && text.bytes().all(same)).then(|| text.to_owned())
}
