//! Names of groups in regular expressions. `parse` gives them to fields, which may be called `@user`; the
//! engine knows no such group.

use std::borrow::Cow;

use super::names::is_name_char;

/// What the engine is told instead of a name that it does not take, before the name's place in the text.
const STAND_IN: &str = "group_";

/// A regular expression that the engine takes, and the names of its groups.
pub(super) struct GroupNames<'s> {
    /// What to compile.
    pub(super) source: Cow<'s, str>,
    /// The stand-ins, and what they stand for.
    replaced: Vec<(String, &'s str)>,
}

impl<'s> GroupNames<'s> {
    /// Reads the names in a regular expression.
    pub(super) fn of(source: &'s str) -> Self {
        let mut replaced = Vec::new();
        let mut mended = String::new();
        // Up to here it is in `mended`.
        let mut copied = 0;
        let mut in_class = false;
        let mut rest = source;
        while let Some(c) = rest.chars().next() {
            let at = source.len() - rest.len();
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
            match c {
                '\\' => {
                    let mut after = rest.chars();
                    after.next();
                    rest = after.as_str();
                }
                '[' => in_class = true,
                ']' => in_class = false,
                '(' if !in_class => {
                    let Some(name) = field_name(rest) else {
                        continue;
                    };
                    // A name that is given twice is for the engine to refuse.
                    let known = replaced.iter().find(|(_, known)| *known == name);
                    let stand_in = known.map(|(stand_in, _): &(String, _)| stand_in.clone());
                    let stand_in = stand_in.unwrap_or_else(|| format!("{STAND_IN}{at}"));
                    let begins = source.len() - rest.len() + rest.find('<').unwrap_or(0) + 1;
                    mended.push_str(source.get(copied..begins).unwrap_or_default());
                    mended.push_str(&stand_in);
                    copied = begins + name.len();
                    rest = source.get(copied..).unwrap_or_default();
                    replaced.push((stand_in, name));
                }
                _ => {}
            }
        }
        let source = if replaced.is_empty() {
            Cow::Borrowed(source)
        } else {
            mended.push_str(source.get(copied..).unwrap_or_default());
            Cow::Owned(mended)
        };
        Self { source, replaced }
    }

    /// What the query calls a group.
    pub(super) fn name<'n>(&self, group: &'n str) -> &'n str
    where
        's: 'n,
    {
        let replaced = self.replaced.iter().find(|(stand_in, _)| stand_in == group);
        replaced.map_or(group, |(_, name)| name)
    }
}

/// The name of a group that is one of a field, and none that the engine takes.
fn field_name(after_parenthesis: &str) -> Option<&str> {
    let named = after_parenthesis.strip_prefix("?<");
    let named = named.or_else(|| after_parenthesis.strip_prefix("?P<"))?;
    let (name, _) = named.split_once('>')?;
    let of_field = |c: char| is_name_char(c) || c == '.';
    let strange = name.contains('@') || name.starts_with(|c: char| c.is_ascii_digit());
    (strange && name.chars().all(of_field)).then_some(name)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;

    fn names(source: &str) -> Vec<String> {
        let groups = GroupNames::of(source);
        let regex = Regex::new(&groups.source).unwrap();
        let known = regex.capture_names().flatten();
        known.map(|name| groups.name(name).to_owned()).collect()
    }

    #[test]
    fn a_group_has_any_name_that_a_field_may_have() {
        assert_eq!(
            names(r"(?<@user>\w+) (?P<1st>x) (?<plain>y)"),
            ["@user", "1st", "plain"]
        );
        assert_eq!(
            names(r"\((?<a.b>x)[(?<@no>]+(z)(?<@billed_ms>\d+)"),
            ["a.b", "@billed_ms"]
        );
    }

    #[test]
    fn what_names_nothing_stays_as_it_is() {
        for source in ["(?<a>x)(y)", r"\(?<@x>", "[(?<@x>]", "(?:@x)", "(?<@x"] {
            assert_eq!(GroupNames::of(source).source, source);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(source in r"(\(|\?|<|P|@|a|1|>|\)|\\|\[|\]|é){0,16}") {
            let groups = GroupNames::of(&source);
            prop_assert!(groups.source.len() >= source.len());
        }
    }
}
