//! From a detector's match to an alert: what the record tells, filled in once.

use super::console::{Kind, Line, Link};
use super::gather::gather;
use super::model::{
    Actor, Alert, Cluster, Console, Detector, EventRef, Impersonated, Outcome, Source, Target,
};
use super::sentence::sentence;
use super::{AlertId, Timestamp, console, shorten};
use crate::detect::{Folded, Group, Raised, Severity};
use crate::json::Text;
use crate::record::audit::User;
use crate::record::fact::address;
use crate::record::field::{EntryRow, FieldSchema};
use crate::record::{Entry, Facts, authenticator, parse_time};

/// Whether the raw event joins the alert.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RawEvent {
    /// It stays out.
    #[default]
    LeftOut,
    /// It joins, redacted.
    Included,
}

/// The id of the alert that a match on this entry raises.
///
/// An audit event is named by its [request](crate::record::AuditRecord::request_name), so that all its
/// stages and repeats are one alert; anything else by its line.
#[must_use]
pub fn identify(detector: &str, entry: &Entry<'_>) -> AlertId {
    let request = entry.audit().and_then(|facts| facts.record.request_name());
    match request.map(|name| name.map(|text| text.cow())) {
        Some([id, uri, received]) => AlertId::of(&[detector, &id, &uri, &received]),
        None => AlertId::of_line(detector, &entry.event.message),
    }
}

fn audit_id(entry: &Entry<'_>) -> Option<String> {
    let id = entry.audit()?.record.audit_id?;
    (!id.is_empty()).then(|| id.cow().into_owned())
}

