#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use super::*;

fn failure(class: Class, code: &str) -> Failure {
    Failure {
        class,
        code: code.to_owned(),
        text: "text".to_owned(),
        unsigned: false,
    }
}

const ASKED: Asked<'static> = Asked {
    principal: Some("arn:aws:sts::111122223333:assumed-role/reader/trailhound"),
    role: Some("arn:aws:iam::111122223333:role/reader"),
    action: "logs:FilterLogEvents",
    resource: "arn:aws:logs:us-east-1:111122223333:log-group:/aws/eks/prod/cluster",
};

#[test]
fn codes_have_classes_and_unknown_ones_go_by_the_status() {
    for (code, status, class) in [
        ("ThrottlingException", 400, Class::Throttled),
        ("AccessDeniedException", 400, Class::Denied),
        ("ExpiredTokenException", 400, Class::Denied),
        ("UnrecognizedClientException", 400, Class::Denied),
        ("InvalidSignatureException", 403, Class::Denied),
        ("ResourceNotFoundException", 400, Class::Gone),
        ("InvalidParameterException", 400, Class::Config),
        ("ServiceUnavailableException", 503, Class::Retry),
        ("InternalFailure", 500, Class::Retry),
        ("", 502, Class::Retry),
        ("", 429, Class::Throttled),
        ("", 403, Class::Denied),
        ("SomethingNew", 400, Class::Retry),
    ] {
        assert_eq!(class_of(code, status), class, "{code} {status}");
    }
}

#[test]
fn a_denial_names_principal_action_and_resource_and_what_to_do() {
    let message = failure(Class::Denied, "AccessDeniedException").message(&ASKED);
    for part in [
        ASKED.principal.unwrap(),
        ASKED.action,
        ASKED.resource,
        "allow it",
        "service control policy",
    ] {
        assert!(message.contains(part), "{message}");
    }
    let message = failure(Class::Denied, "ExpiredTokenException").message(&ASKED);
    assert!(message.contains("renew the credentials"), "{message}");
}

#[test]
fn a_role_that_can_t_be_assumed_names_the_role_and_its_trust_policy() {
    let mut failure = failure(Class::Denied, "AccessDenied");
    failure.unsigned = true;
    let message = failure.message(&ASKED);
    assert!(message.contains(ASKED.role.unwrap()) && message.contains("trust policy"));
    let message = failure.message(&Asked {
        role: None,
        ..ASKED
    });
    assert!(message.contains("no AWS credentials"), "{message}");
}

#[test]
fn what_a_service_says_is_kept_to_one_line_of_bounded_length() {
    let text = clip(&format!("a\nb\u{1b}[31m{}", "ü".repeat(10_000)));
    assert!(
        text.len() <= LONGEST && text.starts_with("a b [31m"),
        "{text}"
    );
}

#[test]
fn lost_credentials_are_told_from_credentials_that_can_t_be_reached() {
    let lost = Failure::without_credentials(&CredentialsError::not_loaded("none in the chain"));
    assert_eq!((lost.class, lost.unsigned), (Class::Denied, true));
    let unreachable = Failure::without_credentials(&CredentialsError::provider_error("timeout"));
    assert_eq!(unreachable.class, Class::Retry);
}
