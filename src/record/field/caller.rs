//! What is told by the caller alone: by who was authenticated, as whom, from where and in which cluster, and
//! by the client that was used. The same callers and the same clients come again and again.

use super::schema::{Dynamic, FieldSchema, Root};
use crate::query::FieldId;
use crate::record::Entry;

/// A part of an event that alone tells some fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallerPart {
    /// Who was authenticated, as whom the request ran, from where, and in which cluster.
    Who,
    /// What the client calls itself.
    Client,
}

/// What the names of fields begin with that are told by [`CallerPart::Who`], or what they are.
const WHO: [&str; 7] = [
    "actor",
    "actor.",
    "cluster.",
    "impersonatedUser.",
    "source.",
    "sourceIPs",
    "user.",
];
/// The same for [`CallerPart::Client`].
const CLIENT: [&str; 2] = ["client.", "userAgent"];

impl FieldSchema {
    /// The part of the caller that alone tells a field of an audit event, if one does: the field is the
    /// same for all events for which [`CallerPart::add`] adds the same, in one cluster.
    #[must_use]
    pub fn part_of_caller(&self, field: FieldId) -> Option<CallerPart> {
        if let Some(field) = Self::field(field) {
            let is_one = |name: &str| match name.ends_with('.') {
                true => field.name.starts_with(name),
                false => field.name == name,
            };
            let of = |names: &[&str]| names.iter().any(|name| is_one(name));
            return match (of(&WHO), of(&CLIENT)) {
                (true, _) => Some(CallerPart::Who),
                (_, true) => Some(CallerPart::Client),
                _ => None,
            };
        }
        let root = match self.open_path(field)? {
            Dynamic::Path(root, _) => root,
            Dynamic::Label(_) => return Some(CallerPart::Who),
            Dynamic::Either(..) | Dynamic::Untold(_) => return None,
        };
        let is_who = matches!(
            root,
            Root::SourceIps
                | Root::Groups
                | Root::Extra
                | Root::ImpersonatedGroups
                | Root::ImpersonatedExtra
        );
        is_who.then_some(CallerPart::Who)
    }
}

impl CallerPart {
    /// All parts.
    pub const ALL: [Self; 2] = [Self::Who, Self::Client];

    /// Adds what this part of an audit event is told by to a key. `false` for a line of the authenticator.
    #[must_use]
    #[inline]
    pub fn add(self, entry: &Entry<'_>, key: &mut Vec<u8>) -> bool {
        let Some(facts) = entry.audit() else {
            return false;
        };
        let record = &facts.record;
        if self == Self::Client {
            add(key, record.user_agent.map(|text| text.raw()));
            return true;
        }
        // Without a user it is the answer that tells nobody from somebody who was cut off.
        let refused = record.response_status.and_then(|status| status.code) == Some(401);
        key.push(u8::from(refused));
        for user in [record.user, record.impersonated_user()] {
            key.push(u8::from(user.is_some()));
            let user = user.unwrap_or_default();
            add(key, user.username.map(|text| text.raw()));
            add(key, user.uid.map(|text| text.raw()));
            add(key, user.groups.map(|raw| raw.as_str()));
            add(key, user.extra.map(|raw| raw.as_str()));
        }
        add(key, record.source_ips.map(|raw| raw.as_str()));
        true
    }
}

#[inline]
fn add(key: &mut Vec<u8>, part: Option<&str>) {
    // No text is as long as what stands for none.
    let length = part.map_or(u32::MAX, |part| {
        u32::try_from(part.len()).unwrap_or(u32::MAX)
    });
    key.extend_from_slice(&length.to_le_bytes());
    key.extend_from_slice(part.unwrap_or_default().as_bytes());
}
