//! Every known text of `error=`, and the reason it stands for.

use super::DenialReason::{self, *};

const TEXTS: &[(&str, DenialReason)] = &[
    ("identity is not mapped", IdentityNotMapped),
    ("ARN is not mapped", IdentityNotMapped),
    (
        "ARN is not mapped: arn:aws:iam::111122223333:role/ci",
        IdentityNotMapped,
    ),
    ("ARN does not match User ID", ArnMismatch),
    (
        "invalid username 'system:admin' for mapper EKSConfigMap: username must not begin with with \
         the following prefixes: [system: eks:]",
        ReservedUsername,
    ),
    (
        "mapper EKSConfigMap Map error: something broke",
        MapperError,
    ),
    (
        "mapper DynamicFile renderTemplates error: bad template",
        MapperError,
    ),
    (
        "mapper DynamicFile renderTemplates error: SessionName did not contain an instance id",
        MapperError,
    ),
    ("SessionName did not contain an instance id", MapperError),
    (
        "input token was not properly formatted: token is too large",
        TokenMalformed,
    ),
    (
        "input token was not properly formatted: token is missing expected \"k8s-aws-v1.\" prefix",
        TokenMalformed,
    ),
    (
        "input token was not properly formatted: unexpected scheme \"http\" in pre-signed URL",
        TokenMalformed,
    ),
    (
        "input token was not properly formatted: unexpected hostname \"sts.example.com\" in \
         pre-signed URL",
        TokenMalformed,
    ),
    (
        "input token was not properly formatted: unexpected path in pre-signed URL",
        TokenMalformed,
    ),
    (
        "input token was not properly formatted: malformed query parameter",
        TokenMalformed,
    ),
    (
        "input token was not properly formatted: duplicate query parameter found",
        TokenMalformed,
    ),
    (
        "input token was not properly formatted: non-whitelisted query parameter \"Foo\"",
        TokenMalformed,
    ),
    (
        "input token was not properly formatted: query parameter with multiple values not supported",
        TokenMalformed,
    ),
    (
        "input token was not properly formatted: unexpected action parameter in pre-signed URL",
        TokenMalformed,
    ),
    (
        "input token was not properly formatted: client did not sign the x-k8s-aws-id header in the \
         pre-signed URL",
        TokenMalformed,
    ),
    (
        "input token was not properly formatted: invalid X-Amz-Expires parameter in pre-signed URL",
        TokenMalformed,
    ),
    (
        "input token was not properly formatted: X-Amz-Date parameter must be present in pre-signed \
         URL",
        TokenMalformed,
    ),
    (
        "input token was not properly formatted: X-Amz-Date parameter is expired (15 minute \
         expiration) 20260501T120000Z",
        TokenExpired,
    ),
    (
        "input token was not properly formatted: global endpoint unsupported in partition aws-cn",
        TokenMalformed,
    ),
    (
        "sts getCallerIdentity failed: error from AWS (expected 200, got 403)",
        StsRejected,
    ),
    (
        "sts getCallerIdentity failed: error from AWS (expected 200, got 403) on us-east-1 endpoint. \
         Body: {\"Error\":{\"Code\":\"SignatureDoesNotMatch\"}}",
        StsRejected,
    ),
    (
        "sts getCallerIdentity failed: error from AWS (expected 200, got 429) on us-east-1 endpoint.",
        StsThrottled,
    ),
    (
        "sts getCallerIdentity failed: error from AWS (expected 200, got 503) on us-east-1 endpoint.",
        StsUnreachable,
    ),
    (
        "sts getCallerIdentity failed: error during GET: dial tcp: i/o timeout on us-east-1 endpoint",
        StsUnreachable,
    ),
    (
        "sts getCallerIdentity failed: error reading HTTP result, unexpected EOF",
        StsUnreachable,
    ),
    (
        "sts getCallerIdentity failed: malformed UserID \"x\"",
        StsUnreachable,
    ),
    ("error from AWS (expected 200, got 403)", StsRejected),
    (
        "error during GET: timeout on us-east-1 endpoint",
        StsUnreachable,
    ),
    ("malformed UserID \"x\"", StsUnreachable),
    (
        "sts getCallerIdentity was throttled: too many requests",
        StsThrottled,
    ),
    ("sts getCallerIdentity failed", Other),
    ("something new", Other),
    ("", Other),
];

#[test]
fn every_known_text_has_its_reason() {
    for (text, reason) in TEXTS {
        assert_eq!(DenialReason::of(text), *reason, "{text}");
    }
}

#[test]
fn every_reason_but_none_is_left_untested_and_names_are_unique() {
    let mut names: Vec<&str> = DenialReason::ALL.iter().map(|r| r.as_str()).collect();
    for reason in DenialReason::ALL {
        assert!(
            TEXTS.iter().any(|(_, found)| *found == reason),
            "{reason:?}"
        );
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), DenialReason::ALL.len());
}

#[test]
fn text_written_by_the_caller_does_not_change_the_reason() {
    let forged = "input token was not properly formatted: unexpected hostname \"identity is not \
                  mapped\" in pre-signed URL";
    assert_eq!(DenialReason::of(forged), TokenMalformed);
    let forged =
        "invalid username 'mapper x Map error: ' for mapper EKSConfigMap: username must not";
    assert_eq!(DenialReason::of(forged), ReservedUsername);
}
