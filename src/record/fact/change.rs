//! What the body of a write sets, path by path: `spec.replicas=0`, `webhooks.failurePolicy=Ignore`.
//!
//! Says what was asked for, in whole objects, partial objects and JSON Patch alike; the object as it
//! is afterwards is not looked at, except for what a patch copies.

use super::{patch, touched};
use crate::json::{Kind, Raw};
use crate::query::Value;
use crate::record::audit::AuditRecord;

/// Nothing that a detector asks for lies deeper, and schemas in CRDs have no end.
const DEEPEST: usize = 12;

/// A path that goes on below a longer one is left out: the API knows none, and each entry repeats it.
const LONGEST_PARENT: usize = 160;

/// What tools write into annotations and metadata to remember what they sent: the same once more.
const ECHOES: [&str; 2] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    "managedFields",
];

/// What a write sets.
#[derive(Debug, Default)]
pub struct Change<'a> {
    /// `path=value` for each scalar, indices of lists left out. `path=` is taken away (`null`, or
    /// `remove` of a JSON Patch); `path={}` and `path=[]` are empty, or begin anew in a JSON Patch.
    pub sets: Vec<Value<'a>>,
}

impl<'a> Change<'a> {
    /// Reads the request body of a create, update or patch. Empty for other requests.
    #[must_use]
    pub fn of(record: &AuditRecord<'a>) -> Self {
        let mut change = Self::default();
        let Some(body) = record.request_object.filter(|_| record.writes()) else {
            return change;
        };
        if body.kind() == Kind::Array {
            change.read_patch(body, record.final_object());
        } else {
            change.read("", body, 0);
        }
        change
    }

    fn read_patch(&mut self, body: Raw<'a>, after: Option<Raw<'a>>) {
        for path in patch::removals(body) {
            self.put(&joined(&path), "");
        }
        for (path, value) in patch::additions(body) {
            self.read_addition(&path, value);
        }
        for path in patch::transfers(body) {
            if let Some(value) = after.and_then(|after| touched::at(after, &path)) {
                self.read_addition(&path, value);
            }
        }
    }

