//! Operators and what they join. How tight each binds is said in `precedence`.

use super::cursor::{Parse, Parser, is_word};
use super::refused;
use crate::query::ast::{BinaryOp, Expr, ExprKind, Span, UnaryOp};
use crate::query::diagnostic::Diagnostic;
use crate::query::lex::{Kind, Symbol};
use crate::query::precedence::{self as level, binary_level};

/// An operator between two operands.
#[derive(Clone, Copy)]
enum Infix {
    Binary(BinaryOp),
    In {
        negated: bool,
    },
    Like {
        negated: bool,
    },
    /// `=~` and `~=`
    Match(Symbol),
}

impl Infix {
    fn level(self) -> u8 {
        match self {
            Self::Binary(op) => binary_level(op),
            Self::In { .. } | Self::Like { .. } | Self::Match(_) => level::COMPARISON,
        }
    }
}

impl Parser<'_> {
    /// Any expression.
    pub(super) fn expression(&mut self) -> Parse<Expr> {
        self.at_level(level::OR)
    }

    /// An expression whose operators all bind at least as tight as `least`.
    fn at_level(&mut self, least: u8) -> Parse<Expr> {
        self.nested(|parser| {
            let mut left = parser.prefixed(least)?;
            let mut compared = false;
            while let Some(infix) = parser.infix() {
                let level = infix.level();
                if level < least {
                    break;
                }
                if level == level::COMPARISON && compared {
                    let found = Diagnostic::error(
                        "chained-comparison",
                        parser.span(),
                        "comparisons cannot be chained",
                    );
                    return parser.fail(found.help("write `a < b and b < c`"));
                }
                compared |= level == level::COMPARISON;
                left = parser.joined(left, infix)?;
            }
            Ok(left)
        })
    }

    /// `not a`, `-a`, or an operand.
    fn prefixed(&mut self, least: u8) -> Parse<Expr> {
        let start = self.span();
        if self.is_word("not") || self.is(Symbol::Not) {
            if least > level::NOT {
                let found = Diagnostic::error("syntax", start, "`not` cannot stand here");
                return self.fail(
                    found.help("put parentheses around it, or use `!=`, `not in`, `not like`"),
                );
            }
            self.advance();
            let operand = self.at_level(level::NOT)?;
            return self.unary(UnaryOp::Not, start, operand);
        }
        if !self.is(Symbol::Minus) {
            return self.operand();
        }
        self.advance();
        if let Kind::Number(number) = self.kind() {
            let span = start.to(self.span());
            self.advance();
            self.grow(0)?;
            return Ok(Expr {
                kind: ExprKind::Number(-number),
                span,
            });
        }
        let operand = self.at_level(level::UNARY)?;
        self.unary(UnaryOp::Negate, start, operand)
    }

    fn unary(&mut self, op: UnaryOp, start: Span, operand: Expr) -> Parse<Expr> {
        self.grow(self.height)?;
        let span = start.to(operand.span);
        Ok(Expr {
            kind: ExprKind::Unary(op, Box::new(operand)),
            span,
        })
    }

    /// The operator that comes next, if one does.
    fn infix(&self) -> Option<Infix> {
        let binary = |op| Some(Infix::Binary(op));
        match self.kind() {
            Kind::Symbol(symbol) => match symbol {
                Symbol::Equal => binary(BinaryOp::Equal),
                Symbol::NotEqual => binary(BinaryOp::NotEqual),
                Symbol::Less => binary(BinaryOp::Less),
                Symbol::LessEqual => binary(BinaryOp::LessEqual),
                Symbol::Greater => binary(BinaryOp::Greater),
                Symbol::GreaterEqual => binary(BinaryOp::GreaterEqual),
                Symbol::Plus => binary(BinaryOp::Add),
                Symbol::Minus => binary(BinaryOp::Subtract),
                Symbol::Star => binary(BinaryOp::Multiply),
                Symbol::Slash => binary(BinaryOp::Divide),
                Symbol::Percent => binary(BinaryOp::Remainder),
                Symbol::Caret => binary(BinaryOp::Power),
                Symbol::Matches | Symbol::OddMatches => Some(Infix::Match(*symbol)),
                _ => None,
            },
            Kind::Word(_) => self.infix_word(),
            _ => None,
        }
    }

    fn infix_word(&self) -> Option<Infix> {
        if self.is_word("or") {
            return Some(Infix::Binary(BinaryOp::Or));
        }
        if self.is_word("and") {
            return Some(Infix::Binary(BinaryOp::And));
        }
        let negated = self.is_word("not");
        let word = self.kind_after(usize::from(negated));
        if is_word(word, "in") {
            Some(Infix::In { negated })
        } else if is_word(word, "like") {
            Some(Infix::Like { negated })
        } else {
            None
        }
    }

    /// Reads the operator and what stands right of it.
    fn joined(&mut self, left: Expr, infix: Infix) -> Parse<Expr> {
        let left_height = self.height;
        let operator = self.span();
        self.advance();
        if let Infix::In { negated: true } | Infix::Like { negated: true } = infix {
            self.advance();
        }
        if let Infix::In { .. } = infix {
            self.refuse_parenthesised_list()?;
        }
        // Left-associative, but for `^`.
        let right_level = match infix {
            Infix::Binary(BinaryOp::Power) => level::POWER,
            _ => infix.level() + 1,
        };
        let right = self.at_level(right_level)?;
        self.grow(left_height.max(self.height))?;
        let span = left.span.to(right.span);
        match infix {
            Infix::Binary(BinaryOp::Or) => self.warn_of_bare_and(&left, &right),
            Infix::Match(symbol) => self.warn_of_odd_match(symbol, operator, &right),
            _ => {}
        }
        let (left, right) = (Box::new(left), Box::new(right));
        let kind = match infix {
            Infix::Binary(op) => ExprKind::Binary(op, left, right),
            Infix::In { negated } => ExprKind::In {
                value: left,
                list: right,
                negated,
            },
            Infix::Like { negated } => ExprKind::Like {
                value: left,
                pattern: right,
                negated,
            },
            Infix::Match(_) => ExprKind::Like {
                value: left,
                pattern: right,
                negated: false,
            },
        };
        Ok(Expr { kind, span })
    }

    /// `in ("a", "b")` is how SQL writes it, `in (SOURCE …)` a query inside a query.
    fn refuse_parenthesised_list(&mut self) -> Parse<()> {
        if !self.is(Symbol::LeftParen) {
            return Ok(());
        }
        let inner = self.kind_after(1);
        if ["source", "fields", "filter", "stats", "select"]
            .iter()
            .any(|word| is_word(inner, word))
        {
            let refused = self.refuse(&refused::SUBQUERY);
            self.skip_all();
            return refused;
        }
        let found = Diagnostic::error(
            "in-parentheses",
            self.span(),
            "the list after `in` stands in square brackets",
        );
        self.fail(found.help("write `in [\"a\", \"b\"]`"))
    }

    fn warn_of_bare_and(&mut self, left: &Expr, right: &Expr) {
        for operand in [left, right] {
            let is_and = matches!(operand.kind, ExprKind::Binary(BinaryOp::And, ..));
            if !is_and || self.parenthesised.contains(&operand.span) {
                continue;
            }
            let message = "`and` beside `or` without parentheses is read first";
            let found = Diagnostic::warning("and-or-mixed", operand.span, message)
                .help("the console's precedence is not documented: write the parentheses");
            let inside = self
                .text
                .get(operand.span.start..operand.span.end)
                .unwrap_or_default();
            self.report(found.suggest(operand.span, format!("({inside})")));
        }
    }

    fn warn_of_odd_match(&mut self, symbol: Symbol, span: Span, right: &Expr) {
        let on_regex = matches!(right.kind, ExprKind::Regex(_));
        let spelling = if symbol == Symbol::Matches {
            "=~"
        } else {
            "~="
        };
        if symbol == Symbol::Matches && on_regex {
            return;
        }
        let message = if symbol == Symbol::Matches {
            "`=~` with a text is not documented".to_owned()
        } else {
            format!("`{spelling}` is not documented")
        };
        let found = Diagnostic::warning("odd-match", span, message);
        self.report(
            found
                .help("it is read as `like`; write that")
                .suggest(span, "like"),
        );
    }
}
