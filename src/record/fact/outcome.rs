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
    /// The code decides. Only the authorizer's own decision tells a refusal by RBAC from an
    /// admission plugin that also answers 403. Events without a code are judged by the decision.
    #[must_use]
    pub fn of(record: &AuditRecord<'_>) -> Self {
        let code = record.response_status.and_then(|status| status.code);
        // Annotations stand at the end: most events need not be read so far.
        match code {
            Some(401) => return Self::Unauthenticated,
            Some(100..=399) => return Self::Succeeded,
            _ => {}
        }
        let decision = record.annotation("authorization.k8s.io/decision");
        let allowed = decision.map(|text| text.is("allow"));
        match (code, allowed) {
            (_, Some(false)) | (Some(403), None) => Self::Forbidden,
            (Some(400..), _) => Self::AllowedButFailed,
            (_, Some(true))
                if !record
                    .stage
                    .is_some_and(|stage| stage.is("RequestReceived")) =>
            {
                Self::Succeeded
            }
            _ => Self::Unknown,
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
