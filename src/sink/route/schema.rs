//! The keys of an alert as fields of the query language: the dotted paths of its JSON.
//!
//! Beside them stands `severity.rank`, 0 for info to 4 for critical, since words are compared as words.

use std::borrow::Cow;

use crate::alert::Alert;
use crate::query::{FieldId, FieldInfo, FieldType, Row, Schema, Value};

/// A key of an alert: its name, what it holds, whether it may be missing, and how it is read.
type Key = (
    &'static str,
    FieldType,
    bool,
    for<'a> fn(&'a Alert) -> Value<'a>,
);

/// How unlike a known name a wrong one may be to be taken for it.
const MISSPELT: usize = 3;

/// A longer name is no misspelling.
const LONGEST_NAME: usize = 64;

const KEYS: [Key; 42] = [
    ("id", FieldType::Text, false, |a| owned(a.id.to_string())),
    ("severity", FieldType::Text, false, |a| {
        Value::text(a.severity.as_str())
    }),
    ("severity.rank", FieldType::Number, false, |a| {
        Value::Number(f64::from(a.severity as u8))
    }),
    ("summary", FieldType::Text, false, |a| {
        Value::text(&a.summary)
    }),
    ("time", FieldType::Time, true, |a| {
        a.time.map_or(Value::Missing, |t| Value::Time(t.millis()))
    }),
    ("detector.id", FieldType::Text, false, |a| {
        Value::text(&a.detector.id)
    }),
    ("detector.title", FieldType::Text, false, |a| {
        Value::text(&a.detector.title)
    }),
    ("attack", FieldType::List, true, |a| list(&a.attack)),
    ("cluster.name", FieldType::Text, true, |a| {
        text(&a.cluster.name)
    }),
    ("cluster.account", FieldType::Text, true, |a| {
        text(&a.cluster.account)
    }),
    ("cluster.region", FieldType::Text, true, |a| {
        text(&a.cluster.region)
    }),
    ("cluster.log_group", FieldType::Text, true, |a| {
        text(&a.cluster.log_group)
    }),
    ("actor.kind", FieldType::Text, true, |a| text(&a.actor.kind)),
    ("actor.username", FieldType::Text, true, |a| {
        text(&a.actor.username)
    }),
    ("actor.groups", FieldType::List, true, |a| {
        list(&a.actor.groups)
    }),
    ("actor.uid", FieldType::Text, true, |a| text(&a.actor.uid)),
    ("actor.arn", FieldType::Text, true, |a| text(&a.actor.arn)),
    ("actor.session_name", FieldType::Text, true, |a| {
        text(&a.actor.session_name)
    }),
    ("actor.access_key_id", FieldType::Text, true, |a| {
        text(&a.actor.access_key_id)
    }),
    ("actor.impersonated.username", FieldType::Text, true, |a| {
        a.actor
            .impersonated
            .as_ref()
            .map_or(Value::Missing, |who| text(&who.username))
    }),
    ("source.ip", FieldType::Text, true, |a| text(&a.source.ip)),
    ("source.ips", FieldType::List, true, |a| list(&a.source.ips)),
    ("source.public", FieldType::Bool, true, |a| {
        a.source.public.map_or(Value::Missing, Value::Bool)
    }),
    ("source.user_agent", FieldType::Text, true, |a| {
        text(&a.source.user_agent)
    }),
    ("target.verb", FieldType::Text, true, |a| {
        text(&a.target.verb)
    }),
    ("target.resource", FieldType::Text, true, |a| {
        text(&a.target.resource)
    }),
    ("target.subresource", FieldType::Text, true, |a| {
        text(&a.target.subresource)
    }),
    ("target.api_group", FieldType::Text, true, |a| {
        text(&a.target.api_group)
    }),
    ("target.namespace", FieldType::Text, true, |a| {
        text(&a.target.namespace)
    }),
    ("target.name", FieldType::Text, true, |a| {
        text(&a.target.name)
    }),
    ("target.uri", FieldType::Text, true, |a| text(&a.target.uri)),
    ("outcome.result", FieldType::Text, true, |a| {
        text(&a.outcome.result)
    }),
    ("outcome.code", FieldType::Number, true, |a| {
        #[allow(clippy::cast_precision_loss, reason = "an HTTP status is small")]
        a.outcome
            .code
            .map_or(Value::Missing, |code| Value::Number(code as f64))
    }),
    ("outcome.decision", FieldType::Text, true, |a| {
        text(&a.outcome.decision)
    }),
    ("outcome.reason", FieldType::Text, true, |a| {
        text(&a.outcome.reason)
    }),
    ("count", FieldType::Number, false, |a| {
        #[allow(
            clippy::cast_precision_loss,
            reason = "beyond 2^53 events nobody asks for one more"
        )]
        Value::Number(a.count as f64)
    }),
    ("first", FieldType::Time, true, |a| {
        a.first.map_or(Value::Missing, |t| Value::Time(t.millis()))
    }),
    ("last", FieldType::Time, true, |a| {
        a.last.map_or(Value::Missing, |t| Value::Time(t.millis()))
    }),
    ("runbook", FieldType::Text, true, |a| text(&a.runbook)),
    ("truncated", FieldType::Bool, false, |a| {
        Value::Bool(a.truncated)
    }),
    ("closes", FieldType::Text, true, |a| {
        a.closes.map_or(Value::Missing, |id| owned(id.to_string()))
    }),
    ("detected_by", FieldType::Text, false, |a| {
        Value::text(&a.detected_by.0)
    }),
];

