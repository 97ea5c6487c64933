//! How tight operators bind, for reading and for printing; larger is tighter.
//!
//! The documentation prints no precedence; this is the one its examples need.

use super::ast::{BinaryOp, Expr, ExprKind, UnaryOp};

pub(super) const OR: u8 = 1;
pub(super) const AND: u8 = 2;
pub(super) const NOT: u8 = 3;
pub(super) const COMPARISON: u8 = 4;
pub(super) const SUM: u8 = 5;
pub(super) const PRODUCT: u8 = 6;
pub(super) const POWER: u8 = 7;
pub(super) const UNARY: u8 = 8;
/// What needs no parentheses anywhere.
pub(super) const OPERAND: u8 = 9;

/// How tight an operator with two operands binds.
pub(super) const fn binary_level(op: BinaryOp) -> u8 {
    match op {
        BinaryOp::Or => OR,
        BinaryOp::And => AND,
        BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Less
        | BinaryOp::LessEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterEqual => COMPARISON,
        BinaryOp::Add | BinaryOp::Subtract => SUM,
        BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Remainder => PRODUCT,
        BinaryOp::Power => POWER,
    }
}

/// How tight the outermost operator of an expression binds.
pub(super) const fn level_of(expr: &Expr) -> u8 {
    match &expr.kind {
        ExprKind::Binary(op, ..) => binary_level(*op),
        ExprKind::In { .. } | ExprKind::Like { .. } => COMPARISON,
        ExprKind::Unary(UnaryOp::Not, _) => NOT,
        ExprKind::Unary(UnaryOp::Negate, _) => UNARY,
        _ => OPERAND,
    }
}
