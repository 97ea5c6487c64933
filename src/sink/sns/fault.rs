//! What a refusal of SNS means: whether to try again, to slow down, to call somebody, or to give up.
//!
//! The codes: <https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html> and the errors common
//! to all services.

use aws_sdk_sns::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};

use crate::sink::deliver::{Class, Failure};

/// Too much at once.
const THROTTLED: [&str; 9] = [
    "Throttling",
    "ThrottlingException",
    "Throttled",
    "ThrottledException",
    "KMSThrottling",
    "KMSThrottlingException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "TooManyRequestsException",
];

/// What somebody has to permit or to mend; it says nothing about the message.
const DENIED: [&str; 26] = [
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AuthorizationErrorException",
    "EndpointDisabled",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSecurity",
    "InvalidSignatureException",
    "KMSAccessDenied",
    "KMSDisabled",
    "KMSInvalidState",
    "KMSNotFound",
    "KMSOptInRequired",
    "MissingAuthenticationToken",
    "NotFound",
    "NotFoundException",
    "OptInRequired",
    "PlatformApplicationDisabled",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
    "UnauthorizedOperation",
];

/// What is wrong with a message, or with the call that carries it.
const REFUSED: [&str; 12] = [
    "BatchEntryIdsNotDistinct",
    "BatchRequestTooLong",
    "EmptyBatchRequest",
    "InvalidBatchEntryId",
    "InvalidParameter",
    "InvalidParameterException",
    "InvalidParameterValue",
    "InvalidParameterValueException",
    "TooManyEntriesInBatchRequest",
    "ValidationError",
    "ValidationException",
    "UserError",
];

/// The kind of a failure by its code. A code that is not known is the sender's fault or it is not.
fn class_of(code: &str, message: &str, sender: Class) -> Class {
    let short = code.strip_prefix("AWS.SimpleQueueService.").unwrap_or(code);
    if THROTTLED.contains(&short) {
        Class::Throttled
    } else if DENIED.contains(&short) {
        Class::Denied
    } else if REFUSED.contains(&short) {
        // About the topic and not about the message: every other one would be refused as well.
        let about_topic = message.contains("TopicArn") || message.contains("Topic Name");
        if about_topic {
            Class::Denied
        } else {
            Class::Refused
        }
    } else {
        sender
    }
}

/// What a failed entry of a batch means.
pub(super) fn of_entry(code: &str, message: Option<&str>, sender_fault: bool) -> Failure {
    let message = message.unwrap_or_default();
    let unknown = if sender_fault {
        Class::Refused
    } else {
        Class::Retry
    };
    let class = class_of(code, message, unknown);
    Failure::new(class, worded(code, message, class))
}

/// What the failure of a whole call means.
pub(super) fn of_call<E>(error: &SdkError<E>) -> Failure
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    let context = || DisplayErrorContext(error).to_string();
    let SdkError::ServiceError(service) = error else {
        return of_transport(
            matches!(error, SdkError::ConstructionFailure(_)),
            &context(),
        );
    };
    let status = service.raw().status().as_u16();
    let (code, message) = (
        error.code().unwrap_or_default(),
        error.message().unwrap_or_default(),
    );
    // Unknown codes of the 4xx kind: nothing says that it is the message, so nothing is given up.
    let unknown = match status {
        429 => Class::Throttled,
        400..=499 => Class::Denied,
        _ => Class::Retry,
    };
    let class = match status {
        500..=599 if !THROTTLED.contains(&code) => Class::Retry,
        _ => class_of(code, message, unknown),
    };
    if code.is_empty() {
        return Failure::new(class, format!("SNS answered {status} without a reason"));
    }
    Failure::new(class, worded(code, message, class))
}

/// A failure before or after the service had its say.
fn of_transport(unsent: bool, context: &str) -> Failure {
    let context = cut_debug(context);
    if context.contains("credential") || context.contains("identity") {
        let message = format!(
            "no valid credentials: {context}; check the role, the profile or the environment of this process"
        );
        return Failure::new(Class::Denied, message);
    }
    let class = if unsent { Class::Denied } else { Class::Retry };
    Failure::new(class, format!("SNS can't be reached: {context}"))
}

/// The chain of messages without the debug form that follows it.
fn cut_debug(context: &str) -> &str {
    context.split(" (").next().unwrap_or(context)
}

/// The code, what the service said, and what to do about it.
fn worded(code: &str, message: &str, class: Class) -> String {
    let said = match message.is_empty() {
        true => code.to_owned(),
        false => format!("{code}: {message}"),
    };
    match hint(code, class) {
        Some(hint) => format!("{said}; {hint}"),
        None => said,
    }
}

fn hint(code: &str, class: Class) -> Option<&'static str> {
    match (code, class) {
        ("NotFound" | "NotFoundException", _) => {
            Some("the topic is not there: check topic_arn, or make it again")
        }
        (code, Class::Denied) if code.starts_with("KMS") => Some(
            "the topic is encrypted: allow kms:GenerateDataKey* and kms:Decrypt on its key to this principal",
        ),
        (code, Class::Denied) if code.starts_with("Expired") || code == "RequestExpired" => {
            Some("the credentials have expired, or this machine's clock is wrong")
        }
        (
            "AuthorizationError"
            | "AuthorizationErrorException"
            | "AccessDenied"
            | "AccessDeniedException",
            _,
        ) => Some("allow sns:Publish on the topic to this principal (config/iam/publish.json)"),
        (_, Class::Denied) => Some("check the topic, the credentials and the permissions"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(code: &str, message: &str, sender_fault: bool) -> Class {
        of_entry(code, Some(message), sender_fault).class
    }

    #[test]
    fn a_code_tells_what_to_do() {
        assert_eq!(class("Throttled", "Rate exceeded", true), Class::Throttled);
        assert_eq!(class("KMSThrottling", "", true), Class::Throttled);
        assert_eq!(class("AuthorizationError", "", true), Class::Denied);
        assert_eq!(class("KMSAccessDenied", "", true), Class::Denied);
        assert_eq!(
            class("NotFound", "Topic does not exist", true),
            Class::Denied
        );
        assert_eq!(
            class(
                "InvalidParameter",
                "Invalid parameter: Message too long",
                true
            ),
            Class::Refused
        );
        assert_eq!(class("InternalError", "", false), Class::Retry);
    }

    #[test]
    fn an_invalid_topic_is_no_fault_of_the_message() {
        assert_eq!(
            class("InvalidParameter", "Invalid parameter: TopicArn", true),
            Class::Denied
        );
    }

    #[test]
    fn an_unknown_code_is_whose_fault_sns_says() {
        assert_eq!(class("Novelty", "", true), Class::Refused);
        assert_eq!(class("Novelty", "", false), Class::Retry);
    }

    #[test]
    fn a_denial_names_the_missing_permission() {
        let failure = of_entry("KMSAccessDenied", Some("no"), true);
        assert!(failure.message.contains("kms:GenerateDataKey"), "{failure}");
        let failure = of_entry("AuthorizationError", Some("User: x"), true);
        assert!(failure.message.contains("sns:Publish"), "{failure}");
    }

    #[test]
    fn missing_credentials_call_somebody_and_a_dead_network_does_not() {
        let class = |unsent, text| of_transport(unsent, text).class;
        assert_eq!(
            class(
                false,
                "dispatch failure: other: an error occurred while loading credentials"
            ),
            Class::Denied
        );
        assert_eq!(
            class(false, "dispatch failure: io error: connection refused"),
            Class::Retry
        );
        assert_eq!(class(true, "failed to construct request"), Class::Denied);
    }
}
