//! Walks through a value once, going down where somebody wants to look and over the rest.
//!
//! [`Object`](super::Object) finds the end of each member before anybody looks inside, which reads
//! what is looked into twice. For deep looks into large bodies this reads every byte once.

use super::raw::{Raw, Text};
use super::scan;

/// A place in a text, before a value or between two members.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

/// What a value begins as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// `{`
    Object,
    /// `[`
    Array,
    /// Anything else, or nothing.
    Other,
}

impl<'a> Cursor<'a> {
    /// A cursor before the value that `text` begins with.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// What the value here begins as.
    #[must_use]
    pub fn peek(&self) -> Begin {
        let bytes = self.text.as_bytes();
        match bytes.get(scan::skip_space(bytes, self.at)) {
            Some(b'{') => Begin::Object,
            Some(b'[') => Begin::Array,
            _ => Begin::Other,
        }
    }

    /// Goes down into the object or array here.
    pub fn enter(&mut self) {
        self.at = scan::skip_space(self.text.as_bytes(), self.at) + 1;
    }

    /// In an object: the next key, the cursor then stands before its value. `None` at the end of the
    /// object, the cursor then stands behind it.
    #[inline]
    pub fn key(&mut self) -> Option<Text<'a>> {
        let bytes = self.text.as_bytes();
        let start = self.next(b'}')?;
        let opened = bytes.get(start) == Some(&b'"');
        let Some((close, escaped)) = opened.then(|| scan::string_end(bytes, start + 1)).flatten()
        else {
            return self.give_up();
        };
        let colon = scan::skip_space(bytes, close + 1);
        if bytes.get(colon) != Some(&b':') {
            return self.give_up();
        }
        self.at = colon + 1;
        Some(Text::new(self.text.get(start + 1..close)?, escaped))
    }

    /// In an array: whether another element follows, the cursor then stands before it. At the end of
    /// the array the cursor stands behind it.
    #[inline]
    pub fn element(&mut self) -> bool {
        match self.next(b']') {
            Some(start) => {
                self.at = start;
                true
            }
            None => false,
        }
    }

    /// The value here, unopened; the cursor then stands behind it.
    #[inline]
    pub fn value(&mut self) -> Option<Raw<'a>> {
        match Raw::read(self.text, self.at) {
            Some((raw, after)) => {
                self.at = after;
                Some(raw)
            }
            None => self.give_up(),
        }
    }

    /// The start of the next member, or `None` at the closing bracket or the end.
    #[inline]
    fn next(&mut self, close: u8) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut at = scan::skip_space(bytes, self.at);
        if bytes.get(at) == Some(&b',') {
            at = scan::skip_space(bytes, at + 1);
        }
        match bytes.get(at) {
            Some(byte) if *byte == close => {
                self.at = at + 1;
                None
            }
            Some(_) => Some(at),
            None => self.give_up(),
        }
    }

    /// The text is cut or broken here: nothing follows.
    fn give_up<T>(&mut self) -> Option<T> {
        self.at = self.text.len();
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Object;
    use super::*;

    /// All leaves below, as texts.
    fn leaves(cursor: &mut Cursor<'_>, depth: usize, out: &mut Vec<String>) {
        match cursor.peek() {
            Begin::Object if depth < 20 => {
                cursor.enter();
                while let Some(key) = cursor.key() {
                    out.push(key.cow().into_owned());
                    leaves(cursor, depth + 1, out);
                }
            }
            Begin::Array if depth < 20 => {
                cursor.enter();
                while cursor.element() {
                    leaves(cursor, depth + 1, out);
                }
            }
            _ => out.extend(cursor.value().map(|raw| raw.as_str().to_owned())),
        }
    }

    #[test]
    fn going_down_and_going_over_meet_behind_the_value() {
        let text = r#"{"a":{"b":[1,{"c":"]"}],"d":null},"e":[[],{}],"f":2}"#;
        let mut out = Vec::new();
        leaves(&mut Cursor::new(text), 0, &mut out);
        assert_eq!(out.join(" "), r#"a b 1 c "]" d null e f 2"#);
        let mut over = Cursor::new(text);
        over.enter();
        let mut keys = Vec::new();
        while let Some(key) = over.key() {
            keys.push(key.raw());
            over.value();
        }
        assert_eq!(
            keys,
            Object::new(text)
                .map(|(key, _)| key.raw())
                .collect::<Vec<_>>()
        );
    }

    proptest! {
        #[test]
        fn any_text_ends(text in "\\PC{0,100}|[\\[\\]{}\":,a1]{0,200}") {
            leaves(&mut Cursor::new(&text), 0, &mut Vec::new());
        }
    }
}