/// What the open paths begin with.
const OPEN: [(&str, Open); 3] = [
    ("cluster.labels.", Open::Label),
    ("group.", Open::Group),
    ("measured.", Open::Measured),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Label,
    Group,
    Measured,
}

/// Resolves the names of an alert's keys, and remembers the open paths that were asked for.
#[derive(Clone, Debug, Default)]
pub struct AlertSchema {
    open: Vec<(Open, String)>,
}

impl AlertSchema {
    /// The names that mean something, and what the open ones begin with.
    pub fn names() -> impl Iterator<Item = &'static str> {
        let open = OPEN.iter().map(|(prefix, _)| *prefix);
        KEYS.iter().map(|(name, ..)| *name).chain(open)
    }

    fn intern(&mut self, open: Open, key: &str) -> FieldInfo {
        let wanted = (open, key.to_owned());
        let known = self.open.iter().position(|known| *known == wanted);
        let place = known.unwrap_or_else(|| {
            self.open.push(wanted);
            self.open.len() - 1
        });
        let kind = match open {
            Open::Measured => FieldType::Number,
            Open::Label | Open::Group => FieldType::Text,
        };
        info(KEYS.len() + place, kind, true)
    }
}

fn info(place: usize, kind: FieldType, may_be_missing: bool) -> FieldInfo {
    FieldInfo {
        id: FieldId(u32::try_from(place).unwrap_or(u32::MAX)),
        kind,
        may_be_missing,
    }
}

impl Schema for AlertSchema {
    fn resolve(&mut self, name: &str) -> Result<FieldInfo, Vec<String>> {
        let row = KEYS.iter().position(|(known, ..)| *known == name);
        if let Some((place, (_, kind, may_be_missing, _))) =
            row.and_then(|place| Some((place, KEYS.get(place)?)))
        {
            return Ok(info(place, *kind, *may_be_missing));
        }
        for (prefix, open) in OPEN {
            if let Some(key) = name.strip_prefix(prefix).filter(|key| !key.is_empty()) {
                return Ok(self.intern(open, key));
            }
        }
        Err(suggest(name))
    }
}

/// The keys that were probably meant: spelled nearly so, or ending in the word.
fn suggest(name: &str) -> Vec<String> {
    if name.len() > LONGEST_NAME {
        return Vec::new();
    }
    let lower = name.to_lowercase();
    let mut near: Vec<(usize, &str)> = KEYS
        .iter()
        .map(|(known, ..)| {
            let tail = known.rsplit('.').next().unwrap_or(known);
            let whole = strsim::osa_distance(&lower, known);
            (whole.min(strsim::osa_distance(&lower, tail) + 1), *known)
        })
        .filter(|(distance, _)| *distance <= MISSPELT)
        .collect();
    near.sort_unstable();
    near.into_iter()
        .take(3)
        .map(|(_, known)| known.to_owned())
        .collect()
}

/// An alert as a row.
pub(super) struct AlertRow<'a> {
    alert: &'a Alert,
    schema: &'a AlertSchema,
}

impl<'a> AlertRow<'a> {
    pub(super) const fn new(alert: &'a Alert, schema: &'a AlertSchema) -> Self {
        Self { alert, schema }
    }
}

impl Row for AlertRow<'_> {
    fn value(&self, field: FieldId) -> Value<'_> {
        let place = field.0 as usize;
        if let Some((.., read)) = KEYS.get(place) {
            return read(self.alert);
        }
        let open = self.schema.open.get(place - KEYS.len());
        let Some((open, key)) = open else {
            return Value::Missing;
        };
        match open {
            Open::Label => known(self.alert.cluster.labels.get(key)),
            Open::Group => known(self.alert.group.get(key)),
            Open::Measured => {
                let number = self.alert.measured.get(key);
                number.map_or(Value::Missing, |number| Value::Number(*number))
            }
        }
    }
}

fn text(value: &Option<String>) -> Value<'_> {
    known(value.as_ref())
}

fn known(value: Option<&String>) -> Value<'_> {
    value.map_or(Value::Missing, |text| Value::text(text))
}

fn owned<'a>(text: String) -> Value<'a> {
    Value::Text(Cow::Owned(text))
}

/// A list; none at all when it is empty.
fn list(values: &[String]) -> Value<'_> {
    match values {
        [] => Value::Missing,
        values => Value::List(values.iter().map(|text| Value::text(text)).collect()),
    }
}
