//! The pod that a request writes, or the pod template of the workload it writes.
//!
//! Judged is the object as it is after the request: the response body where there is one, since
//! webhooks change what was asked and a patch shows only its part; else the request body, JSON Patch
//! included. Containers, init containers and ephemeral containers count alike.

use super::pod_path::{Knob, Place};
use super::{host_path, patch, touched};
use crate::json::{Begin, Cursor, Kind, Raw};
use crate::query::Value;
use crate::record::audit::AuditRecord;

/// What a pod asks for. Lists keep the order of the text; nothing here is deduplicated.
#[derive(Debug, Default)]
pub struct Pod<'a> {
    /// Whether the request writes a pod or a pod template, and a body shows it.
    pub present: bool,
    /// What the pod asks for, in the order of the text until all is read.
    found: Vec<(Knob, Value<'a>)>,
    /// The same by knob, each of which stands once for every value.
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

/// More values than most pods have, in less than the kilobyte up to which allocators are quick.
const USUAL: usize = 24;

impl<'a> Pod<'a> {
    /// Reads the bodies of a request that writes a pod or workload. Empty for other requests, also
    /// for status and scale: they cannot change what a pod asks for, though their bodies show it.
    #[must_use]
    pub fn of(record: &AuditRecord<'a>) -> Self {
        let mut pod = Self::default();
        let spec_changes = matches!(record.subresource(), "" | "ephemeralcontainers" | "resize");
        if !(spec_changes && record.writes() && WORKLOADS.contains(&record.resource())) {
            return pod;
        }
        pod.found.reserve(USUAL);
        let root = Place::root(record.resource());
        match record.final_object() {
            Some(body) if body.is_complete() => pod.read_answer(root, body),
            partial => {
                for body in [record.request_object, partial].into_iter().flatten() {
                    pod.read(root, body);
                }
            }
        }
        if !record.verb.is_some_and(|verb| verb.is("create"))
            && let Some(request) = record.request_object
        {
            pod.touched = touched::keys(root, request, record.final_object());
        }
        pod.found.sort_by_key(|(knob, _)| *knob);
        (pod.knobs, pod.values) = pod.found.drain(..).unzip();
        pod
    }

    fn read(&mut self, root: Place, body: Raw<'a>) {
        self.present = true;
        if body.kind() == Kind::Array {
            for (path, value) in patch::additions(body) {
                let place = path.iter().fold(root, |place, token| place.step(token));
                self.visit(place, &mut Cursor::new(value.as_str()));
            }
        } else {
            self.visit_object(root, &mut Cursor::new(body.as_str()));
        }
    }

    /// The object as the API server writes it, up to its spec: what follows is the status, often the
    /// larger half.
    fn read_answer(&mut self, root: Place, body: Raw<'a>) {
        self.present = true;
        let mut cursor = Cursor::new(body.as_str());
        cursor.enter();
        while let Some(key) = cursor.key() {
            self.ephemeral |= key.is("ephemeralContainers");
            self.visit(root.key(&key.cow()), &mut cursor);
            if key.is("spec") {
                return;
            }
        }
    }

    /// Takes in the value at a place. The depth is bounded by the places: each key leads closer to a
    /// leaf or out of the pod; only lists in lists lead nowhere, and are not followed.
    fn visit(&mut self, place: Place, cursor: &mut Cursor<'a>) {
        match (place, cursor.peek()) {
            (Place::Leaf(knob), _) => {
                if let Some(value) = cursor.value() {
                    self.take(knob, value);
                }
            }
            (Place::Container, Begin::Object) => self.container(cursor),
            (Place::Outside, _) | (_, Begin::Other) => {
                cursor.value();
            }
            (_, Begin::Object) => {
                self.visit_object(place, cursor);
            }
            (_, Begin::Array) => {
                cursor.enter();
                while cursor.element() {
                    if cursor.peek() == Begin::Array {
                        cursor.value();
                    } else {
                        self.visit(place.element(), cursor);
                    }
                }
            }
        }
    }

    fn visit_object(&mut self, place: Place, cursor: &mut Cursor<'a>) {
        cursor.enter();
        while let Some(key) = cursor.key() {
            let key = key.cow();
            self.ephemeral |= key == "ephemeralContainers";
            self.visit(place.key(&key), cursor);
        }
    }

    fn container(&mut self, cursor: &mut Cursor<'a>) {
        let (mut command, mut args) = (None, None);
        cursor.enter();
        while let Some(key) = cursor.key() {
            match key.cow().as_ref() {
                "command" => command = cursor.value(),
                "args" => args = cursor.value(),
                key => self.visit(Place::Container.key(key), cursor),
            }
        }
        let words: Vec<_> = [command, args]
            .into_iter()
            .flatten()
            .flat_map(|list| list.elements())
            .filter_map(|word| Some(word.text()?.cow()))
            .collect();
        if !words.is_empty() {
            self.commands.push(Value::Text(words.join(" ").into()));
        }
    }

    fn take(&mut self, knob: Knob, value: Raw<'a>) {
        if knob == Knob::Annotations {
            return self.annotations(value);
        }
        if value.kind() == Kind::Array {
            let flat = |element: &Raw<'_>| element.kind() != Kind::Array;
            for element in value.elements().filter(flat) {
                self.take(knob, element);
            }
            return;
        }
        let Some(value) = knob_value(knob, value) else {
            return;
        };
        self.found.push((knob, value));
    }

    /// Settings that older Kubernetes versions keep in annotations.
    fn annotations(&mut self, map: Raw<'a>) {
        for (key, value) in map.members() {
            let Some(text) = value.text() else { continue };
            let knob = match key.cow().as_ref() {
                "kubernetes.io/config.mirror" => Knob::Mirror,
                "seccomp.security.alpha.kubernetes.io/pod" => Knob::Seccomp,
                key if key.starts_with("container.seccomp.security.alpha.kubernetes.io/") => {
                    Knob::Seccomp
                }
                key if key.starts_with("container.apparmor.security.beta.kubernetes.io/") => {
                    Knob::AppArmor
                }
                _ => continue,
            };
            let value = match knob {
                Knob::Mirror => Value::Bool(true),
                _ if text.is("unconfined") => Value::text("Unconfined"),
                _ => Value::Text(text.cow()),
            };
            self.found.push((knob, value));
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

/// The value of a leaf as queries see it; `None` where it has the wrong type.
fn knob_value<'a>(knob: Knob, value: Raw<'a>) -> Option<Value<'a>> {
    let text = || Some(value.text()?.cow());
    match knob {
        Knob::HostPaths => Some(Value::Text(host_path::normalize(&text()?).into())),
        Knob::Capabilities => {
            let upper = text()?.to_ascii_uppercase();
            Some(Value::Text(
                upper
                    .strip_prefix("CAP_")
                    .unwrap_or(&upper)
                    .to_owned()
                    .into(),
            ))
        }
        _ => match value.kind() {
            Kind::String => text().map(Value::Text),
            Kind::Number => value.number().map(Value::Number),
            Kind::Bool => value.boolean().map(Value::Bool),
            _ => None,
        },
    }
}

#[cfg(test)]
#[path = "pod_tests.rs"]
mod tests;
