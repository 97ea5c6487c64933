//! Text to syntax tree: recursive descent over the tokens, one function for each construct.
//!
//! Says what is not of the language and why. What needs to know fields, types or the order of
//! commands is said by `check`.

mod command;
#[cfg(test)]
mod corpus_tests;
mod cursor;
mod expression;
mod extract;
mod operand;
mod refused;
mod stats;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use super::ast::{Command, CommandKind, Name, Query, Span};
use super::diagnostic::{Diagnostic, Diagnostics};
use super::lex;
use super::lists::Lists;
use cursor::Parser;

pub use refused::{Refusal, refused_commands, refused_forms, refused_functions};

/// How deep expressions may nest, and how many operators may stand in a row: the largest height of a
/// syntax tree. Everything that walks a tree may recurse that deep.
pub const MAX_DEPTH: usize = 200;

/// A text that was read, with whatever is to be said of it.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The query, unless there were errors.
    pub query: Option<Query>,
    /// Errors and warnings in the order of the text.
    pub diagnostics: Diagnostics,
    /// Each use of a list that nobody has set (or set to nothing), in the order of the text. It stands in
    /// the query as an empty list.
    pub unset: Vec<Name>,
    /// Each use of a list that is set.
    pub filled: Vec<Name>,
}

impl Parsed {
    /// Whether this was found at a list that is not set, and may be due to that.
    #[must_use]
    pub fn is_of_unset(&self, found: &Diagnostic) -> bool {
        self.unset.iter().any(|name| name.span == found.span)
    }

    /// What was found, with the list that it is about: the text shows only its name.
    #[must_use]
    pub fn naming_lists(&self, found: Diagnostic) -> Diagnostic {
        let Some(list) = self.filled.iter().find(|name| name.span == found.span) else {
            return found;
        };
        let whose = format!("mend the list `{list}` under `[lists]` of the settings");
        let help = match &found.help {
            Some(help) => format!("{whose}: {help}"),
            None => whose,
        };
        found.help(help)
    }

    /// Makes a list that is not set an error.
    #[must_use]
    pub fn with_all_set(mut self) -> Self {
        let mut told = HashSet::new();
        let first = self.unset.iter().filter(|name| told.insert(&name.text));
        for Name { text, span } in first {
            let message = format!("the list `{text}` is not set");
            let found = Diagnostic::error("unset-list", *span, message);
            let help = format!(
                "write `{text} = [\"...\"]` under `[lists]` of a file, and name the file by `--config`"
            );
            self.diagnostics.push(found.help(help));
        }
        self.query = self.query.filter(|_| self.unset.is_empty());
        self.diagnostics = self.diagnostics.sorted();
        self
    }
}

/// Reads a query.
///
/// # Errors
/// All that was found, warnings included, when the text is not a query of the accepted language.
pub fn parse(text: &str) -> Result<Query, Diagnostics> {
    let parsed = parse_with_warnings(text);
    parsed.query.ok_or(parsed.diagnostics)
}

/// Reads a query and keeps the warnings that only the text can give: a tree no longer shows that
/// `and` stood beside `or` without parentheses, or that `like` was spelled `~=`.
#[must_use]
pub fn parse_with_warnings(text: &str) -> Parsed {
    parse_filling(text, &Lists::new()).with_all_set()
}

/// The same, where `${name}` stands for the values of a list. What names no list in a comment, in quotes,
/// in backticks or in a regular expression stays as it is.
#[must_use]
pub fn parse_filling(text: &str, lists: &Lists) -> Parsed {
    read(text, lists, |parser| parser.query())
}

/// Reads a bare condition such as `user.username = "ci"`, as a query of one `filter`.
#[must_use]
pub fn parse_condition(text: &str) -> Parsed {
    let parsed = read(text, &Lists::new(), |parser| {
        match parser.lone_condition() {
            Ok(condition) => {
                let span = condition.span;
                vec![Command {
                    kind: CommandKind::Filter(condition),
                    span,
                }]
            }
            Err(_) => Vec::new(),
        }
    });
    parsed.with_all_set()
}

fn read(
    text: &str,
    lists: &Lists,
    commands: impl FnOnce(&mut Parser<'_>) -> Vec<Command>,
) -> Parsed {
    let lexed = lex::lex(text);
    if lexed.tokens.len() == 1 && lexed.diagnostics.is_empty() {
        let span = Span::new(0, text.len());
        let found = Diagnostic::error("empty-query", span, "the query is empty").help(
            "a query is one or more commands joined by `|`, such as `filter verb = \"delete\"`",
        );
        return refused(found.into());
    }
    let mut parser = Parser::new(text, &lexed.tokens, lists);
    let commands = commands(&mut parser);
    let (diagnostics, named) = parser.into_findings();
    if lexed.diagnostics.has_errors() {
        // A command that is refused as a whole may have a grammar, and characters, of its own.
        let whole = diagnostics.only("refused");
        return refused(if whole.is_empty() {
            lexed.diagnostics
        } else {
            whole
        });
    }
    let diagnostics = diagnostics.sorted();
    let query = (!diagnostics.has_errors()).then_some(Query { commands });
    let (filled, unset): (Vec<_>, Vec<_>) = named.into_iter().partition(|(_, set)| *set);
    let names = |uses: Vec<(Name, bool)>| uses.into_iter().map(|(name, _)| name).collect();
    Parsed {
        query,
        diagnostics,
        unset: names(unset),
        filled: names(filled),
    }
}

fn refused(diagnostics: Diagnostics) -> Parsed {
    Parsed {
        query: None,
        diagnostics: diagnostics.sorted(),
        unset: Vec::new(),
        filled: Vec::new(),
    }
}
