//! What an event added to what the detector remembers, in words.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};

use crate::alert::{AlertId, Timestamp, shown};
use crate::detect::{Contribution, Detector, FirstSeen, Group, Kind, Raised, Standing};
use crate::query::Value;
use crate::query::ast::CommandKind;

/// One group, value or key that the event counts for.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) contribution: Contribution,
    /// What it is grouped by, safe to show.
    pub(super) group: Group,
    /// Where that stands; nothing where it was given up for want of room.
    pub(super) standing: Option<Standing>,
    /// The alert that the group has, or would have.
    pub(super) own: Option<AlertId>,
    /// The alerts that this event completes.
    pub(super) raised: Vec<(AlertId, Raised)>,
}

impl State {
    pub(super) fn new(
        contribution: Contribution,
        group: &Group,
        standing: Option<Standing>,
        own: Option<AlertId>,
        raised: Vec<(AlertId, Raised)>,
    ) -> Self {
        let safe = |value: &String| shown(&Value::text(value));
        let group = group.iter();
        Self {
            contribution,
            group: group
                .map(|(name, value)| (name.clone(), value.as_ref().map(safe)))
                .collect(),
            standing,
            own,
            raised,
        }
    }

    /// How far it has come; of one group more is nearer to an alert.
    pub(super) fn progress(&self) -> f64 {
        match &self.standing {
            Some(Standing::Counted { measured, .. }) => {
                let numbers = measured.iter().filter_map(|(_, value)| match value {
                    Value::Number(number) if number.is_finite() => Some(*number),
                    _ => None,
                });
                numbers.sum()
            }
            Some(Standing::Steps { seen, .. }) => {
                f64::from(u16::try_from(seen.iter().flatten().count()).unwrap_or(u16::MAX))
            }
            Some(Standing::Seen { .. }) | None => 0.0,
        }
    }

    /// One line for people: where it stands at this event.
    pub(super) fn line(&self, detector: &Detector) -> String {
        match (&self.standing, &detector.kind) {
            (Some(standing @ Standing::Counted { .. }), Kind::Threshold(threshold)) => {
                let span = match (threshold.plan.monotone, standing) {
                    (true, _) => format!("within {}", threshold.window),
                    (false, Standing::Counted { window, .. }) => {
                        format!("in the {} from {}", threshold.window, seconds(*window))
                    }
                    (false, _) => String::new(),
                };
                self.counted(standing, &span, &needs(detector).join(" and "))
            }
            (
                Some(Standing::Seen {
                    owner,
                    since,
                    again,
                }),
                Kind::FirstSeen(seen),
            ) => self.seen(seen, *owner, *since, *again),
            (Some(Standing::Steps { seen, told, .. }), Kind::Sequence(sequence)) => {
                let mut steps = Vec::with_capacity(seen.len());
                for (place, time) in seen.iter().enumerate() {
                    let step = place + 1;
                    steps.push(match time {
                        _ if place == usize::from(self.contribution.step()) => {
                            format!("step {step} now")
                        }
                        Some(time) => format!("step {step} at {}", seconds(*time)),
                        None => format!("step {step} missing"),
                    });
                }
                let all = !seen.contains(&None);
                let odd = all && self.raised.is_empty() && !told;
                let order = if sequence.plan.ordered {
                    "order"
                } else {
                    "events of their own"
                };
                let odd = if odd {
                    format!(", but not in {order}")
                } else {
                    String::new()
                };
                let steps = steps.join(", ");
                format!("{steps}{odd}{}{}", self.of_group(), self.told(*told))
            }
            _ => "nothing is kept of it: the state had no room".to_owned(),
        }
    }

    fn counted(&self, standing: &Standing, span: &str, needs: &str) -> String {
        let Standing::Counted {
            measured,
            at_least,
            told,
            ..
        } = standing
        else {
            return String::new();
        };
        let more = if *at_least { " or more" } else { "" };
        let measured: Vec<_> = measured
            .iter()
            .map(|(name, value)| format!("{name} = {}", text(value)))
            .collect();
        let measured = measured.join(", ");
        let (group, told) = (self.of_group(), self.told(*told));
        format!("{measured}{more} {span}{group}; alerts at {needs}{told}")
    }

