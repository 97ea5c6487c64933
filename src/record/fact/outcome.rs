//! How a request ended. `allow` is not success, and a refusal by RBAC is not a failed login.

use crate::record::AuditRecord;

/// The five ways a request can have ended, as far as its audit event tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The API server did what was asked (status 1xx to 3xx; 101 for exec, attach, port-forward).
    Succeeded,
    /// Authorised, but refused or failed later: admission, a conflict, not found, a server error.
    AllowedButFailed,
    /// Refused by the authorizer.
    Forbidden,
    /// The caller could not prove who it is (401).
    Unauthenticated,
    /// The event does not tell: cut off, or logged before there was an answer.
    Unknown,
}

impl Outcome {
    /// Judges an audit event.
    ///
    /// The code decides. At a 403 the authorizer's own decision tells a refusal by RBAC from an
    /// admission plugin that answers 403 too; no other code comes with a decision to forbid
    /// (`apiserver/pkg/endpoints/filters/authorization.go`). Events without a code are judged by the
    /// decision.
    #[must_use]
    pub fn of(record: &AuditRecord<'_>) -> Self {
        // Annotations stand at the end: most events need not be read so far.
        let allowed = || {
            let decision = record.annotation("authorization.k8s.io/decision");
            decision.map(|text| text.is("allow"))
        };
        let early = || {
            let stage = record.stage;
            stage.is_some_and(|stage| stage.is("RequestReceived"))
        };
        match record.response_status.and_then(|status| status.code) {
            Some(401) => Self::Unauthenticated,
            Some(..=399) => Self::Succeeded,
            Some(403) if allowed() != Some(true) => Self::Forbidden,
            Some(400..) => Self::AllowedButFailed,
            None => match allowed() {
                Some(false) => Self::Forbidden,
                Some(true) if !early() => Self::Succeeded,
                _ => Self::Unknown,
            },
        }
    }

    /// The word that queries and alerts use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::AllowedButFailed => "allowed-but-failed",
            Self::Forbidden => "forbidden",
            Self::Unauthenticated => "unauthenticated",
            Self::Unknown => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(rest: &str) -> &'static str {
        let line = format!(r#"{{"apiVersion":"audit.k8s.io/v1","verb":"update",{rest}}}"#);
        Outcome::of(&AuditRecord::read(&line).unwrap()).as_str()
    }

    fn decided(code: u16, decision: &str) -> &'static str {
        outcome(&format!(
            r#""responseStatus":{{"code":{code}}},"annotations":{{"authorization.k8s.io/decision":"{decision}"}}"#
        ))
    }

    #[test]
    fn the_code_decides() {
        assert_eq!(decided(101, "allow"), "succeeded");
        assert_eq!(decided(401, "allow"), "unauthenticated");
        assert_eq!(decided(409, "allow"), "allowed-but-failed");
        // Not of a server: yet the code decides here as well.
        assert_eq!(decided(200, "forbid"), "succeeded");
        assert_eq!(decided(409, "forbid"), "allowed-but-failed");
    }

    #[test]
    fn a_403_is_the_authorizers_unless_it_allowed() {
        assert_eq!(decided(403, "forbid"), "forbidden");
        assert_eq!(decided(403, "allow"), "allowed-but-failed");
        assert_eq!(outcome(r#""responseStatus":{"code":403}"#), "forbidden");
    }

    #[test]
    fn without_a_code_the_decision_tells() {
        let decided = |stage: &str, decision: &str| {
            outcome(&format!(
                r#""stage":"{stage}","annotations":{{"authorization.k8s.io/decision":"{decision}"}}"#
            ))
        };
        assert_eq!(decided("ResponseStarted", "allow"), "succeeded");
        assert_eq!(decided("RequestReceived", "allow"), "unknown");
        assert_eq!(decided("ResponseStarted", "forbid"), "forbidden");
        assert_eq!(outcome(r#""stage":"Panic""#), "unknown");
    }
}
