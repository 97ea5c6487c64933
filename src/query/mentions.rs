//! The fields that a query names, wherever it names them.

use std::collections::BTreeSet;

use super::ast::{Column, CommandKind, Expr, ExprKind, Query};

/// The fields of events that a query names; what it calls by `as` itself is among them only where a
/// field bears the same name.
#[must_use]
pub fn mentions(query: &Query) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for command in &query.commands {
        match &command.kind {
            CommandKind::Fields(columns) | CommandKind::Display(columns) => {
                of_columns(columns, &mut found);
            }
            CommandKind::Filter(expr) | CommandKind::Unnest { list: expr, .. } => {
                of_expr(expr, &mut found);
            }
            CommandKind::Parse(parse) => {
                if let Some(input) = &parse.input {
                    of_expr(input, &mut found);
                }
            }
            CommandKind::Stats(stats) => {
                of_columns(&stats.aggregates, &mut found);
                of_columns(&stats.by, &mut found);
            }
            CommandKind::Sort(keys) => keys.iter().for_each(|key| of_expr(&key.expr, &mut found)),
            CommandKind::Dedup(names) => found.extend(names.iter().map(|name| name.text.as_str())),
            CommandKind::Limit(_) => {}
        }
    }
    found
}

fn of_columns<'q>(columns: &'q [Column], found: &mut BTreeSet<&'q str>) {
    for column in columns {
        of_expr(&column.expr, found);
    }
}

/// As deep as the parser lets a query be.
fn of_expr<'q>(expr: &'q Expr, found: &mut BTreeSet<&'q str>) {
    match &expr.kind {
        ExprKind::Field(name) => {
            found.insert(name);
        }
        ExprKind::Unary(_, inner) | ExprKind::Member(inner, _) => of_expr(inner, found),
        ExprKind::Binary(_, left, right) | ExprKind::Index(left, right) => {
            of_expr(left, found);
            of_expr(right, found);
        }
        ExprKind::In { value, list, .. } => {
            of_expr(value, found);
            of_expr(list, found);
        }
        ExprKind::Like { value, pattern, .. } => {
            of_expr(value, found);
            of_expr(pattern, found);
        }
        ExprKind::List(items) | ExprKind::Call { args: items, .. } => {
            items.iter().for_each(|item| of_expr(item, found));
        }
        ExprKind::Text(_)
        | ExprKind::Number(_)
        | ExprKind::Bool(_)
        | ExprKind::Regex(_)
        | ExprKind::Period(_)
        | ExprKind::Star => {}
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_found_in_whatever_part_of_the_query_it_stands() {
        let text = r#"fields a.b as c | filter not (d = 1 and e in ["x", f]) or g like /x/ | parse h "*" as i | stats count_distinct(j) as k by bin(5m), lower(l) | sort m"#;
        let query = crate::query::parse(&text.replace("lower", "tolower")).unwrap();
        let found: Vec<&str> = mentions(&query).into_iter().collect();
        assert_eq!(found, ["a.b", "d", "e", "f", "g", "h", "j", "l", "m"]);
    }
}
