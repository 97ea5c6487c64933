//! A log line to a record. Total: every line gives a record, a salvaged record, the name of a stream
//! that is not ours to judge, or a refusal.

use super::{Refusal, StreamKind};
use crate::record::{Facts, LogEvent, Record, authenticator};

/// What a log line turned out to be.
#[derive(Debug)]
pub enum Decoded<'a> {
    /// A whole record.
    Record(Record<'a>),
    /// A record whose line was cut off or damaged: what is complete before that place.
    Salvaged(Record<'a>),
    /// A line of another control-plane log, which holds nothing to judge.
    Foreign(StreamKind),
    /// Nothing that could be read.
    Refused(Refusal),
}

/// The record of a log event, whole or salvaged; `None` where it holds nothing to judge.
#[must_use]
pub fn record<'a>(event: &'a LogEvent<'a>) -> Option<Record<'a>> {
    match decode(event) {
        Decoded::Record(record) | Decoded::Salvaged(record) => Some(record),
        Decoded::Foreign(_) | Decoded::Refused(_) => None,
    }
}

/// Reads the line of a log event.
#[must_use]
pub fn decode<'a>(event: &'a LogEvent<'a>) -> Decoded<'a> {
    let line = event.message.as_ref();
    match StreamKind::of(event.origin.log_stream.as_deref(), line) {
        StreamKind::Audit => audit(line),
        StreamKind::Authenticator => authenticator(line),
        StreamKind::Unknown => match audit(line) {
            Decoded::Refused(_) => authenticator(line),
            record => record,
        },
        foreign => Decoded::Foreign(foreign),
    }
}

fn audit(line: &str) -> Decoded<'_> {
    match Facts::read(line) {
        Some(facts) => {
            let cut = facts.record.is_cut();
            let record = Record::Audit(facts);
            if cut {
                Decoded::Salvaged(record)
            } else {
                Decoded::Record(record)
            }
        }
        None => Decoded::Refused(Refusal::UnknownLine),
    }
}

fn authenticator(line: &str) -> Decoded<'_> {
    match authenticator::Record::parse(line) {
        Some(record) if record.truncated() => Decoded::Salvaged(Record::Authenticator(record)),
        Some(record) => Decoded::Record(Record::Authenticator(record)),
        None => Decoded::Refused(Refusal::UnknownLine),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Origin;

    fn decoded(line: &str, stream: Option<&str>) -> &'static str {
        let origin = Origin {
            log_stream: stream.map(ToOwned::to_owned),
            ..Origin::default()
        };
        let event = LogEvent::bare(line, &origin);
        match decode(&event) {
            Decoded::Record(Record::Audit(_)) => "audit",
            Decoded::Record(Record::Authenticator(_)) => "authenticator",
            Decoded::Salvaged(Record::Audit(_)) => "cut audit",
            Decoded::Salvaged(Record::Authenticator(_)) => "cut authenticator",
            Decoded::Foreign(kind) => kind.as_str(),
            Decoded::Refused(refusal) => refusal.as_str(),
        }
    }

    #[test]
    fn every_line_is_something() {
        let whole = r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"a","verb":"get"}"#;
        assert_eq!(decoded(whole, None), "audit");
        assert_eq!(decoded(&whole.replace("/v1", "/v1beta1"), None), "audit");
        assert_eq!(decoded(&whole[..60], None), "cut audit");
        assert_eq!(
            decoded(&format!("{}[Truncated...]", &whole[..60]), None),
            "cut audit"
        );
        assert_eq!(
            decoded(r#"time="2026-01-01T00:00:00Z" level=info msg=x"#, None),
            "authenticator"
        );
        let klog = "I0601 12:34:56.789012       1 controller.go:12] hello";
        assert_eq!(decoded(klog, Some("kube-scheduler-0123")), "scheduler");
        assert_eq!(decoded(klog, None), "component");
        assert_eq!(decoded("hello", None), "unknown-line");
        let core = r#"{"kind":"Event","apiVersion":"v1","metadata":{}}"#;
        assert_eq!(decoded(core, None), "unknown-line");
    }
}
