//! A detector's query as plain Insights text, to paste into the console.
//!
//! The console knows the raw fields of whole lines, and none of our facts. A test that it can't make
//! is left out where that lets more through, never less; what comes out says which.

use std::fmt;

use super::file::Log;
use crate::query::ast::{BinaryOp, CommandKind, Expr, ExprKind, Query, Regex, Span, UnaryOp};
use crate::record::field::{Console, Field, audit_fields, authenticator_fields, system_fields};

/// Plain Insights text and what it returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translation {
    /// The text.
    pub text: String,
    /// Whether it returns the detector's events and no others, cut-off lines aside.
    pub exact: bool,
}

impl fmt::Display for Translation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let returns = if self.exact {
            "# Returns exactly the detector's events, and every cut-off line, in which the console finds no fields."
        } else {
            "# Returns the detector's events and others (a superset): the console can't test everything. Never less."
        };
        writeln!(f, "{returns}\n{}", self.text)
    }
}

/// Translates a query whose lists are filled in.
#[must_use]
pub fn translate(query: &Query, log: Log) -> Translation {
    let mut weaken = Weaken { log, exact: true };
    let mut conditions = Vec::new();
    let mut computed = false;
    for command in &query.commands {
        match &command.kind {
            CommandKind::Filter(condition) => {
                if let Some(weaker) = weaken.condition(condition, Side::Weaker) {
                    conditions.push(weaker);
                }
            }
            // Presentation changes no row.
            CommandKind::Sort(_) | CommandKind::Limit(_) | CommandKind::Display(_) => {}
            _ => computed = true,
        }
    }
    let stream = match log {
        Log::Audit => "/^kube-apiserver-audit-/",
        Log::Authenticator => "/^authenticator-/",
    };
    let mut text = format!("fields @timestamp, @message\n| filter @logStream like {stream}");
    if computed {
        // Fields that the query computes may be tested anywhere: only the stream is sure.
        weaken.exact = false;
        conditions.clear();
    }
    if let Some(all) = conditions
        .into_iter()
        .reduce(|left, right| binary(BinaryOp::And, left, right))
    {
        let whole = match log {
            Log::Audit => binary(BinaryOp::Or, all, cut_line()),
            Log::Authenticator => all,
        };
        text.push_str(&format!("\n| filter {whole}"));
    }
    Translation {
        text,
        exact: weaken.exact,
    }
}

/// `@message like /\[Truncated\.\.\.\]\s*$/`
fn cut_line() -> Expr {
    like(field("@message"), regex(r"\[Truncated\.\.\.\]\s*$"))
}

/// Which way an approximation may err.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// It may let more through.
    Weaker,
    /// It may let less through.
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

struct Weaken {
    log: Log,
    exact: bool,
}

impl Weaken {
    /// The condition in the console's terms; `None` where nothing can be said, which stands for
    /// "always" on the weaker side and for "never" on the stronger.
    fn condition(&mut self, expr: &Expr, side: Side) -> Option<Expr> {
        match &expr.kind {
            ExprKind::Binary(BinaryOp::And, left, right) => {
                let both = (self.condition(left, side), self.condition(right, side));
                match (both, side) {
                    ((Some(left), Some(right)), _) => Some(binary(BinaryOp::And, left, right)),
                    ((Some(one), None) | (None, Some(one)), Side::Weaker) => Some(one),
                    _ => None,
                }
            }
            ExprKind::Binary(BinaryOp::Or, left, right) => {
                let both = (self.condition(left, side), self.condition(right, side));
                match (both, side) {
                    ((Some(left), Some(right)), _) => Some(binary(BinaryOp::Or, left, right)),
                    ((Some(one), None) | (None, Some(one)), Side::Stronger) => Some(one),
                    _ => None,
                }
            }
            ExprKind::Unary(UnaryOp::Not, inner) => {
                let inner = self.condition(inner, side.other())?;
                Some(Expr {
                    kind: ExprKind::Unary(UnaryOp::Not, Box::new(inner)),
                    span: Span::default(),
                })
            }
            _ => {
                let said = self.test(expr, side);
                if said.is_none() {
                    self.exact = false;
                }
                said
            }
        }
    }

