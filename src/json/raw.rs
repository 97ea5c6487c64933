//! A JSON value as the slice of text it is written in.

use std::borrow::Cow;

use super::array::Array;
use super::object::Object;
use super::scan;

/// What sort of value a slice holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `{…}`
    Object,
    /// `[…]`
    Array,
    /// `"…"`
    String,
    /// A number.
    Number,
    /// `true` or `false`.
    Bool,
    /// `null`
    Null,
}

/// The text of one value, not yet looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raw<'a> {
    text: &'a str,
    kind: Kind,
    escaped: bool,
    complete: bool,
}

impl<'a> Raw<'a> {
    /// Reads the value that a text begins with, after white space. `None` when it begins with
    /// nothing that could be a value. What follows the value is ignored.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        Self::read(text, 0).map(|(raw, _)| raw)
    }

    /// The value at `at` and the offset after it. A string, number or word that the text's end cuts
    /// off is not a value; an object or an array is, and knows that it is not complete.
    #[inline]
    pub(super) fn read(text: &'a str, at: usize) -> Option<(Self, usize)> {
        let bytes = text.as_bytes();
        let start = scan::skip_space(bytes, at);
        let first = *bytes.get(start)?;
        let (kind, end, escaped, complete) = match first {
            b'"' => {
                let (close, escaped) = scan::string_end(bytes, start + 1)?;
                (Kind::String, close + 1, escaped, true)
            }
            b'{' | b'[' => {
                let end = scan::container_end(bytes, start);
                let kind = if first == b'{' {
                    Kind::Object
                } else {
                    Kind::Array
                };
                (kind, end.unwrap_or(bytes.len()), false, end.is_some())
            }
            _ => {
                let end = scan::word_end(bytes, start);
                (word_kind(bytes.get(start..end)?)?, end, false, true)
            }
        };
        // A bare word at the very end may have gone on behind the cut: `40` of `403`.
        if matches!(kind, Kind::Number) && end == bytes.len() && start > 0 {
            return None;
        }
        Some((
            Self {
                text: text.get(start..end)?,
                kind,
                escaped,
                complete,
            },
            end,
        ))
    }

    /// The whole object that stands between two offsets.
    #[inline]
    pub(super) fn object(text: &'a str, start: usize, end: usize) -> Option<Self> {
        Some(Self {
            text: text.get(start..end)?,
            kind: Kind::Object,
            escaped: false,
            complete: true,
        })
    }

    /// What sort of value it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The text as it stands in the line.
    #[must_use]
    pub const fn as_str(&self) -> &'a str {
        self.text
    }

    /// Whether the value ends before the text does; a cut-off object or array does not.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.complete
    }

    /// The string's content, or `None` when it is no string.
    #[must_use]
    #[inline]
    pub fn text(&self) -> Option<Text<'a>> {
        if self.kind != Kind::String {
            return None;
        }
        let inner = self.text.get(1..self.text.len().checked_sub(1)?)?;
        Some(Text {
            raw: inner,
            escaped: self.escaped,
        })
    }

    /// The number, or `None` when it is none.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self.kind {
            Kind::Number => self.text.parse().ok(),
            _ => None,
        }
    }

    /// The boolean, or `None` when it is none.
    #[must_use]
    pub fn boolean(&self) -> Option<bool> {
        match self.kind {
            Kind::Bool => Some(self.text == "true"),
            _ => None,
        }
    }

    /// The members, or none when it is no object.
    #[must_use]
    pub fn members(&self) -> Object<'a> {
        Object::new(if self.kind == Kind::Object {
            self.text
        } else {
            ""
        })
    }

    /// The elements, or none when it is no array.
    #[must_use]
    pub fn elements(&self) -> Array<'a> {
        Array::new(if self.kind == Kind::Array {
            self.text
        } else {
            ""
        })
    }

    /// The member of that key, or `None` when there is none or it is no object.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Self> {
        self.members()
            .find(|(name, _)| name.is(key))
            .map(|(_, value)| value)
    }
}

fn word_kind(word: &[u8]) -> Option<Kind> {
    match word {
        b"true" | b"false" => Some(Kind::Bool),
        b"null" => Some(Kind::Null),
        [b'-' | b'0'..=b'9', ..] => Some(Kind::Number),
        _ => None,
    }
}

/// The content of a JSON string, its escapes still as written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Text<'a> {
    raw: &'a str,
    escaped: bool,
}

impl<'a> Text<'a> {
    pub(super) const fn new(raw: &'a str, escaped: bool) -> Self {
        Self { raw, escaped }
    }

    /// The string with its escapes resolved; borrowed when there are none. An escape that means
    /// nothing (half a surrogate pair) leaves the string as it is written.
    #[must_use]
    #[inline]
    pub fn cow(&self) -> Cow<'a, str> {
        if self.escaped {
            self.unescape()
        } else {
            Cow::Borrowed(self.raw)
        }
    }

    #[cold]
    fn unescape(&self) -> Cow<'a, str> {
        match serde_json::from_str(&["\"", self.raw, "\""].concat()) {
            Ok(text) => Cow::Owned(text),
            Err(_) => Cow::Borrowed(self.raw),
        }
    }

    /// The text as it stands in the line.
    #[must_use]
    pub const fn raw(&self) -> &'a str {
        self.raw
    }

    /// Whether it is this string.
    #[must_use]
    #[inline]
    pub fn is(&self, other: &str) -> bool {
        if self.escaped {
            self.unescape() == other
        } else {
            self.raw == other
        }
    }

    /// Whether it is the empty string.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }
}
