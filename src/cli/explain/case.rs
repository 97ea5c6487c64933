//! One event and why it is what it is to the detector, in texts that are redacted and safe to show.

use chrono::NaiveDate;
use serde_json::{Map, Value as Json, json};

use crate::alert::{Alert, AlertId, Timestamp, shown};
use crate::query::{Form, Told, Truth, Value};
use crate::record::Entry;

/// What the detector says of an event.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Verdict {
    /// It alerts.
    Alert(AlertId),
    /// It would, but for the exception of that number in the settings.
    Silenced(usize),
    /// It doesn't.
    Quiet,
}

/// An exception, asked about the event.
pub(super) struct ExceptionTold {
    /// Which `[[allow]]` of the settings it is, counted from 1.
    pub(super) number: usize,
    pub(super) reason: String,
    pub(super) until: Option<NaiveDate>,
    /// Whether it had ended when the event happened.
    pub(super) ended: bool,
    pub(super) conditions: Vec<Line>,
}

/// A part of a query and what it came to.
pub(super) struct Line {
    pub(super) form: Form,
    pub(super) text: String,
    pub(super) truth: Truth,
    pub(super) seen: Vec<Seen>,
    pub(super) parts: Vec<Line>,
}

/// A value that was looked at.
pub(super) struct Seen {
    pub(super) name: String,
    /// Nothing when it is missing.
    pub(super) value: Option<String>,
    /// Whether it belongs in quotes.
    pub(super) is_text: bool,
}

/// An event with its explanation.
pub(super) struct Case {
    pub(super) time: Option<Timestamp>,
    pub(super) who: Option<String>,
    /// `get pods/exec`, or the message of an authenticator line.
    pub(super) what: String,
    /// Namespace and name, or the path of the request.
    pub(super) target: Option<String>,
    pub(super) stage: Option<String>,
    pub(super) audit_id: Option<String>,
    pub(super) verdict: Verdict,
    pub(super) conditions: Vec<Line>,
    pub(super) exceptions: Vec<ExceptionTold>,
}

impl Case {
    /// The case of an entry; what it is about is taken from the alert it would raise.
    pub(super) fn new(
        alert: Option<&Alert>,
        entry: &Entry<'_>,
        verdict: Verdict,
        told: &[Told<'_>],
        exceptions: Vec<ExceptionTold>,
    ) -> Self {
        let text = |text: Option<&str>| text.map(|text| shown(&Value::text(text)));
        let actor = alert.map(|alert| &alert.actor);
        let event = alert.and_then(|alert| alert.events.first());
        let line = entry.authenticator();
        Self {
            time: alert.and_then(|alert| alert.time),
            who: actor.and_then(|actor| who(actor.username.as_deref(), actor.arn.as_deref())),
            what: match line {
                Some(line) => text(line.get("msg")).unwrap_or_default(),
                None => alert.map(action).unwrap_or_default(),
            },
            target: alert.and_then(object),
            stage: text(event.and_then(|event| event.stage.as_deref())),
            audit_id: text(event.and_then(|event| event.audit_id.as_deref())),
            verdict,
            conditions: lines(told),
            exceptions,
        }
    }

    /// How many of the conditions that must hold do, and how many there are.
    pub(super) fn held(&self) -> (usize, usize) {
        let judged = || {
            self.conditions
                .iter()
                .filter(|line| line.form != Form::Names)
        };
        (
            judged().filter(|line| line.truth.holds()).count(),
            judged().count(),
        )
    }

    /// The case as a JSON object.
    pub(super) fn json(&self) -> Json {
        let (held, of) = self.held();
        let (verdict, alert) = match &self.verdict {
            Verdict::Alert(id) => ("alert", Some(id.to_string())),
            Verdict::Silenced(_) => ("silenced", None),
            Verdict::Quiet => ("no alert", None),
        };
        let exceptions: Vec<Json> = self.exceptions.iter().map(ExceptionTold::json).collect();
        json!({
            "time": self.time,
            "who": self.who,
            "what": self.what,
            "target": self.target,
            "stage": self.stage,
            "auditID": self.audit_id,
            "verdict": verdict,
            "alert": alert,
            "held": held,
            "of": of,
            "conditions": self.conditions.iter().map(Line::json).collect::<Vec<_>>(),
            "exceptions": exceptions,
        })
    }
}

impl ExceptionTold {
    /// Whether it covers the event.
    pub(super) fn applies(&self) -> bool {
        !self.ended && self.conditions.iter().all(|line| line.truth.holds())
    }

