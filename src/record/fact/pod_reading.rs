//! Reading the bodies of a request for what a pod asks for.

use super::pod_path::{Knob, Place};
use super::{host_path, patch};
use crate::json::{Begin, Cursor, Kind, Raw};
use crate::query::Value;

/// What was read of a pod so far, in the order of the text.
pub(super) struct PodReading<'a> {
    /// Whether there was a body.
    pub(super) present: bool,
    /// Each value of each knob.
    pub(super) found: Vec<(Knob, Value<'a>)>,
    /// `command` and `args` of each container, joined by blanks.
    pub(super) commands: Vec<Value<'a>>,
    /// Whether there are ephemeral containers.
    pub(super) ephemeral: bool,
}

/// More values than most pods have, in less than the kilobyte up to which allocators are quick.
const USUAL: usize = 24;

impl<'a> PodReading<'a> {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self {
            present: false,
            found: Vec::with_capacity(USUAL),
            commands: Vec::new(),
            ephemeral: false,
        }
    }

    /// A body of which all counts: an object, a part of one, or a JSON Patch.
    pub(super) fn body(&mut self, root: Place, body: Raw<'a>) {
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
    pub(super) fn answer(&mut self, root: Place, body: Raw<'a>) {
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
