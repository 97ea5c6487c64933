//! The rules of the Role or ClusterRole that a request writes.

use std::borrow::Cow;

use crate::json::{Kind, Raw, lookup};
use crate::query::Value;
use crate::record::audit::AuditRecord;

/// A role may be larger than anybody reads: grants beyond this many are left out, `* *` aside.
const MAX_GRANTS: usize = 4_096;

/// What a role allows, over all its rules.
#[derive(Debug, Default)]
pub struct Role<'a> {
    /// Whether the request writes a role and a body shows it.
    pub present: bool,
    /// All verbs.
    pub verbs: Vec<Value<'a>>,
    /// All resources, subresources included.
    pub resources: Vec<Value<'a>>,
    /// All API groups; the core group is the empty text.
    pub api_groups: Vec<Value<'a>>,
    /// All non-resource URLs.
    pub urls: Vec<Value<'a>>,
    /// `VERB RESOURCE` for each combination within one rule.
    pub grants: Vec<Value<'a>>,
    /// Whether the rules are gathered from other roles by label.
    pub aggregation: bool,
    /// `key=value` of the labels, which decide where the role is gathered into.
    pub labels: Vec<Value<'a>>,
}

/// One rule, its lists as texts.
#[derive(Default)]
struct Rule<'a> {
    verbs: Vec<Cow<'a, str>>,
    resources: Vec<Cow<'a, str>>,
    groups: Vec<Cow<'a, str>>,
    urls: Vec<Cow<'a, str>>,
}

impl<'a> Role<'a> {
    /// Reads the body of a request that writes a role. Empty for other requests.
    #[must_use]
    pub fn of(record: &AuditRecord<'a>) -> Self {
        let mut role = Self::default();
        if !record.writes() || !matches!(record.resource(), "roles" | "clusterroles") {
            return role;
        }
        let Some(body) = record.object() else {
            return role;
        };
        role.present = true;
        if body.kind() == Kind::Array {
            for (path, value) in super::patch::additions(body) {
                role.read_addition(&path, value);
            }
            return role;
        }
        for (key, value) in body.members() {
            match key.cow().as_ref() {
                "rules" => value.elements().for_each(|rule| role.read_rule(rule)),
                "aggregationRule" => role.aggregation = value.kind() == Kind::Object,
                "metadata" => role.read_labels(value),
                _ => {}
            }
        }
        role
    }

