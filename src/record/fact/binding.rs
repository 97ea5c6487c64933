//! The role and the subjects of the RoleBinding or ClusterRoleBinding that a request writes.

use std::borrow::Cow;

use crate::json::{Kind, Raw};
use crate::query::Value;
use crate::record::audit::AuditRecord;

/// Who is granted which role.
#[derive(Debug, Default)]
pub struct Binding<'a> {
    /// Whether the request writes a binding and a body shows it.
    pub present: bool,
    /// `roleRef.name`
    pub role: Option<Cow<'a, str>>,
    /// `roleRef.kind`
    pub role_kind: Option<Cow<'a, str>>,
    /// `User:bob`, `Group:system:masters`, `ServiceAccount:ns/name`.
    pub subjects: Vec<Value<'a>>,
    /// The names alone.
    pub subject_names: Vec<Value<'a>>,
    /// The kinds alone.
    pub subject_kinds: Vec<Value<'a>>,
    /// Subjects that the request body of an update or patch names.
    pub added: Vec<Value<'a>>,
}

impl<'a> Binding<'a> {
    /// Reads the bodies of a request that writes a binding. Empty for other requests.
    #[must_use]
    pub fn of(record: &AuditRecord<'a>) -> Self {
        let mut binding = Self::default();
        let resource = record.resource();
        if !record.writes() || !matches!(resource, "rolebindings" | "clusterrolebindings") {
            return binding;
        }
        let Some(body) = record.object() else {
            return binding;
        };
        binding.present = true;
        for (key, value) in body.members() {
            if key.is("roleRef") {
                binding.role = value.get("name").and_then(|name| Some(name.text()?.cow()));
                binding.role_kind = value.get("kind").and_then(|kind| Some(kind.text()?.cow()));
            }
        }
        for subject in subjects(body) {
            binding.subjects.push(Value::Text(subject.spelled().into()));
            binding.subject_names.push(Value::Text(subject.name));
            binding.subject_kinds.push(Value::Text(subject.kind));
        }
        let changes = !record.verb.is_some_and(|verb| verb.is("create"));
        if let Some(request) = record.request_object.filter(|_| changes) {
            binding.added = subjects(request)
                .iter()
                .map(|subject| Value::Text(subject.spelled().into()))
                .collect();
        }
        binding
    }
}

/// One entry of `subjects`.
struct Subject<'a> {
    kind: Cow<'a, str>,
    namespace: Cow<'a, str>,
    name: Cow<'a, str>,
}

impl<'a> Subject<'a> {
    /// `None` for an entry that takes a subject out (`$patch: delete`).
    fn read(raw: Raw<'a>) -> Option<Self> {
        let mut subject = Self {
            kind: "".into(),
            namespace: "".into(),
            name: "".into(),
        };
        for (key, value) in raw.members() {
            let Some(text) = value.text() else { continue };
            match key.cow().as_ref() {
                "kind" => subject.kind = text.cow(),
                "namespace" => subject.namespace = text.cow(),
                "name" => subject.name = text.cow(),
                "$patch" if text.is("delete") => return None,
                _ => {}
            }
        }
        (!subject.name.is_empty()).then_some(subject)
    }

    fn spelled(&self) -> String {
        match self.namespace.as_ref() {
            "" => format!("{}:{}", self.kind, self.name),
            namespace => format!("{}:{namespace}/{}", self.kind, self.name),
        }
    }
}

/// The subjects that a whole binding, a partial one or a JSON Patch names.
fn subjects<'a>(body: Raw<'a>) -> Vec<Subject<'a>> {
    if body.kind() != Kind::Array {
        let list = body.members().filter(|(key, _)| key.is("subjects"));
        return list
            .flat_map(|(_, value)| value.elements())
            .filter_map(Subject::read)
            .collect();
    }
    let mut found = Vec::new();
    for (path, value) in super::patch::additions(body) {
        match path.as_slice() {
            [list] if list == "subjects" => {
                found.extend(value.elements().filter_map(Subject::read))
            }
            [list, _] if list == "subjects" => found.extend(Subject::read(value)),
            [list, _, field] if list == "subjects" && field == "name" => {
                found.extend(value.text().map(|name| Subject {
                    kind: "".into(),
                    namespace: "".into(),
                    name: name.cow(),
                }));
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    fn added(request: &str) -> Vec<Value<'static>> {
        let line = format!(
            r#"{{"apiVersion":"audit.k8s.io/v1","verb":"patch","objectRef":{{"resource":"clusterrolebindings"}},"requestObject":{request},"responseObject":{{"roleRef":{{"kind":"ClusterRole","name":"cluster-admin"}},"subjects":[{{"kind":"Group","name":"system:masters"}},{{"kind":"ServiceAccount","namespace":"a","name":"b"}}]}}}}"#
        );
        let line: &'static str = Box::leak(line.into());
        let binding = Binding::of(&AuditRecord::read(line).unwrap());
        assert_eq!(binding.role.as_deref(), Some("cluster-admin"));
        assert_eq!(
            binding.subjects,
            [
                Value::text("Group:system:masters"),
                Value::text("ServiceAccount:a/b")
            ]
        );
        binding.added
    }

    #[test]
    fn a_binding_whose_answer_is_cut_off_is_judged_by_what_was_asked() {
        let line = r#"{"apiVersion":"audit.k8s.io/v1","verb":"create","objectRef":{"resource":"clusterrolebindings"},"requestObject":{"roleRef":{"name":"cluster-admin"},"subjects":[{"kind":"User","name":"eve"}]},"responseObject":{"metadata":{"name":"ops-"#;
        let binding = Binding::of(&AuditRecord::read(line).unwrap());
        assert_eq!(binding.role.as_deref(), Some("cluster-admin"));
        assert_eq!(binding.subjects, [Value::text("User:eve")]);
    }

    #[test]
    fn the_added_subject_is_read_from_every_kind_of_patch() {
        let expected = [Value::text("ServiceAccount:a/b")];
        assert_eq!(
            added(r#"{"subjects":[{"kind":"ServiceAccount","namespace":"a","name":"b"}]}"#),
            expected
        );
        assert_eq!(
            added(
                r#"[{"op":"add","path":"/subjects/-","value":{"kind":"ServiceAccount","namespace":"a","name":"b"}}]"#
            ),
            expected
        );
        assert!(added(r#"[{"op":"remove","path":"/subjects/0"}]"#).is_empty());
        assert!(added(r#"{"subjects":[{"$patch":"delete","kind":"User","name":"x"}]}"#).is_empty());
    }
}
