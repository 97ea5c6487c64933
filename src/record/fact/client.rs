//! What program a client says that it is. Its own choice: good for what is new, never for trust.

use crate::record::AuditRecord;

/// The user agent up to its version, in small letters: `kubectl/v1.34.0 (linux/amd64) …` is
/// `kubectl`. An upgrade changes nothing in it.
#[must_use]
pub fn family(record: &AuditRecord<'_>) -> Option<String> {
    let agent = record.user_agent?.cow();
    let name = agent.split(['/', ' ', '(']).next().unwrap_or_default();
    Some(name.to_ascii_lowercase())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    #[test]
    fn versions_and_platforms_are_no_part_of_the_family() {
        for (agent, expected) in [
            (
                "kubectl/v1.34.0 (linux/amd64) kubernetes/6d8a1f2",
                "kubectl",
            ),
            ("Kubectl v1.28", "kubectl"),
            ("Go-http-client/2.0", "go-http-client"),
            ("python-requests/2.32", "python-requests"),
            ("", ""),
        ] {
            let line = format!(r#"{{"apiVersion":"audit.k8s.io/v1","userAgent":"{agent}"}}"#);
            let record = AuditRecord::read(&line).unwrap();
            assert_eq!(family(&record).as_deref(), Some(expected));
        }
        let nothing = AuditRecord::read(r#"{"apiVersion":"audit.k8s.io/v1"}"#).unwrap();
        assert_eq!(family(&nothing), None);
    }
}
