//! The conditions of a query in the shape they were written in, each compiled on its own: what an
//! explanation asks one by one. Folds and reorders nothing; a program does that.

use super::condition::operands;
use super::error::CompileError;
use super::expression::Compiler;
use super::scope::{Alias, Scope, Source};
use super::{extraction, fields, is_stats};
use crate::query::ast::{BinaryOp, Column, Command, CommandKind, Expr, ExprKind, Query, UnaryOp};
use crate::query::field::Schema;
use crate::query::node::{Condition, Node};
use crate::query::stage::{Stage, Step};

/// The commands before the first `stats`.
#[derive(Debug)]
pub(in crate::query) struct Outline {
    /// The commands that compute and those that make several rows; no filters.
    pub(in crate::query) stage: Stage,
    /// What there is to tell, in the order it was written.
    pub(in crate::query) parts: Vec<Part>,
}

/// A name and what stands for it.
pub(in crate::query) type Named = (String, Node);

/// What there is to tell of a command.
#[derive(Debug)]
pub(in crate::query) enum Part {
    /// `fields … as` and `parse`: the text, and the names it made.
    Names(String, Vec<Named>),
    /// `unnest` and `parse … multi`, of which a row may or may not come: the text, and the names.
    Rows(String, Vec<Named>),
    /// A condition that must hold.
    Question(Question),
}

/// A condition, as deep as `and`, `or` and `not` reach.
#[derive(Debug)]
pub(in crate::query) enum Question {
    All(Vec<Question>),
    Any(Vec<Question>),
    Not(Box<Question>),
    Test {
        text: String,
        condition: Condition,
        /// The fields it names, and what it computes from them.
        seen: Vec<Named>,
    },
}

type Compiled<T> = Result<T, CompileError>;

/// Compiles the commands before the first `stats`.
pub(in crate::query) fn outline(query: &Query, schema: &mut dyn Schema) -> Compiled<Outline> {
    let mut scope = Scope::new(Source::Schema(schema));
    let (mut steps, mut parts) = (Vec::new(), Vec::new());
    for command in query
        .commands
        .iter()
        .take_while(|command| !is_stats(command))
    {
        part(command, &mut scope, &mut steps, &mut parts)?;
    }
    Ok(Outline {
        stage: Stage::new(steps, scope.slots),
        parts,
    })
}

fn part(
    command: &Command,
    scope: &mut Scope<'_>,
    steps: &mut Vec<Step>,
    parts: &mut Vec<Part>,
) -> Compiled<()> {
    match &command.kind {
        CommandKind::Fields(columns) => {
            for column in columns.iter().filter(|column| column.alias.is_some()) {
                fields(std::slice::from_ref(column), scope, steps)?;
                parts.extend(computed(column, scope));
            }
        }
        CommandKind::Filter(condition) => match Compiler::new(scope).question(condition)? {
            Question::All(all) => parts.extend(all.into_iter().map(Part::Question)),
            other => parts.push(Part::Question(other)),
        },
        CommandKind::Parse(parse) => {
            let before = scope.slots;
            let step = extraction(parse, command.span, scope)?;
            let multi = matches!(step, Step::Multi(..));
            steps.push(step);
            let make = if multi { Part::Rows } else { Part::Names };
            parts.push(make(command.to_string(), made_since(before, scope)));
        }
        CommandKind::Unnest { list, into } => {
            let before = scope.slots;
            let list = Compiler::new(scope).expression(list)?;
            steps.push(Step::Unnest(list, scope.name_slot(&into.text)));
            parts.push(Part::Rows(command.to_string(), made_since(before, scope)));
        }
        CommandKind::Stats(_)
        | CommandKind::Display(_)
        | CommandKind::Sort(_)
        | CommandKind::Limit(_)
        | CommandKind::Dedup(_) => {}
    }
    Ok(())
}

