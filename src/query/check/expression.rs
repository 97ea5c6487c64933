//! Goes through expressions: resolves names, and says what each part yields.

use super::scope::{Kind, Known};
use super::{Checker, Place};
use crate::query::ast::{BinaryOp, Expr, ExprKind, Span, UnaryOp};
use crate::query::diagnostic::Diagnostic;
use crate::query::names;

impl Checker<'_> {
    /// Checks an expression and says what it yields.
    pub(super) fn infer(&mut self, expr: &Expr, place: Place) -> Known {
        if let Some(known) = self.output(expr, place) {
            return known;
        }
        match &expr.kind {
            ExprKind::Field(name) => self.field(name, expr.span, place),
            ExprKind::Text(_) => Known::always(Kind::Text),
            ExprKind::Number(_) => Known::always(Kind::Number),
            ExprKind::Bool(_) => Known::always(Kind::Bool),
            ExprKind::List(items) => self.list(items),
            ExprKind::Regex(_) => {
                let message = "a regular expression cannot stand here";
                self.misplaced(expr.span, message, "write `field like /regex/`")
            }
            ExprKind::Period(_) => {
                let message = "a period cannot stand here";
                self.misplaced(
                    expr.span,
                    message,
                    "periods are for bin, datefloor, dateceil and rate",
                )
            }
            ExprKind::Star => self.misplaced(
                expr.span,
                "`*` cannot stand here",
                "it is only for `count(*)`",
            ),
            ExprKind::Unary(UnaryOp::Not, operand) => {
                let known = self.condition_in(operand, place);
                Known {
                    kind: Kind::Bool,
                    ..known
                }
            }
            ExprKind::Unary(UnaryOp::Negate, operand) => self.numeric(operand, place),
            ExprKind::Binary(op, left, right) => self.binary(expr, *op, left, right, place),
            ExprKind::In { value, list, .. } => self.membership(value, list, place),
            ExprKind::Like { value, pattern, .. } => self.likeness(value, pattern, place),
            ExprKind::Call {
                name,
                args,
                name_span,
            } => self.call(name, args, *name_span, expr.span, place),
            ExprKind::Member(map, _) => {
                self.structure(map, place);
                Known::ANY
            }
            ExprKind::Index(list, index) => {
                self.structure(list, place);
                self.index(index, place);
                Known::ANY
            }
        }
    }

    /// After `stats`, an expression that is a column by its text, such as `count(*)`.
    fn output(&self, expr: &Expr, place: Place) -> Option<Known> {
        let may_be = matches!(expr.kind, ExprKind::Call { .. } | ExprKind::Binary(..));
        if !may_be || place != Place::Row || !self.scope.is_after_stats() {
            return None;
        }
        self.scope.find(&expr.to_string())
    }

    fn misplaced(&mut self, span: Span, message: &str, help: &str) -> Known {
        self.error("misplaced", span, message, help);
        Known::ANY
    }

    fn field(&mut self, name: &str, span: Span, place: Place) -> Known {
        let known = self.resolve(name, span);
        if place == Place::Group {
            let message = format!("{} has many values in a group", names::in_words(name));
            let help = "put an aggregate around it, such as latest(...), or group by it after `by`";
            self.error("not-aggregated", span, message, help);
        }
        known
    }

    fn list(&mut self, items: &[Expr]) -> Known {
        for item in items {
            match &item.kind {
                ExprKind::Text(_) | ExprKind::Number(_) | ExprKind::Bool(_) => {}
                ExprKind::Field(name) => {
                    let found = Diagnostic::error(
                        "list-item",
                        item.span,
                        "a list holds texts and numbers, not fields",
                    );
                    let text = Expr {
                        kind: ExprKind::Text(name.clone()),
                        span: item.span,
                    };
                    let found = found.help("put a text in quotes");
                    self.report(found.suggest(item.span, text.to_string()));
                }
                _ => {
                    let message = "a list holds texts and numbers, nothing computed";
                    self.error(
                        "list-item",
                        item.span,
                        message,
                        "join tests by `or` instead",
                    );
                }
            }
        }
        Known::always(Kind::List)
    }

    fn binary(
        &mut self,
        expr: &Expr,
        op: BinaryOp,
        left: &Expr,
        right: &Expr,
        place: Place,
    ) -> Known {
        let (left, right) = match op {
            BinaryOp::And | BinaryOp::Or => (
                self.condition_in(left, place),
                self.condition_in(right, place),
            ),
            BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual => return self.comparison(op, left, right, place),
            _ => {
                if self.unquoted_path(expr) {
                    return Known::ANY;
                }
                let (left, right) = (self.numeric(left, place), self.numeric(right, place));
                let may_be_missing = left.may_be_missing || right.may_be_missing;
                return Known {
                    kind: Kind::Number,
                    may_be_missing,
                };
            }
        };
        let may_be_missing = left.may_be_missing || right.may_be_missing;
        Known {
            kind: Kind::Bool,
            may_be_missing,
        }
    }

    /// An operand of arithmetic.
    fn numeric(&mut self, operand: &Expr, place: Place) -> Known {
        let known = self.infer(operand, place);
        if let ExprKind::Text(text) = &operand.kind
            && !looks_like_number(text)
        {
            let message = "arithmetic with a text that is no number yields nothing";
            self.error(
                "arithmetic-on-text",
                operand.span,
                message,
                "join texts by concat(...)",
            );
        }
        Known {
            kind: Kind::Number,
            ..known
        }
    }

    /// What a `.key` or `[0]` follows.
    fn structure(&mut self, expr: &Expr, place: Place) {
        let known = self.infer(expr, place);
        if !matches!(known.kind, Kind::Map | Kind::Any | Kind::List) {
            let message = "this is neither a map nor a list";
            self.error(
                "no-structure",
                expr.span,
                message,
                "only jsonParse(...) yields one",
            );
        }
    }

    fn index(&mut self, index: &Expr, place: Place) {
        let whole = matches!(index.kind, ExprKind::Number(n) if n >= 0.0 && n.fract() == 0.0);
        if !whole {
            self.infer(index, place);
            let message = "an index is a whole number, from 0";
            self.error(
                "bad-index",
                index.span,
                message,
                "a key follows a dot, as in `m.key`",
            );
        }
    }

    /// What a name means here; reports one that means nothing.
    pub(super) fn resolve(&mut self, name: &str, span: Span) -> Known {
        if name == "@ingestionTime" {
            let message = "`@ingestionTime` does not come over a subscription";
            self.warn("ingestion-time", span, message, "use `@timestamp`");
        }
        match self.lookup(name) {
            Ok(known) => {
                if let Some(usual) = self.schema.in_other_case(name) {
                    let message = format!("{} is no field that is known", names::in_words(name));
                    let help =
                        format!("case matters: probably {} is meant", names::in_words(usual));
                    let found = Diagnostic::warning("field-case", span, message).help(help);
                    self.report(found.suggest(span, names::written(usual)));
                }
                known
            }
            Err(suggestions) => {
                self.unknown_field(name, span, suggestions);
                Known::ANY
            }
        }
    }

    /// What a name means here, or what was probably meant.
    pub(super) fn lookup(&mut self, name: &str) -> Result<Known, Vec<String>> {
        if let Some(known) = self.scope.find(name) {
            return Ok(known);
        }
        if self.scope.is_after_stats() {
            return Err(Vec::new());
        }
        self.schema.resolve(name).map(Known::from)
    }

    fn unknown_field(&mut self, name: &str, span: Span, mut suggestions: Vec<String>) {
        if self.scope.is_after_stats() {
            let message = format!("{} does not exist after `stats`", names::in_words(name));
            let outputs = self.scope.outputs_in_words();
            let help = format!(
                "only its columns do: {outputs}; filter before `stats`, group by the field, \
                 or carry it along with latest(...)"
            );
            return self.error("after-stats", span, message, &help);
        }
        if let Some(alias) = names::closest(name, self.scope.names()) {
            suggestions.push(alias.to_owned());
        }
        let found = Diagnostic::error(
            "unknown-field",
            span,
            format!("there is no field {}", names::in_words(name)),
        );
        let Some(best) = suggestions.first() else {
            let like_a_field = name.contains(['.', '@']);
            let help = match like_a_field {
                true => "`trailhound fields` lists all that there are",
                false => "a text stands in quotes, and `trailhound fields` lists all fields",
            };
            return self.report(found.help(help));
        };
        let help = if best.eq_ignore_ascii_case(name) {
            format!("case matters: the field is {}", names::in_words(best))
        } else {
            let all: Vec<_> = suggestions
                .iter()
                .map(|suggestion| names::in_words(suggestion))
                .collect();
            format!("did you mean {}?", all.join(" or "))
        };
        self.report(found.help(help).suggest(span, names::written(best)));
    }
}

/// Whether a text counts as a number.
pub(super) fn looks_like_number(text: &str) -> bool {
    text.trim().parse::<f64>().is_ok_and(f64::is_finite)
}