    /// `/rules`, `/rules/0` and `/rules/-`; a path that ends inside a rule shows only part of it.
    fn read_addition(&mut self, path: &[Cow<'_, str>], value: Raw<'a>) {
        match path {
            [rules] if rules == "rules" => {
                value.elements().for_each(|rule| self.read_rule(rule));
            }
            [rules, _] if rules == "rules" => self.read_rule(value),
            [metadata, labels] if metadata == "metadata" && labels == "labels" => {
                self.read_label_map(value);
            }
            [metadata, labels, key] if metadata == "metadata" && labels == "labels" => {
                self.read_label(key, value);
            }
            [rules, _, list, ..] if rules == "rules" => {
                let texts = texts(value).map(Value::Text);
                match list.as_ref() {
                    "verbs" => self.verbs.extend(texts),
                    "resources" => self.resources.extend(texts),
                    "apiGroups" => self.api_groups.extend(texts),
                    "nonResourceURLs" => self.urls.extend(texts),
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn read_rule(&mut self, raw: Raw<'a>) {
        let mut rule = Rule::default();
        for (key, value) in raw.members() {
            match key.cow().as_ref() {
                "verbs" => rule.verbs = texts(value).collect(),
                "resources" => rule.resources = texts(value).collect(),
                "apiGroups" => rule.groups = texts(value).collect(),
                "nonResourceURLs" => rule.urls = texts(value).collect(),
                _ => {}
            }
        }
        self.read_grants(&rule);
        self.verbs.extend(rule.verbs.into_iter().map(Value::Text));
        self.resources
            .extend(rule.resources.into_iter().map(Value::Text));
        self.api_groups
            .extend(rule.groups.into_iter().map(Value::Text));
        self.urls.extend(rule.urls.into_iter().map(Value::Text));
    }

    /// The combinations of one rule. Wildcards first, so that a long list in front hides nothing.
    fn read_grants(&mut self, rule: &Rule<'a>) {
        let mut groups: Vec<&str> = rule.groups.iter().map(AsRef::as_ref).collect();
        if groups.is_empty() {
            groups.push("");
        }
        let wildcard_first = |text: &&Cow<'_, str>| !text.contains('*');
        let mut verbs: Vec<_> = rule.verbs.iter().collect();
        let mut resources: Vec<_> = rule.resources.iter().collect();
        verbs.sort_by_key(wildcard_first);
        resources.sort_by_key(wildcard_first);
        for verb in &verbs {
            for resource in &resources {
                for group in &groups {
                    if self.grants.len() >= MAX_GRANTS {
                        return;
                    }
                    self.grants
                        .push(Value::Text(grant(verb, resource, group).into()));
                }
            }
        }
    }

    fn read_labels(&mut self, metadata: Raw<'a>) {
        if let Some(labels) = lookup(metadata, "labels") {
            self.read_label_map(labels);
        }
    }

    fn read_label_map(&mut self, labels: Raw<'a>) {
        for (key, value) in labels.members() {
            self.read_label(&key.cow(), value);
        }
    }

    fn read_label(&mut self, key: &str, value: Raw<'a>) {
        if let Some(text) = value.text() {
            self.labels
                .push(Value::Text(format!("{key}={}", text.cow()).into()));
        }
    }
}

/// `get secrets`, `create pods/exec`, `* *`, `patch deployments.apps`.
fn grant(verb: &str, resource: &str, group: &str) -> String {
    match (group, resource) {
        ("" | "*", _) => format!("{verb} {resource}"),
        (group, resource) => match resource.split_once('/') {
            Some((resource, sub)) => format!("{verb} {resource}.{group}/{sub}"),
            None => format!("{verb} {resource}.{group}"),
        },
    }
}

fn texts<'a>(value: Raw<'a>) -> impl Iterator<Item = Cow<'a, str>> {
    let own = value.text().map(|text| text.cow());
    own.into_iter()
        .chain(value.elements().filter_map(|item| Some(item.text()?.cow())))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    fn grants(verb: &str, request: &str, response: &str) -> Vec<String> {
        let line = format!(
            r#"{{"apiVersion":"audit.k8s.io/v1","verb":"{verb}","objectRef":{{"resource":"clusterroles"}},"requestObject":{request},"responseObject":{response}}}"#
        );
        let record = AuditRecord::read(&line).unwrap();
        let role = Role::of(&record);
        role.grants
            .iter()
            .map(|grant| match grant {
                Value::Text(text) => text.to_string(),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn verbs_and_resources_pair_up_only_within_a_rule() {
        let rules = r#"{"rules":[{"apiGroups":[""],"resources":["secrets"],"verbs":["get"]},{"apiGroups":["apps"],"resources":["deployments","deployments/scale"],"verbs":["*"]},{"nonResourceURLs":["*"],"verbs":["*"]}]}"#;
        assert_eq!(
            grants("create", rules, "null"),
            [
                "get secrets",
                "* deployments.apps",
                "* deployments.apps/scale"
            ]
        );
    }

    #[test]
    fn a_patch_is_judged_by_the_role_it_leaves_behind() {
        let patch = r#"[{"op":"add","path":"/rules/-","value":{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}}]"#;
        assert_eq!(grants("patch", patch, "null"), ["* *"]);
        let after =
            r#"{"rules":[{"apiGroups":[""],"resources":["pods/exec"],"verbs":["create"]}]}"#;
        assert_eq!(grants("patch", patch, after), ["create pods/exec"]);
        let refused = r#"{"kind":"Status","code":403}"#;
        assert_eq!(grants("patch", patch, refused), ["* *"]);
    }

    #[test]
    fn a_label_is_read_from_a_patch_whose_answer_is_lost() {
        let label = r#"{"op":"add","path":"/metadata/labels/rbac.authorization.k8s.io~1aggregate-to-view","value":"true"}"#;
        let whole = r#"{"op":"add","path":"/metadata/labels","value":{"rbac.authorization.k8s.io/aggregate-to-view":"true"}}"#;
        for operation in [label, whole] {
            let line = format!(
                r#"{{"apiVersion":"audit.k8s.io/v1","verb":"patch","objectRef":{{"resource":"clusterroles"}},"requestObject":[{operation}]}}"#
            );
            let role = Role::of(&AuditRecord::read(&line).unwrap()).labels.len();
            assert_eq!(role, 1, "{operation}");
        }
    }

    #[test]
    fn a_flood_of_rules_hides_no_wildcard_of_its_rule() {
        let many: Vec<String> = (0..70).map(|n| format!("\"r{n}\"")).collect();
        let rule = format!(
            r#"{{"rules":[{{"apiGroups":[""],"resources":[{},"*"],"verbs":[{},"*"]}}]}}"#,
            many.join(","),
            many.join(",")
        );
        let grants = grants("create", &rule, "null");
        assert_eq!(grants.len(), MAX_GRANTS);
        assert_eq!(grants.first().unwrap(), "* *");
    }
}
