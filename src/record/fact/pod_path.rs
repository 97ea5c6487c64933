//! The map of a pod: which key leads where, from the root of any workload down to a setting.
//!
//! The same map serves whole objects, partial objects and the paths of JSON Patch operations.
//! (API reference, `core/v1` PodSpec, `apps/v1`, `batch/v1`.)

/// A setting of a pod or container that facts are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "named after the API's own fields")]
pub enum Knob {
    AllowPrivilegeEscalation,
    Annotations,
    AppArmor,
    AutomountToken,
    Capabilities,
    ContainerNames,
    EnvNames,
    HostIpc,
    HostNetwork,
    HostPaths,
    HostPid,
    HostPorts,
    HostProcess,
    HostUsers,
    Images,
    Mirror,
    NodeName,
    Owners,
    Privileged,
    ProcMount,
    RunAsNonRoot,
    RunAsUser,
    Seccomp,
    Secrets,
    ServiceAccount,
    ShareProcessNamespace,
    Sysctls,
    TargetContainers,
    TokenAudiences,
}

/// A place inside an object that holds a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Nothing here concerns a pod.
    Outside,
    /// The object itself: a pod.
    Pod,
    /// The object itself: a workload.
    Workload,
    /// `spec` of a workload.
    WorkloadSpec,
    /// The job template of a cron job.
    JobTemplate,
    /// `spec` of a job template.
    JobSpec,
    /// A pod template.
    Template,
    /// `metadata` of a pod or template.
    Metadata,
    /// `metadata.ownerReferences`
    Owners,
    /// `spec` of a pod.
    Spec,
    /// `containers` and `initContainers`
    Containers,
    /// One container of any sort.
    Container,
    /// `securityContext` of pod or container.
    Security,
    /// `securityContext.capabilities`
    Capabilities,
    /// `seccompProfile`
    Seccomp,
    /// `appArmorProfile`
    AppArmor,
    /// `windowsOptions`
    Windows,
    /// `sysctls`
    Sysctls,
    /// `ports`
    Ports,
    /// `env`
    Env,
    /// `env[].valueFrom` and `envFrom[]`
    EnvSource,
    /// A reference to a secret by `name`.
    SecretRef,
    /// `volumes`
    Volumes,
    /// `hostPath` of a volume.
    HostPath,
    /// `secret` of a volume.
    SecretVolume,
    /// `projected` of a volume.
    Projected,
    /// `projected.sources`
    Sources,
    /// `serviceAccountToken` of a projected source.
    Token,
    /// A value that facts are made of.
    Leaf(Knob),
}

impl Place {
    /// Where the object of a resource begins.
    pub(super) fn root(resource: &str) -> Self {
        match resource {
            "pods" => Self::Pod,
            "podtemplates" => Self::WorkloadSpec,
            _ => Self::Workload,
        }
    }

