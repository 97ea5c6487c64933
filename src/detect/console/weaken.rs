//! A condition in the console's terms, erring on a chosen side.

use super::choice::Choice;
use super::settled::{self, Said};
use super::stand_in::{self, StandIn};
use super::tree::{and, any, call, made, not, or, present};
use super::{caller, line};
use crate::detect::file::Log;
use crate::query::ast::{BinaryOp, Expr, ExprKind, UnaryOp};
use crate::record::field::{Console, Field, audit_fields, authenticator_fields, system_fields};

/// Which way an approximation may err.
///
/// In three-valued logic the two are not each other's opposite: what turns a condition round is that
/// it is false, not that it is not true.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// It is true at least where the original is.
    Weaker,
    /// It is false at least where the original is.
    Stronger,
}

impl Side {
    const fn other(self) -> Self {
        match self {
            Self::Weaker => Self::Stronger,
            Self::Stronger => Self::Weaker,
        }
    }
}

/// Translates conditions about one kind of log, and remembers whether anything was lost.
pub(super) struct Weaken {
    log: Log,
    /// Whether nothing was.
    pub(super) exact: bool,
}

impl Weaken {
    pub(super) const fn new(log: Log) -> Self {
        Self { log, exact: true }
    }

    /// The condition in the console's terms; `None` where nothing can be said, which stands for
    /// "always" on the weaker side and for "never" on the stronger.
    pub(super) fn condition(&mut self, expr: &Expr, side: Side) -> Option<Expr> {
        match &expr.kind {
            ExprKind::Binary(BinaryOp::And, left, right) => {
                let both = (self.condition(left, side), self.condition(right, side));
                match (both, side) {
                    ((Some(left), Some(right)), _) => Some(and(left, right)),
                    ((Some(one), None) | (None, Some(one)), Side::Weaker) => Some(one),
                    _ => None,
                }
            }
            ExprKind::Binary(BinaryOp::Or, left, right) => {
                let both = (self.condition(left, side), self.condition(right, side));
                match (both, side) {
                    ((Some(left), Some(right)), _) => Some(or(left, right)),
                    ((Some(one), None) | (None, Some(one)), Side::Stronger) => Some(one),
                    _ => None,
                }
            }
            ExprKind::Unary(UnaryOp::Not, inner) => Some(not(self.condition(inner, side.other())?)),
            _ => {
                let said = self.test(expr, side);
                self.exact &= said.as_ref().is_some_and(|said| said.exact);
                said.map(|said| said.expr)
            }
        }
    }

    /// A single test.
    fn test(&self, expr: &Expr, side: Side) -> Option<Said> {
        if let Some(name) = asks_presence(expr) {
            return self.presence(name, side);
        }
        if let Some(choice) = Choice::of(expr).filter(|choice| settled::knows(choice.name)) {
            return match side {
                Side::Weaker => settled::say(&choice),
                Side::Stronger => settled::say(&choice.opposite()).map(|said| Said {
                    expr: not(said.expr),
                    exact: said.exact,
                }),
            };
        }
        if let Some(expr) = self.renamed(expr, None) {
            return Some(Said {
                expr: spread_lists(expr),
                exact: true,
            });
        }
        self.stands_in(expr, side).or_else(|| {
            let implied = self.implied(expr).filter(|_| side == Side::Weaker)?;
            Some(Said {
                expr: implied,
                exact: false,
            })
        })
    }

    /// A test whose fields are raw but for one that has a stand-in.
    fn stands_in(&self, expr: &Expr, side: Side) -> Option<Said> {
        if self.log != Log::Audit {
            return None;
        }
        let mut names = Vec::new();
        fields(expr, &mut names);
        let (name, stand_in) = names
            .iter()
            .find_map(|name| Some((*name, stand_in::of(name)?)))?;
        let StandIn {
            raw,
            elsewhere,
            in_line,
        } = stand_in;
        let renamed = spread_lists(self.renamed(expr, Some((name, &raw)))?);
        let expr = match side {
            Side::Weaker => match line::implied(expr).filter(|_| in_line) {
                Some(implied) => or(renamed, and(elsewhere, implied)),
                None => or(renamed, elsewhere),
            },
            Side::Stronger => and(not(elsewhere), renamed),
        };
        Some(Said { expr, exact: false })
    }

