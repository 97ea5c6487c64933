//! The names that exist at a point of the pipeline beside the fields of the records.

use std::collections::{HashMap, HashSet};

use crate::query::field::{FieldInfo, FieldType};

/// What an expression yields, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    /// A condition, or 1 and 0.
    Bool,
    Time,
    List,
    /// A map or list out of JSON, with members.
    Map,
    Any,
}

/// What is known of a value before any record is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) kind: Kind,
    pub(super) may_be_missing: bool,
}

impl Known {
    pub(super) const ANY: Self = Self {
        kind: Kind::Any,
        may_be_missing: true,
    };

    pub(super) const fn always(kind: Kind) -> Self {
        Self {
            kind,
            may_be_missing: false,
        }
    }
}

impl From<FieldInfo> for Known {
    fn from(info: FieldInfo) -> Self {
        let kind = match info.kind {
            FieldType::Text => Kind::Text,
            FieldType::Number => Kind::Number,
            FieldType::Bool => Kind::Bool,
            FieldType::Time => Kind::Time,
            FieldType::List => Kind::List,
            FieldType::Any => Kind::Any,
        };
        Self {
            kind,
            may_be_missing: info.may_be_missing,
        }
    }
}

/// The computed names, and after `stats` its outputs, which are then all there is.
#[derive(Debug, Default)]
pub(super) struct Scope {
    defined: HashMap<String, Known>,
    /// Bare fields that are columns already.
    projected: HashSet<String>,
    /// The columns of the last `stats`, in order.
    outputs: Option<Vec<String>>,
}

impl Scope {
    /// A computed name, or a member of a computed map such as `audit.verb`.
    pub(super) fn find(&self, name: &str) -> Option<Known> {
        if let Some(known) = self.defined.get(name) {
            return Some(*known);
        }
        let dots = name.match_indices('.').filter_map(|(at, _)| name.get(..at));
        let mut owners = dots.filter_map(|owner| self.defined.get(owner));
        owners
            .any(|owner| matches!(owner.kind, Kind::Map | Kind::Any))
            .then_some(Known::ANY)
    }

    pub(super) fn define(&mut self, name: &str, known: Known) {
        self.defined.insert(name.to_owned(), known);
    }

    pub(super) fn project(&mut self, name: &str) {
        self.projected.insert(name.to_owned());
    }

    pub(super) fn is_taken(&self, name: &str) -> bool {
        self.defined.contains_key(name) || self.projected.contains(name)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.defined.keys().map(String::as_str)
    }

    pub(super) const fn is_after_stats(&self) -> bool {
        self.outputs.is_some()
    }

    /// The columns of the last `stats`, for a message.
    pub(super) fn outputs_in_words(&self) -> String {
        let outputs = self.outputs.as_deref().unwrap_or_default();
        let quoted: Vec<_> = outputs.iter().map(|name| format!("`{name}`")).collect();
        quoted.join(", ")
    }

    /// `stats` forgets everything but its outputs.
    pub(super) fn replace(&mut self, outputs: Vec<(String, Known)>) {
        self.projected.clear();
        self.outputs = Some(outputs.iter().map(|(name, _)| name.clone()).collect());
        self.defined = outputs.into_iter().collect();
    }
}
