//! Walks over the members of an object.

use super::raw::{Raw, Text};
use super::scan;

/// How a walk ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It has not ended yet.
    Open,
    /// At the closing bracket; the offset is the one after it.
    Closed(usize),
    /// The text ended first; the offset is where the first incomplete member begins.
    Cut(usize),
    /// Something stands at the offset that cannot stand there.
    Broken(usize),
}

/// The members of an object, in the order they are written. Ends at the closing bracket, or before
/// the first member that is not complete.
#[derive(Clone, Debug)]
pub struct Object<'a> {
    text: &'a str,
    at: usize,
    /// Where the member begins whose key came last.
    member: usize,
    end: End,
}

impl<'a> Object<'a> {
    /// Walks over the object that `text` begins with.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let at = scan::skip_space(text.as_bytes(), 0);
        match text.as_bytes().get(at) {
            Some(b'{') => Self {
                text,
                at: at + 1,
                member: at,
                end: End::Open,
            },
            Some(_) => Self {
                text,
                at,
                member: at,
                end: End::Broken(at),
            },
            None => Self {
                text,
                at,
                member: at,
                end: End::Cut(at),
            },
        }
    }

    /// How the walk ended, once the iterator has given `None`.
    #[must_use]
    pub const fn end(&self) -> End {
        self.end
    }

    fn stop<T>(&mut self, end: End) -> Option<T> {
        self.end = end;
        None
    }

    /// The key of the next member, whose value is then [taken](Self::value) or [read](Self::within).
    #[inline]
    pub fn next_key(&mut self) -> Option<Text<'a>> {
        if self.end != End::Open {
            return None;
        }
        let bytes = self.text.as_bytes();
        let mut at = scan::skip_space(bytes, self.at);
        if bytes.get(at) == Some(&b',') {
            at = scan::skip_space(bytes, at + 1);
        }
        match bytes.get(at) {
            Some(b'"') => {}
            Some(b'}') => return self.stop(End::Closed(at + 1)),
            Some(_) => return self.stop(End::Broken(at)),
            None => return self.stop(End::Cut(at)),
        }
        let Some((key, after)) = self.key(at + 1) else {
            return self.stop(End::Cut(at));
        };
        (self.member, self.at) = (at, after);
        Some(key)
    }

    /// The value of the member whose key came last.
    #[inline]
    pub fn value(&mut self) -> Option<Raw<'a>> {
        let bytes = self.text.as_bytes();
        let Some((value, after)) = Raw::read(self.text, self.at) else {
            let end = if scan::skip_space(bytes, self.at) >= bytes.len() || cut(bytes, self.at) {
                End::Cut(self.member)
            } else {
                End::Broken(self.member)
            };
            return self.stop(end);
        };
        self.at = after;
        if !value.is_complete() {
            // What the container holds before the cut is still worth reading.
            self.end = End::Cut(self.member);
        }
        Some(value)
    }

    /// The value of the member whose key came last, and what `read` reads of its members: of none where it is no
    /// object. In a whole object each byte is looked at once.
    #[inline]
    pub fn within<T>(&mut self, read: impl Fn(&mut Self) -> T) -> Option<(Raw<'a>, T)> {
        let start = scan::skip_space(self.text.as_bytes(), self.at);
        let mut inner = Self {
            text: self.text,
            at: start + 1,
            member: start,
            end: End::Open,
        };
        if self.text.as_bytes().get(start) == Some(&b'{') {
            let read = read(&mut inner);
            inner.by_ref().for_each(drop);
            if let End::Closed(end) = inner.end
                && let Some(raw) = Raw::object(self.text, start, end)
            {
                self.at = end;
                return Some((raw, read));
            }
        }
        // It is cut, broken, or something else: it ends where its brackets say.
        let value = self.value()?;
        Some((value, read(&mut value.members())))
    }

    /// The key at `start` (after its opening quote) and the offset after its colon.
    #[inline]
    fn key(&self, start: usize) -> Option<(Text<'a>, usize)> {
        let bytes = self.text.as_bytes();
        let (close, escaped) = scan::string_end(bytes, start)?;
        let colon = scan::skip_space(bytes, close + 1);
        bytes.get(colon).filter(|byte| **byte == b':')?;
        Some((Text::new(self.text.get(start..close)?, escaped), colon + 1))
    }
}

impl<'a> Iterator for Object<'a> {
    type Item = (Text<'a>, Raw<'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let key = self.next_key()?;
        Some((key, self.value()?))
    }
}

/// Whether the value that begins at or after `start` runs into the end of the text.
fn cut(bytes: &[u8], start: usize) -> bool {
    let at = scan::skip_space(bytes, start);
    match bytes.get(at) {
        Some(b'"') => scan::string_end(bytes, at + 1).is_none(),
        Some(_) => scan::word_end(bytes, at) >= bytes.len(),
        None => true,
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "tests may fail loudly")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Keys, values and end of a walk that reads the members of every value, by either way.
    fn walk(text: &str, within: bool) -> (Vec<String>, End) {
        let inside = |members: &mut Object<'_>| -> Vec<String> {
            let shown = |(key, value): (Text<'_>, Raw<'_>)| format!("{key:?} {value:?}");
            members.map(shown).collect()
        };
        let mut members = Object::new(text);
        let mut seen = Vec::new();
        while let Some(key) = members.next_key() {
            let read = if within {
                members.within(inside)
            } else {
                let value = members.value();
                value.map(|value| (value, inside(&mut value.members())))
            };
            seen.push(format!("{key:?} {read:?}"));
        }
        (seen, members.end())
    }

    fn value() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("null".to_owned()),
            Just(r#""}\"{,""#.to_owned()),
            Just("\"\u{e9}\"".to_owned()),
            Just("-1.5".to_owned()),
            Just("{ }".to_owned()),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            let member = (r#"[a-c]|\\\\""#, inner.clone());
            let members = prop::collection::vec(member, 0..4);
            prop_oneof![
                prop::collection::vec(inner, 0..4).prop_map(|all| format!("[{}]", all.join(","))),
                members.prop_map(|all| {
                    let all = all.iter().map(|(key, value)| format!("\"{key}\" :{value}"));
                    format!("{{{}}}", all.collect::<Vec<_>>().join(", "))
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn reading_within_is_reading_the_value(text in value(), cut in 0.0..1.1_f64) {
            let mut end = text.len().min((cut * text.len() as f64) as usize);
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            let text = &text[..end];
            prop_assert_eq!(walk(text, true), walk(text, false), "{}", text);
        }

        #[test]
        fn it_is_so_for_what_is_no_json_too(
            text in r#"\{"a":\{("[ab]":([1\[\]{}]{0,3}|"x"|\{\}),?|[\[\]{}":,1\\ ]){0,12}"#
        ) {
            prop_assert_eq!(walk(&text, true), walk(&text, false), "{}", text);
        }
    }
}
