//! How much of a request the audit log must tell before a field has a value.

/// A level of the audit policy, the least first. (`audit.k8s.io/v1`, `Level`.)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum AuditLevel {
    /// Who asked for what, when, from where, and how it ended.
    #[default]
    Metadata,
    /// The same with the body of the request.
    Request,
    /// The same with the body of the answer.
    RequestResponse,
}

/// Fields that are read from a body; the request's is enough, though the answer's says more.
const OF_BODIES: [&str; 7] = [
    "awsAuth.",
    "binding.",
    "change.",
    "object.",
    "pod.",
    "requestObject.",
    "role.",
];

impl AuditLevel {
    /// The word of the audit policy.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Metadata => "Metadata",
            Self::Request => "Request",
            Self::RequestResponse => "RequestResponse",
        }
    }

    /// What a field of audit events needs. `object` and `pod.*` are read from the request where
    /// there is no answer, so that they need no more than that.
    #[must_use]
    pub fn of_field(name: &str) -> Self {
        let below = |prefix: &str| name.starts_with(prefix);
        if name == "responseObject" || below("responseObject.") {
            Self::RequestResponse
        } else if matches!(name, "object" | "requestObject") || OF_BODIES.into_iter().any(below) {
            Self::Request
        } else {
            Self::Metadata
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::field::audit_fields;

    #[test]
    fn a_field_needs_the_body_it_is_read_from() {
        assert_eq!(AuditLevel::of_field("verb"), AuditLevel::Metadata);
        assert_eq!(AuditLevel::of_field("objectRef.name"), AuditLevel::Metadata);
        assert_eq!(AuditLevel::of_field("pod.images"), AuditLevel::Request);
        assert_eq!(AuditLevel::of_field("object"), AuditLevel::Request);
        assert_eq!(
            AuditLevel::of_field("responseObject.status.allowed"),
            AuditLevel::RequestResponse
        );
    }

    /// Facts whose getter looks into a body only where the reference of the object does not tell.
    const EITHER: [&str; 3] = ["target.name", "target.namespace", "request.dryRun"];

    #[test]
    fn what_has_a_value_without_bodies_needs_none() {
        let line = r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","verb":"create","objectRef":{"resource":"pods","name":"a","namespace":"b"},"requestObject":{"spec":{"containers":[{"image":"x"}]}}}"#;
        let bare = line
            .split(",\"requestObject\"")
            .next()
            .map(|head| format!("{head}}}"));
        let read = |line: &str| {
            let record = crate::record::AuditRecord::read(line)?;
            let facts = crate::record::fact::Facts::new(record);
            let present = audit_fields().filter(|field| match field.get {
                super::super::Get::Audit(get) => get(&facts) != crate::query::Value::Missing,
                _ => false,
            });
            Some(present.map(|field| field.name).collect::<Vec<_>>())
        };
        let (with, without) = (read(line), bare.as_deref().and_then(read));
        let (with, without) = (with.unwrap_or_default(), without.unwrap_or_default());
        assert!(with.len() > without.len() && without.len() > 10);
        for name in with {
            let needs_body = !without.contains(&name) && !EITHER.contains(&name);
            assert_eq!(
                AuditLevel::of_field(name) > AuditLevel::Metadata,
                needs_body,
                "{name}"
            );
        }
    }
}
