//! What is wrong or doubtful with a query that could be read: names, types, order of commands, and
//! tests that mean different things under the two readings of a missing field.
//!
//! Works on the tree and a [`Schema`] alone. Warnings that only the text can give come from `parse`.

mod call;
mod condition;
mod expression;
mod extract;
mod negative;
mod operator;
mod order;
mod path;
mod pattern;
mod presence;
mod scope;
mod stats;
#[cfg(test)]
mod tests;

use super::ast::{Column, Command, CommandKind, Expr, ExprKind, Name, Query, SortKey, Span};
use super::diagnostic::{Diagnostic, Diagnostics};
use super::field::Schema;
use super::lists::Lists;
use super::parse;
use presence::{Subject, Subjects};
use scope::{Kind, Known, Scope};

/// What a check found.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// Errors and warnings in the order of the text.
    pub diagnostics: Diagnostics,
}

/// A text that was read and checked.
#[derive(Clone, Debug)]
pub struct Analysed {
    /// The query, unless there were errors.
    pub query: Option<Query>,
    /// Errors and warnings in the order of the text.
    pub diagnostics: Diagnostics,
}

/// Checks a query against the fields that records can have.
pub fn check(query: &Query, schema: &mut dyn Schema) -> Checked {
    let mut checker = Checker {
        schema,
        scope: Scope::default(),
        present: Subjects::new(),
        found: Diagnostics::default(),
    };
    checker.order(query);
    for command in &query.commands {
        checker.command(command);
    }
    Checked {
        diagnostics: checker.found.sorted(),
    }
}

/// Reads and checks a query, `${name}` standing for a list: everything there is to say about a text, in
/// one go.
pub fn analyse(text: &str, lists: &Lists, schema: &mut dyn Schema) -> Analysed {
    finish(parse::parse_filling(text, lists).with_all_set(), schema)
}

/// Reads and checks a bare condition such as `user.username = "ci"`.
pub fn analyse_condition(text: &str, schema: &mut dyn Schema) -> Analysed {
    finish(parse::parse_condition(text), schema)
}

fn finish(mut parsed: parse::Parsed, schema: &mut dyn Schema) -> Analysed {
    let mut diagnostics = std::mem::take(&mut parsed.diagnostics);
    let query = parsed.query.take().filter(|query| {
        for found in check(query, schema).diagnostics {
            diagnostics.push(parsed.naming_lists(found));
        }
        !diagnostics.has_errors()
    });
    Analysed {
        query,
        diagnostics: diagnostics.sorted(),
    }
}

/// Where an expression stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// It is computed from one row.
    Row,
    /// It is a column of `stats`, outside any aggregate.
    Group,
    /// It is an argument of an aggregate.
    Aggregated,
}

/// Goes through the commands in order and remembers what they define.
struct Checker<'s> {
    schema: &'s mut dyn Schema,
    scope: Scope,
    /// The fields that every row has that passed the filters so far.
    present: Subjects,
    found: Diagnostics,
}

impl Checker<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    fn error(&mut self, lint: &'static str, span: Span, message: impl Into<String>, help: &str) {
        self.report(Diagnostic::error(lint, span, message).help(help));
    }

    fn warn(&mut self, lint: &'static str, span: Span, message: impl Into<String>, help: &str) {
        self.report(Diagnostic::warning(lint, span, message).help(help));
    }

    fn command(&mut self, command: &Command) {
        match &command.kind {
            CommandKind::Fields(columns) | CommandKind::Display(columns) => self.columns(columns),
            CommandKind::Filter(condition) => {
                self.condition(condition);
                self.lint_negatives(condition);
            }
            CommandKind::Parse(parse) => self.extraction(parse),
            CommandKind::Stats(stats) => self.stats(stats),
            CommandKind::Sort(keys) => keys.iter().for_each(|key| self.sort_key(key)),
            CommandKind::Limit(_) => {}
            CommandKind::Dedup(names) => self.dedup(names),
            CommandKind::Unnest { list, into } => {
                self.infer(list, Place::Row);
                self.define(
                    into,
                    Known {
                        kind: Kind::Any,
                        may_be_missing: true,
                    },
                );
            }
        }
    }

    fn columns(&mut self, columns: &[Column]) {
        for column in columns {
            let known = self.infer(&column.expr, Place::Row);
            match (&column.alias, &column.expr.kind) {
                (Some(alias), ExprKind::Field(name)) if alias.text == *name => {}
                (Some(alias), _) => self.define(alias, known),
                (None, ExprKind::Field(name)) => self.scope.project(name),
                (None, _) => {}
            }
        }
    }

    /// Gives a name to something computed. A name cannot be given twice.
    fn define(&mut self, name: &Name, known: Known) {
        if self.scope.is_taken(&name.text) {
            let message = format!("the name `{name}` is taken by an earlier column");
            self.error("redefined", name.span, message, "choose another name");
        }
        self.forget(&name.text);
        self.scope.define(&name.text, known);
    }

    /// What was known of a name is not true of its new value.
    fn forget(&mut self, name: &str) {
        self.present.remove(&Subject::Field(name.to_owned()));
    }

    fn sort_key(&mut self, key: &SortKey) {
        if self.scope.is_after_stats()
            && !self.is_output(&key.expr)
            && let ExprKind::Field(_) | ExprKind::Call { .. } = key.expr.kind
        {
            let outputs = self.scope.outputs_in_words();
            let message = format!("there is no column `{}` to sort by", key.expr);
            let help = format!("the columns are {outputs}; the order stays as it is");
            return self.warn("sort-unknown", key.expr.span, message, &help);
        }
        let known = self.infer(&key.expr, Place::Row);
        self.refuse_structure(known, key.expr.span, "sorted");
    }

    fn dedup(&mut self, names: &[Name]) {
        for name in names {
            let known = self.resolve(&name.text, name.span);
            self.refuse_structure(known, name.span, "compared by `dedup`");
        }
    }

    /// Maps have no order and no equality; lists do not exist under that name in the console.
    fn refuse_structure(&mut self, known: Known, span: Span, done: &str) {
        match known.kind {
            Kind::Map => {
                let message = format!("a map or list from JSON cannot be {done}");
                self.error(
                    "structure-key",
                    span,
                    message,
                    "use one of its values, as in `m.key`",
                );
            }
            Kind::List => {
                let message = format!("a list is {done} as a whole");
                let help =
                    "in the console a list has no column of its own: name an element, as in `f.0`";
                self.warn("list-key", span, message, help);
            }
            _ => {}
        }
    }

    /// Whether the expression is, by its text, a column of the `stats` before.
    fn is_output(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Field(name) => self.scope.find(name).is_some(),
            _ => self.scope.find(&expr.to_string()).is_some(),
        }
    }
}