fn computed(column: &Column, scope: &mut Scope<'_>) -> Option<Part> {
    let name = &column.alias.as_ref()?.text;
    let node = scope.resolve(name).ok()?;
    let text = format!("fields {column}");
    Some(Part::Names(text, vec![(name.clone(), node)]))
}

/// The names whose slots came after the first `before`, in the order of the slots.
fn made_since(before: usize, scope: &Scope<'_>) -> Vec<Named> {
    let mut made: Vec<_> = scope
        .aliases
        .iter()
        .filter_map(|(name, alias)| match alias {
            Alias::Slot(slot) | Alias::Logfmt(slot) if *slot >= before => Some((*slot, name)),
            _ => None,
        })
        .collect();
    made.sort_unstable();
    made.into_iter()
        .map(|(slot, name)| (name.clone(), Node::Slot(slot)))
        .collect()
}

impl Compiler<'_, '_> {
    fn question(&mut self, expr: &Expr) -> Compiled<Question> {
        self.deeper(expr.span, |this| match &expr.kind {
            ExprKind::Binary(BinaryOp::And, ..) => {
                this.questions(expr, BinaryOp::And).map(Question::All)
            }
            ExprKind::Binary(BinaryOp::Or, ..) => {
                this.questions(expr, BinaryOp::Or).map(Question::Any)
            }
            ExprKind::Unary(UnaryOp::Not, operand) if has_parts(operand) => {
                let inner = this.question(operand)?;
                Ok(Question::Not(Box::new(inner)))
            }
            _ => this.test(expr),
        })
    }

    fn questions(&mut self, expr: &Expr, op: BinaryOp) -> Compiled<Vec<Question>> {
        operands(expr, op)
            .into_iter()
            .map(|operand| self.question(operand))
            .collect()
    }

    fn test(&mut self, expr: &Expr) -> Compiled<Question> {
        let condition = self.condition(expr)?;
        let mut seen = Vec::new();
        if let Some(side) = tested(expr) {
            let node = self.expression(side)?;
            if node.constant().is_none() {
                seen.push((side.to_string(), node));
            }
        }
        for name in names(expr) {
            if seen.iter().all(|(other, _)| other != name) {
                seen.push((name.to_owned(), self.field(name, expr.span)?));
            }
        }
        Ok(Question::Test {
            text: expr.to_string(),
            condition,
            seen,
        })
    }
}

/// Whether an operand of `not` is worth to be told in parts.
const fn has_parts(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::Binary(BinaryOp::And | BinaryOp::Or, ..) | ExprKind::Unary(UnaryOp::Not, _)
    )
}

/// The computed side of a comparison, unless it is a field, which is told anyway.
fn tested(expr: &Expr) -> Option<&Expr> {
    let side = match &expr.kind {
        ExprKind::Unary(UnaryOp::Not, operand) => return tested(operand),
        ExprKind::Binary(_, left, _) => left,
        ExprKind::In { value, .. } | ExprKind::Like { value, .. } => value,
        _ => return None,
    };
    (!matches!(side.kind, ExprKind::Field(_))).then_some(side)
}

/// The names in an expression, each once, in the order they stand in it.
fn names(expr: &Expr) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    let mut rest = vec![expr];
    while let Some(expr) = rest.pop() {
        match &expr.kind {
            ExprKind::Field(name) if !found.contains(&name.as_str()) => found.push(name),
            ExprKind::List(items) | ExprKind::Call { args: items, .. } => {
                rest.extend(items.iter().rev());
            }
            ExprKind::Unary(_, inner) | ExprKind::Member(inner, _) => rest.push(inner),
            ExprKind::Binary(_, left, right)
            | ExprKind::Index(left, right)
            | ExprKind::In {
                value: left,
                list: right,
                ..
            }
            | ExprKind::Like {
                value: left,
                pattern: right,
                ..
            } => rest.extend([&**right, &**left]),
            _ => {}
        }
    }
    found
}
