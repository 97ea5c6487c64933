//! Facts that no audit event lacks and that have few values: for each choice among them there is a
//! condition on raw fields that lets at least the chosen ones through.

use super::choice::Choice;
use super::tree::{and, call, equal, like, not, or, present, regex, text};
use super::{caller, outcome};
use crate::query::ast::Expr;

/// A condition of the console's.
pub(super) struct Said {
    /// The condition.
    pub(super) expr: Expr,
    /// Whether it holds for the chosen events and no others.
    pub(super) exact: bool,
}

/// Whether a fact is one of these.
pub(super) fn knows(name: &str) -> bool {
    matches!(
        name,
        "outcome"
            | "actor.kind"
            | "actor.spoofed"
            | "source.public"
            | "source.forwarded"
            | "request.clusterWide"
            | "request.dryRun"
            | "record.truncated"
    )
}

/// The condition that every event passes whose fact is as chosen; `None` where there is none.
pub(super) fn say(choice: &Choice<'_>) -> Option<Said> {
    match choice.name {
        "outcome" => return outcome::say(choice),
        "actor.kind" => return caller::kind(choice),
        _ => {}
    }
    let wanted = choice.flag()?;
    let exactly = |expr: Expr| Said {
        expr: if wanted { expr } else { not(expr) },
        exact: true,
    };
    match choice.name {
        "actor.spoofed" => caller::spoofed(wanted),
        "source.forwarded" => Some(exactly(present("sourceIPs.1"))),
        "request.clusterWide" => {
            let unnamed = and(
                call("isempty", "objectRef.namespace"),
                call("isempty", "objectRef.name"),
            );
            Some(exactly(and(
                not(call("isempty", "objectRef.resource")),
                unnamed,
            )))
        }
        "source.public" => Some(Said {
            expr: public(wanted),
            exact: false,
        }),
        "request.dryRun" => Some(Said {
            expr: dry_run(wanted),
            exact: false,
        }),
        "record.truncated" => truncated(wanted),
        _ => None,
    }
}

/// Only the last address counts, and its place is known only where there is one.
fn public(wanted: bool) -> Expr {
    let first = call("isPublicIP", "sourceIPs.0");
    let alone = if wanted {
        first
    } else {
        or(call("isempty", "sourceIPs.0"), not(first))
    };
    or(alone, present("sourceIPs.1"))
}

/// A dry run says so in the URI, or in the body of a delete.
fn dry_run(wanted: bool) -> Expr {
    if wanted {
        return like("@message", text("dryRun"));
    }
    let surely = like("requestURI", regex("[?&]dryRun=[^&]"));
    or(call("isempty", "requestURI"), not(surely))
}

/// The API server says in an annotation that it left bodies out. Lines that CloudWatch cut off are let
/// through in any case.
fn truncated(wanted: bool) -> Option<Said> {
    let name = "annotations.audit.k8s.io/truncated";
    let said = equal(name, "true");
    let expr = if wanted {
        said
    } else {
        or(not(present(name)), not(said))
    };
    Some(Said { expr, exact: true })
}
