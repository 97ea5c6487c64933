//! A call that failed, and what to do about it.

use aws_sdk_cloudwatchlogs::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_types::error::display::DisplayErrorContext;

use super::finding::Finding;

/// The longest text of a service that is shown, in characters.
const LONGEST: usize = 400;

/// Who called what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call<'c> {
    pub(super) principal: &'c str,
    pub(super) action: &'c str,
    pub(super) resource: &'c str,
}

/// What the service, or the way to it, said.
#[derive(Debug)]
pub(super) struct Refusal {
    /// The service's code; none where there was no answer.
    pub(super) code: Option<String>,
    text: String,
}

impl Refusal {
    pub(super) fn of<E, R>(error: &SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        R: std::fmt::Debug,
    {
        let (code, text) = match error {
            SdkError::ServiceError(context) => {
                let said = context.err();
                let text = said.message().unwrap_or("no reason given").to_owned();
                (
                    Some(said.code().unwrap_or("unknown error").to_owned()),
                    text,
                )
            }
            _ => (None, DisplayErrorContext(error).to_string()),
        };
        // The SDK's own text ends with a dump of the error in parentheses.
        let text = text.split(" (").next().unwrap_or_default();
        Self {
            code,
            text: text.chars().take(LONGEST).collect(),
        }
    }

    fn is(&self, codes: &[&str]) -> bool {
        self.code
            .as_deref()
            .is_some_and(|code| codes.contains(&code))
    }

    /// Whether somebody has to permit the call.
    pub(super) fn is_denied(&self) -> bool {
        self.is(&[
            "AccessDenied",
            "AccessDeniedException",
            "AuthorizationError",
            "AuthorizationErrorException",
            "KMSAccessDenied",
            "UnauthorizedOperation",
        ])
    }

    /// Whether what was asked for is not there.
    pub(super) fn is_gone(&self) -> bool {
        self.is(&[
            "ResourceNotFoundException",
            "NotFound",
            "NotFoundException",
            "QueueDoesNotExist",
            "AWS.SimpleQueueService.NonExistentQueue",
        ])
    }

    fn is_expired(&self) -> bool {
        self.is(&[
            "ExpiredToken",
            "ExpiredTokenException",
            "InvalidClientTokenId",
            "UnrecognizedClientException",
            "SignatureDoesNotMatch",
            "RequestExpired",
        ])
    }

    fn is_throttled(&self) -> bool {
        self.is(&["ThrottlingException", "Throttling", "ThrottledException"])
    }

    /// The finding: what was said, and what to mend.
    pub(super) fn finding(&self, check: &'static str, about: &str, call: Call<'_>) -> Finding {
        let said = match &self.code {
            Some(code) => format!("{} failed ({code}): {}", call.action, self.text),
            None => format!("{} got no answer: {}", call.action, self.text),
        };
        Finding::ok(check, about, said).fail(self.fix(call))
    }

    fn fix(&self, call: Call<'_>) -> String {
        let Call {
            principal,
            action,
            resource,
        } = call;
        if self.is_denied() {
            let kms = if action.starts_with("sns:") {
                ", or the topic's KMS key may not permit it"
            } else {
                ""
            };
            return format!(
                "allow {action} on {resource} to {principal}; if a policy does already, an explicit deny, a permissions boundary or a service control policy may forbid it{kms}"
            );
        }
        if self.is_expired() {
            return format!("renew the credentials of {principal}: they are expired or wrong");
        }
        if self.is_throttled() {
            return "try again; if it stays, others use up the quota of this account and region"
                .to_owned();
        }
        match &self.code {
            None => "see that credentials are set (AWS_PROFILE, a role of the instance or pod), and that the region's endpoint can be reached from here".to_owned(),
            Some(_) if self.is_gone() => format!("see that {resource} exists, and is spelled right, in this account and region"),
            Some(_) => format!("see what the service says about {resource}"),
        }
    }
}
