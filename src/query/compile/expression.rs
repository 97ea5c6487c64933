//! Expressions of the tree to nodes. What is the same for every row is computed here.

use super::error::CompileError;
use super::scope::Scope;
use crate::query::ast::{BinaryOp, Expr, ExprKind, Span, UnaryOp};
use crate::query::clock::Clock;
use crate::query::coerce::value_of;
use crate::query::field::{FieldId, Row};
use crate::query::function::{self, Arithmetic};
use crate::query::node::{Condition, Frame, Node};
use crate::query::parse::MAX_DEPTH;
use crate::query::value::Value;

/// Compiles within one scope, and keeps count of the depth.
pub(super) struct Compiler<'c, 's> {
    pub(super) scope: &'c mut Scope<'s>,
    depth: usize,
}

type Compiled<T> = Result<T, CompileError>;

impl<'c, 's> Compiler<'c, 's> {
    pub(super) const fn new(scope: &'c mut Scope<'s>) -> Self {
        Self { scope, depth: 0 }
    }

    /// One level deeper, as far as that is allowed.
    pub(super) fn deeper<T>(
        &mut self,
        span: Span,
        compile: impl FnOnce(&mut Self) -> Compiled<T>,
    ) -> Compiled<T> {
        // A condition inside an expression inside a condition takes two steps for each node.
        if self.depth > 2 * MAX_DEPTH {
            return Err(CompileError::new(
                span,
                "the expression is nested too deeply",
            ));
        }
        self.depth += 1;
        let compiled = compile(self);
        self.depth -= 1;
        compiled
    }

    /// A value.
    pub(super) fn expression(&mut self, expr: &Expr) -> Compiled<Node> {
        self.deeper(expr.span, |this| this.value(expr))
    }

    fn value(&mut self, expr: &Expr) -> Compiled<Node> {
        if let ExprKind::Field(name) = &expr.kind {
            let resolved = self.scope.resolve(name);
            return resolved.map_err(|message| CompileError::new(expr.span, message));
        }
        if let Some(column) = self.column_of(expr) {
            return Ok(column);
        }
        Ok(match &expr.kind {
            ExprKind::Text(text) => Node::Constant(Value::Text(text.clone().into())),
            ExprKind::Regex(regex) => Node::Constant(Value::Text(regex.source.clone().into())),
            ExprKind::Number(number) => Node::Constant(Value::Number(*number)),
            ExprKind::Bool(flag) => Node::Constant(Value::Bool(*flag)),
            ExprKind::Period(millis) => Node::Constant(Value::Number(*millis as f64)),
            ExprKind::Star => {
                return Err(CompileError::new(expr.span, "`*` stands only in count(*)"));
            }
            ExprKind::List(items) => self.list(items)?,
            ExprKind::Unary(UnaryOp::Negate, operand) => {
                let zero = Node::Constant(Value::Number(0.0));
                folded_arithmetic(Arithmetic::Subtract, zero, self.expression(operand)?)
            }
            ExprKind::Binary(op, left, right) => match arithmetic(*op) {
                Some(op) => {
                    let (left, right) = (self.expression(left)?, self.expression(right)?);
                    folded_arithmetic(op, left, right)
                }
                None => self.condition_value(expr)?,
            },
            ExprKind::Call {
                name,
                args,
                name_span,
            } => self.call(name, args, *name_span)?,
            ExprKind::Member(of, key) => {
                Node::Member(Box::new(self.expression(of)?), key.as_str().into())
            }
            ExprKind::Index(of, at) => {
                Node::Index(Box::new((self.expression(of)?, self.expression(at)?)))
            }
            ExprKind::Field(_)
            | ExprKind::Unary(UnaryOp::Not, _)
            | ExprKind::In { .. }
            | ExprKind::Like { .. } => self.condition_value(expr)?,
        })
    }

    /// After `stats`, a call such as `count(*)` means the column of that name.
    fn column_of(&self, expr: &Expr) -> Option<Node> {
        match expr.kind {
            ExprKind::Call { .. } | ExprKind::Binary(..) => self.scope.column(&expr.to_string()),
            _ => None,
        }
    }

    fn list(&mut self, items: &[Expr]) -> Compiled<Node> {
        let nodes = items
            .iter()
            .map(|item| self.expression(item))
            .collect::<Compiled<Vec<_>>>()?;
        let constants: Option<Vec<_>> = nodes.iter().map(|node| node.constant().cloned()).collect();
        Ok(match constants {
            Some(values) => Node::Constant(Value::List(values.into())),
            None => Node::List(nodes.into()),
        })
    }

