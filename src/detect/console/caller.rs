//! `actor.*` in terms of the user's name, uid and extras.
//!
//! The console can't verify who is behind a name. A kind that is asked for lets every name through
//! that may be of it; a kind that is left out takes away only names that are surely of it.

use super::choice::Choice;
use super::settled::Said;
use super::tree::{and, any, call, like, not, or, present, regex, text, unlike};
use crate::query::ast::Expr;

const NAME: &str = "user.username";
const ARN: &str = "user.extra.arn.0";
const COMPONENTS: &str =
    "apiserver|kube-controller-manager|kube-scheduler|cloud-controller-manager|volume-scheduler";

/// The condition that every event passes whose `actor.kind` is among those chosen.
pub(super) fn kind(choice: &Choice<'_>) -> Option<Said> {
    let kinds = choice.texts()?;
    let expr = if choice.negated {
        none_of(&kinds)?
    } else {
        one_of(&kinds)?
    };
    Some(Said { expr, exact: false })
}

/// Whether an IAM principal may be behind the request: its uid or its extras say so.
fn principal() -> Expr {
    like("@message", regex("authenticator|\"(arn|canonicalArn)\""))
}

fn one_of(kinds: &[&str]) -> Option<Expr> {
    let mut names = Vec::new();
    let mut others = Vec::new();
    for kind in kinds {
        match *kind {
            "service-account" => names.push("system:serviceaccount:".to_owned()),
            "node" => names.push("system:node:".to_owned()),
            "eks-managed" => names.push("eks(-event-service)?:".to_owned()),
            "control-plane" => {
                names.push("system:serviceaccount:kube-system:".to_owned());
                names.push(format!("system:({COMPONENTS})$"));
            }
            "anonymous" => others.push(anonymous()),
            "human" => others.push(human()),
            _ => others.push(call("isempty", NAME)),
        }
    }
    let by_name =
        (!names.is_empty()).then(|| like(NAME, regex(&format!("^({})", names.join("|")))));
    any(by_name.into_iter().chain(others))
}

fn anonymous() -> Expr {
    let named = like(NAME, regex("^system:(anonymous|unauthenticated)$"));
    or(
        or(call("isempty", NAME), named),
        like("@message", text("system:unauthenticated")),
    )
}

/// Names that nothing but themselves explain, and any name with an IAM principal behind it.
fn human() -> Expr {
    let explained = format!(
        "^(system:(serviceaccount:[^:]*:|node:|(anonymous|unauthenticated|{COMPONENTS})$)|eks(-event-service)?:)"
    );
    or(unlike(NAME, regex(&explained)), principal())
}

fn none_of(kinds: &[&str]) -> Option<Expr> {
    let mut unbacked = Vec::new();
    let mut others = Vec::new();
    for kind in kinds {
        match *kind {
            "eks-managed" => {
                unbacked.push("eks(-event-service)?:".to_owned());
                others.push(of_aws());
            }
            "control-plane" => unbacked.push(format!("system:({COMPONENTS})$")),
            "node" => unbacked.push("system:node:".to_owned()),
            "anonymous" => others.push(like(NAME, regex("^system:(anonymous|unauthenticated)$"))),
            _ => {}
        }
    }
    let names = (!unbacked.is_empty()).then(|| format!("^({})", unbacked.join("|")));
    let named = names.map(|names| and(like(NAME, regex(&names)), not(principal())));
    let excluded = any(named.into_iter().chain(others))?;
    Some(or(call("isempty", NAME), not(excluded)))
}

/// EKS's own names with a role of AWS's behind them.
fn of_aws() -> Expr {
    let role = r"^arn:[^:]*:sts::[0-9]*:assumed-role/AWS(WesleyClusterManagerLambda|ServiceRoleForAmazonEKS)";
    let vouched = and(present(ARN), like(ARN, regex(role)));
    and(like(NAME, regex("^eks(-event-service)?:")), vouched)
}

/// A name of the system that a customer's principal may bear.
pub(super) fn spoofed(wanted: bool) -> Option<Said> {
    let claims = like(NAME, regex("^(system|eks|eks-event-service):"));
    wanted.then(|| Said {
        expr: and(claims, principal()),
        exact: false,
    })
}

/// What a choice of some other fact about the caller implies.
pub(super) fn implied(choice: &Choice<'_>) -> Option<Expr> {
    let texts = choice.texts().filter(|_| !choice.negated)?;
    let one = |word: &&str| -> Option<Expr> {
        let name = word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
        Some(match (choice.name, *word) {
            ("actor.keyType", "long-lived") => like("user.extra.accessKeyId.0", regex("^AKIA")),
            ("actor.keyType", "temporary") => like("user.extra.accessKeyId.0", regex("^ASIA")),
            ("actor.principalType", "iam-user") => like("@message", text(":user/")),
            ("actor.principalType", "root") => like("@message", text(":root")),
            ("actor.principalType", "federated-user") => like("@message", text(":federated-user/")),
            ("actor.principalType", "assumed-role") => like("@message", regex(":(assumed-)?role/")),
            ("actor.namespace", word) if name => {
                like(NAME, text(&format!("system:serviceaccount:{word}:")))
            }
            ("actor.serviceAccount", word) if name => like(NAME, text(&format!(":{word}"))),
            _ => return None,
        })
    };
    let each: Option<Vec<Expr>> = texts.iter().map(one).collect();
    any(each?)
}
