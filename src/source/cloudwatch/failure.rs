//! What failed when a call failed, what class that is, and what to do about it, in words. Decides nothing
//! about trying again.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_cloudwatchlogs::config::http::HttpResponse;
use aws_sdk_cloudwatchlogs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sts::operation::assume_role::AssumeRoleError;

use super::delivery::Class;

/// Codes of refusals for there being too many calls.
const THROTTLED: [&str; 12] = [
    "ThrottlingException",
    "Throttling",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "LimitExceededException",
    "SlowDown",
    "ProvisionedThroughputExceededException",
    "KMSThrottlingException",
    "KmsThrottled",
];

/// Codes of refusals that somebody must lift.
const DENIED: [&str; 27] = [
    "AccessDeniedException",
    "AccessDenied",
    "UnauthorizedOperation",
    "NotAuthorized",
    "ExpiredToken",
    "ExpiredTokenException",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "OptInRequired",
    "InvalidAccessKeyId",
    "InvalidObjectState",
    "KMSAccessDeniedException",
    "KMSDisabledException",
    "KMSInvalidStateException",
    "KMSNotFoundException",
    "KMSOptInRequired",
    "KmsAccessDenied",
    "KmsDisabled",
    "KmsInvalidState",
];

/// The word for there being no credentials.
const LACK: &str = "no credentials";

/// Longest text of a service that is handed on, in bytes.
const LONGEST: usize = 600;

/// A call that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source) struct Failure {
    /// What can be done about it.
    pub(in crate::source) class: Class,
    /// The service's code, or a word for what happened on the way.
    pub(in crate::source) code: String,
    /// What was said.
    pub(in crate::source) text: String,
    /// Whether the credentials could not be had at all, so that the call was never made.
    pub(in crate::source) unsigned: bool,
}

/// Who called what.
#[derive(Clone, Copy, Debug)]
pub(in crate::source) struct Asked<'a> {
    /// The ARN of the caller, if it is known.
    pub(in crate::source) principal: Option<&'a str>,
    /// The role that is assumed, if one is.
    pub(in crate::source) role: Option<&'a str>,
    /// For example `logs:FilterLogEvents`.
    pub(in crate::source) action: &'a str,
    /// The ARN of what was asked for.
    pub(in crate::source) resource: &'a str,
}

