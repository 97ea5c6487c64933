//! Raw fields that mostly hold what another field of ours holds, and when they do not.

use super::tree::{call, not, present};
use crate::query::ast::Expr;

/// A raw field in place of one of ours.
pub(super) struct StandIn {
    /// The raw field.
    pub(super) raw: String,
    /// When it does not tell: a condition that is never unknown.
    pub(super) elsewhere: Expr,
    /// Whether the value then stands somewhere in the line.
    pub(super) in_line: bool,
}

/// Roots of paths that the console discovers as far as its limit of fields, arrays element by element.
const OPEN: [&str; 3] = ["requestObject.", "responseObject.", "annotations."];

/// The raw field that stands in for a field of audit events.
pub(super) fn of(name: &str) -> Option<StandIn> {
    let target = |raw: &str| StandIn {
        raw: raw.to_owned(),
        elsewhere: call("isempty", raw),
        in_line: true,
    };
    match name {
        "source.ip" => Some(StandIn {
            raw: "sourceIPs.0".to_owned(),
            elsewhere: present("sourceIPs.1"),
            in_line: true,
        }),
        "target.name" => Some(target("objectRef.name")),
        "target.namespace" => Some(target("objectRef.namespace")),
        _ if is_open(name) => Some(StandIn {
            raw: name.to_owned(),
            elsewhere: not(present(name)),
            in_line: true,
        }),
        // The extra itself is a list, of one for whatever the authenticator writes.
        _ if is_extra(name) => Some(StandIn {
            raw: format!("{name}.0"),
            elsewhere: present(&format!("{name}.1")),
            in_line: true,
        }),
        _ => None,
    }
}

/// Whether a name is a path into a body or an annotation.
pub(super) fn is_open(name: &str) -> bool {
    OPEN.iter().any(|root| name.starts_with(root))
}

fn is_extra(name: &str) -> bool {
    let extra = name.starts_with("user.extra.") || name.starts_with("impersonatedUser.extra.");
    extra && !ends_in_number(name)
}

/// Whether a path ends at an element of an array.
pub(super) fn ends_in_number(name: &str) -> bool {
    name.rsplit('.')
        .next()
        .is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The last part of a path that is no number: part of a key that the line holds if the path exists.
pub(super) fn last_key(name: &str) -> Option<&str> {
    name.rsplit('.')
        .find(|part| !part.bytes().all(|byte| byte.is_ascii_digit()))
}
