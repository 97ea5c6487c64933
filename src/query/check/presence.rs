//! Which fields a row must have when a condition turns out one way.
//!
//! Holds under both readings of a negative test on a missing field: that it is true, and that it is
//! unknown.

use std::collections::BTreeSet;

use crate::query::ast::{BinaryOp, Expr, ExprKind, UnaryOp};

/// Something that a row has or has not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    /// A field or an alias.
    Field(String),
    /// A member of something computed, such as `jsonParse(x).y`, by its text.
    Member(String),
}

pub(super) type Subjects = BTreeSet<Subject>;

/// The fields that are surely present when the condition is `truth`.
pub(super) fn present_when(condition: &Expr, truth: bool) -> Subjects {
    match &condition.kind {
        ExprKind::Unary(UnaryOp::Not, inner) => present_when(inner, !truth),
        ExprKind::Binary(op @ (BinaryOp::And | BinaryOp::Or), left, right) => {
            let (mut a, b) = (present_when(left, truth), present_when(right, truth));
            // Both sides are decided when `and` is true or `or` is false.
            if (*op == BinaryOp::And) == truth {
                a.extend(b);
            } else {
                a.retain(|subject| b.contains(subject));
            }
            a
        }
        ExprKind::Call { name, args, .. } => match name.as_str() {
            "isempty" | "isblank" if !truth => all(args),
            "ispresent" if truth => all(args),
            name if truth && !tests_presence(name) => all(std::slice::from_ref(condition)),
            _ => Subjects::new(),
        },
        _ => match test(condition) {
            Some(test) if test.negative != truth => test.subjects(),
            _ => Subjects::new(),
        },
    }
}

fn all(exprs: &[Expr]) -> Subjects {
    let mut found = Subjects::new();
    exprs.iter().for_each(|expr| collect(expr, &mut found));
    found
}

/// A condition without `and`, `or` and `not`.
pub(super) struct Test<'a> {
    sides: [Option<&'a Expr>; 2],
    /// It asks for a difference.
    pub(super) negative: bool,
    /// How it is written.
    pub(super) operator: &'static str,
}

impl Test<'_> {
    /// The fields without which the test has no answer.
    pub(super) fn subjects(&self) -> Subjects {
        let mut found = Subjects::new();
        self.sides
            .iter()
            .flatten()
            .for_each(|side| collect(side, &mut found));
        found
    }
}

/// Takes a plain test apart; `None` for what is none, and for tests of presence itself.
pub(super) fn test(condition: &Expr) -> Option<Test<'_>> {
    let made = |sides, negative, operator| {
        Some(Test {
            sides,
            negative,
            operator,
        })
    };
    match &condition.kind {
        ExprKind::Binary(BinaryOp::And | BinaryOp::Or, ..) => None,
        ExprKind::Binary(op, left, right) => {
            let sides = [Some(&**left), Some(&**right)];
            made(
                sides,
                *op == BinaryOp::NotEqual,
                if *op == BinaryOp::NotEqual {
                    "!="
                } else {
                    "not"
                },
            )
        }
        ExprKind::In {
            value,
            list,
            negated,
        } => made(
            [Some(value), Some(list)],
            *negated,
            if *negated { "not in" } else { "not" },
        ),
        ExprKind::Like { value, negated, .. } => made(
            [Some(value), None],
            *negated,
            if *negated { "not like" } else { "not" },
        ),
        ExprKind::Call { name, .. } if tests_presence(name) => None,
        ExprKind::Call { .. } | ExprKind::Field(_) | ExprKind::Member(..) | ExprKind::Index(..) => {
            made([Some(condition), None], false, "not")
        }
        _ => None,
    }
}

fn tests_presence(function: &str) -> bool {
    matches!(function, "ispresent" | "isempty" | "isblank")
}

/// The fields without which an expression yields nothing.
fn collect(expr: &Expr, found: &mut Subjects) {
    match &expr.kind {
        ExprKind::Field(name) => {
            found.insert(Subject::Field(name.clone()));
        }
        ExprKind::Member(..) | ExprKind::Index(..) => {
            found.insert(Subject::Member(expr.to_string()));
        }
        ExprKind::Unary(UnaryOp::Negate, inner) => collect(inner, found),
        ExprKind::Binary(op, left, right) if !matches!(op, BinaryOp::And | BinaryOp::Or) => {
            collect(left, found);
            collect(right, found);
        }
        ExprKind::Call { name, args, .. } => {
            let yields_anyway =
                tests_presence(name) || matches!(name.as_str(), "coalesce" | "case" | "if");
            if !yields_anyway {
                args.iter().for_each(|arg| collect(arg, found));
            }
        }
        _ => {}
    }
}
