//! A test that compares one field with constants: the form that facts are mostly asked in.

use crate::query::ast::{BinaryOp, Expr, ExprKind};

/// `name = constant`, `name in [constants]`, and their opposites.
#[derive(Clone, Debug)]
pub(super) struct Choice<'e> {
    /// The field.
    pub(super) name: &'e str,
    /// The constants.
    pub(super) values: Vec<&'e ExprKind>,
    /// Whether it is one of those that must not be.
    pub(super) negated: bool,
}

impl<'e> Choice<'e> {
    /// The choice that an expression makes; `None` when it is something else.
    pub(super) fn of(expr: &'e Expr) -> Option<Self> {
        let (value, values, negated) = match &expr.kind {
            ExprKind::Field(name) => {
                return Some(Self {
                    name,
                    values: vec![&ExprKind::Bool(true)],
                    negated: false,
                });
            }
            ExprKind::Binary(BinaryOp::Equal, left, right) => (left, vec![&right.kind], false),
            ExprKind::Binary(BinaryOp::NotEqual, left, right) => (left, vec![&right.kind], true),
            ExprKind::In {
                value,
                list,
                negated,
            } => {
                let ExprKind::List(items) = &list.kind else {
                    return None;
                };
                (
                    value,
                    items.iter().map(|item| &item.kind).collect(),
                    *negated,
                )
            }
            _ => return None,
        };
        let ExprKind::Field(name) = &value.kind else {
            return None;
        };
        let constant = |kind: &&ExprKind| {
            matches!(
                kind,
                ExprKind::Text(_) | ExprKind::Bool(_) | ExprKind::Number(_)
            )
        };
        values.iter().all(constant).then_some(Self {
            name,
            values,
            negated,
        })
    }

    /// The same field, and the other answer.
    pub(super) fn opposite(&self) -> Self {
        Self {
            negated: !self.negated,
            ..self.clone()
        }
    }

    /// The constants, when all are texts.
    pub(super) fn texts(&self) -> Option<Vec<&'e str>> {
        let text = |kind: &&'e ExprKind| match kind {
            ExprKind::Text(text) => Some(text.as_str()),
            _ => None,
        };
        self.values.iter().map(text).collect()
    }

    /// What a field of `true` and `false` must be, when it is compared with one of them.
    pub(super) fn flag(&self) -> Option<bool> {
        match self.values.as_slice() {
            [ExprKind::Bool(flag)] => Some(*flag != self.negated),
            _ => None,
        }
    }
}
