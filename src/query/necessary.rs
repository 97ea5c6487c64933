//! What must be true of every row that matches: the key to an index over many programs.

use super::coerce::{number_of_text, number_text, text_of};
use super::field::{FieldId, FieldInfo, FieldType, Row};
use super::node::{Condition, Node};
use super::pattern::Pattern;
use super::test::Test;
use super::value::Value;

/// A necessary condition: the field's text is one of these. A boolean's text is `true` or `false`, a
/// number's is its shortest decimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Necessary {
    /// A field whose declared type is text, number or boolean.
    pub field: FieldId,
    /// The texts, sorted, each once. With none of them nothing matches.
    pub any_of: Vec<String>,
}

impl Necessary {
    /// Whether a row satisfies it.
    #[must_use]
    pub fn holds(&self, row: &dyn Row) -> bool {
        let value = row.value(self.field);
        text_of(&value).is_some_and(|text| self.any_of.iter().any(|one| **one == *text))
    }
}

/// The necessary conditions of a condition, at most one for each field.
pub(super) fn necessary(
    condition: &Condition,
    known: &dyn Fn(FieldId) -> Option<FieldInfo>,
) -> Vec<Necessary> {
    match condition {
        Condition::Test {
            value: Node::Field(field),
            test,
            negated,
        } => {
            let info = known(*field);
            let kind = info.map_or(FieldType::Any, |info| info.kind);
            let domain = info.map_or(&[][..], |info| info.domain);
            let any_of = match (texts(test, kind), negated) {
                (Some(not), true) if !domain.is_empty() => Some(others(domain, &not)),
                (any_of, false) => any_of,
                _ => None,
            };
            any_of
                .map(|any_of| sorted(*field, any_of))
                .into_iter()
                .collect()
        }
        Condition::All(parts) => parts
            .iter()
            .fold(Vec::new(), |sum, part| both(sum, necessary(part, known))),
        Condition::Any(parts) => {
            let mut parts = parts.iter().map(|part| necessary(part, known));
            let first = parts.next().unwrap_or_default();
            parts.fold(first, either)
        }
        _ => Vec::new(),
    }
}

/// The texts of a domain that are not among some.
fn others(domain: &[&str], not: &[String]) -> Vec<String> {
    let other = domain
        .iter()
        .filter(|text| not.iter().all(|not| not != *text));
    other.map(|text| (*text).to_owned()).collect()
}

/// Both sides must hold.
pub(super) fn both(mut left: Vec<Necessary>, right: Vec<Necessary>) -> Vec<Necessary> {
    for condition in right {
        match left.iter_mut().find(|other| other.field == condition.field) {
            Some(other) => other.any_of.retain(|text| condition.any_of.contains(text)),
            None => left.push(condition),
        }
    }
    left
}

/// One side must hold: only fields that both speak of remain.
fn either(left: Vec<Necessary>, right: Vec<Necessary>) -> Vec<Necessary> {
    let joined = left.into_iter().filter_map(|mut condition| {
        let other = right.iter().find(|other| other.field == condition.field)?;
        condition.any_of.extend(other.any_of.iter().cloned());
        Some(sorted(condition.field, condition.any_of))
    });
    joined.collect()
}

fn sorted(field: FieldId, mut any_of: Vec<String>) -> Necessary {
    any_of.sort_unstable();
    any_of.dedup();
    Necessary { field, any_of }
}

/// The texts that a value of that kind can have when it passes; none when they cannot be listed.
fn texts(test: &Test, kind: FieldType) -> Option<Vec<String>> {
    match test {
        Test::Text(_, constant) | Test::Equals(constant) => equal_texts(constant, kind),
        Test::Among(among) => {
            let mut all = Vec::new();
            for constant in among.constants() {
                all.extend(equal_texts(constant, kind)?);
            }
            Some(all)
        }
        Test::Matches(Pattern::Whole(text)) if kind == FieldType::Text => {
            Some(vec![text.clone().into_string()])
        }
        Test::Matches(_) | Test::Order(..) => None,
    }
}

fn equal_texts(constant: &Value<'_>, kind: FieldType) -> Option<Vec<String>> {
    let word = |flag: bool| if flag { "true" } else { "false" }.to_owned();
    Some(match (kind, constant) {
        (FieldType::Text | FieldType::Bool, Value::Bool(flag)) => vec![word(*flag)],
        (FieldType::Number, Value::Bool(flag)) => vec![number_text(f64::from(u8::from(*flag)))],
        (FieldType::Text | FieldType::Bool, Value::Text(text)) => vec![text.clone().into_owned()],
        (FieldType::Number, Value::Text(text)) => {
            number_of_text(text).map(number_text).into_iter().collect()
        }
        (FieldType::Number, Value::Number(number)) => vec![number_text(*number)],
        (FieldType::Bool, Value::Number(number)) => [(1.0, true), (0.0, false)]
            .into_iter()
            .filter(|(one_or_zero, _)| one_or_zero == number)
            .map(|(_, flag)| word(flag))
            .collect(),
        // A text equals a number in any spelling: there is no end of them.
        _ => return None,
    })
}
