//! One JSON object a line, as `--log-format json` makes the authenticator write it.
//!
//! Yields the same pairs as the text form. A line that was cut off keeps each member before the cut.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};

use super::logfmt::{Logfmt, MAX_PAIRS, Pair};

/// Reads a line that begins with `{`. Total, like [`Logfmt::parse`].
pub(super) fn parse(line: &str) -> Logfmt<'_> {
    let mut found = Logfmt::default();
    let mut reader = serde_json::Deserializer::from_str(line);
    let mut last_is_text = true;
    let members = Members {
        into: &mut found,
        last_is_text: &mut last_is_text,
    };
    if members.deserialize(&mut reader).is_err() {
        found.truncated = true;
        // A number at a cut may be half of itself; a text has its closing quote.
        if !last_is_text {
            found.pairs.pop();
        }
    }
    found
}

/// Collects into a borrowed list, so that what was read survives an error further on.
struct Members<'o, 'a> {
    into: &'o mut Logfmt<'a>,
    last_is_text: &'o mut bool,
}

impl<'a> DeserializeSeed<'a> for Members<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for Members<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Text { text: key, .. }) = map.next_key_seed(AnyText)? {
            let Text {
                text: value,
                is_text,
            } = map.next_value_seed(AnyText)?;
            if self.into.pairs.len() == MAX_PAIRS {
                self.into.truncated = true;
                continue;
            }
            *self.last_is_text = is_text;
            self.into.pairs.push(Pair { key, value });
        }
        Ok(())
    }
}

/// A key or a value as text, and whether it was a JSON string.
struct Text<'a> {
    text: Cow<'a, str>,
    is_text: bool,
}

impl<'a> Text<'a> {
    const fn other(text: String) -> Self {
        Self {
            text: Cow::Owned(text),
            is_text: false,
        }
    }
}

/// Reads anything as text: strings borrowed where they have no escapes, the rest as JSON.
struct AnyText;

impl<'a> DeserializeSeed<'a> for AnyText {
    type Value = Text<'a>;

    fn deserialize<D: Deserializer<'a>>(self, reader: D) -> Result<Text<'a>, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for AnyText {
    type Value = Text<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E>(self, text: &'a str) -> Result<Text<'a>, E> {
        Ok(Text {
            text: Cow::Borrowed(text),
            is_text: true,
        })
    }

    fn visit_str<E>(self, text: &str) -> Result<Text<'a>, E> {
        Ok(Text {
            text: Cow::Owned(text.to_owned()),
            is_text: true,
        })
    }

    fn visit_unit<E>(self) -> Result<Text<'a>, E> {
        Ok(Text::other(String::new()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Text<'a>, E> {
        Ok(Text::other(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Text<'a>, E> {
        Ok(Text::other(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Text<'a>, E> {
        Ok(Text::other(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Text<'a>, E> {
        Ok(Text::other(value.to_string()))
    }

    fn visit_seq<A: serde::de::SeqAccess<'a>>(self, mut seq: A) -> Result<Text<'a>, A::Error> {
        // A list of groups prints in the text form as `[a b]`; the same here.
        let mut parts = Vec::new();
        while let Some(part) = seq.next_element::<serde_json::Value>()? {
            parts.push(
                part.as_str()
                    .map_or_else(|| part.to_string(), str::to_owned),
            );
        }
        Ok(Text::other(format!("[{}]", parts.join(" "))))
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Text<'a>, A::Error> {
        let mut object = serde_json::Map::new();
        while let Some((key, value)) = map.next_entry()? {
            object.insert(key, value);
        }
        Ok(Text::other(serde_json::Value::Object(object).to_string()))
    }
}

#[cfg(test)]
#[path = "jsonline_tests.rs"]
mod tests;