/// What raises an alert.
#[derive(Clone, Copy, Debug)]
pub enum Cause<'c> {
    /// One event.
    Match,
    /// One event, whose alert is one with others.
    Folded(&'c Folded),
    /// Several events together, of which this is one.
    Group(&'c Group, &'c Raised),
    /// A value that may be the first of its kind.
    Seen(&'c Group),
}

/// The alert that this event raises, redacted, no text in it longer than [`MOST_BYTES`](super::shorten::MOST_BYTES)
/// but the raw event. `schema` is the one the detector was compiled with.
#[must_use]
pub fn raise(
    detector: &crate::detect::Detector,
    entry: &Entry<'_>,
    cause: Cause<'_>,
    schema: &FieldSchema,
    raw: RawEvent,
) -> Alert {
    let row = EntryRow::new(entry, schema);
    let columns = match cause {
        Cause::Group(_, raised) => raised.columns.as_slice(),
        _ => &[],
    };
    let time = precise_time(entry);
    let mut alert = Alert {
        id: identify(&detector.id, entry),
        time,
        summary: sentence(detector, entry, &row, columns),
        attack: detector.attack.clone(),
        first: time,
        last: time,
        events: vec![event_ref(entry, time)],
        console: console(entry),
        runbook: Some(detector.runbook.trim().to_owned()).filter(|text| !text.is_empty()),
        ..bare(detector, entry, &row)
    };
    if raw == RawEvent::Included {
        alert.event = Some(raw_event(&entry.event.message));
    }
    gather(&mut alert, detector, cause);
    alert.redact();
    shorten::bound(&mut alert);
    alert
}

/// The [place](Alert::place) of the alert that an event raises where alerts fold, and how severe it is:
/// most such alerts are one with an earlier one, and none is made of them.
#[must_use]
pub fn fold_place(
    detector: &crate::detect::Detector,
    entry: &Entry<'_>,
    folded: &Folded,
    schema: &FieldSchema,
) -> (AlertId, Severity) {
    let mut alert = bare(detector, entry, &EntryRow::new(entry, schema));
    gather(&mut alert, detector, Cause::Folded(folded));
    (alert.place(), alert.severity)
}

/// What the record tells: whom, where, what and how it ended.
fn bare(detector: &crate::detect::Detector, entry: &Entry<'_>, row: &EntryRow<'_, '_>) -> Alert {
    let named = Detector {
        id: detector.id.clone(),
        title: detector.title.clone(),
    };
    let mut alert = Alert {
        cluster: cluster(entry),
        count: 1,
        ..Alert::blank(named, detector.severity_of(row))
    };
    match (entry.audit(), entry.authenticator()) {
        (Some(facts), _) => fill_audit(&mut alert, facts),
        (None, Some(line)) => fill_authenticator(&mut alert, line),
        (None, None) => {}
    }
    alert
}

/// The event time with the precision of the line.
fn precise_time(entry: &Entry<'_>) -> Option<Timestamp> {
    let own = entry.audit().and_then(|facts| {
        let record = &facts.record;
        let texts = [record.request_received_timestamp, record.stage_timestamp];
        texts.into_iter().flatten().find_map(|text| {
            Timestamp::parse(text.raw()).or_else(|| Timestamp::from_millis(parse_time(text.raw())?))
        })
    });
    own.or_else(|| Timestamp::from_millis(entry.time()?))
}

/// A pointer to an event behind an alert.
#[must_use]
pub fn reference(entry: &Entry<'_>) -> EventRef {
    event_ref(entry, precise_time(entry))
}

fn cluster(entry: &Entry<'_>) -> Cluster {
    let cluster = entry.cluster;
    Cluster {
        name: cluster.name.clone(),
        account: cluster.account.clone(),
        region: cluster.region.clone(),
        log_group: cluster.log_group.clone(),
        labels: cluster.labels.clone(),
    }
}

fn event_ref(entry: &Entry<'_>, time: Option<Timestamp>) -> EventRef {
    let record = entry.audit().map(|facts| &facts.record);
    EventRef {
        audit_id: audit_id(entry),
        stage: owned(record.and_then(|record| record.stage)),
        event_id: entry.event.event_id.as_deref().map(ToOwned::to_owned),
        log_stream: entry.event.origin.log_stream.clone(),
        time,
    }
}

fn console(entry: &Entry<'_>) -> Console {
    let id = audit_id(entry);
    let cut = entry.audit().is_some_and(|facts| facts.record.is_cut());
    let kind = match (&id, cut) {
        (Some(audit_id), false) => Kind::Audit { audit_id },
        (Some(audit_id), true) => Kind::CutAudit { audit_id },
        (None, _) => Kind::Authenticator {
            line: &entry.event.message,
        },
    };
    let line = Line {
        kind,
        log_stream: entry.event.origin.log_stream.as_deref(),
    };
    let Some(query) = console::query(&[line]) else {
        return Console::default();
    };
    let time = entry.event.timestamp.or_else(|| entry.time());
    let link = |region, log_group, time| {
        Link {
            region,
            log_group,
            first: time,
            last: time,
            query: &query.text,
        }
        .url()
    };
    let cluster = entry.cluster;
    let url = match (
        cluster.region.as_deref(),
        cluster.log_group.as_deref(),
        time,
    ) {
        (Some(region), Some(group), Some(time)) => link(region, group, time),
        _ => None,
    };
    Console {
        query: Some(query.text),
        url,
        scope: Some(query.scope),
    }
}

fn fill_audit(alert: &mut Alert, facts: &Facts<'_>) {
    let record = &facts.record;
    let actor = facts.actor();
    let object = record.object_ref.unwrap_or_default();
    let status = record.response_status.unwrap_or_default();
    alert.actor = Actor {
        kind: Some(actor.kind.as_str().to_owned()),
        username: owned(record.user.and_then(|user| user.username)),
        groups: record.user.map(groups).unwrap_or_default(),
        uid: owned(record.user.and_then(|user| user.uid)),
        arn: actor.principal.arn.as_deref().map(ToOwned::to_owned),
        session_name: actor
            .principal
            .session_name
            .as_deref()
            .map(ToOwned::to_owned),
        access_key_id: actor
            .principal
            .access_key_id
            .as_deref()
            .map(ToOwned::to_owned),
        impersonated: record.impersonated_user().map(|user| Impersonated {
            username: owned(user.username),
            uid: owned(user.uid),
            groups: groups(user),
        }),
        behind: Vec::new(),
    };
    alert.source = Source {
        ip: address::source_ip(record).map(std::borrow::Cow::into_owned),
        ips: record.source_ips.map(strings).unwrap_or_default(),
        public: Some(address::is_public(record)),
        user_agent: owned(record.user_agent),
    };
    let metadata = record.object().and_then(|object| object.get("metadata"));
    let made_up = |key| metadata?.get(key)?.text();
    alert.target = Target {
        verb: owned(record.verb),
        resource: owned(object.resource),
        subresource: owned(object.subresource),
        api_group: owned(object.api_group),
        namespace: owned(object.namespace.or_else(|| made_up("namespace"))),
        name: owned(object.name.or_else(|| made_up("name"))),
        uri: owned(record.request_uri),
    };
    alert.outcome = Outcome {
        result: Some(facts.outcome().as_str().to_owned()),
        code: status.code.map(i64::from),
        decision: owned(record.annotation("authorization.k8s.io/decision")),
        reason: owned(record.annotation("authorization.k8s.io/reason"))
            .or_else(|| owned(status.message).or_else(|| owned(status.reason))),
    };
    alert.truncated = record.is_truncated();
}

fn fill_authenticator(alert: &mut Alert, line: &authenticator::Record<'_>) {
    let get = |key: &str| {
        line.get(key)
            .filter(|value| !value.is_empty())
            .map(ToOwned::to_owned)
    };
    alert.actor = Actor {
        kind: None,
        username: get("username"),
        groups: line.groups().map(ToOwned::to_owned).collect(),
        uid: get("uid"),
        arn: get("arn"),
        session_name: get("session"),
        access_key_id: get("accesskeyid"),
        impersonated: None,
        behind: Vec::new(),
    };
    alert.target.uri = get("path");
    alert.outcome.result = match line.message().event() {
        authenticator::Event::AccessDenied => Some("unauthenticated".to_owned()),
        authenticator::Event::AccessGranted => Some("succeeded".to_owned()),
        _ => None,
    };
    alert.outcome.reason = get("error");
    alert.truncated = line.truncated();
}

fn owned(text: Option<Text<'_>>) -> Option<String> {
    text.filter(|text| !text.is_empty())
        .map(|text| text.cow().into_owned())
}

fn groups(user: User<'_>) -> Vec<String> {
    user.group_names()
        .map(|group| group.cow().into_owned())
        .collect()
}

fn strings(array: crate::json::Raw<'_>) -> Vec<String> {
    array
        .elements()
        .filter_map(|item| Some(item.text()?.cow().into_owned()))
        .collect()
}

/// The line as JSON, or as a text where it is none.
fn raw_event(line: &str) -> serde_json::Value {
    serde_json::from_str(line).unwrap_or_else(|_| serde_json::Value::String(line.to_owned()))
}
