//! The lint on negative tests of fields that may be missing.
//!
//! Whether `f != "x"` holds for a row without `f` is not documented, so a query must not depend on it.

use super::Checker;
use super::presence::{Subject, Subjects, Test, present_when, test};
use crate::query::ast::{BinaryOp, Expr, ExprKind, UnaryOp};
use crate::query::diagnostic::Diagnostic;
use crate::query::names;

impl Checker<'_> {
    /// Lints the condition of a `filter`, and remembers what is present in the rows it keeps.
    pub(super) fn lint_negatives(&mut self, condition: &Expr) {
        let known = self.present.clone();
        self.negatives(condition, &known, true);
        self.present.extend(present_when(condition, true));
    }

    /// Looks for tests that can only turn out to be `truth` by a difference, where the fields in `known`
    /// are present.
    fn negatives(&mut self, condition: &Expr, known: &Subjects, truth: bool) {
        match &condition.kind {
            ExprKind::Unary(UnaryOp::Not, inner) => self.negatives(inner, known, !truth),
            ExprKind::Binary(op @ (BinaryOp::And | BinaryOp::Or), left, right) => {
                // Where both sides must turn out so, each may rely on the other. Where one is
                // enough, each matters only if the other turned out differently.
                let other = if (*op == BinaryOp::And) == truth {
                    truth
                } else {
                    !truth
                };
                let mut with_right = known.clone();
                with_right.extend(present_when(right, other));
                self.negatives(left, &with_right, truth);
                let mut with_left = known.clone();
                with_left.extend(present_when(left, other));
                self.negatives(right, &with_left, truth);
            }
            _ => {
                if let Some(test) = test(condition).filter(|test| test.negative == truth) {
                    self.unguarded(condition, &test, known);
                }
            }
        }
    }

    fn unguarded(&mut self, condition: &Expr, test: &Test<'_>, known: &Subjects) {
        for subject in test.subjects().difference(known) {
            let name = match subject {
                Subject::Member(text) => text.clone(),
                Subject::Field(name) => match self.lookup(name) {
                    Ok(found) if found.may_be_missing => names::written(name),
                    _ => continue,
                },
            };
            let message = format!(
                "`{name}` may be missing, and then `{}` has no sure answer",
                test.operator
            );
            let help = format!(
                "write `ispresent({name}) and ...`, or `(not ispresent({name}) or ...)` \
                 to keep events without it"
            );
            let found = Diagnostic::warning("negative-on-missing", condition.span, message);
            self.report(found.help(help));
        }
    }
}
