//! A condition in the console's terms as a filter that passes at least what fulfils it.
//!
//! Only members are asked that hold one text or number, or are elements of an array near the head of the
//! event: bodies and annotations have keys that a pattern can't spell, and arrays where it expects a text.
//! The API server leaves out empty members (`omitempty`), so an empty one is a missing one.

use super::filter::{Filter, Op};
use super::glob::{is_plain, of_network, of_regex};
use crate::query::ast::{BinaryOp, Expr, ExprKind, UnaryOp};

/// Members that are asked as they are.
const PLAIN: [&str; 12] = [
    "verb",
    "stage",
    "requestURI",
    "userAgent",
    "user.username",
    "user.uid",
    "impersonatedUser.username",
    "impersonatedUser.uid",
    "responseStatus.code",
    "responseStatus.reason",
    "responseStatus.status",
    "objectRef",
];

/// Networks that no public address belongs to and that are asked for: loopback and where clusters live.
const PRIVATE: [&str; 6] = ["10.*", "192.168.*", "172.31.*", "127.*", "::1", "169.254.*"];

/// The filter that every event passes for which the condition is as wanted; `None` for anything.
pub(super) fn say(expr: &Expr, wanted: bool) -> Option<Filter> {
    match &expr.kind {
        ExprKind::Unary(UnaryOp::Not, inner) => say(inner, !wanted),
        ExprKind::Binary(op @ (BinaryOp::And | BinaryOp::Or), left, right) => {
            let sides = [say(left, wanted), say(right, wanted)];
            // "and" is false where one side is, "or" where both are.
            if (*op == BinaryOp::And) == wanted {
                let known: Vec<Filter> = sides.into_iter().flatten().collect();
                (!known.is_empty()).then(|| Filter::all(known))
            } else {
                let [left, right] = sides;
                Some(Filter::any([left?, right?]))
            }
        }
        ExprKind::Binary(op, left, right) => compared(field(left)?, *op, right, wanted),
        ExprKind::In {
            value,
            list,
            negated,
        } => {
            let ExprKind::List(items) = &list.kind else {
                return None;
            };
            let name = field(value)?;
            let equal = *negated != wanted;
            let each = items.iter().map(|item| equals(name, item, equal));
            if equal {
                Some(Filter::any(each.collect::<Option<Vec<_>>>()?))
            } else {
                some(each.flatten())
            }
        }
        ExprKind::Like {
            value,
            pattern,
            negated,
        } => like(field(value)?, pattern, *negated != wanted),
        ExprKind::Call { name, args, .. } => called(name, args, wanted),
        _ => None,
    }
}

/// All of them; `None` for anything.
fn some(parts: impl Iterator<Item = Filter>) -> Option<Filter> {
    let parts: Vec<Filter> = parts.collect();
    (!parts.is_empty()).then(|| Filter::all(parts))
}

fn field(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Field(name) => Some(name),
        _ => None,
    }
}

/// Whether a pattern may ask for a member.
fn is_known(name: &str) -> bool {
    let spelt = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let element = || {
        let (root, place) = name.rsplit_once('.')?;
        let numbered = place.bytes().all(|byte| byte.is_ascii_digit());
        let known = root == "sourceIPs" || root == "user.groups" || root.starts_with("user.extra.");
        Some(numbered && known)
    };
    let known =
        PLAIN.contains(&name) || name.starts_with("objectRef.") || element().unwrap_or_default();
    known && name.split('.').all(spelt)
}

fn compared(name: &str, op: BinaryOp, right: &Expr, wanted: bool) -> Option<Filter> {
    let (yes, no) = match op {
        BinaryOp::Equal => return equals(name, right, wanted),
        BinaryOp::NotEqual => return equals(name, right, !wanted),
        BinaryOp::Less => ("<", ">="),
        BinaryOp::LessEqual => ("<=", ">"),
        BinaryOp::Greater => (">", "<="),
        BinaryOp::GreaterEqual => (">=", "<"),
        _ => return None,
    };
    match right.kind {
        ExprKind::Number(number) => numeric(name, if wanted { yes } else { no }, number),
        _ => None,
    }
}

fn numeric(name: &str, op: &'static str, number: f64) -> Option<Filter> {
    (name == "responseStatus.code").then(|| Filter::test(name, Op::Number(op, number)))
}

/// `name = constant`, or a value that is not.
fn equals(name: &str, constant: &Expr, equal: bool) -> Option<Filter> {
    match &constant.kind {
        ExprKind::Number(number) => numeric(name, if equal { "=" } else { "!=" }, *number),
        ExprKind::Text(text) if name != "responseStatus.code" && is_known(name) => {
            is_plain(text).then(|| texted(name, text.clone(), equal))
        }
        _ => None,
    }
}

fn texted(name: &str, text: String, equal: bool) -> Filter {
    let op = if equal {
        Op::Equal(text)
    } else {
        Op::NotEqual(text)
    };
    Filter::test(name, op)
}

fn like(name: &str, pattern: &Expr, found: bool) -> Option<Filter> {
    if name == "@message" {
        return in_line(pattern).filter(|_| found);
    }
    if !is_known(name) {
        return None;
    }
    let (texts, exact) = match &pattern.kind {
        ExprKind::Text(text) => (vec![format!("*{text}*")], is_plain(text)),
        ExprKind::Regex(regex) => {
            let globs = of_regex(&regex.source)?;
            (globs.texts, globs.exact)
        }
        _ => return None,
    };
    if !texts.iter().all(|text| is_plain(text.trim_matches('*'))) {
        return None;
    }
    let each = texts.into_iter().map(|text| texted(name, text, found));
    if found {
        Some(Filter::any(each))
    } else {
        some(each).filter(|_| exact)
    }
}

/// What a line must have in it.
fn in_line(pattern: &Expr) -> Option<Filter> {
    match &pattern.kind {
        ExprKind::Text(text) => is_plain(text).then(|| Filter::Line(text.clone())),
        ExprKind::Regex(regex) => {
            let texts = of_regex(&regex.source)?.texts;
            let texts = texts.iter().map(|text| text.trim_matches('*').to_owned());
            Some(Filter::any(texts.map(Filter::Line)))
        }
        _ => None,
    }
}

fn called(function: &str, args: &[Expr], wanted: bool) -> Option<Filter> {
    let name = field(args.first()?).filter(|name| is_known(name))?;
    let there = || {
        // A text that is there; a number has no wildcards.
        let text = name != "responseStatus.code";
        text.then(|| Filter::test(name, Op::Equal("*".to_owned())))
    };
    let function = function.to_ascii_lowercase();
    match (function.as_str(), wanted) {
        ("ispresent", true) | ("isempty" | "isblank", false) => there(),
        ("ispresent", false) | ("isempty", true) => Some(Filter::test(name, Op::NotExists)),
        ("ispublicip", true) => some(
            PRIVATE
                .iter()
                .map(|text| texted(name, (*text).to_owned(), false)),
        ),
        ("isipinsubnet" | "isipv4insubnet" | "isipv6insubnet", false) => {
            let ExprKind::Text(network) = &args.get(1)?.kind else {
                return None;
            };
            // An address of the other family is in no network that a family's function takes.
            let family = match function.as_str() {
                "isipv4insubnet" => network.contains('.'),
                "isipv6insubnet" => network.contains(':'),
                _ => true,
            };
            let texts = of_network(network).into_iter().filter(|_| family);
            some(texts.map(|text| texted(name, text, false)))
        }
        _ => None,
    }
}
