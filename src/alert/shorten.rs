//! The alert as JSON within a limit of bytes: what can be done without goes first, in a fixed order.
//!
//! The order: the raw event, the link, all but some of the events, the values of a group, the runbook,
//! the logins behind a name, the addresses, then long texts, the summary last. What is left is always
//! an alert of the schema, and `shortened` names what was touched.

use serde::Serialize;

use super::{Alert, escape};

/// How many events stay: the first ones and the last ones.
const EVENTS_KEPT: (usize, usize) = (3, 2);

/// How many values of a group or of what was measured stay, and how long each may be, in bytes.
const GROUP_KEPT: (usize, usize) = (16, 128);

/// How long texts may be, in bytes, and how long lists, one round after the other.
const ROUNDS: [(usize, usize); 3] = [(1024, 32), (256, 8), (64, 2)];

/// How long a text of any alert may be, in bytes.
pub const MOST_BYTES: usize = 4096;

/// How many elements a list of any alert may have, and how long each may be, in bytes. A client names
/// its groups and addresses, so that it could make them long, too.
const MOST_OF_LIST: (usize, usize) = (64, 512);

/// What stands where a text was cut.
const ELLIPSIS: char = '…';

/// Takes something out of an alert; whether there was anything.
type Step = (&'static str, fn(&mut Alert) -> bool);

const STEPS: [Step; 8] = [
    ("event", |alert| alert.event.take().is_some()),
    ("console.url", |alert| alert.console.url.take().is_some()),
    ("events", fewer_events),
    ("group", shorter_group),
    ("measured", |alert| {
        let much = alert.measured.len() > GROUP_KEPT.0;
        while alert.measured.len() > GROUP_KEPT.0 {
            alert.measured.pop_last();
        }
        much
    }),
    ("runbook", |alert| alert.runbook.take().is_some()),
    ("actor.behind", |alert| {
        !std::mem::take(&mut alert.actor.behind).is_empty()
    }),
    ("source.ips", |alert| {
        !std::mem::take(&mut alert.source.ips).is_empty()
    }),
];

/// The line as it is written on its way.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    alert: &'a Alert,
    shortened: &'a [&'static str],
}

/// One line of JSON of at most `limit` bytes; the line of [`Alert::to_json`] when that is short
/// enough. `None` when even the least is too long, which is so below some 4,000 bytes only.
#[must_use]
pub fn line(alert: &Alert, limit: usize) -> Option<String> {
    let whole = alert.to_json().ok()?;
    if whole.len() <= limit {
        return Some(whole);
    }
    let mut short = alert.clone();
    let mut keys = Vec::new();
    let fitting = |alert: &Alert, keys: &[&'static str]| {
        let line = Line {
            alert,
            shortened: keys,
        };
        let text = escape::json(serde_json::to_string(&line).ok()?);
        (text.len() <= limit).then_some(text)
    };
    for (key, step) in STEPS {
        if step(&mut short) {
            keys.push(key);
            if let Some(text) = fitting(&short, &keys) {
                return Some(text);
            }
        }
    }
    for (bytes, elements) in ROUNDS {
        shorter_lists(&mut short, elements, &mut keys);
        shorter_texts(&mut short, bytes, &mut keys);
        if let Some(text) = fitting(&short, &keys) {
            return Some(text);
        }
    }
    for (bytes, _) in ROUNDS {
        if shorter(&mut short.summary, bytes) && !keys.contains(&"summary") {
            keys.push("summary");
        }
        if let Some(text) = fitting(&short, &keys) {
            return Some(text);
        }
    }
    None
}

/// Cuts whatever a client can make long. A log event is a megabyte at most, and most of that can be one URI:
/// what keeps and carries alerts has smaller limits, and no request may keep its own alert from it.
pub(super) fn bound(alert: &mut Alert) {
    let (elements, bytes) = MOST_OF_LIST;
    let mut keys = Vec::new();
    shorter_lists(alert, elements, &mut keys);
    alert.source.ips.truncate(elements);
    let impersonated = alert.actor.impersonated.iter_mut();
    let groups = impersonated.flat_map(|who| &mut who.groups);
    for text in groups
        .chain(&mut alert.actor.groups)
        .chain(&mut alert.source.ips)
    {
        shorter(text, bytes);
    }
    shorter_texts(alert, MOST_BYTES, &mut keys);
}

/// As much of a text as fits, cut between characters.
#[must_use]
pub fn cut(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}

/// The text, with an ellipsis for what is beyond that many bytes.
#[must_use]
pub fn elided(text: &str, bytes: usize) -> String {
    let mut text = text.to_owned();
    shorter(&mut text, bytes);
    text
}

/// Cuts a text that is longer; whether it was.
fn shorter(text: &mut String, bytes: usize) -> bool {
    if text.len() <= bytes {
        return false;
    }
    let kept = cut(text, bytes.saturating_sub(ELLIPSIS.len_utf8())).len();
    text.truncate(kept);
    text.push(ELLIPSIS);
    true
}

