//! Fields that few events have, so that one look tells that an event has none of them: annotations
//! beside the two that every answer bears.

use super::schema::{Dynamic, FieldSchema, Root};
use crate::json::Kind;
use crate::query::FieldId;
use crate::record::entry::Entry;

/// The annotations of every answer.
///
/// <https://kubernetes.io/docs/reference/labels-annotations-taints/audit-annotations/>
const USUAL: [&str; 2] = [
    "authorization.k8s.io/decision",
    "authorization.k8s.io/reason",
];

impl FieldSchema {
    /// Whether a field is one that few events have.
    #[must_use]
    pub fn is_seldom(&self, field: FieldId) -> bool {
        let is_usual = |path: &str| USUAL.iter().any(|usual| path.starts_with(usual));
        match self.open_path(field) {
            Some(Dynamic::Path(Root::Annotations, path)) => !is_usual(path),
            _ => false,
        }
    }
}

/// Whether an entry may have any field that [few have](FieldSchema::is_seldom).
#[must_use]
#[inline]
pub fn may_have_seldom(entry: &Entry<'_>) -> bool {
    let Some(facts) = entry.audit() else {
        return false;
    };
    let record = &facts.record;
    let mut members = record.annotation_members().iter();
    let annotations = record.annotations;
    annotations.is_some_and(|raw| raw.kind() != Kind::Object)
        || members.any(|(name, _)| !USUAL.iter().any(|usual| name.is(usual)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;
    use crate::query::{Row as _, Schema as _};
    use crate::record::fact::Facts;
    use crate::record::field::EntryRow;
    use crate::record::{AuditRecord, Cluster, LogEvent, Origin, Record};
    use proptest::prelude::*;

    /// Whether an event may have any seldom field, and which of those it has.
    fn has(annotations: &str, fields: &[&str]) -> (bool, Vec<bool>) {
        let mut schema = FieldSchema::default();
        let ids = fields.iter().map(|name| schema.resolve(name).unwrap().id);
        let ids: Vec<_> = ids.collect();
        let line = format!(
            r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"a","annotations":{annotations}}}"#
        );
        let (origin, cluster) = (Origin::default(), Cluster::default());
        let event = LogEvent::bare(line.as_str(), &origin);
        let record = Record::Audit(Box::new(Facts::new(AuditRecord::read(&line).unwrap())));
        let entry = Entry::new(&event, &cluster, record);
        let row = EntryRow::new(&entry, &schema);
        let has = |id: &FieldId| schema.is_seldom(*id) && !row.value(*id).is_missing();
        (may_have_seldom(&entry), ids.iter().map(has).collect())
    }

    #[test]
    fn what_every_answer_bears_is_not_seldom() {
        let usual =
            r#"{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":"x"}"#;
        let fields = ["annotations.authorization.k8s.io/decision"];
        assert_eq!(has(usual, &fields), (false, vec![false]));
        let token = r#"{"authorization.k8s.io/decision":"allow","authentication.k8s.io/legacy-token":"a:b"}"#;
        let fields = ["annotations.authentication.k8s.io/legacy-token"];
        assert_eq!(has(token, &fields), (true, vec![true]));
        assert_eq!(has(usual, &fields), (false, vec![false]));
    }

    proptest! {
        #[test]
        fn an_event_that_has_none_has_no_value_for_any(
            members in prop::collection::vec(
                (
                    r#"authorization\.k8s\.io/(decision|reason)|a(\.b)?|0||\\u0061uthorization.k8s.io/reason"#,
                    r#""x"|null|\{"b":"x"\}|\["x"\]"#,
                ),
                0..4,
            ),
            whole in prop::option::of(r#"\["x"\]|"x"|null|7"#),
        ) {
            let members = members.iter().map(|(key, value)| format!("\"{key}\":{value}"));
            let members = format!("{{{}}}", members.collect::<Vec<_>>().join(","));
            let annotations = whole.unwrap_or(members);
            let fields = [
                "annotations.a",
                "annotations.a.b",
                "annotations.0",
                "annotations..b",
                "annotations.authorization.k8s.io/reason.b",
                "annotations.authorization.k8s.io/reason.0",
                "annotations.authorization",
            ];
            let (may_have, has) = has(&annotations, &fields);
            prop_assert!(may_have || !has.contains(&true), "{annotations}");
        }
    }
}
