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
                end: End::Open,
            },
            Some(_) => Self {
                text,
                at,
                end: End::Broken(at),
            },
            None => Self {
                text,
                at,
                end: End::Cut(at),
            },
        }
    }

    /// How the walk ended, once the iterator has given `None`.
    #[must_use]
    pub const fn end(&self) -> End {
        self.end
    }

    fn stop(&mut self, end: End) -> Option<(Text<'a>, Raw<'a>)> {
        self.end = end;
        None
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
        let Some((value, after)) = Raw::read(self.text, after) else {
            let end = if scan::skip_space(bytes, after) >= bytes.len() || cut(bytes, after) {
                End::Cut(at)
            } else {
                End::Broken(at)
            };
            return self.stop(end);
        };
        self.at = after;
        if !value.is_complete() {
            // What the container holds before the cut is still worth reading.
            self.end = End::Cut(at);
        }
        Some((key, value))
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
