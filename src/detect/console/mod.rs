//! A detector's query as plain Insights text, to paste into the console.
//!
//! The console knows the raw fields of whole lines, and none of our facts. A test that it can't make
//! is left out, or made on the text of the line, where that lets more through; never less. What comes
//! out says which.

mod caller;
mod choice;
mod line;
mod outcome;
mod remember;
mod settled;
mod stand_in;
mod tree;
mod weaken;

use std::cell::Cell;
use std::fmt;

pub use remember::{console, events, raw_field};

use super::file::Log;
use crate::query::MAX_QUERY_CHARS;
use crate::query::ast::{BinaryOp, Column, CommandKind, Expr, ExprKind, Query};
use crate::record::fact::ActorKind;
use weaken::{Side, Weaken};

/// Plain Insights text and what it returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translation {
    /// The text.
    pub text: String,
    /// Whether it returns the detector's events and no others, cut-off lines aside.
    pub exact: bool,
}

impl fmt::Display for Translation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let returns = if self.exact {
            "# Returns exactly the detector's events, and every cut-off line, in which the console finds no fields."
        } else {
            "# Returns the detector's events and others (a superset): the console can't test everything. Never less."
        };
        writeln!(f, "{returns}\n{}", self.text)
    }
}

/// What an audit line ends with that CloudWatch Logs has cut off; the console finds no fields in it.
pub const CUT: &str = r"@message like /\[Truncated\.\.\.\]\s*$/";

/// Translates a query whose lists are filled in, up to its `stats`.
#[must_use]
pub fn translate(query: &Query, log: Log) -> Translation {
    let (weaker, mut exact) = weakened(query, log);
    let mut conditions: Vec<String> = Vec::new();
    for text in weaker.iter().map(standing) {
        if !conditions.contains(&text) {
            conditions.push(text);
        }
    }
    let mut text = assemble(&conditions, log);
    // A query's text is limited; leaving out a condition lets more through.
    while text.chars().count() > MAX_QUERY_CHARS && !conditions.is_empty() {
        let longest =
            (0..conditions.len()).max_by_key(|at| conditions.get(*at).map_or(0, String::len));
        conditions.remove(longest.unwrap_or_default());
        exact = false;
        text = assemble(&conditions, log);
    }
    Translation { text, exact }
}

/// Conditions in the console's terms that all hold of every event of a query, up to its `stats`, cut-off
/// lines aside; and whether they hold of no other.
#[must_use]
pub fn weakened(query: &Query, log: Log) -> (Vec<Expr>, bool) {
    let mut weaken = Weaken::new(log);
    let mut conditions = Vec::new();
    let mut computed = Computed::default();
    for command in &query.commands {
        match &command.kind {
            CommandKind::Filter(condition) => {
                let sure = parts(condition).filter(|one| computed.leaves(one));
                conditions.extend(sure.filter_map(|one| weaken.condition(one, Side::Weaker)));
            }
            // Presentation changes no row.
            CommandKind::Sort(_) | CommandKind::Limit(_) | CommandKind::Display(_) => {}
            CommandKind::Fields(columns) => computed.name(columns),
            // What counts is of several events, and no longer of each.
            CommandKind::Stats(_) => {
                computed.all = true;
                break;
            }
            _ => computed.all = true,
        }
    }
    (conditions, weaken.exact && !computed.is_felt())
}

/// The kinds of caller that the events of a query can have, as far as its conditions on `actor.kind` tell.
#[must_use]
pub fn kinds(query: &Query) -> Vec<&'static str> {
    let commands = query.commands.iter();
    // What filters let through before anything is computed or counted.
    let filters = commands.map_while(|command| match &command.kind {
        CommandKind::Filter(condition) => Some(condition),
        _ => None,
    });
    let each: Vec<_> = filters.map(kinds_of).collect();
    let words = ActorKind::WORDS.into_iter();
    words
        .filter(|word| each.iter().all(|kinds| kinds.contains(word)))
        .collect()
}

/// The kinds of caller for which a condition may be true.
fn kinds_of(condition: &Expr) -> Vec<&'static str> {
    let words = ActorKind::WORDS.into_iter();
    let among = |left: &Expr, right: &Expr| [kinds_of(left), kinds_of(right)];
    match &condition.kind {
        ExprKind::Binary(BinaryOp::And, left, right) => {
            let [left, right] = among(left, right);
            words
                .filter(|word| left.contains(word) && right.contains(word))
                .collect()
        }
        ExprKind::Binary(BinaryOp::Or, left, right) => {
            let [left, right] = among(left, right);
            words
                .filter(|word| left.contains(word) || right.contains(word))
                .collect()
        }
        _ => {
            let choice = choice::Choice::of(condition).filter(|one| one.name == "actor.kind");
            match choice.and_then(|choice| Some((choice.texts()?, choice.negated))) {
                Some((texts, negated)) => words
                    .filter(|word| texts.contains(word) != negated)
                    .collect(),
                None => words.collect(),
            }
        }
    }
}

/// What a query has computed so far: a condition about it says nothing of the line.
#[derive(Default)]
struct Computed<'q> {
    names: Vec<&'q str>,
    /// Whether any name may be computed, and any row be missing.
    all: bool,
    /// Whether a condition was left out.
    left_out: Cell<bool>,
}

impl<'q> Computed<'q> {
    fn name(&mut self, columns: &'q [Column]) {
        let aliases = columns.iter().filter_map(|column| column.alias.as_ref());
        self.names.extend(aliases.map(|alias| alias.text.as_str()));
    }

    /// Whether the translation lets more through for it.
    fn is_felt(&self) -> bool {
        // What is computed may be missing where a detector needs it.
        self.all || self.left_out.get() || !self.names.is_empty()
    }

    /// Whether a condition looks at nothing that was computed.
    fn leaves(&self, condition: &Expr) -> bool {
        let mut mentioned = Vec::new();
        weaken::fields(condition, &mut mentioned);
        let inside = |name: &str, of: &str| {
            let rest = name.strip_prefix(of);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let is_computed = |name: &str| self.names.iter().any(|of| inside(name, of));
        let leaves = !self.all && !mentioned.iter().any(|name| is_computed(name));
        self.left_out.set(self.left_out.get() || !leaves);
        leaves
    }
}

/// The conditions that a condition joins by `and`.
fn parts(condition: &Expr) -> Box<dyn Iterator<Item = &Expr> + '_> {
    match &condition.kind {
        ExprKind::Binary(BinaryOp::And, left, right) => Box::new(parts(left).chain(parts(right))),
        _ => Box::new(std::iter::once(condition)),
    }
}

/// A condition's text as it may stand between `and` and `and`.
fn standing(condition: &Expr) -> String {
    match condition.kind {
        ExprKind::Binary(BinaryOp::Or, ..) => format!("({condition})"),
        _ => condition.to_string(),
    }
}

fn assemble(conditions: &[String], log: Log) -> String {
    let stream = match log {
        Log::Audit => "kube-apiserver-audit-",
        Log::Authenticator => "authenticator-",
    };
    let mut text = format!("fields @timestamp, @message\n| filter @logStream like /^{stream}/");
    let all = conditions.join("\n    and ");
    match (log, conditions) {
        (_, []) => {}
        (Log::Audit, [one]) => text.push_str(&format!("\n| filter {one}\n    or {CUT}")),
        (Log::Audit, _) => text.push_str(&format!("\n| filter ({all})\n    or {CUT}")),
        (Log::Authenticator, _) => text.push_str(&format!("\n| filter {all}")),
    }
    text
}
