//! What kind of control-plane log a line belongs to: by its stream's name, checked against the
//! line itself.
//!
//! Looks at the first bytes only and parses nothing.

use memchr::memmem::find;

/// The logs of an EKS control plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StreamKind {
    /// Kubernetes audit events.
    Audit,
    /// aws-iam-authenticator.
    Authenticator,
    /// The API server's own diagnostics.
    ApiServer,
    /// kube-controller-manager.
    ControllerManager,
    /// kube-scheduler.
    Scheduler,
    /// cloud-controller-manager.
    CloudControllerManager,
    /// A Kubernetes component's diagnostics (klog); which one is not known without a stream name.
    Component,
    /// None of these.
    Unknown,
}

/// Stream names before the dash and the instance's hexadecimal id. Longer ones stand before what they begin with.
const NAMES: [(&str, StreamKind); 8] = [
    ("kube-apiserver-audit", StreamKind::Audit),
    ("kube-apiserver", StreamKind::ApiServer),
    ("authenticator", StreamKind::Authenticator),
    ("kube-controller-manager", StreamKind::ControllerManager),
    ("kube-scheduler", StreamKind::Scheduler),
    (
        "cloud-controller-manager",
        StreamKind::CloudControllerManager,
    ),
    ("etcd-manager", StreamKind::Component),
    ("etcd", StreamKind::Component),
];

/// As far as a line is looked at.
const HEAD: usize = 512;

impl StreamKind {
    /// The kind of `line`, from a stream of the name `stream` if it has one.
    ///
    /// The content decides between formats that differ; the name decides between components that
    /// all write klog, and stands where the content says nothing.
    #[must_use]
    pub fn of(stream: Option<&str>, line: &str) -> Self {
        let named = stream.map_or(Self::Unknown, Self::of_name);
        match (Self::of_content(line), named) {
            (Self::Unknown, named) => named,
            (Self::Component, Self::Unknown | Self::Audit | Self::Authenticator) => Self::Component,
            (Self::Component, named) => named,
            (content, _) => content,
        }
    }

    /// The kind that a log stream's name tells.
    #[must_use]
    pub fn of_name(stream: &str) -> Self {
        // Centralised groups add a suffix, exports replace slashes: the beginning is what lasts.
        let beginning = stream.rsplit('/').next().unwrap_or(stream);
        let fits = |name: &str| {
            beginning
                .strip_prefix(name)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        NAMES
            .iter()
            .find(|(name, _)| fits(name))
            .map_or(Self::Unknown, |(_, kind)| *kind)
    }

    /// The kind that a line itself tells.
    #[must_use]
    pub fn of_content(line: &str) -> Self {
        let line = line.trim_start().as_bytes();
        let head = line.get(..HEAD).unwrap_or(line);
        match head {
            [b'{', ..] => of_object(head),
            _ if is_logfmt(head) => Self::Authenticator,
            _ if is_klog(head) => Self::Component,
            _ => Self::Unknown,
        }
    }

    /// The name used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Audit => "audit",
            Self::Authenticator => "authenticator",
            Self::ApiServer => "api-server",
            Self::ControllerManager => "controller-manager",
            Self::Scheduler => "scheduler",
            Self::CloudControllerManager => "cloud-controller-manager",
            Self::Component => "component",
            Self::Unknown => "unknown",
        }
    }
}

/// How an API server begins each line.
const AUDIT: &[u8] = br#"{"kind":"Event","#;

fn of_object(head: &[u8]) -> StreamKind {
    let has = |key: &[u8]| find(head, key).is_some();
    if head.starts_with(AUDIT)
        || has(b"\"audit.k8s.io/")
        || has(b"\"auditID\"")
        || has(b"\"kind\":\"Event\"")
    {
        StreamKind::Audit
    } else if has(b"\"ts\":") && has(b"\"msg\":") {
        StreamKind::Component
    } else if has(b"\"level\":") && has(b"\"msg\":") && has(b"\"time\":") {
        StreamKind::Authenticator
    } else {
        StreamKind::Unknown
    }
}

/// `time="…" level=info msg="…"`; collectors may have taken the time off.
fn is_logfmt(head: &[u8]) -> bool {
    let timed = head.starts_with(b"time=\"") && find(head, b" level=").is_some();
    timed || (head.starts_with(b"level=") && find(head, b" msg=").is_some())
}

/// `I0601 12:34:56.789012`: severity, month and day, time.
fn is_klog(head: &[u8]) -> bool {
    let Some(head) = head.first_chunk::<15>() else {
        return false;
    };
    let digits = |from: usize| head.iter().skip(from).take(2).all(u8::is_ascii_digit);
    matches!(
        head,
        [
            b'I' | b'W' | b'E' | b'F',
            _,
            _,
            _,
            _,
            b' ',
            _,
            _,
            b':',
            _,
            _,
            b':',
            _,
            _,
            b'.'
        ]
    ) && [1, 3, 6, 9, 12].into_iter().all(digits)
}
