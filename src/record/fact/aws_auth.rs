//! The IAM mapping of the cluster that a request to the `aws-auth` ConfigMap leaves behind.
//!
//! `mapRoles`, `mapUsers` and `mapAccounts` are YAML inside the ConfigMap's strings
//! (EKS user guide, "Grant IAM users access to Kubernetes with a ConfigMap"). The former state is in
//! no audit event, so what stands there after the edit is what is known.

use serde::Deserialize;

use crate::json::{Kind, Raw, lookup};
use crate::query::Value;
use crate::record::audit::AuditRecord;

/// Longest YAML text that is looked into. etcd takes no larger object.
const MAX_YAML_BYTES: usize = 1_572_864;

/// Most ARNs that are taken from a map that is no YAML to us.
const MAX_WORDS: usize = 1_000;

/// Who may become whom in the cluster.
#[derive(Debug, Default)]
pub struct AwsAuth<'a> {
    /// Whether the request writes or deletes `kube-system/aws-auth`.
    pub present: bool,
    /// ARNs of the mapped roles and users.
    pub arns: Vec<Value<'a>>,
    /// The Kubernetes names they get.
    pub usernames: Vec<Value<'a>>,
    /// The groups they get.
    pub groups: Vec<Value<'a>>,
    /// Accounts all of whose principals are let in.
    pub accounts: Vec<Value<'a>>,
    /// ARNs mapped to `system:masters`.
    pub masters: Vec<Value<'a>>,
    /// Names that begin with `system:`, those of nodes left out.
    pub system_usernames: Vec<Value<'a>>,
    /// Whether a group's name is a template that the caller fills (`{{SessionName}}`).
    pub templated_groups: bool,
    /// Whether the mapping was deleted, or all its maps emptied.
    pub removed: bool,
}

/// One entry of `mapRoles` or `mapUsers`.
#[derive(Deserialize)]
struct Entry {
    #[serde(alias = "userarn", alias = "roleARN", alias = "userARN")]
    rolearn: Option<String>,
    username: Option<String>,
    #[serde(default)]
    groups: Option<Vec<String>>,
}

impl<'a> AwsAuth<'a> {
    /// Reads the bodies of a request to `kube-system/aws-auth`. Empty for other requests.
    #[must_use]
    pub fn of(record: &AuditRecord<'a>) -> Self {
        let mut mapping = Self::default();
        let named =
            |text: Option<crate::json::Text<'_>>, name: &str| text.is_some_and(|t| t.is(name));
        let Some(object) = record.object_ref else {
            return mapping;
        };
        if record.resource() != "configmaps"
            || !named(object.namespace, "kube-system")
            || !named(object.name, "aws-auth")
        {
            return mapping;
        }
        if record.verb.is_some_and(|verb| verb.is("delete")) {
            return Self {
                present: true,
                removed: true,
                ..mapping
            };
        }
        if !record.writes() {
            return mapping;
        }
        mapping.present = true;
        if let Some(body) = record.object() {
            mapping.read(body);
        }
        mapping
    }

    fn read(&mut self, body: Raw<'a>) {
        let mut seen = false;
        let mut filled = false;
        let mut take = |map: &str, text: &str, this: &mut Self| {
            seen = true;
            filled |= this.read_map(map, text);
        };
        if body.kind() == Kind::Array {
            for (path, value) in super::patch::additions(body) {
                if let ([data, map], Some(text)) = (path.as_slice(), value.text())
                    && data == "data"
                {
                    take(map, &text.cow(), self);
                }
            }
        } else if let Some(data) = lookup(body, "data") {
            for (map, value) in data.members() {
                if let Some(text) = value.text() {
                    take(&map.cow(), &text.cow(), self);
                }
            }
            seen |= data.is_complete();
        }
        self.removed = seen && !filled;
    }

    /// Takes in one of the three maps; whether it holds anything.
    fn read_map(&mut self, map: &str, yaml: &str) -> bool {
        if yaml.len() > MAX_YAML_BYTES {
            return true;
        }
        match map {
            "mapRoles" | "mapUsers" => {
                match serde_saphyr::from_str::<Vec<Entry>>(yaml) {
                    Ok(entries) => entries.into_iter().for_each(|entry| self.read_entry(entry)),
                    Err(_) => self.read_words(yaml),
                }
                !matches!(yaml.trim(), "" | "[]")
            }
            "mapAccounts" => {
                let account =
                    |word: &&str| word.len() == 12 && word.bytes().all(|b| b.is_ascii_digit());
                let words = || {
                    yaml.split(|c: char| !c.is_ascii_alphanumeric())
                        .filter(account)
                };
                let accounts: Vec<String> = serde_saphyr::from_str(yaml)
                    .unwrap_or_else(|_| words().take(MAX_WORDS).map(ToOwned::to_owned).collect());
                let filled = !accounts.is_empty();
                self.accounts.extend(accounts.into_iter().map(owned));
                filled
            }
            _ => false,
        }
    }