    fn condition_value(&mut self, expr: &Expr) -> Compiled<Node> {
        Ok(match self.condition(expr)? {
            Condition::Constant(truth) => Node::Constant(value_of(truth)),
            condition => Node::Condition(Box::new(condition)),
        })
    }

    fn call(&mut self, name: &str, args: &[Expr], span: Span) -> Compiled<Node> {
        match (name.to_ascii_lowercase().as_str(), args) {
            ("ispresent", [of]) => {
                let present = Condition::Present(self.expression(of)?);
                Ok(Node::Condition(Box::new(present)))
            }
            ("if", [condition, then, otherwise]) => {
                let branch = (self.condition(condition)?, self.expression(then)?);
                Ok(Node::Choose(
                    [branch].into(),
                    Box::new(self.expression(otherwise)?),
                ))
            }
            ("case", args) => self.case(args),
            ("bin", [period]) => {
                let time = self.field("@timestamp", span)?;
                let period = self.expression(period)?;
                self.function("datefloor", vec![time, period], span)
            }
            ("messagesize", []) => {
                let message = self.field("@message", span)?;
                self.function("messageSize", vec![message], span)
            }
            (_, args) => {
                let args = args
                    .iter()
                    .map(|arg| self.expression(arg))
                    .collect::<Compiled<_>>()?;
                self.function(name, args, span)
            }
        }
    }

    /// `case(condition, value, …)` with an optional last value for everything else.
    fn case(&mut self, args: &[Expr]) -> Compiled<Node> {
        let (pairs, rest) = args.as_chunks::<2>();
        let mut branches = Vec::with_capacity(pairs.len());
        for [condition, value] in pairs {
            branches.push((self.condition(condition)?, self.expression(value)?));
        }
        let otherwise = match rest.first() {
            Some(expr) => self.expression(expr)?,
            None => Node::Constant(Value::Missing),
        };
        Ok(Node::Choose(branches.into(), Box::new(otherwise)))
    }

    /// A field that the language itself needs.
    pub(super) fn field(&mut self, name: &str, span: Span) -> Compiled<Node> {
        self.scope
            .resolve(name)
            .map_err(|message| CompileError::new(span, message))
    }

    fn function(&mut self, name: &str, args: Vec<Node>, span: Span) -> Compiled<Node> {
        let definition = function::find(name).ok_or_else(|| {
            let message = if super::aggregation::is_aggregate(name) {
                format!("{name} stands only in stats")
            } else {
                format!("there is no function `{name}`")
            };
            CompileError::new(span, message)
        })?;
        let constants: Vec<_> = args.iter().map(Node::constant).collect();
        let function = definition
            .prepare(&constants)
            .map_err(|message| CompileError::new(span, message))?;
        let constant = definition.is_pure() && constants.iter().all(Option::is_some);
        let node = Node::Call(function, args.into());
        Ok(if constant { folded(&node) } else { node })
    }
}

/// The operator, if it computes a number.
const fn arithmetic(op: BinaryOp) -> Option<Arithmetic> {
    Some(match op {
        BinaryOp::Add => Arithmetic::Add,
        BinaryOp::Subtract => Arithmetic::Subtract,
        BinaryOp::Multiply => Arithmetic::Multiply,
        BinaryOp::Divide => Arithmetic::Divide,
        BinaryOp::Remainder => Arithmetic::Remainder,
        BinaryOp::Power => Arithmetic::Power,
        _ => return None,
    })
}

fn folded_arithmetic(op: Arithmetic, left: Node, right: Node) -> Node {
    let constant = left.constant().is_some() && right.constant().is_some();
    let node = Node::Arithmetic(op, Box::new((left, right)));
    if constant { folded(&node) } else { node }
}

/// A row without any field.
struct Nothing;

impl Row for Nothing {
    fn value(&self, _: FieldId) -> Value<'_> {
        Value::Missing
    }
}

/// The value of a node that depends on no row.
fn folded(node: &Node) -> Node {
    let clock = Clock::default();
    let frame = Frame {
        row: &Nothing,
        slots: Vec::new(),
        clock: &clock,
    };
    Node::Constant(node.evaluate(&frame).into_owned())
}
