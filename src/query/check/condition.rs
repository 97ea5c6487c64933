//! What may stand as a condition: something that is true or false.

use super::scope::{Kind, Known};
use super::{Checker, Place};
use crate::query::ast::{BinaryOp, Expr, ExprKind};
use crate::query::names;

impl Checker<'_> {
    /// Checks the condition of a `filter`.
    pub(super) fn condition(&mut self, expr: &Expr) {
        self.condition_in(expr, Place::Row);
    }

    pub(super) fn condition_in(&mut self, expr: &Expr, place: Place) -> Known {
        if is_arithmetic(expr) && self.unquoted_path(expr) {
            return Known::ANY;
        }
        if let ExprKind::Text(_) | ExprKind::Regex(_) = expr.kind {
            let help = "to search all of an event write `@message like` in front of it";
            self.error(
                "not-a-condition",
                expr.span,
                "this alone is not a condition",
                help,
            );
            return Known::ANY;
        }
        let known = self.infer(expr, place);
        if known.kind == Kind::Bool || known.kind == Kind::Any {
            return known;
        }
        let what = match known.kind {
            Kind::Number => "a number",
            Kind::Text => "a text",
            Kind::Time => "a time",
            _ => "a list or map",
        };
        let help = match &expr.kind {
            ExprKind::Field(name) => {
                let name = names::written(name);
                format!("write `ispresent({name})`, or compare it, as in `{name} = \"...\"`")
            }
            _ => "compare it with something".to_owned(),
        };
        let message = format!("this is {what}, not a condition");
        self.error("not-a-condition", expr.span, message, &help);
        known
    }
}

fn is_arithmetic(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::Binary(
            BinaryOp::Add
                | BinaryOp::Subtract
                | BinaryOp::Multiply
                | BinaryOp::Divide
                | BinaryOp::Remainder
                | BinaryOp::Power,
            ..
        )
    )
}
