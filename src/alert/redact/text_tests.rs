//! What counts as a secret in text, and what must stay.

use proptest::prelude::*;

use super::*;

/// Forty characters in the shape of a secret access key, made for this test.
const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const JWT: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl";

#[test]
fn secrets_are_taken_out_and_their_names_stay() {
    let cases = [
        (
            format!("curl -H 'Authorization: Bearer {JWT}' https://x"),
            "curl -H 'Authorization: Bearer [redacted]' https://x",
        ),
        (format!("it is {JWT}."), "it is [redacted]."),
        (format!("It is {SECRET_KEY}."), "It is [redacted]."),
        (
            format!("aws_secret_access_key = {SECRET_KEY}"),
            "aws_secret_access_key = [redacted]",
        ),
        (format!("export K={SECRET_KEY};"), "export K=[redacted];"),
        (
            "AWS_SESSION_TOKEN=FwoGZXIvYXdzEJr//x/abc=".to_owned(),
            "AWS_SESSION_TOKEN=[redacted]",
        ),
        ("x IQoJb3JpZ2luX2VjEKb//wE= y".to_owned(), "x [redacted] y"),
        (
            "mysql --password=hunter2 -h db".to_owned(),
            "mysql --password=[redacted] -h db",
        ),
        (
            "mysql --password hunter2 -h db".to_owned(),
            "mysql --password [redacted] -h db",
        ),
        (
            "mysql --password \"a b\" -h db".to_owned(),
            "mysql --password [redacted] -h db",
        ),
        (
            "PGPASSWORD='a b' psql".to_owned(),
            "PGPASSWORD=[redacted] psql",
        ),
        (
            "{\"password\":\"a b\",\"x\":1}".to_owned(),
            "{\"password\":[redacted],\"x\":1}",
        ),
        (
            r#"{\"token\":\"a b\"}"#.to_owned(),
            r#"{\"token\":[redacted]}"#,
        ),
        (
            "vault login -token hvs.abc".to_owned(),
            "vault login -token [redacted]",
        ),
        (
            "git clone https://bob:pa@ss@example.com/x".to_owned(),
            "git clone https://bob:[redacted]@example.com/x",
        ),
        (
            "curl -u bob:pw https://x".to_owned(),
            "curl -u bob:[redacted] https://x",
        ),
        (
            "Authorization: Basic Ym9iOnB3".to_owned(),
            "Authorization: Basic [redacted]",
        ),
        (
            "k8s-aws-v1.aHR0cHM6Ly9zdHM".to_owned(),
            "k8s-aws-v1.[redacted]",
        ),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\nrest".to_owned(),
            "[redacted]\nrest",
        ),
        ("-----BEGIN PRIVATE KEY-----\nabc".to_owned(), "[redacted]"),
        (format!("use ghp_{}", "a1".repeat(18)), "use [redacted]"),
        ("password=a}b]c)d".to_owned(), "password=[redacted]"),
    ];
    for (given, expected) in cases {
        assert_eq!(text(&given), expected);
    }
}

#[test]
fn what_only_resembles_a_secret_stays() {
    for harmless in [
        "kubectl get secrets -n kube-system",
        "secrets \"db\" is forbidden: User \"jane\" cannot get resource",
        "kube-controller-manager --use-service-account-credentials=true",
        "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE",
        "access key ASIAIOSFODNN7EXAMPLE used",
        "Authentication failed, attempted: bearer",
        "uses bearer authentication",
        "token is missing expected \"k8s-aws-v1.\" prefix",
        "/apis/apps/v1/namespaces/default/deploys",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "git show da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/jane@example.com",
        "https://example.com:8443/path",
        "kubectl/v1.34.1 (linux/amd64) kubernetes/0123abc",
        "cat /var/run/secrets/kubernetes.io/serviceaccount/token",
        "EKS Access Policy: allowed by ClusterRoleBinding \"x\" of ClusterRole \"y\" to User \"z\"",
    ] {
        assert!(
            matches!(text(harmless), Cow::Borrowed(_)) || text(harmless) == harmless,
            "{harmless} -> {}",
            text(harmless)
        );
    }
}

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just(SECRET_KEY.to_owned()),
        Just(JWT.to_owned()),
        Just(MARK.to_owned()),
        Just("--password".to_owned()),
        Just("token".to_owned()),
        Just("secret".to_owned()),
        Just("http://".to_owned()),
        Just("-----BEGIN PRIVATE KEY-----".to_owned()),
        Just("-----END PRIVATE KEY-----".to_owned()),
        Just("Bearer ".to_owned()),
        Just("k8s-aws-v1.".to_owned()),
        Just("IQoJb3JpZ2lu".to_owned()),
        Just("-u ".to_owned()),
        "[ =:@/&\"'\\\\;.%-]",
        "[a-zA-Z0-9/+]{1,40}",
        ".{0,3}",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn redacting_twice_changes_nothing_more(given in pieces()) {
        let once = text(&given).into_owned();
        prop_assert_eq!(text(&once), once.as_str());
    }

    #[test]
    fn a_token_never_survives(before in "[ -~]{0,20}", after in "[ -~]{0,20}") {
        let given = format!("{before} {JWT} {after}");
        prop_assert!(!text(&given).contains("c2lnbmF0dXJl"));
    }
}
