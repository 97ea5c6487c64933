//! What events are told apart by: a few questions everybody has, and any field.

use std::borrow::Cow;

use anyhow::Result;

use crate::cli::entries::Taken;
use crate::cli::exit::UsageError;
use crate::query::{FieldId, Row as _, Schema as _, Value, shown};
use crate::record::field::{EntryRow, FieldSchema};
use crate::record::{Entry, Facts, Record};

/// Events are counted by the value this gives.
pub(super) struct Dimension {
    /// What it is called.
    pub(super) name: String,
    read: Read,
}

enum Read {
    /// From an audit event, and from an authenticator line.
    Usual(Audit, Option<&'static str>),
    /// Which log.
    Log,
    Field(FieldId),
}

type Audit = for<'r, 'a> fn(&'r Facts<'a>) -> Option<Cow<'a, str>>;

impl Dimension {
    /// The dimension of that name.
    pub(super) fn of(name: &str, schema: &mut FieldSchema) -> Result<Self> {
        let read = match name {
            "log" => Read::Log,
            "user" => Read::Usual(user, Some("username")),
            "resource" => Read::Usual(resource, None),
            "agent" => Read::Usual(agent, None),
            "namespace" => Read::Usual(namespace, None),
            "code" => Read::Usual(code, None),
            "level" => Read::Usual(|facts| Some(facts.record.level?.cow()), Some("level")),
            "stage" => Read::Usual(|facts| Some(facts.record.stage?.cow()), None),
            "verb" => Read::Usual(|facts| Some(facts.record.verb?.cow()), None),
            field => {
                let found = schema.resolve(field);
                Read::Field(found.map_err(|near| unknown(field, &near))?.id)
            }
        };
        Ok(Self {
            name: name.to_owned(),
            read,
        })
    }

    /// Hands out the value of an event; none where it has none.
    pub(super) fn read(
        &self,
        taken: &Taken<'_, '_>,
        schema: &FieldSchema,
        on: impl FnOnce(Option<&str>),
    ) {
        let entry = match (taken, &self.read) {
            (Taken::Foreign(kind, _), Read::Log) => return on(Some(kind.as_str())),
            (Taken::Foreign(..), _) => return on(None),
            (Taken::Entry(entry), _) => entry,
        };
        match &self.read {
            Read::Log => on(Some(match entry.record {
                Record::Audit(_) => "audit",
                Record::Authenticator(_) => "authenticator",
            })),
            Read::Usual(audit, pair) => on(usual(entry, *audit, *pair).as_deref()),
            Read::Field(id) => match EntryRow::new(entry, schema).value(*id) {
                Value::Missing => on(None),
                value => on(Some(&shown(&value))),
            },
        }
    }
}

fn usual<'r>(entry: &'r Entry<'_>, audit: Audit, pair: Option<&str>) -> Option<Cow<'r, str>> {
    let value = match &entry.record {
        Record::Audit(facts) => audit(facts),
        Record::Authenticator(line) => line.get(pair?).map(Cow::Borrowed),
    };
    value.filter(|value| !value.is_empty())
}

fn unknown(name: &str, near: &[String]) -> UsageError {
    let help = match near.first() {
        Some(near) => format!("did you mean {near:?}?"),
        None => "`trailhound fields` lists them all".to_owned(),
    };
    UsageError(format!("--by: no event has a field {name:?}: {help}"))
}

fn user<'a>(facts: &Facts<'a>) -> Option<Cow<'a, str>> {
    Some(facts.record.user?.username?.cow())
}

fn namespace<'a>(facts: &Facts<'a>) -> Option<Cow<'a, str>> {
    Some(facts.record.object_ref?.namespace?.cow())
}

/// `pods/exec`; for requests without a resource the first part of the path, such as `/healthz`.
fn resource<'a>(facts: &Facts<'a>) -> Option<Cow<'a, str>> {
    let object = facts.record.object_ref.unwrap_or_default();
    let Some(resource) = object.resource.filter(|text| !text.is_empty()) else {
        return Some(cut(facts.record.request_uri?.cow(), beginning));
    };
    match object.subresource.filter(|text| !text.is_empty()) {
        Some(sub) => Some(format!("{}/{}", resource.cow(), sub.cow()).into()),
        None => Some(resource.cow()),
    }
}

fn agent<'a>(facts: &Facts<'a>) -> Option<Cow<'a, str>> {
    Some(cut(facts.record.user_agent?.cow(), product))
}

fn code<'a>(facts: &Facts<'a>) -> Option<Cow<'a, str>> {
    let class = match facts.record.response_status?.code? {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        500..=599 => "5xx",
        _ => "other",
    };
    Some(class.into())
}

/// The beginning of a text, so long as `length` says.
fn cut(text: Cow<'_, str>, length: fn(&str) -> usize) -> Cow<'_, str> {
    let end = length(&text);
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.get(..end).unwrap_or(text)),
        Cow::Owned(mut text) => {
            if text.is_char_boundary(end) {
                text.truncate(end);
            }
            Cow::Owned(text)
        }
    }
}

/// How long the first part of a path is, with its slash.
fn beginning(uri: &str) -> usize {
    let slash = usize::from(uri.starts_with('/'));
    let rest = uri.get(slash..).unwrap_or_default();
    rest.find(['/', '?']).map_or(uri.len(), |at| at + slash)
}

/// How long the product of a user agent is: up to the first blank, of the version only the first two
/// numbers.
fn product(agent: &str) -> usize {
    let first = agent.split(' ').next().unwrap_or_default();
    let Some(slash) = first.rfind('/') else {
        return first.len();
    };
    let version = first.get(slash + 1..).unwrap_or_default();
    let digits = version.trim_start_matches('v');
    let Some((major, rest)) = digits.split_once('.') else {
        return first.len();
    };
    let minor = rest.bytes().take_while(u8::is_ascii_digit).count();
    let is_number = !major.is_empty() && major.bytes().all(|byte| byte.is_ascii_digit());
    if is_number && minor > 0 {
        first.len() - rest.len() + minor
    } else {
        first.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_user_agent_the_product_counts_and_two_numbers_of_its_version() {
        let product = |agent: &'static str| cut(agent.into(), product);
        for (agent, expected) in [
            (
                "kubectl/v1.33.4 (linux/amd64) kubernetes/74cdb42",
                "kubectl/v1.33",
            ),
            ("kubelet/v1.33.4-eks-9d57818 (linux/amd64)", "kubelet/v1.33"),
            ("python-requests/2.32.3", "python-requests/2.32"),
            (
                "kubectl/v1.33.4/leader-election",
                "kubectl/v1.33.4/leader-election",
            ),
            ("curl", "curl"),
            ("x/y", "x/y"),
            ("x/1.", "x/1."),
            ("", ""),
            ("ü/v2.é", "ü/v2.é"),
        ] {
            assert_eq!(product(agent), expected);
        }
    }

    #[test]
    fn of_a_path_without_a_resource_the_first_part_counts() {
        let path = |uri: &'static str| cut(uri.into(), beginning);
        for (uri, expected) in [
            ("/healthz?verbose", "/healthz"),
            ("/apis/apps/v1", "/apis"),
            ("/", "/"),
            ("", ""),
            ("über/x", "über"),
        ] {
            assert_eq!(path(uri), expected);
        }
    }
}
