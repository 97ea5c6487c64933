//! The pod that a request writes, or the pod template of the workload it writes.
//!
//! Judged is the object as it is after the request: the response body where there is one, since
//! webhooks change what was asked and a patch shows only its part; else the request body, JSON Patch
//! included. Containers, init containers and ephemeral containers count alike.

use super::pod_path::{Knob, Place};
use super::pod_reading::PodReading;
use super::touched;
use crate::query::Value;
use crate::record::audit::AuditRecord;

/// What a pod asks for. Lists keep the order of the text; nothing here is deduplicated.
#[derive(Debug, Default)]
pub struct Pod<'a> {
    /// Whether the request writes a pod or a pod template, and a body shows it.
    pub present: bool,
    /// What the pod asks for, by knob; each stands once for every value.
    knobs: Vec<Knob>,
    values: Vec<Value<'a>>,
    /// `command` and `args` of each container, joined by blanks.
    pub commands: Vec<Value<'a>>,
    /// Whether there are ephemeral containers.
    pub ephemeral: bool,
    /// The keys inside the pod that the request body of an update or patch sets.
    pub touched: Vec<Value<'a>>,
}

/// Which resources hold a pod template, beside pods themselves.
const WORKLOADS: [&str; 9] = [
    "pods",
    "deployments",
    "daemonsets",
    "statefulsets",
    "replicasets",
    "replicationcontrollers",
    "jobs",
    "cronjobs",
    "podtemplates",
];

impl<'a> Pod<'a> {
    /// Reads the bodies of a request that writes a pod or workload. Empty for other requests, also
    /// for status and scale: they cannot change what a pod asks for, though their bodies show it.
    #[must_use]
    pub fn of(record: &AuditRecord<'a>) -> Self {
        let spec_changes = matches!(record.subresource(), "" | "ephemeralcontainers" | "resize");
        if !(spec_changes && record.writes() && WORKLOADS.contains(&record.resource())) {
            return Self::default();
        }
        let root = Place::root(record.resource());
        let mut reading = PodReading::new();
        match record.final_object() {
            Some(body) if body.is_complete() => reading.answer(root, body),
            partial => {
                for body in [record.request_object, partial].into_iter().flatten() {
                    reading.body(root, body);
                }
            }
        }
        let creates = record.verb.is_some_and(|verb| verb.is("create"));
        let touched = match record.request_object {
            Some(request) if !creates => touched::keys(root, request, record.final_object()),
            _ => Vec::new(),
        };
        reading.found.sort_by_key(|(knob, _)| *knob);
        let (knobs, values) = reading.found.into_iter().unzip();
        Self {
            present: reading.present,
            knobs,
            values,
            commands: reading.commands,
            ephemeral: reading.ephemeral,
            touched,
        }
    }

    /// All values of a knob, in order.
    #[must_use]
    pub fn all(&self, knob: Knob) -> &[Value<'a>] {
        let start = self.knobs.partition_point(|other| *other < knob);
        let end = self.knobs.partition_point(|other| *other <= knob);
        self.values.get(start..end).unwrap_or_default()
    }

    /// Whether any container or the pod itself sets a boolean knob to that value.
    #[must_use]
    pub fn sets(&self, knob: Knob, wanted: bool) -> bool {
        self.all(knob).contains(&Value::Bool(wanted))
    }

    /// Whether anything in it runs as UID 0, or is expressly allowed to.
    #[must_use]
    pub fn runs_as_root(&self) -> bool {
        self.all(Knob::RunAsUser).contains(&Value::Number(0.0))
            || self.sets(Knob::RunAsNonRoot, false)
    }
}

#[cfg(test)]
#[path = "pod_tests.rs"]
mod tests;
