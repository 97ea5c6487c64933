//! What a line of the authenticator tells: its `msg=` as a type.
//!
//! The texts are those of kubernetes-sigs/aws-iam-authenticator, old spellings included. What a text
//! carries inside (a mode, a file) stays in the text; the fields stand in the record.

use super::denial::DenialReason;

/// What a line tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Message {
    /// STS named the caller: access key, session, ARN.
    StsResponse,
    /// The caller was mapped to a Kubernetes user.
    AccessGranted,
    /// The caller was turned away.
    AccessDenied(DenialReason),
    /// Something was sent that is no token review.
    BadRequest,
    /// An answer or a body could not be written, read to its end or closed.
    RequestTrouble,
    /// A role of the configuration was loaded, or an SSO permission set.
    MappingRole,
    /// A user of the configuration was loaded.
    MappingUser,
    /// A whole account of the configuration was loaded.
    MappingAccount,
    /// One mapping of the access-entry file, printed as a bare structure.
    MappingDump,
    /// The ConfigMap aws-auth changed, or was listed again.
    ConfigMapEvent,
    /// The ConfigMap aws-auth was deleted: all its mappings are gone.
    ConfigMapReset,
    /// The ConfigMap aws-auth does not exist.
    ConfigMapMissing,
    /// The ConfigMap or the access-entry file holds mappings that can't be used.
    ConfigInvalid,
    /// The watch on the ConfigMap starts, ends, breaks or is renewed.
    ConfigMapWatch,
    /// The authentication mode (`CONFIG_MAP`, `API`) was switched, or looked at.
    BackendMode,
    /// How long a change of the configuration took to arrive.
    Latency,
    /// The access-entry file was loaded, written or removed.
    DynamicFile,
    /// The ARN that STS answered was compared with the mapped one.
    ArnComparison,
    /// Names of EC2 instances are looked up for node mappings.
    InstanceLookup,
    /// The program starts, or prepares its certificate, its mappers or its listener.
    Start,
    /// The program, a server or a listener ends.
    Stop,
    /// A text that is not known.
    Other,
}

/// The value of the field `auth.event`: messages gathered by what they mean to a detector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// STS named a caller.
    StsResponse,
    /// A caller was let in.
    AccessGranted,
    /// A caller was turned away.
    AccessDenied,
    /// A mapping was loaded.
    MappingLoaded,
    /// aws-auth changed.
    ConfigMapEvent,
    /// aws-auth was deleted.
    ConfigMapReset,
    /// Mappings can't be used, or are not there.
    ConfigError,
    /// A request that is no token review, or that broke.
    RequestError,
    /// The authentication mode.
    BackendMode,
    /// A delay was measured.
    Latency,
    /// The program's own life.
    Lifecycle,
    /// Not known.
    Other,
}

impl Event {
    /// The value as detectors spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StsResponse => "sts-response",
            Self::AccessGranted => "access-granted",
            Self::AccessDenied => "access-denied",
            Self::MappingLoaded => "mapping-loaded",
            Self::ConfigMapEvent => "config-map-event",
            Self::ConfigMapReset => "config-map-reset",
            Self::ConfigError => "config-error",
            Self::RequestError => "request-error",
            Self::BackendMode => "backend-mode",
            Self::Latency => "latency",
            Self::Lifecycle => "lifecycle",
            Self::Other => "other",
        }
    }
}

impl Message {
    /// Classifies a line by its `msg=` and, when access was denied, its `error=`.
    #[must_use]
    pub fn of(msg: &str, error: Option<&str>) -> Self {
        if msg == "access denied" {
            return Self::AccessDenied(error.map_or(DenialReason::Other, DenialReason::of));
        }
        let exact = WHOLE.iter().find(|(text, _)| *text == msg);
        let begins = || STARTS.iter().find(|(text, _)| msg.starts_with(text));
        match exact.or_else(begins) {
            Some((_, message)) => *message,
            None if msg.starts_with('{') && msg.ends_with('}') => Self::MappingDump,
            None => Self::Other,
        }
    }

