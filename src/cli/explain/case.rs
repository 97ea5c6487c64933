//! One event and why it is what it is to the detector, in texts that are redacted and safe to show.

use chrono::NaiveDate;
use serde_json::{Map, Value as Json, json};

use super::state::State;
use crate::alert::{Alert, AlertId, EventRef, Timestamp, shown};
use crate::detect::{Detector, Severity};
use crate::query::{Form, Told, Truth, Value};

/// What the detector says of an event.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Verdict {
    /// It alerts.
    Alert(AlertId),
    /// It is part of that alert, which an earlier event raised.
    Folded(AlertId),
    /// It would, but for the exception of that number in the settings.
    Silenced(usize),
    /// It is remembered, and comes to no alert by itself.
    Counts,
    /// It doesn't.
    Quiet,
}

/// What makes an alert matter more, asked about the event.
pub(super) struct EscalateTold {
    pub(super) severity: Severity,
    pub(super) conditions: Vec<Line>,
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

/// Which event it is.
pub(super) struct About {
    pub(super) time: Option<Timestamp>,
    pub(super) who: Option<String>,
    /// `get pods/exec`, or the message of an authenticator line.
    pub(super) what: String,
    /// Namespace and name, or the path of the request.
    pub(super) target: Option<String>,
    pub(super) stage: Option<String>,
    pub(super) audit_id: Option<String>,
}

/// An event with its explanation.
pub(super) struct Case {
    pub(super) about: About,
    /// What tells it from other events; nothing for what comes at the end of the input.
    pub(super) event: Option<EventRef>,
    pub(super) verdict: Verdict,
    /// What an alert says that comes at the end of the input.
    pub(super) at_end: Option<String>,
    /// What it adds to what the detector remembers.
    pub(super) states: Vec<State>,
    /// The conditions of each query: the steps of a sequence, else one.
    pub(super) steps: Vec<Vec<Line>>,
    pub(super) exceptions: Vec<ExceptionTold>,
    pub(super) escalate: Vec<EscalateTold>,
}

impl About {
    /// What an event is about is taken from the alert it would raise; `message` is that of a line of
    /// the authenticator.
    pub(super) fn new(alert: Option<&Alert>, message: Option<&str>) -> Self {
        let text = |text: Option<&str>| text.map(|text| shown(&Value::text(text)));
        let actor = alert.map(|alert| &alert.actor);
        let event = alert.and_then(|alert| alert.events.first());
        Self {
            time: alert.and_then(|alert| alert.time),
            who: actor.and_then(|actor| who(actor.username.as_deref(), actor.arn.as_deref())),
            what: match message {
                Some(message) => text(Some(message)).unwrap_or_default(),
                None => alert.map(action).unwrap_or_default(),
            },
            target: alert.and_then(object),
            stage: text(event.and_then(|event| event.stage.as_deref())),
            audit_id: text(event.and_then(|event| event.audit_id.as_deref())),
        }
    }
}

impl Case {
    /// The case of an alert that comes at the end of the input.
    pub(super) fn at_end(alert: &Alert) -> Self {
        let closes = alert
            .closes
            .map(|id| format!("closes {id}: {}", alert.summary));
        Self {
            about: About::new(Some(alert), None),
            event: None,
            verdict: Verdict::Alert(alert.id),
            at_end: Some(closes.unwrap_or_else(|| alert.summary.clone())),
            states: Vec::new(),
            steps: Vec::new(),
            exceptions: Vec::new(),
            escalate: Vec::new(),
        }
    }

    /// How many of the conditions that must hold do, and how many there are: of the query that is
    /// nearest.
    pub(super) fn held(&self) -> (usize, usize) {
        let counts = self.steps.iter().map(|conditions| held(conditions));
        // The first of equals.
        let best = counts.reduce(|best, next| {
            if next.0 * best.1 > best.0 * next.1 {
                next
            } else {
                best
            }
        });
        best.unwrap_or_default()
    }

    /// Every alert that this event raises.
    pub(super) fn alerts(&self) -> Vec<AlertId> {
        let raised = self.states.iter().flat_map(|state| &state.raised);
        let mut ids: Vec<_> = raised.map(|(id, _)| *id).collect();
        if let Verdict::Alert(id) = self.verdict
            && !ids.contains(&id)
        {
            ids.insert(0, id);
        }
        ids
    }

    /// The case as a JSON object.
    pub(super) fn json(&self, detector: Option<&Detector>) -> Json {
        let (held, of) = self.held();
        let (verdict, alert) = match &self.verdict {
            Verdict::Alert(id) => ("alert", Some(id.to_string())),
            Verdict::Folded(id) => ("folded", Some(id.to_string())),
            Verdict::Silenced(_) => ("silenced", None),
            Verdict::Counts => ("counts", None),
            Verdict::Quiet => ("no alert", None),
        };
        let exceptions: Vec<Json> = self.exceptions.iter().map(ExceptionTold::json).collect();
        let conditions = self.steps.iter().map(|lines| json_of(lines));
        let about = &self.about;
        let mut object = json!({
            "time": about.time,
            "who": about.who,
            "what": about.what,
            "target": about.target,
            "stage": about.stage,
            "auditID": about.audit_id,
            "verdict": verdict,
            "alert": alert,
            "held": held,
            "of": of,
            "exceptions": exceptions,
        });
        let mut add = |name: &str, value: Json| {
            if let Some(object) = object.as_object_mut() {
                object.insert(name.to_owned(), value);
            }
        };
        match self.steps.as_slice() {
            [] => {}
            [one] => add("conditions", json_of(one)),
            _ => add("steps", conditions.collect()),
        }
        if let Some(text) = &self.at_end {
            add("atEnd", json!(text));
        }
        if let (Some(detector), false) = (detector, self.states.is_empty()) {
            let states = self.states.iter().map(|state| state.json(detector));
            add("state", states.collect());
            let alerts = self.alerts();
            add("alerts", alerts.iter().map(|id| json!(id)).collect());
        }
        if !self.escalate.is_empty() {
            let told = self.escalate.iter().map(EscalateTold::json);
            add("escalate", told.collect());
        }
        object
    }
}

/// How many conditions that must hold do, and how many there are.
pub(super) fn held(conditions: &[Line]) -> (usize, usize) {
    let judged = || conditions.iter().filter(|line| line.form != Form::Names);
    (
        judged().filter(|line| line.truth.holds()).count(),
        judged().count(),
    )
}

fn json_of(conditions: &[Line]) -> Json {
    conditions.iter().map(Line::json).collect()
}

impl EscalateTold {
    /// Whether it makes the alert that severe.
    pub(super) fn applies(&self) -> bool {
        self.conditions.iter().all(|line| line.truth.holds())
    }

    fn json(&self) -> Json {
        json!({
            "severity": self.severity,
            "applies": self.applies(),
            "conditions": json_of(&self.conditions),
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
