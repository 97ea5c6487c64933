//! The `parse` command: patterns and the names they define.

use super::scope::{Kind, Known};
use super::{Checker, Place};
use crate::query::ast::{Name, Parse, ParsePattern, Regex, Span};
use crate::query::group_names::GroupNames;

impl Checker<'_> {
    pub(super) fn extraction(&mut self, parse: &Parse) {
        if let Some(input) = &parse.input {
            self.infer(input, Place::Row);
        }
        match &parse.pattern {
            ParsePattern::Glob {
                pattern,
                span,
                names,
            } => self.glob(pattern, *span, names),
            ParsePattern::Regex { regex, multi } => self.groups(regex, multi.as_ref()),
            ParsePattern::Logfmt { into } => self.extract(into, Kind::Map),
            ParsePattern::Csv { names } => self.extract_all(names),
        }
    }

    fn glob(&mut self, pattern: &str, span: Span, names: &[Name]) {
        let stars = pattern.matches('*').count();
        if stars == 0 {
            let message = "the pattern has no `*` to take a value from";
            self.error(
                "glob-stars",
                span,
                message,
                "put a `*` where each value stands",
            );
        } else if stars != names.len() {
            let message = format!("the pattern has {stars} `*` and {} names", names.len());
            self.error("glob-stars", span, message, "give one name for each `*`");
        }
        self.extract_all(names);
    }

    fn groups(&mut self, regex: &Regex, multi: Option<&Name>) {
        let named = GroupNames::of(&regex.source);
        let compiled = self.compiled(&named.source, regex.span);
        if let Some(name) = multi {
            if compiled.is_some_and(|compiled| compiled.captures_len() > 2) {
                let message =
                    "`multi` takes out one value for each match, and here are several groups";
                let help = "leave one group, and begin others with `(?:`";
                self.error("multi-groups", regex.span, message, help);
            }
            return self.extract(name, Kind::Any);
        }
        let Some(compiled) = compiled else {
            return;
        };
        let groups = compiled.capture_names().flatten();
        let groups: Vec<&str> = groups.map(|group| named.name(group)).collect();
        if groups.is_empty() {
            let message = "the regular expression names nothing it takes out";
            let help = "name a group: `(?<user>[^ ]+)`";
            self.error("no-named-group", regex.span, message, help);
        }
        for group in groups {
            self.extract(
                &Name {
                    text: group.to_owned(),
                    span: regex.span,
                },
                Kind::Any,
            );
        }
    }

    fn extract_all(&mut self, names: &[Name]) {
        for (i, name) in names.iter().enumerate() {
            if names
                .iter()
                .take(i)
                .any(|earlier| earlier.text == name.text)
            {
                let message = format!("the name `{name}` is given twice");
                self.error("redefined", name.span, message, "choose another name");
            }
            self.extract(name, Kind::Any);
        }
    }

    /// `parse` may take a name that exists: published queries do, although the rule against new
    /// definitions of a name forbids it elsewhere.
    fn extract(&mut self, name: &Name, kind: Kind) {
        if self.scope.is_taken(&name.text) {
            let message = format!("`{name}` exists already and is replaced");
            let help = "whether the console takes that is not documented: choose another name";
            self.warn("parse-replaces", name.span, message, help);
        }
        self.forget(&name.text);
        self.scope.define(
            &name.text,
            Known {
                kind,
                may_be_missing: true,
            },
        );
    }
}
