//! Every known `msg=`, its type and the event it counts as.

use super::*;

const MESSAGES: &[(&str, Message, &str)] = &[
    ("STS response", Message::StsResponse, "sts-response"),
    ("access granted", Message::AccessGranted, "access-granted"),
    (
        "unexpected request method",
        Message::BadRequest,
        "request-error",
    ),
    ("empty request body", Message::BadRequest, "request-error"),
    (
        "could not parse request body",
        Message::BadRequest,
        "request-error",
    ),
    (
        "could not write response",
        Message::RequestTrouble,
        "request-error",
    ),
    (
        "could not serialize response",
        Message::RequestTrouble,
        "request-error",
    ),
    (
        "error closing request body",
        Message::RequestTrouble,
        "request-error",
    ),
    (
        "error closing response body",
        Message::RequestTrouble,
        "request-error",
    ),
    ("mapping IAM role", Message::MappingRole, "mapping-loaded"),
    ("mapping IAM user", Message::MappingUser, "mapping-loaded"),
    (
        "mapping IAM Account",
        Message::MappingAccount,
        "mapping-loaded",
    ),
    (
        "Received aws-auth watch event",
        Message::ConfigMapEvent,
        "config-map-event",
    ),
    (
        "Resetting configmap on delete",
        Message::ConfigMapReset,
        "config-map-reset",
    ),
    (
        "Watch channel closed. Reconnecting...",
        Message::ConfigMapWatch,
        "lifecycle",
    ),
    (
        "received a watch error",
        Message::ConfigMapWatch,
        "lifecycle",
    ),
    (
        "Unable to re-establish watch: timeout, sleeping for 5 seconds.",
        Message::ConfigMapWatch,
        "lifecycle",
    ),
    (
        "There was an error parsing the config maps.  Only saving data that was good, []",
        Message::ConfigInvalid,
        "config-error",
    ),
    (
        "Errors parsing configmap: [yaml: line 3]",
        Message::ConfigInvalid,
        "config-error",
    ),
    (
        "not found map aws-auth",
        Message::ConfigMapMissing,
        "config-error",
    ),
    (
        "startLoadConfigMap in EKSConfigMap",
        Message::ConfigMapWatch,
        "lifecycle",
    ),
    (
        "stopCh is closed in startLoadConfigMap",
        Message::ConfigMapWatch,
        "lifecycle",
    ),
    (
        "BackendMode dynamic file got changed to API",
        Message::BackendMode,
        "backend-mode",
    ),
    (
        "BackendMode dynamic file API different from current mode CONFIG_MAP, rebuild mapper",
        Message::BackendMode,
        "backend-mode",
    ),
    (
        "BackendMode dynamic file same with current mode, skip rebuild mapper",
        Message::BackendMode,
        "backend-mode",
    ),
    (
        "BackendMode dynamic file got deleted",
        Message::BackendMode,
        "backend-mode",
    ),
    ("logging latency metric", Message::Latency, "latency"),
    (
        "LoadDynamicFile: /etc/entries is available. content is {}",
        Message::DynamicFile,
        "lifecycle",
    ),
    (
        "startLoadDynamicFile: got WRITE/CREATE event reload it the memory",
        Message::DynamicFile,
        "lifecycle",
    ),
    (
        "startLoadDynamicFile: got RENAME/REMOVE event",
        Message::DynamicFile,
        "lifecycle",
    ),
    (
        "ParseMap: could not unmarshal dynamic file.",
        Message::ConfigInvalid,
        "config-error",
    ),
    (
        "ParseMap: Errors parsing dynamic file: []",
        Message::ConfigInvalid,
        "config-error",
    ),
    (
        "additional arn comparison for IAM arn. arn from STS response is a, arn in mapper is b",
        Message::ArnComparison,
        "lifecycle",
    ),
    (
        "invalid mapping arn in dynamic file: x",
        Message::ConfigInvalid,
        "config-error",
    ),
    (
        "{arn:aws:iam::111122223333:role/ci  ci [dev]}",
        Message::MappingDump,
        "mapping-loaded",
    ),
    (
        "Calling ec2:DescribeInstances for the InstanceId = i-0123456789abcdef0",
        Message::InstanceLookup,
        "lifecycle",
    ),
    (
        "Making Batch Query to DescribeInstances for 3 instances",
        Message::InstanceLookup,
        "lifecycle",
    ),
    (
        "Batch call failed querying private DNS for instances",
        Message::InstanceLookup,
        "lifecycle",
    ),
    (
        "Getting error = x while creating rate limited client",
        Message::InstanceLookup,
        "lifecycle",
    ),
    (
        "listening on https://127.0.0.1:21362/authenticate",
        Message::Start,
        "lifecycle",
    ),
    (
        "reconfigure your apiserver with `--flag` to enable",
        Message::Start,
        "lifecycle",
    ),
    (
        "starting mapper \"EKSConfigMap\"",
        Message::Start,
        "lifecycle",
    ),
    (
        "Starting the h.ec2Provider.StartEc2DescribeBatchProcessing",
        Message::Start,
        "lifecycle",
    ),
    (
        "starting aws iam authenticator controller",
        Message::Start,
        "lifecycle",
    ),
    (
        "waiting for informer caches to sync",
        Message::Start,
        "lifecycle",
    ),
    (
        "successfully synced iamidentitymapping",
        Message::Start,
        "lifecycle",
    ),
    ("loaded existing keypair", Message::Start, "lifecycle"),
    (
        "generated a new private key and certificate",
        Message::Start,
        "lifecycle",
    ),
    (
        "saving new key and certificate",
        Message::Start,
        "lifecycle",
    ),
    (
        "writing webhook kubeconfig file",
        Message::Start,
        "lifecycle",
    ),
    ("feature gates: &{map[]}", Message::Start, "lifecycle"),
    ("healthz server exited", Message::Stop, "lifecycle"),
    ("http server exited", Message::Stop, "lifecycle"),
    ("could not close listener", Message::Stop, "lifecycle"),
    ("error closing listener", Message::Stop, "lifecycle"),
    (
        "could not gracefully shutdown http server",
        Message::Stop,
        "lifecycle",
    ),
    ("error closing error log writer", Message::Stop, "lifecycle"),
    (
        "start mapper \"EKSConfigMap\" failed",
        Message::Stop,
        "lifecycle",
    ),
    ("could not open TLS listener", Message::Stop, "lifecycle"),
    ("failed to build mapper chain", Message::Stop, "lifecycle"),
    (
        "could not create static 'deny' JSON response",
        Message::Stop,
        "lifecycle",
    ),
    (
        "invalid server user mappings",
        Message::ConfigInvalid,
        "config-error",
    ),
    ("a text of tomorrow", Message::Other, "other"),
    ("", Message::Other, "other"),
];

#[test]
fn every_known_message_has_its_type_and_event() {
    for (msg, message, event) in MESSAGES {
        assert_eq!(Message::of(msg, None), *message, "{msg}");
        assert_eq!(message.event().as_str(), *event, "{msg}");
    }
}

#[test]
fn a_denial_carries_its_reason() {
    let denied = Message::of("access denied", Some("identity is not mapped"));
    assert_eq!(
        denied,
        Message::AccessDenied(DenialReason::IdentityNotMapped)
    );
    assert_eq!(denied.event().as_str(), "access-denied");
    assert_eq!(
        Message::of("access denied", None),
        Message::AccessDenied(DenialReason::Other),
        "the error may be cut off"
    );
}

#[test]
fn a_known_text_inside_another_is_not_mistaken_for_it() {
    assert_eq!(Message::of("not access denied", None), Message::Other);
    assert_eq!(
        Message::of("access granted to nobody", None),
        Message::Other
    );
}
