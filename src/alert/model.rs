//! The alert as one JSON object a line: the program's contract with whoever receives it.
//!
//! The keys and their order are those of `docs/reference/alert.schema.json`. A fixed key is always
//! there: `null` when the event doesn't tell it, an empty list or object when there is none. This
//! file never fills an alert in.

use std::collections::BTreeMap;

use serde::ser::Error as _;
use serde::{Deserialize, Serialize};

use super::console::Scope;
use super::{AlertId, Severity, Timestamp, escape};

/// Room for most alerts as JSON, in bytes: text that grows on and on is moved each time.
const USUAL: usize = 6 << 10;

/// One alert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// The version of this shape.
    pub schema: SchemaTag,
    /// A hash of what caused the alert; equal for repeats.
    pub id: AlertId,
    /// The event time.
    pub time: Option<Timestamp>,
    /// Which detector raised it.
    pub detector: Detector,
    /// How much it matters.
    pub severity: Severity,
    /// One sentence.
    pub summary: String,
    /// Ids of MITRE ATT&CK techniques.
    pub attack: Vec<String>,
    /// Where it happened.
    pub cluster: Cluster,
    /// Who did it.
    pub actor: Actor,
    /// From where.
    pub source: Source,
    /// What was done, to what.
    pub target: Target,
    /// What became of it.
    pub outcome: Outcome,
    /// How many events stand behind it.
    pub count: u64,
    /// The time of the first of them.
    pub first: Option<Timestamp>,
    /// The time of the last of them.
    pub last: Option<Timestamp>,
    /// What several events have in common: the keys of a threshold or a sequence, or the key and value
    /// that were seen first; empty for other detectors.
    pub group: BTreeMap<String, String>,
    /// What a threshold came to, by the names of its `stats`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub measured: BTreeMap<String, f64>,
    /// The events behind it, or a sample of them.
    pub events: Vec<EventRef>,
    /// How to look at the events in CloudWatch Logs Insights.
    pub console: Console,
    /// What to do now.
    pub runbook: Option<String>,
    /// Whether a record behind it was cut off, so that some of it was judged unseen.
    pub truncated: bool,
    /// For the closing summary of alerts that were folded into one, and for the end of a trouble with
    /// the watching itself: the id of the alert it closes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes: Option<AlertId>,
    /// The program and version that raised it.
    pub detected_by: DetectedBy,
    /// The raw event, redacted; only when asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<serde_json::Value>,
}

impl Alert {
    /// An alert of a detector that tells nothing yet.
    pub(super) fn blank(detector: Detector, severity: Severity) -> Self {
        Self {
            schema: SchemaTag::V1,
            id: AlertId::default(),
            time: None,
            detector,
            severity,
            summary: String::new(),
            attack: Vec::new(),
            cluster: Cluster::default(),
            actor: Actor::default(),
            source: Source::default(),
            target: Target::default(),
            outcome: Outcome::default(),
            count: 0,
            first: None,
            last: None,
            group: BTreeMap::new(),
            measured: BTreeMap::new(),
            events: Vec::new(),
            console: Console::default(),
            runbook: None,
            truncated: false,
            closes: None,
            detected_by: DetectedBy::default(),
            event: None,
        }
    }

    /// What an alert is known by, so that it is handed out once: its id, and for an alert of several events
    /// the cluster's account, region and log group. Clusters in two regions may have one name, and each its
    /// own alert of one id.
    #[must_use]
    pub fn place(&self) -> AlertId {
        if self.group.is_empty() && self.closes.is_none() {
            // A request has one id wherever its log line was copied to.
            return self.id;
        }
        let cluster = &self.cluster;
        let parts = [&cluster.account, &cluster.region, &cluster.log_group];
        let [account, region, group] = parts.map(|part| part.as_deref().unwrap_or_default());
        AlertId::of(&[&self.id.to_string(), account, region, group])
    }

    /// One line of JSON. What a terminal would act on, or hide, is written as `\uXXXX`; a reader of
    /// JSON sees the same text.
    ///
    /// # Errors
    /// None in practice: every part of an alert can be written as JSON.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let mut text = Vec::with_capacity(USUAL);
        serde_json::to_writer(&mut text, self)?;
        let text = String::from_utf8(text).map_err(serde_json::Error::custom)?;
        Ok(escape::json(text))
    }
}