impl Failure {
    /// What came of a call.
    pub(in crate::source) fn of<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        match error {
            SdkError::ServiceError(context) => {
                let status = context.raw().status().as_u16();
                Self::said(context.err(), status)
            }
            _ => Self::on_the_way(error),
        }
    }

    /// An error that the service itself told.
    fn said(error: &impl ProvideErrorMetadata, status: u16) -> Self {
        let code = error.code().unwrap_or_default();
        Self::coded(code, error.message().unwrap_or_default(), status)
    }

    /// An error by its code, with what was said.
    pub(in crate::source) fn coded(code: &str, text: &str, status: u16) -> Self {
        // The code may come with a namespace before or a link behind it.
        let code = code.rsplit('#').next().unwrap_or(code);
        let code = code.split(':').next().unwrap_or(code);
        Self {
            class: class_of(code, status),
            text: clip(text),
            code: match code {
                "" => format!("HTTP {status}"),
                code => clip(code),
            },
            unsigned: false,
        }
    }

    /// An error before there was an answer, or because the answer made no sense.
    fn on_the_way<E: Error + 'static>(error: &SdkError<E, HttpResponse>) -> Self {
        let chain = std::iter::successors(error.source(), |error| (*error).source());
        for cause in chain {
            if let Some(refused) = cause.downcast_ref::<SdkError<AssumeRoleError, HttpResponse>>() {
                let mut failure = Self::of(refused);
                failure.unsigned = true;
                return failure;
            }
            if let Some(refused) = cause.downcast_ref::<AssumeRoleError>() {
                let mut failure = Self::said(refused, 403);
                failure.unsigned = true;
                return failure;
            }
            if let Some(lack) = cause.downcast_ref::<CredentialsError>()
                && lack.source().is_none_or(|source| !is_assume_role(source))
            {
                return Self::without_credentials(lack);
            }
        }
        let (class, code) = match error {
            SdkError::ConstructionFailure(_) => (Class::Config, "not sent"),
            SdkError::TimeoutError(_) => (Class::Retry, "timeout"),
            SdkError::ResponseError(_) => (Class::Retry, "broken answer"),
            _ => (Class::Retry, "no connection"),
        };
        Self {
            class,
            ..Self::passing(code, &innermost(error))
        }
    }

    fn without_credentials(lack: &CredentialsError) -> Self {
        let class = match lack {
            CredentialsError::CredentialsNotLoaded(_)
            | CredentialsError::InvalidConfiguration(_) => Class::Denied,
            _ => Class::Retry,
        };
        Self {
            class,
            unsigned: true,
            ..Self::passing(LACK, &innermost(lack))
        }
    }

    /// Nobody answered a call in time.
    pub(in crate::source) fn unanswered(action: &str) -> Self {
        Self::passing("timeout", &format!("{action} was not answered"))
    }

    /// What may work when it is tried again: a word for it, and what is known of it.
    pub(in crate::source) fn passing(code: &str, text: &str) -> Self {
        Self {
            class: Class::Retry,
            code: code.to_owned(),
            text: clip(text),
            unsigned: false,
        }
    }

    /// Whether the parameters were refused: of a call with a token, the token may be the reason.
    pub(in crate::source) fn is_parameter(&self) -> bool {
        ["InvalidParameterException", "ValidationException"].contains(&self.code.as_str())
    }

    /// What happened and what to do, in one line.
    pub(in crate::source) fn message(&self, asked: &Asked) -> String {
        let Asked {
            action, resource, ..
        } = asked;
        let who = asked.principal.unwrap_or("the credentials in use");
        let said = if self.code == LACK && !self.text.is_empty() {
            self.text.clone()
        } else if self.text.is_empty() {
            self.code.clone()
        } else {
            format!("{}: {}", self.code, self.text)
        };
        match self.class {
            Class::Denied if self.unsigned && asked.role.is_some() => format!(
                "no credentials for {}: {said}; its trust policy must let {who} call sts:AssumeRole (and ask for the external id that is configured)",
                asked.role.unwrap_or_default(),
            ),
            Class::Denied if self.unsigned => format!(
                "no AWS credentials: {said}; set them as for the AWS command line: environment, profile, IRSA or Pod Identity"
            ),
            Class::Denied if self.is_about_the_key() => {
                format!(
                    "{who} can't call {action} on {resource}: {said}; renew the credentials, and check this machine's clock"
                )
            }
            Class::Denied => format!(
                "{who} may not call {action} on {resource}: {said}; allow it in the IAM policy of the principal, and look for an explicit deny, a service control policy and the policy of its KMS key"
            ),
            Class::Gone => format!(
                "{resource} does not exist ({said}): check its name, account and region; it is looked for again from time to time"
            ),
            Class::Config => format!(
                "{action} on {resource} was refused: {said}; check its name and region, and a log group's class"
            ),
            Class::Throttled => {
                format!("{action} was throttled: {said}; calls are made more slowly")
            }
            Class::Retry => format!("{action} on {resource} failed: {said}; it is tried again"),
        }
    }

    /// Whether the credentials themselves are bad, rather than what they permit.
    fn is_about_the_key(&self) -> bool {
        !self.code.starts_with("AccessDenied")
            && !["UnauthorizedOperation", "NotAuthorized", "OptInRequired"]
                .contains(&self.code.as_str())
    }
}

fn class_of(code: &str, status: u16) -> Class {
    if THROTTLED.contains(&code) {
        return Class::Throttled;
    }
    if DENIED.contains(&code) {
        return Class::Denied;
    }
    match (code, status) {
        (
            "ResourceNotFoundException"
            | "QueueDoesNotExist"
            | "AWS.SimpleQueueService.NonExistentQueue"
            | "NoSuchBucket"
            | "NoSuchKey",
            _,
        ) => Class::Gone,
        (
            "InvalidParameterException"
            | "InvalidArgumentException"
            | "ValidationException"
            | "InvalidOperationException",
            _,
        ) => Class::Config,
        (_, 429) => Class::Throttled,
        (_, 401 | 403) => Class::Denied,
        _ => Class::Retry,
    }
}

fn is_assume_role(error: &(dyn Error + 'static)) -> bool {
    error.is::<SdkError<AssumeRoleError, HttpResponse>>() || error.is::<AssumeRoleError>()
}

/// The last cause of a chain of at most 32: what happened, where the first says only that something did.
pub(in crate::source) fn innermost(error: &(dyn Error + 'static)) -> String {
    let chain = std::iter::successors(Some(error), |error| (*error).source());
    chain
        .take(32)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default()
}

/// One line of bounded length, without control characters.
fn clip(text: &str) -> String {
    let mut clean: String = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    let end = clean.floor_char_boundary(LONGEST);
    clean.truncate(end);
    clean
}

#[cfg(test)]
#[path = "failure_tests.rs"]
mod tests;
