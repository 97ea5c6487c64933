//! Comparisons, `in` and `like`: whether they can ever hold, and mean what they seem to mean.

use super::expression::looks_like_number;
use super::pattern;
use super::scope::{Kind, Known};
use super::{Checker, Place};
use crate::query::ast::{BinaryOp, Expr, ExprKind};
use crate::query::diagnostic::Diagnostic;

impl Checker<'_> {
    pub(super) fn comparison(
        &mut self,
        op: BinaryOp,
        left: &Expr,
        right: &Expr,
        place: Place,
    ) -> Known {
        let regex = matches!(right.kind, ExprKind::Regex(_));
        let known_left = self.infer(left, place);
        if regex {
            let message = "a regular expression is searched for by `like`";
            self.error(
                "misplaced",
                right.span,
                message,
                "write `like` or `not like`",
            );
            return Known {
                kind: Kind::Bool,
                ..known_left
            };
        }
        let known_right = self.infer(right, place);
        self.compared(known_left, left);
        self.compared(known_right, right);
        if matches!(op, BinaryOp::Equal | BinaryOp::NotEqual) {
            self.never_equal(known_left, right);
            self.never_equal(known_right, left);
        } else {
            self.ordered(known_left, right);
            self.ordered(known_right, left);
            self.texts_in_order(known_left, known_right, left, right);
        }
        let may_be_missing = known_left.may_be_missing || known_right.may_be_missing;
        Known {
            kind: Kind::Bool,
            may_be_missing,
        }
    }

    /// `<` and its like compare numbers and times.
    fn ordered(&mut self, other: Known, side: &Expr) {
        let ExprKind::Text(text) = &side.kind else {
            return;
        };
        if looks_like_number(text) {
            return;
        }
        let (message, help) = if other.kind == Kind::Time {
            (
                "a time is not compared with a written date",
                "choose the range of time outside the query, or compare toMillis(@timestamp) with a number",
            )
        } else {
            (
                "`<` and `>` compare numbers, and this is none",
                "use `=`, `in` or `like` for texts",
            )
        };
        self.error("order-of-texts", side.span, message, help);
    }

    fn texts_in_order(&mut self, a: Known, b: Known, left: &Expr, right: &Expr) {
        let is_literal = |e: &Expr| matches!(e.kind, ExprKind::Text(_));
        if a.kind == Kind::Text && b.kind == Kind::Text && !is_literal(left) && !is_literal(right) {
            let message = "how texts are ordered is not documented";
            let help = "both are compared as numbers here, which they rarely are";
            self.warn("order-of-texts", left.span.to(right.span), message, help);
        }
    }

    /// A literal that the other side never equals.
    fn never_equal(&mut self, other: Known, literal: &Expr) {
        let never = match (other.kind, &literal.kind) {
            (Kind::Number, ExprKind::Text(text)) => !looks_like_number(text),
            (Kind::Bool, ExprKind::Text(text)) => {
                !matches!(text.as_str(), "true" | "false" | "1" | "0")
            }
            (Kind::Bool, ExprKind::Number(number)) => *number != 0.0 && *number != 1.0,
            _ => false,
        };
        if never {
            let kind = if other.kind == Kind::Bool {
                "true or false"
            } else {
                "a number"
            };
            let message = format!("the other side is {kind}, and never equals this");
            self.report(Diagnostic::warning("never-equal", literal.span, message));
        }
    }

    /// A map or list out of JSON, which equals nothing in the console and is like nothing.
    fn compared(&mut self, known: Known, side: &Expr) {
        if known.kind == Kind::Map {
            let message = "in the console a comparison with a map or list from JSON never holds";
            let help = "compare one of its values, as in `m.key`, or use jsonArrayContains";
            self.warn("structure-compared", side.span, message, help);
        }
    }

    pub(super) fn membership(&mut self, value: &Expr, list: &Expr, place: Place) -> Known {
        let known = self.infer(value, place);
        self.compared(known, value);
        match &list.kind {
            ExprKind::List(items) => {
                if items.is_empty() {
                    let message = "nothing is in an empty list";
                    self.warn("empty-list", list.span, message, "add an element");
                }
                self.infer(list, place);
                items.iter().for_each(|item| self.never_equal(known, item));
            }
            ExprKind::Text(_) | ExprKind::Number(_) | ExprKind::Bool(_) => {
                let found = Diagnostic::error("in-needs-list", list.span, "`in` wants a list");
                let found = found.help("put square brackets around it");
                self.report(found.suggest(list.span, format!("[{list}]")));
            }
            _ => {
                self.infer(list, place);
            }
        }
        Known {
            kind: Kind::Bool,
            ..known
        }
    }

    pub(super) fn likeness(&mut self, value: &Expr, pattern: &Expr, place: Place) -> Known {
        let known = self.infer(value, place);
        self.compared(known, value);
        match &pattern.kind {
            ExprKind::Regex(regex) => self.regex(&regex.source, regex.span),
            ExprKind::Text(text) => self.like_text(text, pattern),
            ExprKind::Field(name) => {
                let found = Diagnostic::error(
                    "like-pattern",
                    pattern.span,
                    "`like` wants a text in quotes or a `/regex/`",
                );
                let text = Expr {
                    kind: ExprKind::Text(name.clone()),
                    span: pattern.span,
                };
                let found = found.help("put the text in quotes");
                self.report(found.suggest(pattern.span, text.to_string()));
            }
            _ => {
                let message = "`like` wants a text in quotes or a `/regex/`";
                self.error(
                    "like-pattern",
                    pattern.span,
                    message,
                    "compare anything else by `=`",
                );
            }
        }
        Known {
            kind: Kind::Bool,
            ..known
        }
    }

    fn like_text(&mut self, text: &str, pattern: &Expr) {
        if text.is_empty() {
            let message = "`like \"\"` holds for every value";
            self.warn(
                "like-everything",
                pattern.span,
                message,
                "write ispresent(...)",
            );
        } else if let Some(plain) = pattern::without_wildcards(text) {
            let message = "`like` knows no wildcards: `%` and `*` stand for themselves";
            let text = Expr {
                kind: ExprKind::Text(plain.to_owned()),
                span: pattern.span,
            };
            let found = Diagnostic::warning("like-wildcard", pattern.span, message)
                .help("a text is found wherever it stands; for more write `/regex/`");
            self.report(found.suggest(pattern.span, text.to_string()));
        }
    }
}
