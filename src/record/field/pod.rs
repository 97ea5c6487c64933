//! What a pod, or a workload's pod template, asks for.

use super::{Field, list};
use crate::query::{FieldType, Value};
use crate::record::fact::{Facts, Knob};

/// Whether a boolean is set anywhere in the pod; missing where there is no pod.
fn flag<'r>(facts: &Facts<'_>, knob: Knob) -> Value<'r> {
    let pod = facts.pod();
    if pod.present {
        Value::Bool(pod.sets(knob, true))
    } else {
        Value::Missing
    }
}

fn knobs<'r>(facts: &'r Facts<'_>, knob: Knob) -> Value<'r> {
    list(facts.pod().all(knob))
}

fn first<'r>(facts: &'r Facts<'_>, knob: Knob) -> Value<'r> {
    facts
        .pod()
        .all(knob)
        .first()
        .map(Value::reborrow)
        .unwrap_or_default()
}

pub(super) const FIELDS: &[Field] = &[
    Field::audit(
        "pod.kind",
        FieldType::Text,
        "The resource that holds the pod: `pods`, `deployments`, …",
        |f| {
            if f.pod().present {
                Value::text(f.record.resource())
            } else {
                Value::Missing
            }
        },
    )
    .named("objectRef.resource"),
    Field::audit(
        "pod.privileged",
        FieldType::Bool,
        "Whether any container is privileged.",
        |f| flag(f, Knob::Privileged),
    ),
    Field::audit(
        "pod.hostNetwork",
        FieldType::Bool,
        "Whether the pod shares the node's network.",
        |f| flag(f, Knob::HostNetwork),
    ),
    Field::audit(
        "pod.hostPID",
        FieldType::Bool,
        "Whether the pod sees the node's processes.",
        |f| flag(f, Knob::HostPid),
    ),
    Field::audit(
        "pod.hostIPC",
        FieldType::Bool,
        "Whether the pod shares the node's IPC namespace.",
        |f| flag(f, Knob::HostIpc),
    ),
    Field::audit(
        "pod.shareProcessNamespace",
        FieldType::Bool,
        "Whether the containers see each other's processes.",
        |f| flag(f, Knob::ShareProcessNamespace),
    ),
    Field::audit(
        "pod.allowPrivilegeEscalation",
        FieldType::Bool,
        "Whether any container expressly allows privilege escalation.",
        |f| flag(f, Knob::AllowPrivilegeEscalation),
    ),
    Field::audit(
        "pod.windowsHostProcess",
        FieldType::Bool,
        "Whether any container is a Windows host process.",
        |f| flag(f, Knob::HostProcess),
    ),
    Field::audit(
        "pod.mirror",
        FieldType::Bool,
        "Whether it is the mirror of a static pod.",
        |f| flag(f, Knob::Mirror),
    ),
    Field::audit(
        "pod.runAsRoot",
        FieldType::Bool,
        "Whether the pod or any container runs as UID 0, or sets `runAsNonRoot: false`.",
        |f| {
            if f.pod().present {
                Value::Bool(f.pod().runs_as_root())
            } else {
                Value::Missing
            }
        },
    ),
    Field::audit(
        "pod.hostUsers",
        FieldType::Bool,
        "`hostUsers` as written; `false` is the safer setting.",
        |f| first(f, Knob::HostUsers),
    ),
    Field::audit(
        "pod.automountToken",
        FieldType::Bool,
        "`automountServiceAccountToken` as written.",
        |f| first(f, Knob::AutomountToken),
    ),
    Field::audit(
        "pod.serviceAccount",
        FieldType::Text,
        "The service account it runs as, as written.",
        |f| first(f, Knob::ServiceAccount),
    )
    .in_line(),
    Field::audit(
        "pod.nodeName",
        FieldType::Text,
        "The node it is put on, scheduler or not.",
        |f| first(f, Knob::NodeName),
    )
    .in_line(),
    Field::audit(
        "pod.hostPaths",
        FieldType::List,
        "Host directories that are mounted, in their shortest spelling; `/var/run` is `/run`.",
        |f| knobs(f, Knob::HostPaths),
    ),
    Field::audit(
        "pod.capabilities",
        FieldType::List,
        "Capabilities that are added, upper case, without `CAP_`.",
        |f| knobs(f, Knob::Capabilities),
    ),
    Field::audit("pod.images", FieldType::List, "The images.", |f| {
        knobs(f, Knob::Images)
    })
    .in_line(),
    Field::audit(
        "pod.containers",
        FieldType::List,
        "The names of the containers.",
        |f| knobs(f, Knob::ContainerNames),
    )
    .in_line(),
    Field::audit(
        "pod.owners",
        FieldType::List,
        "The kinds of the owners: `ReplicaSet`, `Node`, …",
        |f| knobs(f, Knob::Owners),
    )
    .in_line(),
    Field::audit(
        "pod.hostPorts",
        FieldType::List,
        "Ports taken on the node.",
        |f| knobs(f, Knob::HostPorts),
    ),
    Field::audit(
        "pod.sysctls",
        FieldType::List,
        "Kernel parameters that are set.",
        |f| knobs(f, Knob::Sysctls),
    )
    .in_line(),
    Field::audit(
        "pod.procMount",
        FieldType::List,
        "`procMount` of the containers; `Unmasked` shows all of /proc.",
        |f| knobs(f, Knob::ProcMount),
    )
    .in_line(),
    Field::audit(
        "pod.seccomp",
        FieldType::List,
        "Seccomp profiles; `Unconfined` is none.",
        |f| knobs(f, Knob::Seccomp),
    ),
    Field::audit(
        "pod.appArmor",
        FieldType::List,
        "AppArmor profiles; `Unconfined` is none.",
        |f| knobs(f, Knob::AppArmor),
    ),
    Field::audit(
        "pod.secrets",
        FieldType::List,
        "Secrets that it mounts or reads into its environment.",
        |f| knobs(f, Knob::Secrets),
    )
    .in_line(),
    Field::audit(
        "pod.tokenAudiences",
        FieldType::List,
        "Audiences of projected service-account tokens.",
        |f| knobs(f, Knob::TokenAudiences),
    )
    .in_line(),
    Field::audit(
        "pod.envNames",
        FieldType::List,
        "Names of environment variables.",
        |f| knobs(f, Knob::EnvNames),
    )
    .in_line(),
    Field::audit(
        "pod.targetContainers",
        FieldType::List,
        "Containers whose processes an ephemeral container joins.",
        |f| knobs(f, Knob::TargetContainers),
    )
    .in_line(),
    Field::audit(
        "pod.commands",
        FieldType::List,
        "Command and arguments of each container, joined by blanks.",
        |f| list(&f.pod().commands),
    ),
    Field::audit(
        "pod.ephemeral",
        FieldType::Bool,
        "Whether there are ephemeral containers.",
        |f| {
            if f.pod().present {
                Value::Bool(f.pod().ephemeral)
            } else {
                Value::Missing
            }
        },
    ),
    Field::audit(
        "pod.touched",
        FieldType::List,
        "For update and patch: the keys that the request body sets inside the pod.",
        |f| list(&f.pod().touched),
    )
    .in_line(),
];