    /// Where a token of a path leads: a key, or an index in a list.
    pub(super) fn step(self, token: &str) -> Self {
        if token == "-" || (!token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit())) {
            return self.element();
        }
        self.key(token)
    }

    /// Where a key of an object leads. No key leads back to where it was reached from, so that
    /// following keys ends soon, however deep the object is.
    pub(super) fn key(self, key: &str) -> Self {
        match self {
            Self::Pod | Self::Template => match key {
                "spec" => Self::Spec,
                "metadata" => Self::Metadata,
                // The body of pods/ephemeralcontainers before 1.22.
                "ephemeralContainers" => Self::Containers,
                _ => Self::Outside,
            },
            Self::Workload if key == "spec" => Self::WorkloadSpec,
            Self::WorkloadSpec => match key {
                "template" => Self::Template,
                "jobTemplate" => Self::JobTemplate,
                _ => Self::Outside,
            },
            Self::JobTemplate if key == "spec" => Self::JobSpec,
            Self::JobSpec if key == "template" => Self::Template,
            Self::Metadata => match key {
                "annotations" => Self::Leaf(Knob::Annotations),
                "ownerReferences" => Self::Owners,
                _ => Self::Outside,
            },
            Self::Owners if key == "kind" => Self::Leaf(Knob::Owners),
            Self::Spec => Self::step_spec(key),
            Self::Containers | Self::Container => Self::step_container(key),
            Self::Security => Self::step_security(key),
            _ => self.step_inner(key),
        }
    }

    fn step_spec(key: &str) -> Self {
        match key {
            "containers" | "initContainers" | "ephemeralContainers" => Self::Containers,
            "volumes" => Self::Volumes,
            "securityContext" => Self::Security,
            "hostNetwork" => Self::Leaf(Knob::HostNetwork),
            "hostPID" => Self::Leaf(Knob::HostPid),
            "hostIPC" => Self::Leaf(Knob::HostIpc),
            "hostUsers" => Self::Leaf(Knob::HostUsers),
            "shareProcessNamespace" => Self::Leaf(Knob::ShareProcessNamespace),
            "automountServiceAccountToken" => Self::Leaf(Knob::AutomountToken),
            "serviceAccountName" | "serviceAccount" => Self::Leaf(Knob::ServiceAccount),
            "nodeName" => Self::Leaf(Knob::NodeName),
            _ => Self::Outside,
        }
    }

    fn step_container(key: &str) -> Self {
        match key {
            "name" => Self::Leaf(Knob::ContainerNames),
            "image" => Self::Leaf(Knob::Images),
            "securityContext" => Self::Security,
            "ports" => Self::Ports,
            "env" => Self::Env,
            "envFrom" => Self::EnvSource,
            "targetContainerName" => Self::Leaf(Knob::TargetContainers),
            _ => Self::Outside,
        }
    }

    fn step_security(key: &str) -> Self {
        match key {
            "privileged" => Self::Leaf(Knob::Privileged),
            "allowPrivilegeEscalation" => Self::Leaf(Knob::AllowPrivilegeEscalation),
            "runAsUser" => Self::Leaf(Knob::RunAsUser),
            "runAsNonRoot" => Self::Leaf(Knob::RunAsNonRoot),
            "procMount" => Self::Leaf(Knob::ProcMount),
            "capabilities" => Self::Capabilities,
            "seccompProfile" => Self::Seccomp,
            "appArmorProfile" => Self::AppArmor,
            "windowsOptions" => Self::Windows,
            "sysctls" => Self::Sysctls,
            _ => Self::Outside,
        }
    }

    fn step_inner(self, key: &str) -> Self {
        match (self, key) {
            (Self::Capabilities, "add") => Self::Leaf(Knob::Capabilities),
            (Self::Seccomp, "type") => Self::Leaf(Knob::Seccomp),
            (Self::AppArmor, "type") => Self::Leaf(Knob::AppArmor),
            (Self::Windows, "hostProcess") => Self::Leaf(Knob::HostProcess),
            (Self::Sysctls, "name") => Self::Leaf(Knob::Sysctls),
            (Self::Ports, "hostPort") => Self::Leaf(Knob::HostPorts),
            (Self::Env, "name") => Self::Leaf(Knob::EnvNames),
            (Self::Env, "valueFrom") => Self::EnvSource,
            (Self::EnvSource, "secretRef" | "secretKeyRef") => Self::SecretRef,
            (Self::SecretRef, "name") => Self::Leaf(Knob::Secrets),
            (Self::Volumes, "hostPath") => Self::HostPath,
            (Self::HostPath, "path") => Self::Leaf(Knob::HostPaths),
            (Self::Volumes, "secret") => Self::SecretVolume,
            (Self::SecretVolume, "secretName") => Self::Leaf(Knob::Secrets),
            (Self::Volumes, "projected") => Self::Projected,
            (Self::Projected, "sources") => Self::Sources,
            (Self::Sources, "serviceAccountToken") => Self::Token,
            (Self::Sources, "secret") => Self::SecretRef,
            (Self::Token, "audience") => Self::Leaf(Knob::TokenAudiences),
            _ => Self::Outside,
        }
    }

    /// Where the elements of a list stand.
    pub(super) fn element(self) -> Self {
        match self {
            Self::Containers => Self::Container,
            Self::Pod
            | Self::Template
            | Self::Workload
            | Self::WorkloadSpec
            | Self::JobTemplate
            | Self::JobSpec
            | Self::Spec => Self::Outside,
            other => other,
        }
    }

    /// Whether the keys of the place are settings of a pod.
    pub(super) fn is_inside_pod(self) -> bool {
        !matches!(
            self,
            Self::Outside
                | Self::Pod
                | Self::Workload
                | Self::WorkloadSpec
                | Self::JobTemplate
                | Self::JobSpec
                | Self::Template
                | Self::Metadata
                | Self::Owners
                | Self::Leaf(_)
        )
    }
}
