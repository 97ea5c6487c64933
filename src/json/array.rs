//! Walks over the elements of an array.

use super::raw::Raw;
use super::scan;

/// The elements of an array, in order. Ends at the closing bracket, or before the first element
/// that is not complete (an incomplete object or array is still given, as the last).
#[derive(Clone, Debug)]
pub struct Array<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Array<'a> {
    /// Walks over the array that `text` begins with.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let at = scan::skip_space(text.as_bytes(), 0);
        match text.as_bytes().get(at) {
            Some(b'[') => Self { text, at: at + 1 },
            _ => Self {
                text,
                at: text.len(),
            },
        }
    }
}

impl<'a> Iterator for Array<'a> {
    type Item = Raw<'a>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.text.as_bytes();
        let mut at = scan::skip_space(bytes, self.at);
        if bytes.get(at) == Some(&b',') {
            at = scan::skip_space(bytes, at + 1);
        }
        let read = match bytes.get(at) {
            Some(b']') | None => None,
            Some(_) => Raw::read(self.text, at),
        };
        let (value, after) = match read {
            Some(read) => read,
            None => {
                self.at = bytes.len();
                return None;
            }
        };
        self.at = after;
        Some(value)
    }
}
