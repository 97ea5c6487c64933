//! The members of a JSON object, each as it is written: a member of the wrong shape spoils no other.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

/// An object's members.
pub(super) struct Fields<'e>(BTreeMap<Cow<'e, str>, &'e RawValue>);

impl<'e> Fields<'e> {
    /// The members of an object; `None` for any other text.
    pub(super) fn of(text: &'e str) -> Option<Self> {
        #[derive(Deserialize)]
        struct Members<'a>(#[serde(borrow)] BTreeMap<Key<'a>, &'a RawValue>);
        let Members(members) = serde_json::from_str(text).ok()?;
        let members = members.into_iter().map(|(key, value)| (key.0, value));
        Some(Self(members.collect()))
    }

    /// A member that is an object.
    pub(super) fn object(&self, key: &str) -> Option<Self> {
        Self::of(self.0.get(key)?.get())
    }

    /// A member that is a list.
    pub(super) fn list(&self, key: &str) -> Option<Vec<&'e RawValue>> {
        serde_json::from_str(self.0.get(key)?.get()).ok()
    }

    /// A member that is a text.
    pub(super) fn text(&self, key: &str) -> Option<Cow<'e, str>> {
        text_of(self.0.get(key)?)
    }

    /// Whether a member is there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// The keys.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(Cow::as_ref)
    }
}

#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// The text that a value is.
pub(super) fn text_of(value: &RawValue) -> Option<Cow<'_, str>> {
    let Key(text) = serde_json::from_str(value.get()).ok()?;
    Some(text)
}

/// What logs call a record: what AWS calls it, if that is fit to be shown.
pub(super) fn name(given: Option<&str>, of: &str, place: usize) -> String {
    const LONGEST: usize = 200;
    let fit = |name: &&str| {
        !name.is_empty()
            && name.len() <= LONGEST
            && name.bytes().all(|byte| byte.is_ascii_graphic())
    };
    given.filter(fit).map_or_else(
        || format!("{of} {}", place.saturating_add(1)),
        str::to_owned,
    )
}