    /// What a test of one fact implies about the line.
    fn implied(&self, expr: &Expr) -> Option<Expr> {
        let value = match &expr.kind {
            ExprKind::Field(_) => expr,
            ExprKind::Binary(_, left, _) => left,
            ExprKind::In { value, .. } | ExprKind::Like { value, .. } => value,
            _ => return None,
        };
        let ExprKind::Field(name) = &value.kind else {
            return None;
        };
        if name.starts_with("object.") {
            return line::implied(expr);
        }
        let fact = self.row(name)?;
        let in_line = || line::implied(expr).filter(|_| fact.console == Console::InLine);
        match self.log {
            Log::Audit => line::of_body(expr, name)
                .or_else(|| caller::implied(&Choice::of(expr)?))
                .or_else(in_line),
            Log::Authenticator => line::of_authenticator(expr, name).or_else(in_line),
        }
    }

    /// `ispresent(name)`
    fn presence(&self, name: &str, side: Side) -> Option<Said> {
        let exactly = |expr| Some(Said { expr, exact: true });
        if let Some(raw) = self.raw_name(name) {
            // The audit policy never writes an empty text there, and to us one is a missing field.
            let may_be_empty = raw.starts_with("objectRef.");
            return exactly(if may_be_empty {
                not(call("isempty", &raw))
            } else {
                present(&raw)
            });
        }
        match (name, side) {
            ("user.groups" | "sourceIPs" | "impersonatedUser.groups", _) => {
                exactly(present(&format!("{name}.0")))
            }
            ("source.ip", _) => exactly(present("sourceIPs.0")),
            (_, Side::Stronger) => stand_in::is_open(name).then(|| Said {
                expr: present(name),
                exact: false,
            }),
            (_, Side::Weaker) => {
                // A short key, such as `op`, stands in every line.
                let long = |key: &&str| key.len() > 3;
                let key = if stand_in::is_open(name) || name.starts_with("object.") {
                    stand_in::last_key(name).filter(long)
                } else {
                    line::key_of(name)
                };
                Some(Said {
                    expr: line::holds(key?)?,
                    exact: false,
                })
            }
        }
    }