fn fewer_events(alert: &mut Alert) -> bool {
    let (first, last) = EVENTS_KEPT;
    let much = alert.events.len() > first + last;
    if much {
        let end = alert.events.len() - last;
        alert.events.drain(first..end);
    }
    much
}

fn shorter_group(alert: &mut Alert) -> bool {
    let (most, bytes) = GROUP_KEPT;
    let mut touched = alert.group.len() > most;
    while alert.group.len() > most {
        alert.group.pop_last();
    }
    for value in alert.group.values_mut() {
        touched |= shorter(value, bytes);
    }
    touched
}

/// Leaves the first elements of every list.
fn shorter_lists(alert: &mut Alert, most: usize, keys: &mut Vec<&'static str>) {
    let mut note = |key, touched: bool| {
        if touched && !keys.contains(&key) {
            keys.push(key);
        }
    };
    let lists = [
        ("attack", Some(&mut alert.attack)),
        ("actor.groups", Some(&mut alert.actor.groups)),
        (
            "actor.impersonated",
            alert.actor.impersonated.as_mut().map(|who| &mut who.groups),
        ),
    ];
    for (key, list) in lists {
        if let Some(list) = list {
            note(key, list.len() > most);
            list.truncate(most);
        }
    }
    for (key, map) in [
        ("cluster.labels", &mut alert.cluster.labels),
        ("group", &mut alert.group),
    ] {
        note(key, map.len() > most);
        while map.len() > most {
            map.pop_last();
        }
    }
    note("measured", alert.measured.len() > most);
    while alert.measured.len() > most {
        alert.measured.pop_last();
    }
    note("events", alert.events.len() > most.max(1));
    alert.events.truncate(most.max(1));
}

/// Cuts every text but the summary. Half a query is none, so that goes altogether.
fn shorter_texts(alert: &mut Alert, bytes: usize, keys: &mut Vec<&'static str>) {
    let mut touched = Vec::new();
    if alert
        .console
        .query
        .as_ref()
        .is_some_and(|query| query.len() > bytes)
    {
        alert.console.query = None;
        alert.console.scope = None;
        touched.push("console.query");
    }
    for (key, text) in texts(alert) {
        if shorter(text, bytes) {
            touched.push(key);
        }
    }
    for key in touched {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
}

/// Every text that an event or a setting can make long, but the summary.
fn texts(alert: &mut Alert) -> Vec<(&'static str, &mut String)> {
    let Alert {
        detector,
        attack,
        cluster,
        actor,
        source,
        target,
        outcome,
        group,
        events,
        detected_by,
        ..
    } = alert;
    let single = [
        ("target.uri", &mut target.uri),
        ("source.user_agent", &mut source.user_agent),
        ("outcome.reason", &mut outcome.reason),
        ("target.name", &mut target.name),
        ("target.namespace", &mut target.namespace),
        ("target.resource", &mut target.resource),
        ("target.subresource", &mut target.subresource),
        ("target.api_group", &mut target.api_group),
        ("target.verb", &mut target.verb),
        ("outcome.result", &mut outcome.result),
        ("outcome.decision", &mut outcome.decision),
        ("source.ip", &mut source.ip),
        ("actor.username", &mut actor.username),
        ("actor.uid", &mut actor.uid),
        ("actor.arn", &mut actor.arn),
        ("actor.session_name", &mut actor.session_name),
        ("actor.access_key_id", &mut actor.access_key_id),
        ("actor.kind", &mut actor.kind),
        ("cluster.name", &mut cluster.name),
        ("cluster.account", &mut cluster.account),
        ("cluster.region", &mut cluster.region),
        ("cluster.log_group", &mut cluster.log_group),
    ];
    let mut texts: Vec<(&'static str, &mut String)> = single
        .into_iter()
        .filter_map(|(key, text)| Some((key, text.as_mut()?)))
        .collect();
    texts.push(("detector.id", &mut detector.id));
    texts.push(("detector.title", &mut detector.title));
    texts.push(("detected_by", &mut detected_by.0));
    texts.extend(attack.iter_mut().map(|text| ("attack", text)));
    texts.extend(actor.groups.iter_mut().map(|text| ("actor.groups", text)));
    if let Some(who) = &mut actor.impersonated {
        let own = [&mut who.username, &mut who.uid].into_iter().flatten();
        texts.extend(
            own.chain(&mut who.groups)
                .map(|text| ("actor.impersonated", text)),
        );
    }
    texts.extend(
        cluster
            .labels
            .values_mut()
            .map(|text| ("cluster.labels", text)),
    );
    texts.extend(group.values_mut().map(|text| ("group", text)));
    for event in events {
        let of_event = [
            &mut event.audit_id,
            &mut event.stage,
            &mut event.event_id,
            &mut event.log_stream,
        ];
        texts.extend(of_event.into_iter().flatten().map(|text| ("events", text)));
    }
    texts
}

#[cfg(test)]
#[path = "shorten_tests.rs"]
mod tests;
