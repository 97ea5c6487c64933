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

use super::ast::{Command, CommandKind, Query, Span};
use super::diagnostic::{Diagnostic, Diagnostics};
use super::lex;
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
}

/// Reads a query.
///
/// # Errors
/// All that was found, warnings included, when the text is not a query of the accepted language.
pub fn parse(text: &str) -> Result<Query, Diagnostics> {
    let Parsed { query, diagnostics } = parse_with_warnings(text);
    query.ok_or(diagnostics)
}

/// Reads a query and keeps the warnings that only the text can give: a tree no longer shows that
/// `and` stood beside `or` without parentheses, or that `like` was spelled `~=`.
#[must_use]
pub fn parse_with_warnings(text: &str) -> Parsed {
    read(text, |parser| parser.query())
}

/// Reads a bare condition such as `user.username = "ci"`, as a query of one `filter`.
#[must_use]
pub fn parse_condition(text: &str) -> Parsed {
    read(text, |parser| match parser.lone_condition() {
        Ok(condition) => {
            let span = condition.span;
            vec![Command {
                kind: CommandKind::Filter(condition),
                span,
            }]
        }
        Err(_) => Vec::new(),
    })
}

fn read(text: &str, commands: impl FnOnce(&mut Parser<'_>) -> Vec<Command>) -> Parsed {
    let lexed = lex::lex(text);
    if lexed.tokens.len() == 1 && lexed.diagnostics.is_empty() {
        let span = Span::new(0, text.len());
        let found = Diagnostic::error("empty-query", span, "the query is empty").help(
            "a query is one or more commands joined by `|`, such as `filter verb = \"delete\"`",
        );
        return refused(found.into());
    }
    let mut parser = Parser::new(text, &lexed.tokens);
    let commands = commands(&mut parser);
    let diagnostics = parser.into_diagnostics();
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
    Parsed { query, diagnostics }
}

fn refused(diagnostics: Diagnostics) -> Parsed {
    Parsed {
        query: None,
        diagnostics: diagnostics.sorted(),
    }
}
