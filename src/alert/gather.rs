//! What several events come to: the id, the group and the span of an alert that is made of more than
//! one.

use super::console::{Link, Who, group_query};
use super::identity::Parts;
use super::model::{Alert, Console, EventRef};
use super::{AlertId, Timestamp};
use crate::alert::raise::Cause;
use crate::detect::{Detector, Folded, Group, Kind, Raised};
use crate::query::Value;
use crate::state::Fold;

/// Fills in what the cause tells.
pub(super) fn gather(alert: &mut Alert, detector: &Detector, cause: Cause<'_>) {
    match cause {
        Cause::Match => {}
        Cause::Folded(folded) => {
            alert.id = fold_id(alert, folded);
            alert.group = shown(&folded.values);
        }
        Cause::Group(group, raised) => {
            alert.id = group_id(alert, "group", group, raised.window);
            alert.group = shown(group);
            let (names, keys) = detector
                .probes
                .first()
                .map_or((&[][..], 0), |probe| (probe.columns(), probe.keys()));
            let results = raised.columns.get(keys..).unwrap_or_default();
            for (name, value) in names.iter().skip(keys).zip(results) {
                if let Value::Number(number) = value {
                    alert.measured.insert(name.clone(), *number);
                }
            }
            alert.count = match &detector.kind {
                Kind::Sequence(sequence) => u64::from(sequence.plan.steps),
                _ => results.iter().find_map(whole).unwrap_or(1),
            };
            alert.time = Timestamp::from_millis(raised.at).or(alert.time);
            alert.first = Timestamp::from_millis(raised.first);
            alert.last = Timestamp::from_millis(raised.at);
            if let Some(console) = console(alert, detector, group, raised) {
                alert.console = console;
            }
        }
        Cause::Seen(group) => {
            alert.id = group_id(alert, "first seen", group, None);
            alert.group = shown(group);
        }
    }
}

/// How to look at all of the events; `None` where only the one that completes them can be asked for.
fn console(alert: &Alert, detector: &Detector, group: &Group, raised: &Raised) -> Option<Console> {
    let who = Who {
        arn: alert.actor.arn.as_deref(),
        username: alert.actor.username.as_deref(),
    };
    let query = group_query(detector, group, who)?;
    let cluster = &alert.cluster;
    let known = cluster.region.as_deref().zip(cluster.log_group.as_deref());
    let url = known.and_then(|(region, log_group)| {
        Link {
            region,
            log_group,
            first: raised.first,
            last: raised.at,
            query: &query.text,
        }
        .url()
    });
    Some(Console {
        query: Some(query.text),
        url,
        scope: Some(query.scope),
    })
}

/// Completes an alert whose events were judged together when no more could come: it was made of the
/// first of them.
#[must_use]
pub fn complete(mut alert: Alert, detector: &Detector, raised: &Raised) -> Alert {
    let names = detector.probes.iter().flat_map(|probe| {
        let names = probe.columns().iter();
        names.take(probe.keys()).cloned()
    });
    // Not what the alert says of it: there, secrets are taken out, and what is missing is left out.
    let keys = raised.columns.iter().map(|key| {
        let text = (!key.is_missing()).then(|| crate::query::shown(key));
        text.map(std::borrow::Cow::into_owned)
    });
    let group: Group = names.zip(keys).collect();
    gather(&mut alert, detector, Cause::Group(&group, raised));
    alert.redact();
    for (name, number) in &alert.measured {
        let place = format!("{{{name}}}");
        alert.summary = alert.summary.replace(&place, &number.to_string());
    }
    alert
}

/// The closing summary of alerts that were folded into `alert`.
#[must_use]
pub fn close(mut alert: Alert, fold: &Fold) -> Alert {
    let (count, more) = fold.count();
    let (first, last) = fold.span();
    alert.closes = Some(alert.id);
    alert.id = AlertId::of(&[&alert.id.to_string(), "closing summary"]);
    alert.first = Timestamp::from_millis(first);
    alert.last = Timestamp::from_millis(last);
    alert.time = alert.last;
    alert.count = count;
    let at_least = if more { "at least " } else { "" };
    alert.summary = format!("{at_least}{count} times: {}", alert.summary);
    let samples = fold
        .samples()
        .filter_map(|text| serde_json::from_str(text).ok());
    alert.events = samples.collect::<Vec<EventRef>>();
    alert.event = None;
    alert
}

fn shown(group: &Group) -> std::collections::BTreeMap<String, String> {
    let known = group
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), value.clone()?)));
    known.collect()
}

/// The number of a column that counts.
fn whole(value: &Value<'_>) -> Option<u64> {
    match value {
        Value::Number(number) if *number >= 1.0 => Some(*number as u64),
        _ => None,
    }
}

/// What an id of several events begins with: the detector, and the cluster's name, or its log group where it
/// has none. Account and region don't enter: an export tells neither, and the events raise the same alert
/// wherever they are read from. [`Alert::place`] tells clusters of one name apart by the group; they enter
/// where there is none.
fn begin(alert: &Alert, sort: &str, group: &Group) -> Parts {
    let mut parts = Parts::default();
    parts.may_add(Some(&alert.detector.id));
    parts.may_add(Some(sort));
    let cluster = &alert.cluster;
    if group.iter().all(|(_, value)| value.is_none()) {
        parts.may_add(cluster.account.as_deref());
        parts.may_add(cluster.region.as_deref());
    }
    parts.may_add(cluster.name.as_deref().or(cluster.log_group.as_deref()));
    for (_, value) in group {
        parts.may_add(value.as_deref());
    }
    parts
}

fn group_id(alert: &Alert, sort: &str, group: &Group, window: Option<i64>) -> AlertId {
    let mut parts = begin(alert, sort, group);
    parts.may_add(window.map(|window| window.to_string()).as_deref());
    parts.id()
}

/// Never a higher severity, another target or another outcome in silence.
fn fold_id(alert: &Alert, folded: &Folded) -> AlertId {
    let mut parts = begin(alert, "fold", &folded.values);
    parts.may_add(Some(&folded.window.0.to_string()));
    parts.may_add(Some(alert.severity.as_str()));
    parts.may_add(alert.outcome.result.as_deref());
    let target = &alert.target;
    for part in [
        &target.resource,
        &target.subresource,
        &target.api_group,
        &target.namespace,
        &target.name,
    ] {
        parts.may_add(part.as_deref());
    }
    parts.id()
}
