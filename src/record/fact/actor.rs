//! Who asks. Told from the evidence behind a name, never from the name's prefix alone: an aws-auth
//! entry or access entry can hand a customer's IAM principal a name such as `eks:addon-manager`.

use std::borrow::Cow;

use super::address;
use super::principal::Principal;
use crate::record::audit::{AuditRecord, User};

/// The sorts of caller that detectors tell apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ActorKind {
    /// An IAM user or role of the customer (people and their pipelines), or any name that nothing
    /// else explains.
    Human,
    /// A pod's, or anybody's who holds its token.
    ServiceAccount,
    /// A kubelet, or whoever holds the node's role.
    Node,
    /// AWS at work on its side of the managed control plane.
    EksManaged,
    /// The API server, scheduler and controller manager.
    ControlPlane,
    /// Nobody: no credentials, or ones that were refused.
    Anonymous,
    /// The event names no user: it was cut off before, or damaged.
    #[default]
    Unknown,
}

impl ActorKind {
    /// The words that [`ActorKind::as_str`] uses, all of them.
    pub const WORDS: [&str; 7] = [
        Self::Human.as_str(),
        Self::ServiceAccount.as_str(),
        Self::Node.as_str(),
        Self::EksManaged.as_str(),
        Self::ControlPlane.as_str(),
        Self::Anonymous.as_str(),
        Self::Unknown.as_str(),
    ];

    /// The word that queries and alerts use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::ServiceAccount => "service-account",
            Self::Node => "node",
            Self::EksManaged => "eks-managed",
            Self::ControlPlane => "control-plane",
            Self::Anonymous => "anonymous",
            Self::Unknown => "unknown",
        }
    }
}

/// The caller of one request.
#[derive(Debug, Default)]
pub struct Actor<'a> {
    /// What sort of caller it is.
    pub kind: ActorKind,
    /// Whether it bears a name of the system without being part of it.
    pub spoofed: bool,
    /// The IAM principal, where one is behind the request.
    pub principal: Principal<'a>,
    /// Namespace and name of the service account.
    pub service_account: Option<(Cow<'a, str>, Cow<'a, str>)>,
    username: Cow<'a, str>,
}

/// Names the control plane's own components hold by certificate.
const COMPONENTS: [&str; 5] = [
    "system:apiserver",
    "system:kube-controller-manager",
    "system:kube-scheduler",
    "system:cloud-controller-manager",
    "system:volume-scheduler",
];

/// Service accounts in `kube-system` that the controller manager runs its loops as
/// (`cmd/kube-controller-manager/names/controller_names.go`, RBAC bootstrap policy
/// `plugin/pkg/auth/authorizer/rbac/bootstrappolicy/controller_policy.go`).
const CONTROLLERS: [&str; 42] = [
    "attachdetach-controller",
    "bootstrap-signer",
    "certificate-controller",
    "clusterrole-aggregation-controller",
    "cronjob-controller",
    "daemon-set-controller",
    "deployment-controller",
    "device-taint-eviction-controller",
    "disruption-controller",
    "endpoint-controller",
    "endpointslice-controller",
    "endpointslicemirroring-controller",
    "ephemeral-volume-controller",
    "expand-controller",
    "generic-garbage-collector",
    "horizontal-pod-autoscaler",
    "job-controller",
    "legacy-service-account-token-cleaner",
    "namespace-controller",
    "node-controller",
    "node-ipam-controller",
    "persistent-volume-binder",
    "pod-garbage-collector",
    "pv-protection-controller",
    "pvc-protection-controller",
    "replicaset-controller",
    "replication-controller",
    "resource-claim-controller",
    "resourcequota-controller",
    "root-ca-cert-publisher",
    "route-controller",
    "selinux-warning-controller",
    "service-account-controller",
    "service-ca-cert-publisher",
    "service-cidrs-controller",
    "service-controller",
    "statefulset-controller",
    "storage-version-migrator-controller",
    "token-cleaner",
    "ttl-after-finished-controller",
    "ttl-controller",
    "validatingadmissionpolicy-status-controller",
];

impl<'a> Actor<'a> {
    /// Judges the caller of an audit event of a cluster in `own_account`, where that is known.
    #[must_use]
    pub fn of(record: &AuditRecord<'a>, own_account: Option<&str>) -> Self {
        let Some(user) = record.user else {
            let refused = record.response_status.and_then(|status| status.code) == Some(401);
            let kind = if refused {
                ActorKind::Anonymous
            } else {
                ActorKind::Unknown
            };
            return Self {
                kind,
                ..Self::default()
            };
        };
        let username = user.username.map(|text| text.cow()).unwrap_or_default();
        let mut actor = Self {
            principal: Principal::of(&user),
            service_account: service_account(&username),
            username,
            ..Self::default()
        };
        actor.kind = actor.judge(record, &user, own_account);
        actor.spoofed = actor.kind == ActorKind::Human
            && !actor.principal.is_absent()
            && claims_system(&actor.username);
        actor
    }