    /// What a map says that is no list of entries to us: the authenticator keeps the entries that are
    /// good and takes more of them than our parser, so nobody may hide behind one that is bad. Each
    /// ARN counts, and as a master where the group stands anywhere.
    fn read_words(&mut self, yaml: &str) {
        let masters = yaml.contains("system:masters");
        let word = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '}' | ']');
        for arn in yaml
            .split(word)
            .filter(|word| word.starts_with("arn:"))
            .take(MAX_WORDS)
        {
            self.arns.push(owned(arn.to_owned()));
            if masters {
                self.masters.push(owned(arn.to_owned()));
            }
        }
        self.templated_groups |= yaml.contains("{{SessionName");
    }

    fn read_entry(&mut self, entry: Entry) {
        let groups = entry.groups.unwrap_or_default();
        if let Some(arn) = entry.rolearn {
            if groups.iter().any(|group| group == "system:masters") {
                self.masters.push(owned(arn.clone()));
            }
            self.arns.push(owned(arn));
        }
        self.templated_groups |= groups.iter().any(|group| group.contains("{{"));
        self.groups.extend(groups.into_iter().map(owned));
        if let Some(username) = entry.username {
            if username.starts_with("system:") && !username.starts_with("system:node:{{") {
                self.system_usernames.push(owned(username.clone()));
            }
            self.usernames.push(owned(username));
        }
    }
}

fn owned<'a>(text: String) -> Value<'a> {
    Value::Text(text.into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    fn of(verb: &str, request: &str, response: &str) -> AwsAuth<'static> {
        let line = format!(
            r#"{{"apiVersion":"audit.k8s.io/v1","verb":"{verb}","objectRef":{{"resource":"configmaps","namespace":"kube-system","name":"aws-auth"}},"requestObject":{request},"responseObject":{response}}}"#
        );
        let line: &'static str = Box::leak(line.into());
        AwsAuth::of(&AuditRecord::read(line).unwrap())
    }

    const MAP: &str = r#"{"data":{"mapRoles":"- rolearn: arn:aws:iam::111122223333:role/node\n  username: system:node:{{EC2PrivateDNSName}}\n  groups:\n  - system:nodes\n- groups: [system:masters]\n  rolearn: arn:aws:iam::444455556666:role/evil\n  username: evil\n","mapUsers":"- userarn: arn:aws:iam::111122223333:user/eve\n  username: system:kube-scheduler\n  groups: ['team-{{SessionName}}']\n","mapAccounts":"- \"444455556666\"\n"}}"#;

    #[test]
    fn the_mapping_after_the_edit_is_read() {
        let mapping = of("update", MAP, "null");
        assert_eq!(
            mapping.masters,
            [Value::text("arn:aws:iam::444455556666:role/evil")]
        );
        assert_eq!(mapping.accounts, [Value::text("444455556666")]);
        assert_eq!(
            mapping.system_usernames,
            [Value::text("system:kube-scheduler")]
        );
        assert_eq!(mapping.arns.len(), 3);
        assert!(mapping.templated_groups);
        assert!(!mapping.removed);
    }

    #[test]
    fn every_kind_of_patch_shows_its_mapping() {
        let patch = r#"[{"op":"replace","path":"/data/mapAccounts","value":"- '444455556666'\n"}]"#;
        assert_eq!(
            of("patch", patch, "null").accounts,
            [Value::text("444455556666")]
        );
        assert_eq!(of("patch", patch, MAP).arns.len(), 3);
    }

    #[test]
    fn a_deleted_or_emptied_mapping_is_a_lockout() {
        assert!(of("delete", "{}", "null").removed);
        assert!(of("update", r#"{"data":{"mapRoles":"[]\n"}}"#, "null").removed);
        assert!(of("update", r#"{"data":{}}"#, "null").removed);
        assert!(!of("patch", r#"{"metadata":{"labels":{"a":"b"}}}"#, "null").removed);
    }

    #[test]
    fn nobody_hides_behind_an_entry_that_cant_be_read() {
        let bad = MAP.replace(
            "- groups: [system:masters]",
            "- groups: 7\\n- groups: [system:masters]",
        );
        let mapping = of("update", &bad, "null");
        assert!(
            mapping
                .masters
                .contains(&Value::text("arn:aws:iam::444455556666:role/evil"))
        );
        let padded = format!("- [{}]\\n", "x,".repeat(400_000));
        let padded = MAP.replacen("- rolearn", &format!("{padded}- rolearn"), 1);
        let mapping = of("update", &padded, "null");
        assert!(
            mapping
                .masters
                .contains(&Value::text("arn:aws:iam::444455556666:role/evil"))
        );
    }

    #[test]
    fn yaml_that_is_none_or_a_bomb_maps_nobody_and_ends() {
        let bomb = r#"{"data":{"mapRoles":"a: &a [x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b]\n"}}"#;
        assert!(of("update", bomb, "null").arns.is_empty());
        assert!(
            of("update", r#"{"data":{"mapRoles":"{{{{"}}"#, "null")
                .arns
                .is_empty()
        );
    }
}