    fn row(&self, name: &str) -> Option<&'static Field> {
        let own: Box<dyn Iterator<Item = &'static Field>> = match self.log {
            Log::Audit => Box::new(audit_fields()),
            Log::Authenticator => Box::new(authenticator_fields()),
        };
        own.chain(system_fields()).find(|field| field.name == name)
    }

    /// The expression with facts renamed that have a raw field, and one name put in for another;
    /// `None` when a field has none.
    pub(super) fn renamed(&self, expr: &Expr, instead: Option<(&str, &str)>) -> Option<Expr> {
        let many = |items: &[Expr]| {
            items
                .iter()
                .map(|item| self.renamed(item, instead))
                .collect::<Option<Vec<Expr>>>()
        };
        let one = |inner: &Expr| self.renamed(inner, instead).map(Box::new);
        let kind = match &expr.kind {
            ExprKind::Field(name) => match instead.filter(|(ours, _)| ours == name) {
                Some((_, raw)) => ExprKind::Field(raw.to_owned()),
                None => ExprKind::Field(self.raw_name(name)?),
            },
            ExprKind::List(items) => ExprKind::List(many(items)?),
            ExprKind::Unary(op, inner) => ExprKind::Unary(*op, one(inner)?),
            ExprKind::Binary(op, left, right) => ExprKind::Binary(*op, one(left)?, one(right)?),
            ExprKind::In {
                value,
                list,
                negated,
            } => ExprKind::In {
                value: one(value)?,
                list: one(list)?,
                negated: *negated,
            },
            ExprKind::Like {
                value,
                pattern,
                negated,
            } => ExprKind::Like {
                value: one(value)?,
                pattern: one(pattern)?,
                negated: *negated,
            },
            ExprKind::Call {
                name,
                args,
                name_span,
            } => ExprKind::Call {
                name: name.clone(),
                args: many(args)?,
                name_span: *name_span,
            },
            ExprKind::Member(..) | ExprKind::Index(..) => return None,
            other => other.clone(),
        };
        Some(Expr {
            kind,
            span: expr.span,
        })
    }

    /// The raw field that holds the same value.
    fn raw_name(&self, name: &str) -> Option<String> {
        // A whole body is no field there: the console knows its leaves.
        if matches!(name, "requestObject" | "responseObject") {
            return None;
        }
        if let Some(field) = self.row(name) {
            return match field.console {
                Console::Same => Some(name.to_owned()),
                Console::Field(other) => Some(other.to_owned()),
                Console::InLine | Console::Nothing => None,
            };
        }
        // Elements of arrays near the head of the line, and the status.
        let element = [
            "user.extra.",
            "impersonatedUser.extra.",
            "user.groups.",
            "sourceIPs.",
        ];
        let raw = name.starts_with("responseStatus.")
            || (stand_in::ends_in_number(name)
                && element.iter().any(|root| name.starts_with(root)));
        raw.then(|| name.to_owned())
    }
}

fn asks_presence(expr: &Expr) -> Option<&str> {
    let ExprKind::Call { name, args, .. } = &expr.kind else {
        return None;
    };
    match args.as_slice() {
        [
            Expr {
                kind: ExprKind::Field(field),
                ..
            },
        ] if name == "ispresent" => Some(field),
        _ => None,
    }
}

/// The names of the fields of an expression.
pub(super) fn fields<'e>(expr: &'e Expr, names: &mut Vec<&'e str>) {
    match &expr.kind {
        ExprKind::Field(name) => names.push(name),
        ExprKind::Unary(_, inner) | ExprKind::Member(inner, _) => fields(inner, names),
        ExprKind::Binary(_, left, right) | ExprKind::Index(left, right) => {
            fields(left, names);
            fields(right, names);
        }
        ExprKind::In { value, list, .. } => {
            fields(value, names);
            fields(list, names);
        }
        ExprKind::Like { value, .. } => fields(value, names),
        ExprKind::List(items) | ExprKind::Call { args: items, .. } => {
            items.iter().for_each(|item| fields(item, names));
        }
        _ => {}
    }
}

/// A function whose second argument is our list of networks becomes one test for each.
fn spread_lists(expr: Expr) -> Expr {
    let ExprKind::Call {
        name,
        args,
        name_span,
    } = &expr.kind
    else {
        return expr;
    };
    let [address, networks] = args.as_slice() else {
        return expr;
    };
    let ExprKind::List(items) = &networks.kind else {
        return expr;
    };
    let one = |network: &Expr| {
        made(ExprKind::Call {
            name: name.clone(),
            args: vec![address.clone(), subnet(network)],
            name_span: *name_span,
        })
    };
    any(items.iter().map(one)).unwrap_or(expr)
}

/// A network as the console takes it: an address alone, which our lists may hold, is the network of
/// that one address.
fn subnet(network: &Expr) -> Expr {
    let ExprKind::Text(text) = &network.kind else {
        return network.clone();
    };
    match text.parse::<std::net::IpAddr>() {
        Ok(address) => {
            let bits = if address.is_ipv4() { 32 } else { 128 };
            made(ExprKind::Text(format!("{text}/{bits}")))
        }
        Err(_) => network.clone(),
    }
}
