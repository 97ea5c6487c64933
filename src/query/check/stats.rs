//! The `stats` command: aggregates, keys, and the columns that are left after it.

use super::scope::Known;
use super::{Checker, Place};
use crate::query::ast::{Column, Expr, ExprKind, Stats};
use crate::query::functions;
use crate::query::print::column_name;

impl Checker<'_> {
    pub(super) fn stats(&mut self, stats: &Stats) {
        let mut outputs: Vec<(String, Known)> = Vec::new();
        for column in &stats.aggregates {
            let known = self.infer(&column.expr, Place::Group);
            if !has_aggregate(&column.expr) && !matches!(column.expr.kind, ExprKind::Field(_)) {
                let message = "nothing is counted or summed here";
                let help = "use an aggregate such as count(*), or write it after `by`";
                self.error("not-aggregated", column.expr.span, message, help);
            }
            self.add_output(&mut outputs, column, known);
        }
        for column in &stats.by {
            let known = self.infer(&column.expr, Place::Row);
            self.refuse_structure(known, column.expr.span, "grouped by");
            self.add_output(&mut outputs, column, known);
        }
        self.present.clear();
        self.scope.replace(outputs);
    }

    fn add_output(&mut self, outputs: &mut Vec<(String, Known)>, column: &Column, known: Known) {
        let name = column_name(column);
        if outputs.iter().any(|(taken, _)| *taken == name) {
            let span = column
                .alias
                .as_ref()
                .map_or(column.expr.span, |alias| alias.span);
            let message = format!("two columns are called `{name}`");
            self.error(
                "redefined",
                span,
                message,
                "give one of them another name with `as`",
            );
        }
        outputs.push((name, known));
    }
}

fn has_aggregate(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Call { name, args, .. } => {
            functions::find(name).is_none_or(functions::Function::is_aggregate)
                || args.iter().any(has_aggregate)
        }
        ExprKind::Unary(_, operand) => has_aggregate(operand),
        ExprKind::Binary(_, left, right) => has_aggregate(left) || has_aggregate(right),
        ExprKind::In { value, list, .. } => has_aggregate(value) || has_aggregate(list),
        ExprKind::Like { value, pattern, .. } => has_aggregate(value) || has_aggregate(pattern),
        ExprKind::Member(inner, _) | ExprKind::Index(inner, _) => has_aggregate(inner),
        _ => false,
    }
}
