//! The kind of a stream, by name and by content.

use super::super::StreamKind::{self, *};
use super::audit;

const KLOG: &str = "I0601 12:34:56.789012      10 controller.go:116] message";
const LOGFMT: &str = r#"time="2026-05-01T12:00:00Z" level=info msg="access granted""#;
const ID: &str = "-0123456789abcdef0123456789abcdef";

#[test]
fn names_of_eks_streams_tell_their_kind() {
    for (name, kind) in [
        ("kube-apiserver-audit", Audit),
        ("kube-apiserver", ApiServer),
        ("authenticator", Authenticator),
        ("kube-controller-manager", ControllerManager),
        ("kube-scheduler", Scheduler),
        ("cloud-controller-manager", CloudControllerManager),
        ("etcd", Component),
    ] {
        assert_eq!(StreamKind::of_name(&format!("{name}{ID}")), kind);
    }
    assert_eq!(StreamKind::of_name("i-0123456789abcdef0"), Unknown);
    assert_eq!(StreamKind::of_name("authenticatorish"), Unknown);
}

#[test]
fn content_tells_formats_apart_and_names_tell_components_apart() {
    let named = |name: &str| format!("{name}{ID}");
    let json = r#"{"ts":1751.5,"caller":"a/b.go:1","msg":"message","v":4}"#;
    let logrus = r#"{"level":"info","msg":"access granted","time":"2026-05-01T12:00:00Z"}"#;
    for (stream, line, kind) in [
        (None, audit(1).as_str(), Audit),
        (None, &audit(1)[..60], Audit),
        (None, LOGFMT, Authenticator),
        (
            None,
            r#"level=info msg="mapping IAM role" groups="[]""#,
            Authenticator,
        ),
        (None, logrus, Authenticator),
        (None, KLOG, Component),
        (None, json, Component),
        (None, "Flag --x has been deprecated", Unknown),
        (None, "I0601 at noon", Unknown),
        (Some("kube-scheduler"), KLOG, Scheduler),
        (Some("kube-apiserver"), json, ApiServer),
        (Some("kube-apiserver"), &audit(1), Audit),
        (Some("kube-apiserver-audit"), LOGFMT, Authenticator),
        (Some("kube-apiserver-audit"), KLOG, Component),
        (Some("kube-apiserver-audit"), "garbage", Audit),
        (Some("my-app"), KLOG, Component),
    ] {
        assert_eq!(
            StreamKind::of(stream.map(named).as_deref(), line),
            kind,
            "{stream:?} {line}"
        );
    }
}
