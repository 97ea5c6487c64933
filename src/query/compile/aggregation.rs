//! `stats` to its compiled form: keys and aggregates of a row, and what is computed from them.

use super::error::CompileError;
use super::expression::Compiler;
use super::scope::{Scope, Source};
use crate::query::aggregate::Kind;
use crate::query::ast::{Column, Expr, ExprKind, Span, Stats};
use crate::query::coerce::number_of;
use crate::query::node::Node;
use crate::query::print::column_name;

/// A compiled `stats`.
#[derive(Debug)]
pub(in crate::query) struct Aggregation {
    /// What rows are grouped by.
    pub(in crate::query) keys: Vec<Node>,
    pub(in crate::query) aggregates: Vec<Aggregate>,
    /// When a row happened, for the aggregates that ask.
    pub(in crate::query) time: Option<Node>,
    /// The results that are not keys, over a row of aggregates and then keys.
    pub(in crate::query) results: Vec<Node>,
    /// The names of the output: keys first, then results.
    pub(in crate::query) columns: Vec<String>,
}

/// One aggregate and what it is computed from.
#[derive(Debug)]
pub(in crate::query) struct Aggregate {
    pub(in crate::query) kind: Kind,
    pub(in crate::query) argument: Node,
}

type Compiled<T> = Result<T, CompileError>;

/// Whether a name is that of an aggregate.
pub(super) fn is_aggregate(name: &str) -> bool {
    shape(name).is_some()
}

/// The largest k of `topk`.
const MOST_TOP: f64 = 10_000.0;

/// Compiles a `stats` whose rows live in the scope.
pub(super) fn aggregation(stats: &Stats, scope: &mut Scope<'_>) -> Compiled<Aggregation> {
    let mut keys = Vec::with_capacity(stats.by.len());
    for key in &stats.by {
        keys.push(Compiler::new(scope).expression(&key.expr)?);
    }
    let mut found = Found {
        scope,
        aggregates: Vec::new(),
    };
    let mut rewritten = Vec::with_capacity(stats.aggregates.len());
    for column in &stats.aggregates {
        rewritten.push(found.rewrite(&column.expr, 0)?);
    }
    let aggregates = found.aggregates;
    let mut inner: Vec<String> = (0..aggregates.len()).map(place_name).collect();
    inner.extend(stats.by.iter().map(column_name));
    let mut inner = Scope::new(Source::Columns(inner));
    let mut results = Vec::with_capacity(rewritten.len());
    for expr in &rewritten {
        results.push(Compiler::new(&mut inner).expression(expr)?);
    }
    let needs_time = aggregates
        .iter()
        .any(|aggregate| aggregate.kind.needs_time());
    let span = stats
        .aggregates
        .first()
        .map_or_else(Span::default, |column| column.expr.span);
    let time = if needs_time {
        Some(Compiler::new(scope).field("@timestamp", span)?)
    } else {
        None
    };
    let names = |columns: &[Column]| columns.iter().map(column_name).collect::<Vec<_>>();
    let columns = [names(&stats.by), names(&stats.aggregates)].concat();
    Ok(Aggregation {
        keys,
        aggregates,
        time,
        results,
        columns,
    })
}

/// A name no query can write.
fn place_name(place: usize) -> String {
    format!("\u{0}{place}")
}

/// The aggregates found so far.
struct Found<'f, 's> {
    scope: &'f mut Scope<'s>,
    aggregates: Vec<Aggregate>,
}

impl Found<'_, '_> {
    /// The expression with a column in place of each aggregate.
    fn rewrite(&mut self, expr: &Expr, depth: usize) -> Compiled<Expr> {
        if depth > crate::query::parse::MAX_DEPTH {
            return Err(CompileError::new(
                expr.span,
                "the expression is nested too deeply",
            ));
        }
        let mut one = |expr: &Expr| self.rewrite(expr, depth + 1);
        let kind = match &expr.kind {
            ExprKind::Call {
                name,
                args,
                name_span,
            } => match shape(name) {
                Some(shape) => {
                    let place = self.aggregates.len();
                    let aggregate = self.aggregate(shape, name, args, *name_span)?;
                    self.aggregates.push(aggregate);
                    ExprKind::Field(place_name(place))
                }
                None => ExprKind::Call {
                    name: name.clone(),
                    args: args.iter().map(one).collect::<Compiled<_>>()?,
                    name_span: *name_span,
                },
            },
            ExprKind::Unary(op, operand) => ExprKind::Unary(*op, Box::new(one(operand)?)),
            ExprKind::Binary(op, left, right) => {
                ExprKind::Binary(*op, Box::new(one(left)?), Box::new(one(right)?))
            }
            ExprKind::List(items) => {
                ExprKind::List(items.iter().map(one).collect::<Compiled<_>>()?)
            }
            ExprKind::Member(of, key) => ExprKind::Member(Box::new(one(of)?), key.clone()),
            ExprKind::Index(of, at) => ExprKind::Index(Box::new(one(of)?), Box::new(one(at)?)),
            ExprKind::In {
                value,
                list,
                negated,
            } => ExprKind::In {
                value: Box::new(one(value)?),
                list: Box::new(one(list)?),
                negated: *negated,
            },
            ExprKind::Like {
                value,
                pattern,
                negated,
            } => ExprKind::Like {
                value: Box::new(one(value)?),
                pattern: Box::new(one(pattern)?),
                negated: *negated,
            },
            leaf => leaf.clone(),
        };
        Ok(Expr {
            kind,
            span: expr.span,
        })
    }

