//! Cases that come out against their label, each with the reason why that is right or beyond one
//! event. Nothing else may.

/// The detectors that answer for the making and deleting of ordinary objects. The collection's list
/// of techniques has none, since they are information and no attack.
pub(super) const LIFECYCLE: [&str; 9] = [
    "binding-any",
    "configmap-lifecycle",
    "deployment-created",
    "namespace-created",
    "role-lifecycle",
    "sa-created",
    "sa-deleted",
    "secret-write",
    "service-lifecycle",
];

/// Case, and the reason.
pub(super) const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "falco/K8s Secret Created/create_kube_system_secret",
        "the rule leaves kube-system out; a bootstrap token made there is of more interest, not less",
    ),
    (
        "panther/Kubernetes.Pod.StealServiceAccountToken/System principal in system namespace (excluded)",
        "a service account of kube-system that reads a token out of another pod is the attack itself; its name excuses nothing",
    ),
    (
        "panther/Kubernetes.System.Principal.PublicIP/AKS CSI Disk Driver from Azure Node",
        "needs the address ranges of Azure; on EKS a service account has no business on the internet",
    ),
    (
        "panther/Kubernetes.System.Principal.PublicIP/AKS System Node from Azure IP",
        "needs the address ranges of Azure; EC2 gives no node such a name",
    ),
    (
        "stratus/k8s.privilege-escalation.privileged-pod/sample event",
        "no audit event any more: reshaped by a product, the verb stands in http.method and the answer in http.status_code",
    ),
];

/// Behaviours that no detector looks for, and the reason.
pub(super) const UNANSWERED: &[(&str, &str)] = &[(
    "configmap-with-credentials",
    "EKS logs ConfigMaps without their bodies, so it can't be seen there",
)];