    fn judge(
        &self,
        record: &AuditRecord<'a>,
        user: &User<'a>,
        own_account: Option<&str>,
    ) -> ActorKind {
        let name = self.username.as_ref();
        if matches!(name, "" | "system:anonymous" | "system:unauthenticated")
            || user.in_group("system:unauthenticated")
        {
            return ActorKind::Anonymous;
        }
        if name.starts_with("system:node:") {
            let vouched = self.principal.is_absent() || self.principal.is_node_session(name);
            return if vouched {
                ActorKind::Node
            } else {
                ActorKind::Human
            };
        }
        if name.starts_with("eks:") || name.starts_with("eks-event-service:") {
            let vouched = self.principal.is_absent() || self.principal.is_aws_owned(own_account);
            return if vouched {
                ActorKind::EksManaged
            } else {
                ActorKind::Human
            };
        }
        if !self.principal.is_absent() {
            return ActorKind::Human;
        }
        match &self.service_account {
            Some(account) if is_controller(account, record) => ActorKind::ControlPlane,
            Some(_) => ActorKind::ServiceAccount,
            None if COMPONENTS.contains(&name) => ActorKind::ControlPlane,
            None => ActorKind::Human,
        }
    }

    /// By whom counts and baselines are kept: the canonical ARN and the session name of an IAM
    /// principal of the customer's, since many people may share one user name; the user name of all
    /// others.
    #[must_use]
    pub fn identity(&self) -> Option<Cow<'a, str>> {
        let own = matches!(self.kind, ActorKind::Human | ActorKind::Unknown) || self.spoofed;
        if own && let Some(person) = self.principal.person() {
            return Some(person);
        }
        (!self.username.is_empty()).then(|| self.username.clone())
    }

    /// A short name for people: the session behind a role, the IAM user, else the username.
    #[must_use]
    pub fn display(&self) -> Cow<'a, str> {
        match self.kind {
            ActorKind::Unknown => Cow::Borrowed("an unnamed caller"),
            ActorKind::Anonymous => Cow::Borrowed("an anonymous caller"),
            _ => self
                .principal
                .display()
                .unwrap_or_else(|| self.username.clone()),
        }
    }
}

/// Namespace and name behind `system:serviceaccount:NAMESPACE:NAME`.
fn service_account<'a>(username: &Cow<'a, str>) -> Option<(Cow<'a, str>, Cow<'a, str>)> {
    match username {
        Cow::Borrowed(text) => {
            let (namespace, name) = text
                .strip_prefix("system:serviceaccount:")?
                .split_once(':')?;
            Some((Cow::Borrowed(namespace), Cow::Borrowed(name)))
        }
        Cow::Owned(text) => {
            let (namespace, name) = text
                .strip_prefix("system:serviceaccount:")?
                .split_once(':')?;
            Some((
                Cow::Owned(namespace.to_owned()),
                Cow::Owned(name.to_owned()),
            ))
        }
    }
}

/// Whether a service account's request comes from the controller manager itself.
///
/// Its tokens belong to no pod, it never comes from the internet, and its client appends the
/// account's name to the user agent (`restclient.AddUserAgent`). The last is the client's to write,
/// so it only ever takes trust away: `kubectl` with a minted token of a controller is no controller.
fn is_controller(
    (namespace, name): &(Cow<'_, str>, Cow<'_, str>),
    record: &AuditRecord<'_>,
) -> bool {
    namespace == "kube-system"
        && CONTROLLERS.binary_search(&name.as_ref()).is_ok()
        && record
            .extra("authentication.kubernetes.io/pod-name")
            .is_none()
        && record.user_agent.is_none_or(|agent| {
            agent.raw().starts_with("kube-controller-manager/")
                || agent
                    .raw()
                    .strip_suffix(&**name)
                    .is_some_and(|rest| rest.ends_with(":kube-system:"))
        })
        && !address::is_public(record)
}

/// Whether a name claims to be part of Kubernetes or EKS.
fn claims_system(username: &str) -> bool {
    ["system:", "eks:", "eks-event-service:"]
        .iter()
        .any(|prefix| username.starts_with(prefix))
}

#[cfg(test)]
#[path = "actor_tests.rs"]
mod tests;