    /// A single test.
    fn test(&mut self, expr: &Expr, side: Side) -> Option<Expr> {
        if let Some(found) = self.single_fact(expr) {
            return self.fact(expr, found, side);
        }
        self.renamed(expr).map(spread_lists)
    }

    /// The fact that a test is about, when it is one comparison of one fact with constants.
    fn single_fact(&self, expr: &Expr) -> Option<&'static Field> {
        let value = match &expr.kind {
            ExprKind::Binary(_, left, _) => left,
            ExprKind::In { value, .. } | ExprKind::Like { value, .. } => value,
            _ => return None,
        };
        let ExprKind::Field(name) = &value.kind else {
            return None;
        };
        self.row(name)
            .filter(|field| !matches!(field.console, Console::Same | Console::Field(_)))
    }

    fn row(&self, name: &str) -> Option<&'static Field> {
        let own: Box<dyn Iterator<Item = &'static Field>> = match self.log {
            Log::Audit => Box::new(audit_fields()),
            Log::Authenticator => Box::new(authenticator_fields()),
        };
        own.chain(system_fields()).find(|field| field.name == name)
    }

    /// What a test of a fact implies about the line's text.
    fn fact(&mut self, expr: &Expr, fact: &Field, side: Side) -> Option<Expr> {
        if fact.name == "outcome" {
            return outcome(expr);
        }
        self.exact = false;
        if side == Side::Stronger {
            return None;
        }
        match &expr.kind {
            ExprKind::Binary(BinaryOp::Equal, _, constant) => match &constant.kind {
                ExprKind::Text(text) if fact.console == Console::InLine => in_line(text),
                ExprKind::Bool(true) => knob_in_line(fact.name),
                _ => None,
            },
            ExprKind::In {
                list,
                negated: false,
                ..
            } if fact.console == Console::InLine => {
                let ExprKind::List(items) = &list.kind else {
                    return None;
                };
                let each: Option<Vec<Expr>> = items
                    .iter()
                    .map(|item| match &item.kind {
                        ExprKind::Text(text) => in_line(text),
                        _ => None,
                    })
                    .collect();
                each?
                    .into_iter()
                    .reduce(|left, right| binary(BinaryOp::Or, left, right))
            }
            ExprKind::Like {
                pattern,
                negated: false,
                ..
            } if fact.console == Console::InLine => match &pattern.kind {
                ExprKind::Text(text) => in_line(text),
                _ => None,
            },
            _ => None,
        }
    }

    /// The expression with facts renamed that have a raw field; `None` when one has none.
    fn renamed(&self, expr: &Expr) -> Option<Expr> {
        let many = |items: &[Expr]| {
            items
                .iter()
                .map(|item| self.renamed(item))
                .collect::<Option<Vec<Expr>>>()
        };
        let one = |inner: &Expr| self.renamed(inner).map(Box::new);
        let kind = match &expr.kind {
            ExprKind::Field(name) => ExprKind::Field(self.raw_name(name)?),
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
        match self.row(name) {
            Some(field) => match field.console {
                Console::Same => Some(name.to_owned()),
                Console::Field(other) => Some(other.to_owned()),
                Console::InLine | Console::Nothing => None,
            },
            // An open path: the console flattens arrays, so only paths to one value are the same.
            None => {
                let open = [
                    "requestObject.",
                    "responseObject.",
                    "annotations.",
                    "user.extra.",
                    "responseStatus.",
                ];
                let last_is_number = name
                    .rsplit('.')
                    .next()
                    .is_some_and(|last| last.parse::<u32>().is_ok());
                let scalar = !name.starts_with("user.extra.") || last_is_number;
                (scalar && open.iter().any(|root| name.starts_with(root))).then(|| name.to_owned())
            }
        }
    }
}

