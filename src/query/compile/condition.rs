//! Conditions of the tree to their compiled form: constants into tests, cheap questions first.

use super::error::CompileError;
use super::expression::Compiler;
use crate::query::ast::{BinaryOp, Expr, ExprKind, UnaryOp};
use crate::query::coerce::{Comparison, number_of, text_of, truth_of};
use crate::query::node::{Condition, Node};
use crate::query::pattern::Pattern;
use crate::query::test::{Among, Test};
use crate::query::truth::Truth;
use crate::query::value::Value;

type Compiled<T> = Result<T, CompileError>;

impl Compiler<'_, '_> {
    /// A condition.
    pub(super) fn condition(&mut self, expr: &Expr) -> Compiled<Condition> {
        self.deeper(expr.span, |this| this.any_condition(expr))
    }

    fn any_condition(&mut self, expr: &Expr) -> Compiled<Condition> {
        match &expr.kind {
            ExprKind::Bool(flag) => Ok(Condition::Constant(Truth::from(*flag))),
            ExprKind::Unary(UnaryOp::Not, operand) => Ok(negation(self.condition(operand)?)),
            ExprKind::Binary(BinaryOp::And, ..) => Ok(all(self.chain(expr, BinaryOp::And)?)),
            ExprKind::Binary(BinaryOp::Or, ..) => Ok(any(self.chain(expr, BinaryOp::Or)?)),
            ExprKind::Binary(op, left, right) => match comparison(*op) {
                Some(op) => self.comparison(op, left, right),
                None => self.truthy(expr),
            },
            ExprKind::In {
                value,
                list,
                negated,
            } => self.membership(value, list, *negated),
            ExprKind::Like {
                value,
                pattern,
                negated,
            } => self.search(value, pattern, *negated),
            _ => self.truthy(expr),
        }
    }

    /// The conditions that a run of the same operator joins.
    fn chain(&mut self, expr: &Expr, op: BinaryOp) -> Compiled<Vec<Condition>> {
        operands(expr, op)
            .into_iter()
            .map(|operand| self.condition(operand))
            .collect()
    }

    /// An expression that is no comparison; its value says whether it holds.
    fn truthy(&mut self, expr: &Expr) -> Compiled<Condition> {
        Ok(match self.expression(expr)? {
            Node::Condition(condition) => *condition,
            Node::Constant(value) => Condition::Constant(truth_of(&value)),
            node => Condition::Truthy(node),
        })
    }

    fn comparison(&mut self, op: Comparison, left: &Expr, right: &Expr) -> Compiled<Condition> {
        for side in [left, right] {
            if let ExprKind::Regex(regex) = &side.kind {
                let message = "a regular expression is compared with `like`";
                return Err(CompileError::new(regex.span, message));
            }
        }
        let (left, right) = (self.expression(left)?, self.expression(right)?);
        Ok(match (&left, &right) {
            (Node::Constant(left), Node::Constant(right)) => {
                Condition::Constant(op.values(left, right))
            }
            (_, Node::Constant(constant)) => match constant_test(op, constant) {
                Some(test) => tested(left, test, op == Comparison::NotEqual),
                None => Condition::Compare { op, left, right },
            },
            (Node::Constant(constant), _) => match constant_test(op.mirrored(), constant) {
                Some(test) => tested(right, test, op == Comparison::NotEqual),
                None => Condition::Compare { op, left, right },
            },
            _ => Condition::Compare { op, left, right },
        })
    }

    fn membership(&mut self, value: &Expr, list: &Expr, negated: bool) -> Compiled<Condition> {
        let (value, list) = (self.expression(value)?, self.expression(list)?);
        let constants = match list.constant() {
            Some(Value::List(items)) if items.iter().all(is_single) => Some(items.to_vec()),
            _ => None,
        };
        Ok(match constants {
            Some(constants) => tested(value, Test::Among(Among::new(constants)), negated),
            None => Condition::Among {
                value,
                list,
                negated,
            },
        })
    }

    fn search(&mut self, value: &Expr, pattern: &Expr, negated: bool) -> Compiled<Condition> {
        let value = self.expression(value)?;
        if let ExprKind::Regex(regex) = &pattern.kind {
            let pattern = Pattern::regex(&regex.source)
                .map_err(|message| CompileError::new(regex.span, message))?;
            return Ok(tested(value, Test::Matches(pattern), negated));
        }
        let pattern = self.expression(pattern)?;
        Ok(match pattern.constant().and_then(text_of) {
            Some(text) => tested(value, Test::Matches(Pattern::text(&text)), negated),
            None => Condition::Like {
                value,
                pattern,
                negated,
            },
        })
    }
}

/// The operands of a run of the same operator, however it is nested to the left.
pub(super) fn operands(expr: &Expr, op: BinaryOp) -> Vec<&Expr> {
    let mut operands = Vec::new();
    let mut rest = expr;
    while let ExprKind::Binary(found, left, right) = &rest.kind
        && *found == op
    {
        operands.push(&**right);
        rest = left;
    }
    operands.push(rest);
    operands.reverse();
    operands
}

/// The test for a comparison with a constant, if the constant allows one.
fn constant_test(op: Comparison, constant: &Value<'static>) -> Option<Test> {
    match op {
        _ if !is_single(constant) => None,
        Comparison::Equal | Comparison::NotEqual => Some(Test::equals(constant.clone())),
        order => number_of(constant).map(|number| Test::Order(order, number)),
    }
}

const fn is_single(value: &Value<'_>) -> bool {
    !matches!(value, Value::Missing | Value::List(_) | Value::Json(_))
}

fn tested(value: Node, test: Test, negated: bool) -> Condition {
    match &value {
        Node::Constant(constant) => Condition::Constant(test.passes(constant, negated)),
        _ => Condition::Test {
            value,
            test,
            negated,
        },
    }
}

fn negation(condition: Condition) -> Condition {
    match condition {
        Condition::Constant(truth) => Condition::Constant(!truth),
        Condition::Not(inner) => *inner,
        other => Condition::Not(Box::new(other)),
    }
}

/// All of them, the cheapest first; evaluation has no effects, so the order is free.
pub(super) fn all(parts: Vec<Condition>) -> Condition {
    let mut flat = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Condition::Constant(Truth::True) => {}
            Condition::Constant(Truth::False) => return Condition::Constant(Truth::False),
            Condition::All(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    flat.sort_by_key(Condition::cost);
    match flat.len() {
        0 => Condition::Constant(Truth::True),
        1 => flat.pop().unwrap_or(Condition::Constant(Truth::True)),
        _ => Condition::All(flat.into()),
    }
}

fn any(parts: Vec<Condition>) -> Condition {
    let mut flat = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Condition::Constant(Truth::False) => {}
            Condition::Constant(Truth::True) => return Condition::Constant(Truth::True),
            Condition::Any(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    flat.sort_by_key(Condition::cost);
    match flat.len() {
        0 => Condition::Constant(Truth::False),
        1 => flat.pop().unwrap_or(Condition::Constant(Truth::False)),
        _ => Condition::Any(flat.into()),
    }
}

/// The operator, if it compares.
pub(super) const fn comparison(op: BinaryOp) -> Option<Comparison> {
    Some(match op {
        BinaryOp::Equal => Comparison::Equal,
        BinaryOp::NotEqual => Comparison::NotEqual,
        BinaryOp::Less => Comparison::Less,
        BinaryOp::LessEqual => Comparison::LessEqual,
        BinaryOp::Greater => Comparison::Greater,
        BinaryOp::GreaterEqual => Comparison::GreaterEqual,
        _ => return None,
    })
}
