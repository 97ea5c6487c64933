//! `parse "from * to *" as a, b`: texts between stars.
//!
//! The first literal is looked for anywhere. Each star takes as little as it can, up to the next
//! literal; a star at the end takes the rest of the line. A star never crosses a line break.

use std::ops::Range;

use memchr::memmem::Finder;

/// A prepared glob. Matching goes once over the text for each place of the first literal at most, and
/// over no line twice.
#[derive(Debug)]
pub(in crate::query) struct Glob {
    first: Finder<'static>,
    /// What follows each star.
    after: Box<[Box<str>]>,
}

impl Glob {
    /// Prepares a pattern; it has as many captures as stars.
    pub(in crate::query) fn new(pattern: &str) -> Self {
        let mut literals = pattern.split('*');
        let first = literals.next().unwrap_or_default();
        Self {
            first: Finder::new(first).into_owned(),
            after: literals.map(Box::from).collect(),
        }
    }

    /// The number of stars.
    pub(in crate::query) fn stars(&self) -> usize {
        self.after.len()
    }

    /// Where in the text the stars are, in their order; none when the text does not match.
    ///
    /// Stars are lazy and no line break is crossed, so the first place of the first literal in a line
    /// leaves the longest rest of that line: if the others are not found after it, they are not found
    /// after a later one of the same line either, and the next line is tried.
    pub(in crate::query) fn captures(&self, text: &str) -> Option<Vec<Range<usize>>> {
        let mut start = 0;
        text.split('\n').find_map(|line| {
            let captures = self.captures_of_line(line.strip_suffix('\r').unwrap_or(line), start);
            start += line.len() + 1;
            captures
        })
    }

    fn captures_of_line(&self, line: &str, offset: usize) -> Option<Vec<Range<usize>>> {
        let mut at = self.first.find(line.as_bytes())? + self.first.needle().len();
        let mut captures = Vec::with_capacity(self.after.len());
        for (place, literal) in self.after.iter().enumerate() {
            let rest = line.get(at..)?;
            let at_end = literal.is_empty() && place + 1 == self.after.len();
            let length = if at_end {
                rest.len()
            } else {
                rest.find(&**literal)?
            };
            captures.push(offset + at..offset + at + length);
            at += length + literal.len();
        }
        Some(captures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn captures<'t>(pattern: &str, text: &'t str) -> Option<Vec<&'t str>> {
        let ranges = Glob::new(pattern).captures(text)?;
        ranges.into_iter().map(|range| text.get(range)).collect()
    }

    #[test]
    fn stars_are_lazy_and_the_last_takes_the_rest_of_the_line() {
        let text = "time=1 user=ann, method:get, latency := 8 ms\nsecond";
        assert_eq!(
            captures("user=*, method:*, latency := *", text),
            Some(vec!["ann", "get", "8 ms"])
        );
        assert_eq!(captures("user=*,", text), Some(vec!["ann"]));
    }

    #[test]
    fn a_text_without_all_literals_does_not_match() {
        assert_eq!(captures("user=*, uid=*", "user=ann, method=get"), None);
        assert_eq!(captures("a*b", "b a"), None);
    }

    #[test]
    fn the_pattern_may_match_on_a_later_line_but_not_across_lines() {
        assert_eq!(captures("a=*;", "a=1\na=2;"), Some(vec!["2"]));
        assert_eq!(captures("*", ""), Some(vec![""]));
    }

    #[test]
    fn a_closing_literal_ends_the_last_star() {
        let text = r#"annotations "subject: u, seconds after warning threshold:42" end"#;
        let pattern = r#"subject: *, seconds after warning threshold:*""#;
        assert_eq!(captures(pattern, text), Some(vec!["u", "42"]));
    }

    proptest! {
        #[test]
        fn a_glob_is_a_lazy_regex(pattern in "[ab*]{0,6}", text in "[ab\n]{0,12}") {
            let mut source: String = pattern.replace('*', "([^\n]*?)");
            if pattern.ends_with('*') {
                source.truncate(source.len() - 8);
                source.push_str("([^\n]*)");
            }
            let regex = regex::Regex::new(&source).unwrap_or_else(|_| unreachable!());
            let expected = regex.captures(&text).map(|captures| {
                captures.iter().skip(1).flatten().map(|found| found.as_str()).collect::<Vec<_>>()
            });
            prop_assert_eq!(captures(&pattern, &text), expected);
        }
    }
}
