//! Where a request came from.
//!
//! `sourceIPs` holds the entries of `X-Forwarded-For`, then `X-Real-Ip`, then the peer: all but the
//! last are the client's to write (audit API reference, `Event.sourceIPs`).

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::json::Text;
use crate::record::AuditRecord;

/// Where a request came from, looked up once.
#[derive(Clone, Copy, Debug, Default)]
pub struct Address<'a> {
    text: Option<Text<'a>>,
    parsed: Option<IpAddr>,
}

impl<'a> Address<'a> {
    /// The address of an audit event.
    #[must_use]
    pub fn of(record: &AuditRecord<'a>) -> Self {
        let text = last(record);
        let parsed = text.and_then(|text| text.cow().parse().ok());
        Self { text, parsed }
    }

    /// The address as it is written.
    #[must_use]
    pub fn text(&self) -> Option<Cow<'a, str>> {
        self.text.map(|text| text.cow())
    }

    /// The network of the address: its /16, or its /48 for IPv6. People and machines change their
    /// address within it, and rarely leave it.
    #[must_use]
    pub fn network(&self) -> Option<String> {
        Some(match self.parsed?.to_canonical() {
            IpAddr::V4(v4) => {
                let [a, b, ..] = v4.octets();
                format!("{a}.{b}.0.0/16")
            }
            IpAddr::V6(v6) => {
                let [a, b, c, ..] = v6.segments();
                format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
            }
        })
    }

    /// Whether it is one of the public internet.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.parsed.is_some_and(is_global)
    }
}

fn last<'a>(record: &AuditRecord<'a>) -> Option<Text<'a>> {
    record.source_ips?.elements().last()?.text()
}

/// The last entry of `sourceIPs`.
#[must_use]
pub fn source_ip<'a>(record: &AuditRecord<'a>) -> Option<Cow<'a, str>> {
    last(record).map(|text| text.cow())
}

/// Whether the peer's address is one of the public internet.
#[must_use]
pub fn is_public(record: &AuditRecord<'_>) -> bool {
    Address::of(record).is_public()
}

/// Whether the client sent addresses of its own making, or a proxy stands in between.
#[must_use]
pub fn is_forwarded(record: &AuditRecord<'_>) -> bool {
    record
        .source_ips
        .is_some_and(|ips| ips.elements().nth(1).is_some())
}

/// Whether an address can be reached from the internet.
///
/// Private, shared, loopback, link-local, multicast and reserved ranges of the IANA registries are
/// not. The documentation ranges (RFC 5737, RFC 3849) count as public: they stand for such ones in
/// samples, and nobody else uses them.
#[must_use]
pub fn is_global(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_global_v4(v4),
        IpAddr::V6(v6) => v6
            .to_ipv4_mapped()
            .map_or_else(|| is_global_v6(v6), is_global_v4),
    }
}

fn is_global_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let protocol_assignments = (a, b, c) == (192, 0, 0);
    let benchmarking = a == 198 && (18..20).contains(&b);
    !(v4.is_private()
        || v4.is_loopback()
        || v4.is_link_local()
        || v4.is_multicast()
        || a == 0
        || a >= 240
        || shared
        || protocol_assignments
        || benchmarking)
}

fn is_global_v6(v6: Ipv6Addr) -> bool {
    !(v6.is_loopback()
        || v6.is_unspecified()
        || v6.is_multicast()
        || v6.is_unique_local()
        || v6.is_unicast_link_local())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    fn record(ips: &str) -> String {
        format!(r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","sourceIPs":{ips}}}"#)
    }

    #[test]
    fn a_forged_forwarded_for_header_hides_nothing() {
        let line = record(r#"["10.0.0.1","203.0.113.9"]"#);
        let record = AuditRecord::read(&line).unwrap();
        assert_eq!(source_ip(&record).unwrap(), "203.0.113.9");
        assert!(is_public(&record));
        assert!(is_forwarded(&record));
    }

    #[test]
    fn addresses_that_are_no_addresses_are_not_public() {
        for ips in [
            r#"["12.000.22.33x"]"#,
            "[]",
            "null",
            r#"["::1"]"#,
            r#"["100.64.1.1"]"#,
        ] {
            let line = record(ips);
            assert!(!is_public(&AuditRecord::read(&line).unwrap()), "{ips}");
        }
    }

    #[test]
    fn neighbours_are_of_one_network_whatever_a_client_wrote_before_its_address() {
        for (ips, expected) in [
            (r#"["198.51.100.7"]"#, Some("198.51.0.0/16")),
            (r#"["10.0.0.1","198.51.200.9"]"#, Some("198.51.0.0/16")),
            (r#"["::ffff:198.51.100.7"]"#, Some("198.51.0.0/16")),
            (r#"["2001:db8:7:1::9"]"#, Some("2001:db8:7::/48")),
            (r#"["12.000.22.33x"]"#, None),
            ("[]", None),
        ] {
            let line = record(ips);
            let read = AuditRecord::read(&line).unwrap();
            assert_eq!(Address::of(&read).network().as_deref(), expected, "{ips}");
        }
    }

    #[test]
    fn ranges_are_told_apart() {
        for (text, global) in [
            ("8.8.8.8", true),
            ("198.51.100.7", true),
            ("2001:db8::1", true),
            ("::ffff:8.8.8.8", true),
            ("::ffff:10.0.0.1", false),
            ("10.1.2.3", false),
            ("172.20.1.15", false),
            ("169.254.169.254", false),
            ("127.0.0.1", false),
            ("fd00::1", false),
            ("fe80::1", false),
            ("255.255.255.255", false),
        ] {
            assert_eq!(is_global(text.parse().unwrap()), global, "{text}");
        }
    }
}
