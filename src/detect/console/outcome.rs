//! `outcome` in terms of the status code and the authorizer's decision.

use super::choice::Choice;
use super::settled::Said;
use super::tree::{and, any, call, equal, not, number, or, present};
use crate::query::ast::{BinaryOp, Expr};

const CODE: &str = "responseStatus.code";
const DECISION: &str = "annotations.authorization.k8s.io/decision";

const WORDS: [&str; 5] = [
    "succeeded",
    "allowed-but-failed",
    "forbidden",
    "unauthenticated",
    "unknown",
];

/// Which outcomes a choice lets through.
struct Wanted {
    succeeded: bool,
    failed: bool,
    forbidden: bool,
    unauthenticated: bool,
    unknown: bool,
}

/// The condition that every event passes whose outcome is among those chosen.
pub(super) fn say(choice: &Choice<'_>) -> Option<Said> {
    let texts = choice.texts()?;
    let [succeeded, failed, forbidden, unauthenticated, unknown] =
        WORDS.map(|word| texts.contains(&word) != choice.negated);
    let wanted = Wanted {
        succeeded,
        failed,
        forbidden,
        unauthenticated,
        unknown,
    };
    let expr = any(
        [wanted.by_code(), wanted.by_refusal(), wanted.without_code()]
            .into_iter()
            .flatten(),
    )?;
    // A 403 without a decision is a refusal, but the console may have lost the decision, which stands
    // at the end of the line.
    let exact = wanted.failed == wanted.forbidden || wanted.forbidden;
    Some(Said { expr, exact })
}

impl Wanted {
    /// What the code alone decides.
    fn by_code(&self) -> Option<Expr> {
        let refused = self.failed && self.forbidden;
        let code = |op, value| number(CODE, op, value);
        let mut without = Vec::new();
        let mut beside = Vec::new();
        for (code, wanted) in [(401.0, self.unauthenticated), (403.0, refused)] {
            if wanted {
                beside.push(code)
            } else {
                without.push(code)
            }
        }
        let except = |from: Expr| {
            without.iter().fold(from, |sum, value| {
                and(sum, code(BinaryOp::NotEqual, *value))
            })
        };
        let beside = || any(beside.iter().map(|value| code(BinaryOp::Equal, *value)));
        match (self.succeeded, self.failed) {
            (true, true) if without.is_empty() => Some(present(CODE)),
            (true, true) => without
                .iter()
                .map(|value| code(BinaryOp::NotEqual, *value))
                .reduce(and),
            (true, false) => any([Some(code(BinaryOp::Less, 400.0)), beside()]
                .into_iter()
                .flatten()),
            (false, true) => Some(except(code(BinaryOp::GreaterEqual, 400.0))),
            (false, false) => beside(),
        }
    }

    /// A 403 is the authorizer's, unless the decision says that somebody else refused.
    fn by_refusal(&self) -> Option<Expr> {
        if self.failed == self.forbidden {
            return None;
        }
        let allowed = equal(DECISION, "allow");
        let decided = if self.failed { allowed } else { not(allowed) };
        let doubt = or(not(present(DECISION)), decided);
        Some(and(number(CODE, BinaryOp::Equal, 403.0), doubt))
    }

    /// Events without a code are judged by the decision; where there is none they are `unknown`.
    fn without_code(&self) -> Option<Expr> {
        let decided = |word| equal(DECISION, word);
        let condition = match (self.succeeded, self.forbidden, self.unknown) {
            (false, false, false) => return None,
            (true, true, true) => None,
            (true, true, false) => Some(present(DECISION)),
            (true, false, false) => Some(decided("allow")),
            (false, true, false) => Some(decided("forbid")),
            (true, false, true) => Some(or(not(present(DECISION)), decided("allow"))),
            (false, true, true) => Some(or(not(present(DECISION)), decided("forbid"))),
            (false, false, true) => Some(not(present(DECISION))),
        };
        let no_code = not(call("ispresent", CODE));
        Some(match condition {
            Some(condition) => and(no_code, condition),
            None => no_code,
        })
    }
}