    fn json(&self) -> Json {
        json!({
            "number": self.number,
            "reason": self.reason,
            "until": self.until.map(|day| day.to_string()),
            "applies": self.applies(),
            "ended": self.ended,
            "conditions": self.conditions.iter().map(Line::json).collect::<Vec<_>>(),
        })
    }
}

impl Line {
    fn json(&self) -> Json {
        let mut object = Map::new();
        let form = match self.form {
            Form::Names => "names",
            Form::Rows => "rows",
            Form::Test => "test",
            Form::All => "all",
            Form::Any => "any",
            Form::Not => "not",
        };
        object.insert("form".into(), form.into());
        if self.form != Form::Names {
            let holds = match self.truth {
                Truth::True => Some(true),
                Truth::False => Some(false),
                Truth::Unknown => None,
            };
            object.insert("holds".into(), json!(holds));
        }
        if self.parts.is_empty() {
            let seen = self.seen.iter();
            let values: Map<_, _> = seen
                .map(|seen| (seen.name.clone(), json!(seen.value)))
                .collect();
            object.insert("text".into(), self.text.as_str().into());
            object.insert("values".into(), values.into());
        } else {
            object.insert("parts".into(), self.parts.iter().map(Self::json).collect());
        }
        object.into()
    }
}

/// Parts of a query in texts that can be kept.
pub(super) fn lines(told: &[Told<'_>]) -> Vec<Line> {
    let line = |told: &Told<'_>| Line {
        form: told.form,
        text: told.text.to_owned(),
        truth: told.truth,
        seen: told
            .seen
            .iter()
            .map(|(name, value)| seen(name, value))
            .collect(),
        parts: lines(&told.parts),
    };
    told.iter().map(line).collect()
}

fn seen(name: &str, value: &Value<'_>) -> Seen {
    Seen {
        name: name.to_owned(),
        value: (!value.is_missing()).then(|| match value {
            Value::Text(text) if text.is_empty() => String::new(),
            list @ Value::List(_) => format!("[{}]", shown(list)),
            value => shown(value),
        }),
        is_text: matches!(value, Value::Text(_)),
    }
}

/// The name, and the ARN where that says more: many people share a name.
fn who(username: Option<&str>, arn: Option<&str>) -> Option<String> {
    let text = match (username, arn) {
        (Some(name), Some(arn)) if name != arn => format!("{name} ({arn})"),
        (name, arn) => name.or(arn)?.to_owned(),
    };
    Some(shown(&Value::Text(text.into())))
}

fn action(alert: &Alert) -> String {
    let target = &alert.target;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let mut action = format!("{} {}", text(&target.verb), text(&target.resource));
    if let Some(subresource) = &target.subresource {
        action.push('/');
        action.push_str(subresource);
    }
    shown(&Value::text(action.trim()))
}

fn object(alert: &Alert) -> Option<String> {
    let target = &alert.target;
    let object = match (&target.namespace, &target.name) {
        (Some(namespace), Some(name)) => format!("{namespace}/{name}"),
        (Some(namespace), None) => format!("{namespace}/"),
        (None, Some(name)) => name.clone(),
        (None, None) => target.uri.clone()?,
    };
    Some(shown(&Value::Text(object.into())))
}
