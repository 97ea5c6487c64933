//! Expressions as text.

use std::fmt::{self, Display, Formatter, Write as _};

use super::separated;
use crate::query::ast::{BinaryOp, Expr, ExprKind, Regex, UnaryOp};
use crate::query::precedence::{
    AND, COMPARISON, NOT, OPERAND, OR, POWER, SUM, UNARY, binary_level, level_of,
};
use crate::query::{names, period};

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExprKind::Field(name) => f.write_str(&names::written(name)),
            ExprKind::Text(text) => TextLiteral(text).fmt(f),
            ExprKind::Number(number) => write_number(f, *number),
            ExprKind::Bool(value) => write!(f, "{value}"),
            ExprKind::List(items) => bracketed(f, '[', items, ']'),
            ExprKind::Regex(regex) => RegexLiteral(regex).fmt(f),
            ExprKind::Period(millis) => match period::written(*millis) {
                Some(text) => f.write_str(&text),
                None => write!(f, "{millis}ms"),
            },
            ExprKind::Star => f.write_char('*'),
            ExprKind::Unary(op, operand) => write_unary(f, *op, operand),
            ExprKind::Binary(op, left, right) => write_binary(f, *op, left, right),
            ExprKind::In {
                value,
                list,
                negated,
            } => {
                let operator = if *negated { "not in" } else { "in" };
                write!(f, "{} {operator} {}", At(SUM, value), At(SUM, list))
            }
            ExprKind::Like {
                value,
                pattern,
                negated,
            } => {
                let operator = if *negated { "not like" } else { "like" };
                write!(f, "{} {operator} {}", At(SUM, value), At(SUM, pattern))
            }
            ExprKind::Call { name, args, .. } => {
                f.write_str(name)?;
                bracketed(f, '(', args, ')')
            }
            ExprKind::Member(map, key) => {
                let bare = matches!(
                    map.kind,
                    ExprKind::Call { .. } | ExprKind::Member(..) | ExprKind::Index(..)
                );
                let key = names::written_key(key);
                if bare {
                    write!(f, "{map}.{key}")
                } else {
                    write!(f, "({map}).{key}")
                }
            }
            ExprKind::Index(list, index) => {
                let bare = matches!(
                    list.kind,
                    ExprKind::Field(_)
                        | ExprKind::Call { .. }
                        | ExprKind::Member(..)
                        | ExprKind::Index(..)
                );
                if bare {
                    write!(f, "{list}[{index}]")
                } else {
                    write!(f, "({list})[{index}]")
                }
            }
        }
    }
}

/// An expression in a place that wants operators of at least this level outermost.
struct At<'a>(u8, &'a Expr);

impl Display for At<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(least, expr) = self;
        if level_of(expr) < *least {
            write!(f, "({expr})")
        } else {
            expr.fmt(f)
        }
    }
}

/// An expression where only an operand may stand: the text that `parse` takes apart.
pub(super) struct Operand<'a>(pub(super) &'a Expr);

impl Display for Operand<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0.kind {
            // Bare, these would be read as the pattern or as a minus.
            ExprKind::Text(_) | ExprKind::Regex(_) | ExprKind::Number(_) => {
                write!(f, "({})", self.0)
            }
            _ => At(OPERAND, self.0).fmt(f),
        }
    }
}

fn write_unary(f: &mut Formatter<'_>, op: UnaryOp, operand: &Expr) -> fmt::Result {
    match (op, &operand.kind) {
        (UnaryOp::Not, ExprKind::Unary(UnaryOp::Not, _)) => write!(f, "not {operand}"),
        (UnaryOp::Not, _) => write!(f, "not {}", At(OPERAND, operand)),
        // `-5` is a number, `-(5)` its negation.
        (UnaryOp::Negate, ExprKind::Number(_)) => write!(f, "-({operand})"),
        (UnaryOp::Negate, _) => write!(f, "-{}", At(UNARY, operand)),
    }
}

fn write_binary(f: &mut Formatter<'_>, op: BinaryOp, left: &Expr, right: &Expr) -> fmt::Result {
    let level = binary_level(op);
    let (left_least, right_least) = match level {
        // `a or b or c`, but `a or (b and c)`: the console's precedence is not documented.
        OR => (if level_of(left) == OR { OR } else { NOT }, NOT),
        AND => (AND, NOT),
        COMPARISON => (SUM, SUM),
        POWER => (OPERAND, POWER),
        _ => (level, level + 1),
    };
    write!(
        f,
        "{} {} {}",
        At(left_least, left),
        symbol(op),
        At(right_least, right)
    )
}

const fn symbol(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Or => "or",
        BinaryOp::And => "and",
        BinaryOp::Equal => "=",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Less => "<",
        BinaryOp::LessEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterEqual => ">=",
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Remainder => "%",
        BinaryOp::Power => "^",
    }
}

fn bracketed(f: &mut Formatter<'_>, open: char, items: &[Expr], close: char) -> fmt::Result {
    f.write_char(open)?;
    separated(f, items, ", ")?;
    f.write_char(close)
}

fn write_number(f: &mut Formatter<'_>, number: f64) -> fmt::Result {
    /// Beyond these a number is written with an exponent.
    const PLAIN: std::ops::Range<f64> = 1e-6..1e15;
    if number == 0.0 || PLAIN.contains(&number.abs()) {
        write!(f, "{number}")
    } else {
        write!(f, "{number:e}")
    }
}

/// A text in quotes.
pub(super) struct TextLiteral<'a>(pub(super) &'a str);

impl Display for TextLiteral<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '"' | '\\' => write!(f, "\\{c}")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                _ => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
}

/// A regular expression in slashes.
pub(super) struct RegexLiteral<'a>(pub(super) &'a Regex);

impl Display for RegexLiteral<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_char('/')?;
        let mut chars = self.0.source.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => {
                    f.write_char('\\')?;
                    chars
                        .next()
                        .map_or(Ok(()), |escaped| f.write_char(escaped))?;
                }
                '/' => f.write_str("\\/")?,
                '\n' => f.write_str("\\n")?,
                _ => f.write_char(c)?,
            }
        }
        f.write_char('/')
    }
}