    /// An operation replaces what was there, so that an object begins anew.
    fn read_addition(&mut self, path: &[std::borrow::Cow<'a, str>], value: Raw<'a>) {
        let place = joined(path);
        if value.kind() == Kind::Object && value.members().next().is_some() {
            self.put(&place, "{}");
        }
        self.read(&place, value, path.len());
    }

    /// Takes in the value at a place; as deep as [`DEEPEST`], however deep the text is.
    fn read(&mut self, place: &str, value: Raw<'a>, depth: usize) {
        if depth > DEEPEST || place.len() > LONGEST_PARENT {
            return self.leaf(place, value);
        }
        match value.kind() {
            Kind::Object if value.members().next().is_some() => {
                for (key, member) in value.members() {
                    let key = key.cow();
                    if ECHOES.contains(&key.as_ref()) {
                        continue;
                    }
                    let inner = if place.is_empty() {
                        key.into_owned()
                    } else {
                        format!("{place}.{key}")
                    };
                    self.read(&inner, member, depth + 1);
                }
            }
            Kind::Array if value.elements().next().is_some() => {
                for element in value.elements() {
                    if element.kind() == Kind::Array {
                        continue;
                    }
                    self.read(place, element, depth + 1);
                }
            }
            _ => self.leaf(place, value),
        }
    }

    fn leaf(&mut self, place: &str, value: Raw<'a>) {
        match value.kind() {
            Kind::String => {
                if let Some(text) = value.text() {
                    self.put(place, &text.cow());
                }
            }
            Kind::Null => self.put(place, ""),
            Kind::Object if value.members().next().is_none() => self.put(place, "{}"),
            Kind::Array if value.elements().next().is_none() => self.put(place, "[]"),
            Kind::Object | Kind::Array => {}
            _ => self.put(place, value.as_str().trim()),
        }
    }

    fn put(&mut self, place: &str, value: &str) {
        if place.is_empty() {
            return;
        }
        self.sets
            .push(Value::Text(format!("{place}={value}").into()));
    }
}

/// The tokens of a JSON Pointer as a path, indices left out.
fn joined(path: &[std::borrow::Cow<'_, str>]) -> String {
    let index = |token: &str| {
        token == "-" || (!token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let names: Vec<&str> = path
        .iter()
        .map(AsRef::as_ref)
        .filter(|token| !index(token))
        .collect();
    names.join(".")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    fn sets(verb: &str, request: &str, response: &str) -> Vec<String> {
        let line = format!(
            r#"{{"apiVersion":"audit.k8s.io/v1","verb":"{verb}","objectRef":{{"resource":"namespaces"}},"requestObject":{request},"responseObject":{response}}}"#
        );
        let record = AuditRecord::read(&line).unwrap();
        Change::of(&record)
            .sets
            .iter()
            .map(|value| match value {
                Value::Text(text) => text.to_string(),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn each_scalar_is_told_with_its_path_and_lists_have_no_indices() {
        let body = r#"{"webhooks":[{"failurePolicy":"Ignore","timeoutSeconds":5},{"rules":[{"operations":["CREATE","*"]}]}],"x":true}"#;
        assert_eq!(
            sets("update", body, "null"),
            [
                "webhooks.failurePolicy=Ignore",
                "webhooks.timeoutSeconds=5",
                "webhooks.rules.operations=CREATE",
                "webhooks.rules.operations=*",
                "x=true"
            ]
        );
        assert!(sets("delete", body, "null").is_empty());
    }

    #[test]
    fn a_label_is_taken_away_by_null_and_by_remove_alike() {
        let gone = ["metadata.labels.pod-security.kubernetes.io/enforce="];
        let merge = r#"{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":null}}}"#;
        assert_eq!(sets("patch", merge, "null"), gone);
        let operations =
            r#"[{"op":"remove","path":"/metadata/labels/pod-security.kubernetes.io~1enforce"}]"#;
        assert_eq!(sets("patch", operations, "null"), gone);
        let moved = r#"[{"op":"move","from":"/metadata/labels/pod-security.kubernetes.io~1enforce","path":"/metadata/labels/x"}]"#;
        let after = r#"{"metadata":{"labels":{"x":"restricted"}}}"#;
        assert_eq!(
            sets("patch", moved, after),
            [gone[0], "metadata.labels.x=restricted"]
        );
    }

    #[test]
    fn a_patch_that_replaces_an_object_lets_it_begin_anew() {
        let body = r#"[{"op":"replace","path":"/metadata/labels","value":{"a":"b"}},{"op":"test","path":"/x","value":1}]"#;
        assert_eq!(
            sets("patch", body, "null"),
            ["metadata.labels={}", "metadata.labels.a=b"]
        );
        let empty = r#"{"spec":{"podSelector":{},"ingress":[{}],"egress":[]}}"#;
        assert_eq!(
            sets("create", empty, "null"),
            ["spec.podSelector={}", "spec.ingress={}", "spec.egress=[]"]
        );
    }

    #[test]
    fn what_a_tool_remembers_of_its_last_write_is_no_change() {
        let body = r#"{"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{\"a\":1}","b":"c"},"managedFields":[{"manager":"kubectl"}]}}"#;
        assert_eq!(sets("patch", body, "null"), ["metadata.annotations.b=c"]);
    }

    #[test]
    fn neither_depth_nor_long_keys_make_it_grow_without_end() {
        let deep = format!("{}1{}", r#"{"a":"#.repeat(3_000), "}".repeat(3_000));
        assert!(sets("patch", &deep, "null").is_empty());
        let key = "k".repeat(4_000);
        let wide = vec![r#""x":1"#; 2_000].join(",");
        let body = format!(r#"{{"{key}":{{{wide}}}}}"#);
        assert!(sets("patch", &body, "null").is_empty());
    }
}
