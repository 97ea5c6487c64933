//! Paths that were written bare although they contain `/` or `-`, such as
//! `annotations.authorization.k8s.io/decision`: the console reads a division.

use super::Checker;
use crate::query::ast::{BinaryOp, Expr, ExprKind, Span};
use crate::query::diagnostic::Diagnostic;
use crate::query::names;

impl Checker<'_> {
    /// Reports the expression if it is rather a path than a computation; whether it did.
    pub(super) fn unquoted_path(&mut self, expr: &Expr) -> bool {
        let Some(path) = joined(expr) else {
            return false;
        };
        if leaves(expr)
            .into_iter()
            .all(|name| self.lookup(name).is_ok())
        {
            return false;
        }
        let message = "this is read as a computation, not as a field";
        let found = Diagnostic::error("unquoted-path", expr.span, message)
            .help("put backticks around a name with `/` or `-`")
            .suggest(expr.span, names::written(&path));
        self.report(found);
        true
    }
}

/// The text of fields and numbers joined by `/` and `-` without blanks.
fn joined(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Field(name) => Some(name.clone()),
        ExprKind::Number(number) if *number >= 0.0 => Some(number.to_string()),
        ExprKind::Binary(op, left, right) => {
            let sign = match op {
                BinaryOp::Divide => '/',
                BinaryOp::Subtract => '-',
                _ => return None,
            };
            let written = left.span != Span::default() || right.span != Span::default();
            let touching = written && left.span.end + 1 == right.span.start;
            let (left, right) = (joined(left)?, joined(right)?);
            touching.then(|| format!("{left}{sign}{right}"))
        }
        _ => None,
    }
}

/// The names in a path that [`joined`] accepted.
fn leaves(expr: &Expr) -> Vec<&str> {
    match &expr.kind {
        ExprKind::Field(name) => vec![name],
        ExprKind::Binary(_, left, right) => {
            let mut names = leaves(left);
            names.extend(leaves(right));
            names
        }
        _ => Vec::new(),
    }
}