    fn aggregate(
        &mut self,
        shape: Shape,
        name: &str,
        args: &[Expr],
        span: Span,
    ) -> Compiled<Aggregate> {
        let mut node = |expr: &Expr| Compiler::new(self.scope).expression(expr);
        let wrong = |message: String| CompileError::new(span, message);
        let rows = Aggregate {
            kind: Kind::Rows,
            argument: Node::Constant(Default::default()),
        };
        match (shape, args) {
            (Shape::Count, []) => Ok(rows),
            (
                Shape::Count,
                [
                    Expr {
                        kind: ExprKind::Star,
                        ..
                    },
                ],
            ) => Ok(rows),
            (Shape::Count, [of]) => Ok(Aggregate {
                kind: Kind::Present,
                argument: node(of)?,
            }),
            (Shape::One(kind), [of]) => Ok(Aggregate {
                kind,
                argument: node(of)?,
            }),
            (Shape::Percentile, [of, percent]) => {
                let percent = constant(&node(percent)?).filter(|p| (0.0..=100.0).contains(p));
                let kind = percent.map(Kind::Percentile);
                let kind = kind.ok_or_else(|| wrong("pct needs a number from 0 to 100".into()))?;
                Ok(Aggregate {
                    kind,
                    argument: node(of)?,
                })
            }
            (Shape::Top, [most, of]) => {
                let fits = |k: &f64| (1.0..=MOST_TOP).contains(k) && k.fract() == 0.0;
                let most = constant(&node(most)?).filter(fits);
                let kind = most.map(|most| Kind::Top(most as usize));
                let message = || wrong(format!("topk needs a whole number from 1 to {MOST_TOP}"));
                Ok(Aggregate {
                    kind: kind.ok_or_else(message)?,
                    argument: node(of)?,
                })
            }
            (Shape::Rate, [of, period]) => {
                let period = constant(&node(period)?).filter(|period| *period > 0.0);
                let kind = period.map(Kind::Rate);
                let kind = kind.ok_or_else(|| wrong("rate needs a period such as 1m".into()))?;
                Ok(Aggregate {
                    kind,
                    argument: node(of)?,
                })
            }
            _ => Err(wrong(format!(
                "{name} cannot take {} arguments",
                args.len()
            ))),
        }
    }
}

fn constant(node: &Node) -> Option<f64> {
    node.constant().and_then(number_of)
}

/// What arguments an aggregate takes.
#[derive(Clone, Copy)]
enum Shape {
    /// Nothing, `*`, or one.
    Count,
    One(Kind),
    Percentile,
    Top,
    Rate,
}

fn shape(name: &str) -> Option<Shape> {
    Some(match name.to_ascii_lowercase().as_str() {
        "count" | "count_over_time" => Shape::Count,
        "count_distinct" | "countdistinct" => Shape::One(Kind::Distinct),
        "sum" | "sum_over_time" => Shape::One(Kind::Sum),
        "avg" => Shape::One(Kind::Average),
        "min" | "sortsfirst" => Shape::One(Kind::First),
        "max" | "sortslast" => Shape::One(Kind::Last),
        "median" => Shape::One(Kind::Percentile(50.0)),
        "stddev" => Shape::One(Kind::Deviation),
        "variance" => Shape::One(Kind::Variance),
        "earliest" => Shape::One(Kind::Earliest),
        "latest" => Shape::One(Kind::Latest),
        "values" => Shape::One(Kind::Values),
        "pct" => Shape::Percentile,
        "topk" => Shape::Top,
        "rate" => Shape::Rate,
        _ => return None,
    })
}