/// The value of `schema`: always `trailhound.alert/1`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SchemaTag {
    /// The only version there is.
    #[default]
    #[serde(rename = "trailhound.alert/1")]
    V1,
}

/// The value of `detected_by`: program and version, `trailhound/0.1.0`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetectedBy(pub String);

impl Default for DetectedBy {
    fn default() -> Self {
        Self(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")).to_owned())
    }
}

/// A detector's name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detector {
    /// Its stable id.
    pub id: String,
    /// Its title.
    pub title: String,
}

/// Where an event happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    /// The cluster's name.
    pub name: Option<String>,
    /// The AWS account of the log group.
    pub account: Option<String>,
    /// The region of the log group.
    pub region: Option<String>,
    /// The log group.
    pub log_group: Option<String>,
    /// The user's own labels.
    pub labels: BTreeMap<String, String>,
}

/// Who acted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// `human`, `service-account`, `node`, `eks-managed`, `control-plane` or `anonymous`.
    pub kind: Option<String>,
    /// The Kubernetes user name.
    pub username: Option<String>,
    /// The Kubernetes groups.
    pub groups: Vec<String>,
    /// The Kubernetes uid.
    pub uid: Option<String>,
    /// The ARN behind the user.
    pub arn: Option<String>,
    /// The session name of an assumed role.
    pub session_name: Option<String>,
    /// The access key's id; it identifies and is no secret.
    pub access_key_id: Option<String>,
    /// Whom the actor impersonated.
    pub impersonated: Option<Impersonated>,
    /// The logins that may stand behind a name that several share; empty when there is no doubt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub behind: Vec<Behind>,
}

/// A login that may stand behind a shared name, as the authenticator told it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Behind {
    /// The ARN.
    pub arn: Option<String>,
    /// The session name of an assumed role.
    pub session_name: Option<String>,
    /// The access key's id.
    pub access_key_id: Option<String>,
    /// When the authenticator let it in.
    pub time: Option<Timestamp>,
}

/// Whom an actor acted as.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impersonated {
    /// The Kubernetes user name.
    pub username: Option<String>,
    /// The Kubernetes uid.
    pub uid: Option<String>,
    /// The Kubernetes groups.
    pub groups: Vec<String>,
}

/// Where a request came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The address of the real peer.
    pub ip: Option<String>,
    /// Every address; all but the last can be forged.
    pub ips: Vec<String>,
    /// Whether `ip` is a public address.
    pub public: Option<bool>,
    /// What the client calls itself.
    pub user_agent: Option<String>,
}

/// What was done, to what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The verb.
    pub verb: Option<String>,
    /// The resource's plural.
    pub resource: Option<String>,
    /// The subresource.
    pub subresource: Option<String>,
    /// The API group.
    pub api_group: Option<String>,
    /// The namespace.
    pub namespace: Option<String>,
    /// The object's name.
    pub name: Option<String>,
    /// The request URI.
    pub uri: Option<String>,
}

/// What became of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// `succeeded`, `allowed-but-failed`, `forbidden`, `unauthenticated` or `unknown`.
    pub result: Option<String>,
    /// The HTTP status.
    pub code: Option<i64>,
    /// `allow` or `forbid`.
    pub decision: Option<String>,
    /// Why it was allowed or refused.
    pub reason: Option<String>,
}

/// A pointer to one event behind an alert.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRef {
    /// The audit id of the request.
    pub audit_id: Option<String>,
    /// The audit stage.
    pub stage: Option<String>,
    /// CloudWatch's id of the log event.
    pub event_id: Option<String>,
    /// The log stream.
    pub log_stream: Option<String>,
    /// The event time.
    pub time: Option<Timestamp>,
}

/// How to look at the events in the console.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Console {
    /// A Logs Insights query that returns the events.
    pub query: Option<String>,
    /// A link that opens the console with the query, the log group and the time filled in.
    pub url: Option<String>,
    /// Whether the query returns those events alone.
    pub scope: Option<Scope>,
}
