//! What is published for an alert: body, subject, attributes, and the ids of a FIFO topic. Pure.
//!
//! The attributes are for filter policies: few and short, since a queue with raw delivery loses a
//! message that has more than ten. They count towards the size of a message.

use super::topic::Topic;
use crate::alert::shorten::elided;
use crate::alert::{Alert, chat, escape, letter, shorten};
use crate::detect::tactics;

/// What a message's text is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Body {
    /// The alert as one line of JSON.
    #[default]
    Json,
    /// A letter, for e-mail.
    Text,
    /// A custom notification for Amazon Q Developer in chat applications.
    Chat,
}

impl Body {
    /// Every form, by its name in settings.
    pub const ALL: [(&'static str, Self); 3] = [
        ("json", Self::Json),
        ("text", Self::Text),
        ("chat", Self::Chat),
    ];
}

/// The most bytes of a message where the topic doesn't say otherwise.
pub(super) const DEFAULT_LIMIT: usize = 262_144;

/// The longest group or deduplication id.
const LONGEST_GROUP: usize = 128;

/// The longest value of an attribute that we send, in bytes.
const LONGEST_ATTRIBUTE: usize = 256;

/// Labels that tell the environment of a cluster; the first that is there becomes an attribute.
const ENVIRONMENT: [&str; 3] = ["env", "environment", "stage"];

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Attribute {
    /// `String`
    Text(String),
    /// `String.Array`
    Texts(Vec<&'static str>),
}

impl Attribute {
    /// Its type, as SNS names it.
    pub(super) const fn data_type(&self) -> &'static str {
        match self {
            Self::Text(_) => "String",
            Self::Texts(_) => "String.Array",
        }
    }

    /// Its value as it is sent; an array is JSON.
    pub(super) fn value(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Texts(texts) => serde_json::json!(texts).to_string(),
        }
    }
}

/// A message, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) subject: String,
    pub(super) body: String,
    pub(super) attributes: Vec<(&'static str, Attribute)>,
    /// For a FIFO topic: the group and the deduplication id.
    pub(super) fifo: Option<(String, String)>,
}

impl Message {
    /// The message for an alert, of at most `limit` bytes; `None` when it can't be made that short.
    pub(super) fn of(alert: &Alert, topic: &Topic, form: Body, limit: usize) -> Option<Self> {
        let mut message = Self {
            subject: letter::subject(alert),
            body: String::new(),
            attributes: attributes(alert),
            fifo: topic
                .is_fifo()
                .then(|| (group(alert), alert.id.to_string())),
        };
        let room = limit.checked_sub(message.size())?;
        message.body = match form {
            Body::Json => shorten::line(alert, room)?,
            Body::Text => letter::body(alert, room),
            Body::Chat => chat::body(alert, room)?,
        };
        (!message.body.is_empty()).then_some(message)
    }

    /// How many bytes of the limit it takes. The subject and the ids are counted too, to be safe.
    pub(super) fn size(&self) -> usize {
        let attribute = |(name, value): &(&'static str, Attribute)| {
            name.len() + value.data_type().len() + value.value().len()
        };
        let attributes: usize = self.attributes.iter().map(attribute).sum();
        let ids = self.fifo.as_ref();
        let ids = ids.map_or(0, |(group, id)| group.len() + id.len());
        self.body.len() + self.subject.len() + attributes + ids
    }
}

/// What a filter policy can ask for: ten at most, none empty.
fn attributes(alert: &Alert) -> Vec<(&'static str, Attribute)> {
    let cluster = &alert.cluster;
    let environment = ENVIRONMENT
        .into_iter()
        .find_map(|key| cluster.labels.get(key));
    let id = alert.id.to_string();
    let texts = [
        ("id", Some(id.as_str())),
        ("severity", Some(alert.severity.as_str())),
        ("detector", Some(&alert.detector.id)),
        ("cluster", cluster.name.as_deref()),
        ("account", cluster.account.as_deref()),
        ("region", cluster.region.as_deref()),
        ("env", environment.map(String::as_str)),
        ("namespace", alert.target.namespace.as_deref()),
        ("actor_kind", alert.actor.kind.as_deref()),
    ];
    let mut all: Vec<_> = texts
        .into_iter()
        .filter_map(|(name, text)| Some((name, escape::visible(text?.trim()).into_owned())))
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| (name, Attribute::Text(elided(&text, LONGEST_ATTRIBUTE))))
        .collect();
    let mut served: Vec<_> = alert
        .attack
        .iter()
        .flat_map(|id| tactics(id))
        .copied()
        .collect();
    served.sort_unstable();
    served.dedup();
    if !served.is_empty() {
        all.push(("tactics", Attribute::Texts(served)));
    }
    all
}

/// The FIFO group: the cluster, or the program itself for what concerns none. A name that is too long
/// or has other characters than SNS takes becomes a hash.
pub(super) fn group(alert: &Alert) -> String {
    let cluster = &alert.cluster;
    let parts = [&cluster.account, &cluster.region, &cluster.name];
    let parts: Vec<_> = parts.into_iter().flatten().map(String::as_str).collect();
    let name = match parts.is_empty() {
        true => env!("CARGO_PKG_NAME").to_owned(),
        false => parts.join("/"),
    };
    let fits = (1..=LONGEST_GROUP).contains(&name.len());
    if fits && name.bytes().all(|byte| byte.is_ascii_graphic()) {
        return name;
    }
    blake3::hash(name.as_bytes()).to_hex().to_string()
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