/// `outcome = "…"` in terms of code and decision.
fn outcome(expr: &Expr) -> Option<Expr> {
    let ExprKind::Binary(op, _, constant) = &expr.kind else {
        return None;
    };
    let ExprKind::Text(text) = &constant.kind else {
        return None;
    };
    let code = |op, number| binary(op, field("responseStatus.code"), number_of(number));
    let decided = |word: &str| {
        let decision = field("annotations.authorization.k8s.io/decision");
        binary(BinaryOp::Equal, decision, text_of(word))
    };
    let no_code = negate(call("ispresent", field("responseStatus.code")));
    let condition = match text.as_str() {
        "succeeded" => {
            let answered = binary(
                BinaryOp::And,
                code(BinaryOp::GreaterEqual, 100.0),
                code(BinaryOp::Less, 400.0),
            );
            binary(
                BinaryOp::Or,
                answered,
                binary(BinaryOp::And, no_code, decided("allow")),
            )
        }
        "unauthenticated" => code(BinaryOp::Equal, 401.0),
        "forbidden" => binary(
            BinaryOp::Or,
            code(BinaryOp::Equal, 403.0),
            decided("forbid"),
        ),
        "allowed-but-failed" => code(BinaryOp::GreaterEqual, 400.0),
        _ => return None,
    };
    match op {
        BinaryOp::Equal => Some(condition),
        _ => None,
    }
}

/// The line holds a text, as JSON writes it.
fn in_line(text: &str) -> Option<Expr> {
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\' | b'<' | b'>' | b'&'));
    (plain && !text.is_empty()).then(|| like(field("@message"), text_of(text)))
}

/// The line holds the key of a pod's boolean, set to true.
fn knob_in_line(fact: &str) -> Option<Expr> {
    let key = match fact {
        "pod.privileged" => "privileged",
        "pod.hostNetwork" => "hostNetwork",
        "pod.hostPID" => "hostPID",
        "pod.hostIPC" => "hostIPC",
        "pod.shareProcessNamespace" => "shareProcessNamespace",
        "pod.allowPrivilegeEscalation" => "allowPrivilegeEscalation",
        _ => return None,
    };
    Some(like(field("@message"), text_of(key)))
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
    let one = |network: &Expr| Expr {
        kind: ExprKind::Call {
            name: name.clone(),
            args: vec![address.clone(), network.clone()],
            name_span: *name_span,
        },
        span: expr.span,
    };
    let all = items
        .iter()
        .map(one)
        .reduce(|left, right| binary(BinaryOp::Or, left, right));
    all.unwrap_or(expr)
}

fn made(kind: ExprKind) -> Expr {
    Expr {
        kind,
        span: Span::default(),
    }
}

fn field(name: &str) -> Expr {
    made(ExprKind::Field(name.to_owned()))
}

fn text_of(text: &str) -> Expr {
    made(ExprKind::Text(text.to_owned()))
}

fn number_of(number: f64) -> Expr {
    made(ExprKind::Number(number))
}

fn regex(source: &str) -> Expr {
    made(ExprKind::Regex(Regex {
        source: source.to_owned(),
        span: Span::default(),
    }))
}

fn like(value: Expr, pattern: Expr) -> Expr {
    made(ExprKind::Like {
        value: Box::new(value),
        pattern: Box::new(pattern),
        negated: false,
    })
}

fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    made(ExprKind::Binary(op, Box::new(left), Box::new(right)))
}

fn negate(inner: Expr) -> Expr {
    made(ExprKind::Unary(UnaryOp::Not, Box::new(inner)))
}

fn call(name: &str, argument: Expr) -> Expr {
    made(ExprKind::Call {
        name: name.to_owned(),
        args: vec![argument],
        name_span: Span::default(),
    })
}