    fn seen(&self, seen: &FirstSeen, owner: Option<i64>, since: i64, again: bool) -> String {
        let keys = seen.key.as_slice().len();
        let (key, value) = self.group.split_at(keys.min(self.group.len()));
        let of = if key.is_empty() {
            "the cluster".to_owned()
        } else {
            pairs(key)
        };
        let time = self.contribution.time;
        let sighting = match (since == time, again) {
            (true, false) => "first sighting".to_owned(),
            (true, true) => "new again after the horizon".to_owned(),
            (false, _) => format!("known since {}", seconds(since)),
        };
        let learning = owner.map_or_else(String::new, |owner| {
            let until = owner.saturating_add(seen.terms.learning);
            let word = if time < until {
                "learning until"
            } else {
                "learning ended"
            };
            format!("; {word} {}", seconds(until))
        });
        format!("{} for {of}: {sighting}{learning}", pairs(value))
    }

    /// The alerts that it completes, one a line.
    pub(super) fn crossings(&self) -> Vec<String> {
        let late = |raised: &Raised| match raised.at > self.contribution.time {
            true => format!(
                "; it came late: the events after it reach to {}",
                seconds(raised.at)
            ),
            false => String::new(),
        };
        let line = |(id, raised): &(AlertId, Raised)| {
            let first = seconds(raised.first);
            format!("completes {id}, begun {first}{}", late(raised))
        };
        self.raised.iter().map(line).collect()
    }

    fn of_group(&self) -> String {
        match self.group.is_empty() {
            true => " for the cluster".to_owned(),
            false => format!(" for {}", pairs(&self.group)),
        }
    }

    fn told(&self, told: bool) -> String {
        let mut out = String::new();
        if let (true, true, Some(id)) = (told, self.raised.is_empty(), self.own) {
            let _ = write!(out, "; told already as {id}");
        }
        out
    }

    /// The same for programs.
    pub(super) fn json(&self, detector: &Detector) -> Json {
        let group: Map<_, _> = self
            .group
            .iter()
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect();
        let raised = self.raised.iter();
        let alerts: Vec<_> = raised.map(|(id, _)| id.to_string()).collect();
        let mut object = json!({
            "kind": detector.kind.as_str(),
            "group": group,
            "alerts": alerts,
            "text": self.line(detector),
        });
        if let (Some(object), Some(standing)) = (object.as_object_mut(), &self.standing) {
            object.extend(standing_json(standing, detector));
        }
        object
    }
}

fn standing_json(standing: &Standing, detector: &Detector) -> Map<String, Json> {
    let time = |time: &Option<i64>| json!(time.and_then(Timestamp::from_millis));
    let told = match standing {
        Standing::Counted {
            measured,
            passes,
            told,
            ..
        } => {
            let measured: Map<_, _> = measured
                .iter()
                .map(|(name, value)| (name.clone(), json!(text(value))))
                .collect();
            let needs = needs(detector);
            json!({ "measured": measured, "needs": needs, "passes": passes, "told": told })
        }
        Standing::Seen {
            owner,
            since,
            again,
        } => {
            let ends = match &detector.kind {
                Kind::FirstSeen(seen) => owner.map(|at| at.saturating_add(seen.terms.learning)),
                _ => None,
            };
            json!({ "since": time(&Some(*since)), "again": again, "learningUntil": time(&ends) })
        }
        Standing::Steps { seen, told, .. } => {
            json!({ "steps": seen.iter().map(time).collect::<Vec<_>>(), "told": told })
        }
    };
    match told {
        Json::Object(object) => object,
        _ => Map::new(),
    }
}

/// The filters after `stats`, as written.
fn needs(detector: &Detector) -> Vec<String> {
    let commands = detector
        .query()
        .into_iter()
        .flat_map(|query| &query.commands);
    let after = commands.skip_while(|command| !matches!(command.kind, CommandKind::Stats(_)));
    let filters = after.filter_map(|command| match &command.kind {
        CommandKind::Filter(condition) => Some(condition.to_string()),
        _ => None,
    });
    filters.collect()
}

fn pairs(group: &[(String, Option<String>)]) -> String {
    let pair = |(name, value): &(String, Option<String>)| {
        format!("{name}={}", value.as_deref().unwrap_or("(missing)"))
    };
    group.iter().map(pair).collect::<Vec<_>>().join(" ")
}

fn text(value: &Value<'_>) -> String {
    match value.is_missing() {
        true => "(missing)".to_owned(),
        false => shown(value),
    }
}

fn seconds(time: i64) -> String {
    let time = Timestamp::from_millis(time);
    time.map(Timestamp::to_seconds_text).unwrap_or_default()
}
