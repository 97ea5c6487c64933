//! Why the authenticator turned somebody away: the texts of `error=` on `access denied`.
//!
//! The texts are those of kubernetes-sigs/aws-iam-authenticator. Parts of them are written by the
//! caller (token parameters, host names), so a text is told by how it begins.

/// The cause of an `access denied` line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DenialReason {
    /// A valid AWS identity that no access entry or aws-auth line maps.
    IdentityNotMapped,
    /// The identity was created anew under the same name: its unique id is another one.
    ArnMismatch,
    /// A mapping tried to hand out a user name with a reserved prefix.
    ReservedUsername,
    /// The mapping is broken, or needs an instance that the session is not.
    MapperError,
    /// The token is forged or damaged, or points at another host.
    TokenMalformed,
    /// The token was signed more than fifteen minutes ago.
    TokenExpired,
    /// STS refused the credentials behind the token.
    StsRejected,
    /// STS answered "too many requests"; legitimate users are locked out meanwhile.
    StsThrottled,
    /// STS could not be reached, or answered something odd.
    StsUnreachable,
    /// A text that is not known, or was cut off.
    Other,
}

impl DenialReason {
    /// Every reason.
    pub const ALL: [Self; 10] = [
        Self::IdentityNotMapped,
        Self::ArnMismatch,
        Self::ReservedUsername,
        Self::MapperError,
        Self::TokenMalformed,
        Self::TokenExpired,
        Self::StsRejected,
        Self::StsThrottled,
        Self::StsUnreachable,
        Self::Other,
    ];

    /// The value of the field `auth.reason`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::IdentityNotMapped => "identity-not-mapped",
            Self::ArnMismatch => "arn-mismatch",
            Self::ReservedUsername => "reserved-username",
            Self::MapperError => "mapper-error",
            Self::TokenMalformed => "token-malformed",
            Self::TokenExpired => "token-expired",
            Self::StsRejected => "sts-rejected",
            Self::StsThrottled => "sts-throttled",
            Self::StsUnreachable => "sts-unreachable",
            Self::Other => "other",
        }
    }

    /// Classifies the text of `error=`.
    #[must_use]
    pub fn of(error: &str) -> Self {
        if let Some(text) = error.strip_prefix("input token was not properly formatted") {
            return of_token(text.trim_start_matches([':', ' ']));
        }
        if error.starts_with("sts getCallerIdentity was throttled") {
            return Self::StsThrottled;
        }
        if let Some(text) = error.strip_prefix("sts getCallerIdentity failed") {
            return of_sts(text.trim_start_matches([':', ' ']));
        }
        STARTS
            .iter()
            .find(|(start, _)| error.starts_with(start))
            .map_or_else(|| of_mapper(error), |(_, reason)| *reason)
    }
}

/// Texts that are told by their first words alone. The two of STS occur without the usual prefix in
/// old releases.
const STARTS: [(&str, DenialReason); 8] = [
    ("identity is not mapped", DenialReason::IdentityNotMapped),
    ("ARN is not mapped", DenialReason::IdentityNotMapped),
    ("ARN does not match User ID", DenialReason::ArnMismatch),
    ("invalid username ", DenialReason::ReservedUsername),
    (
        "SessionName did not contain an instance id",
        DenialReason::MapperError,
    ),
    ("error from AWS (expected 200", DenialReason::StsRejected),
    ("error during GET", DenialReason::StsUnreachable),
    ("malformed UserID", DenialReason::StsUnreachable),
];

fn of_token(text: &str) -> DenialReason {
    if text.starts_with("X-Amz-Date parameter is expired") {
        DenialReason::TokenExpired
    } else {
        DenialReason::TokenMalformed
    }
}

fn of_sts(text: &str) -> DenialReason {
    let Some(answer) = text.strip_prefix("error from AWS (expected 200, got ") else {
        // No answer, or one that makes no sense; a text cut off before its cause says nothing.
        return if text.is_empty() {
            DenialReason::Other
        } else {
            DenialReason::StsUnreachable
        };
    };
    match answer.as_bytes() {
        [b'4', b'2', b'9', ..] => DenialReason::StsThrottled,
        [b'5', ..] => DenialReason::StsUnreachable,
        _ => DenialReason::StsRejected,
    }
}

/// `mapper <name> Map error: …` and `mapper <name> renderTemplates error: …`; what they wrap may be
/// any other text of the table, and the mapper is still what failed.
fn of_mapper(error: &str) -> DenialReason {
    let is_mapper = error.starts_with("mapper ")
        && (error.contains(" Map error: ") || error.contains(" renderTemplates error: "));
    if is_mapper {
        DenialReason::MapperError
    } else {
        DenialReason::Other
    }
}

#[cfg(test)]
#[path = "denial_tests.rs"]
mod tests;