    /// The group of messages it belongs to.
    #[must_use]
    pub const fn event(self) -> Event {
        match self {
            Self::StsResponse => Event::StsResponse,
            Self::AccessGranted => Event::AccessGranted,
            Self::AccessDenied(_) => Event::AccessDenied,
            Self::MappingRole | Self::MappingUser | Self::MappingAccount | Self::MappingDump => {
                Event::MappingLoaded
            }
            Self::ConfigMapEvent => Event::ConfigMapEvent,
            Self::ConfigMapReset => Event::ConfigMapReset,
            Self::ConfigMapMissing | Self::ConfigInvalid => Event::ConfigError,
            Self::BadRequest | Self::RequestTrouble => Event::RequestError,
            Self::BackendMode => Event::BackendMode,
            Self::Latency => Event::Latency,
            Self::ConfigMapWatch
            | Self::DynamicFile
            | Self::ArnComparison
            | Self::InstanceLookup
            | Self::Start
            | Self::Stop => Event::Lifecycle,
            Self::Other => Event::Other,
        }
    }
}

/// Texts that are always the same.
const WHOLE: &[(&str, Message)] = &[
    ("STS response", Message::StsResponse),
    ("access granted", Message::AccessGranted),
    ("unexpected request method", Message::BadRequest),
    ("empty request body", Message::BadRequest),
    ("could not parse request body", Message::BadRequest),
    ("could not write response", Message::RequestTrouble),
    ("could not serialize response", Message::RequestTrouble),
    ("error closing request body", Message::RequestTrouble),
    ("error closing response body", Message::RequestTrouble),
    ("mapping IAM role", Message::MappingRole),
    ("mapping IAM user", Message::MappingUser),
    ("mapping IAM Account", Message::MappingAccount),
    ("Received aws-auth watch event", Message::ConfigMapEvent),
    ("Resetting configmap on delete", Message::ConfigMapReset),
    ("not found map aws-auth", Message::ConfigMapMissing),
    ("logging latency metric", Message::Latency),
    ("invalid server user mappings", Message::ConfigInvalid),
    ("failed to build mapper chain", Message::Stop),
    ("could not open TLS listener", Message::Stop),
    (
        "could not create static 'deny' JSON response",
        Message::Stop,
    ),
];

/// Texts that go on with something of the moment.
const STARTS: &[(&str, Message)] = &[
    (
        "There was an error parsing the config maps",
        Message::ConfigInvalid,
    ),
    ("Errors parsing configmap", Message::ConfigInvalid),
    ("ParseMap: ", Message::ConfigInvalid),
    (
        "invalid mapping arn in dynamic file",
        Message::ConfigInvalid,
    ),
    ("Watch channel closed", Message::ConfigMapWatch),
    ("received a watch error", Message::ConfigMapWatch),
    ("Unable to re-establish watch", Message::ConfigMapWatch),
    ("startLoadConfigMap", Message::ConfigMapWatch),
    (
        "stopCh is closed in startLoadConfigMap",
        Message::ConfigMapWatch,
    ),
    ("BackendMode dynamic file", Message::BackendMode),
    ("LoadDynamicFile", Message::DynamicFile),
    ("startLoadDynamicFile", Message::DynamicFile),
    (
        "additional arn comparison for IAM arn",
        Message::ArnComparison,
    ),
    ("Calling ec2:DescribeInstances", Message::InstanceLookup),
    (
        "Making Batch Query to DescribeInstances",
        Message::InstanceLookup,
    ),
    (
        "Batch call failed querying private DNS",
        Message::InstanceLookup,
    ),
    ("Getting error = ", Message::InstanceLookup),
    ("healthz server exited", Message::Stop),
    ("http server exited", Message::Stop),
    ("could not close listener", Message::Stop),
    ("error closing listener", Message::Stop),
    ("could not gracefully shutdown http server", Message::Stop),
    ("error closing error log writer", Message::Stop),
    ("listening on ", Message::Start),
    ("reconfigure your apiserver with", Message::Start),
    ("starting mapper", Message::Start),
    ("Starting the h.ec2Provider", Message::Start),
    ("starting aws iam authenticator controller", Message::Start),
    ("waiting for informer caches to sync", Message::Start),
    ("successfully synced", Message::Start),
    ("loaded existing keypair", Message::Start),
    (
        "generated a new private key and certificate",
        Message::Start,
    ),
    ("saving new key and certificate", Message::Start),
    ("writing webhook kubeconfig file", Message::Start),
    ("feature gates: ", Message::Start),
    ("start mapper", Message::Stop),
];

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
