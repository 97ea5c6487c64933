//! Makes pieces of syntax trees. Places mean nothing in them.

use crate::query::ast::{BinaryOp, Expr, ExprKind, Regex, Span, UnaryOp};

pub(super) fn made(kind: ExprKind) -> Expr {
    Expr {
        kind,
        span: Span::default(),
    }
}

pub(super) fn field(name: &str) -> Expr {
    made(ExprKind::Field(name.to_owned()))
}

pub(super) fn text(text: &str) -> Expr {
    made(ExprKind::Text(text.to_owned()))
}

pub(super) fn regex(source: &str) -> Expr {
    made(ExprKind::Regex(Regex {
        source: source.to_owned(),
        span: Span::default(),
    }))
}

/// `name like pattern`
pub(super) fn like(name: &str, pattern: Expr) -> Expr {
    made(ExprKind::Like {
        value: Box::new(field(name)),
        pattern: Box::new(pattern),
        negated: false,
    })
}

/// `name not like pattern`
pub(super) fn unlike(name: &str, pattern: Expr) -> Expr {
    made(ExprKind::Like {
        value: Box::new(field(name)),
        pattern: Box::new(pattern),
        negated: true,
    })
}

/// `name = text`
pub(super) fn equal(name: &str, value: &str) -> Expr {
    binary(BinaryOp::Equal, field(name), text(value))
}

/// `name op number`
pub(super) fn number(name: &str, op: BinaryOp, value: f64) -> Expr {
    binary(op, field(name), made(ExprKind::Number(value)))
}

pub(super) fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    made(ExprKind::Binary(op, Box::new(left), Box::new(right)))
}

pub(super) fn and(left: Expr, right: Expr) -> Expr {
    binary(BinaryOp::And, left, right)
}

pub(super) fn or(left: Expr, right: Expr) -> Expr {
    binary(BinaryOp::Or, left, right)
}

pub(super) fn not(inner: Expr) -> Expr {
    match inner.kind {
        ExprKind::Unary(UnaryOp::Not, inside) => *inside,
        _ => made(ExprKind::Unary(UnaryOp::Not, Box::new(inner))),
    }
}

/// Any of them; `None` when there are none.
pub(super) fn any(items: impl IntoIterator<Item = Expr>) -> Option<Expr> {
    items.into_iter().reduce(or)
}

/// A function of one field.
pub(super) fn call(function: &str, name: &str) -> Expr {
    made(ExprKind::Call {
        name: function.to_owned(),
        args: vec![field(name)],
        name_span: Span::default(),
    })
}

/// `ispresent(name)`
pub(super) fn present(name: &str) -> Expr {
    call("ispresent", name)
}
