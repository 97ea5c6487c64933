//! Whole lines, in both formats.

#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use super::*;

const GRANTED: &str = r#"time="2026-05-01T12:00:00Z" level=info msg="access granted" arn="arn:aws:iam::111122223333:role/admin" client="127.0.0.1:40000" groups="[system:masters dev]" method=POST path=/authenticate stsendpoint=sts.us-east-1.amazonaws.com uid="aws-iam-authenticator:111122223333:AROAEXAMPLE" username="admin:jane""#;

#[test]
fn a_granted_line_yields_every_field() {
    let record = Record::parse(GRANTED).unwrap();
    assert_eq!(record.message(), Message::AccessGranted);
    assert_eq!(record.level(), Some(Level::Info));
    assert_eq!(record.time(), Some(1_777_636_800_000));
    assert_eq!(record.get("username"), Some("admin:jane"));
    assert_eq!(record.get("path"), Some("/authenticate"));
    assert_eq!(
        record.groups().collect::<Vec<_>>(),
        ["system:masters", "dev"]
    );
    assert_eq!(record.account(), Some("111122223333"));
    assert_eq!(record.pairs().len(), 11);
    assert!(!record.truncated());
}

#[test]
fn an_empty_value_is_present_and_empty() {
    let line = r#"time="2026-05-01T12:00:00Z" level=info msg="STS response" accountid=111122223333 session= userid=AIDAEXAMPLE"#;
    let record = Record::parse(line).unwrap();
    assert_eq!(record.get("session"), Some(""));
    assert_eq!(record.get("userid"), Some("AIDAEXAMPLE"));
    assert_eq!(record.get("arn"), None);
}

#[test]
fn a_line_without_its_time_is_read() {
    let line = r#"level=info msg="mapping IAM role" groups="[]" role="arn:aws:iam::444455556666:role/nodes" username="system:node:{{EC2PrivateDNSName}}""#;
    let record = Record::parse(line).unwrap();
    assert_eq!(record.message(), Message::MappingRole);
    assert_eq!(record.time(), None);
    assert_eq!(record.groups().count(), 0);
    assert_eq!(record.account(), Some("444455556666"));
}

#[test]
fn the_json_format_gives_the_same_record() {
    let line = r#"{"arn":"arn:aws:iam::111122223333:role/ci","client":"127.0.0.1:41022","error":"identity is not mapped","level":"warning","method":"POST","msg":"access denied","path":"/authenticate","time":"2026-05-01T12:00:00Z"}"#;
    let record = Record::parse(line).unwrap();
    assert_eq!(record.denial(), Some(DenialReason::IdentityNotMapped));
    assert_eq!(record.level(), Some(Level::Warning));
    assert_eq!(record.time(), Some(1_777_636_800_000));
    assert_eq!(record.account(), Some("111122223333"));
}

#[test]
fn an_escaped_body_is_unescaped() {
    let line = r#"level=warning msg="access denied" error="sts getCallerIdentity failed: error from AWS (expected 200, got 403) on us-east-1 endpoint. Body: {\"Error\":{\"Code\":\"ExpiredToken\"}}""#;
    let record = Record::parse(line).unwrap();
    assert!(
        record
            .get("error")
            .unwrap()
            .ends_with(r#"{"Error":{"Code":"ExpiredToken"}}"#)
    );
    assert_eq!(record.denial(), Some(DenialReason::StsRejected));
}

#[test]
fn lines_of_other_programs_are_refused() {
    for line in [
        "",
        "I0501 12:00:00.000000       1 reflector.go:351] Caches populated for *v1.ConfigMap",
        r#"{"kind":"Event","auditID":"x"}"#,
        "level=loud",
        "[1,2]",
    ] {
        assert_eq!(Record::parse(line), None, "{line}");
    }
}

#[test]
fn accounts_are_found_in_every_place_they_stand() {
    let of = |pair: &str| {
        let line = format!("level=info msg=x {pair}");
        Record::parse(&line).unwrap().account().map(str::to_owned)
    };
    assert_eq!(
        of("accountid=111122223333").as_deref(),
        Some("111122223333")
    );
    assert_eq!(
        of(r#"accountID="111122223333""#).as_deref(),
        Some("111122223333")
    );
    let old = r#"uid="heptio-authenticator-aws:444455556666:AROAEXAMPLE""#;
    assert_eq!(of(old).as_deref(), Some("444455556666"));
    let administrative = r#"uid="aws-iam-authenticator:administrative:eks:addon-manager""#;
    assert_eq!(of(administrative), None);
    assert_eq!(
        of(r#"arn="arn:aws-cn:iam::444455556666:user/x""#).as_deref(),
        Some("444455556666")
    );
}

proptest::proptest! {
    #[test]
    fn any_line_is_read_or_refused(line in r#"(time=|level=info|msg=|\{|\}|"|\\|,|:|arn=arn:::::|groups=\[|[a-z]| |é|.){0,40}"#) {
        if let Some(record) = Record::parse(&line) {
            let _ = (record.time(), record.level(), record.account(), record.message().event());
            proptest::prop_assert!(record.groups().all(|group| !group.is_empty()));
        }
    }
}
