//! What counts as a secret in text, and what must stay.

use proptest::prelude::*;

use super::super::rules::MARK;
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
fn secrets_of_many_makers_are_known_by_their_shape() {
    let secrets = [
        "abcdef.0123456789abcdef".to_owned(),
        format!("AKIAIOSFODNN7EXAMPLE:{SECRET_KEY}"),
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ".to_owned(),
        "eyJhdXRocyI6eyJyZWdpc3RyeSI6e30".to_owned(),
        "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo".to_owned(),
        "MIIEow0EA\n-----END RSA PRIVATE KEY-----".to_owned(),
        format!("gho_{}", "0123456789abcdef0123"),
        format!("github_pat_{}", "0123456789abcdef0123"),
        format!("glpat-{}", "0123456789abcdef0123"),
        format!("xoxb-{}", "0123456789-abcdef0123"),
        format!("xapp-{}", "1-A0123456789-0123456789"),
        format!(
            "https://hooks.slack.com/services/{}",
            "T0/B0/0123456789abcdef"
        ),
        format!("sk_live_{}", "0123456789abcdef0123"),
        format!("rk_test_{}", "0123456789abcdef0123"),
        format!("AIza{}", "0123456789abcdef0123456789abcdef012"),
        format!("GOCSPX-{}", "0123456789abcdef0123456789ab"),
        format!("hvs.{}", "0123456789abcdef01234567"),
        format!("npm_{}", "0123456789abcdef0123456789abcdef0123"),
        format!("SG.{}.{}", "0123456789abcdef01", "0123456789abcdef0123"),
        format!("sk-proj-{}", "0123456789abcdef0123456789"),
    ];
    for secret in secrets {
        let given = format!("use {secret} now");
        let redacted = text(&given);
        assert!(redacted.contains(MARK), "{redacted}");
        let tail = secret.get(secret.len() - 8..).unwrap();
        assert!(!redacted.contains(tail), "{redacted}");
    }
}

#[test]
fn secrets_are_known_by_what_stands_before_them() {
    for (given, expected) in [
        ("mysql -uroot -phunter2 db", "mysql -uroot -p[redacted] db"),
        ("sshpass -p hunter2 ssh x", "sshpass -p [redacted] ssh x"),
        ("redis-cli -h x -a hunter2", "redis-cli -h x -a [redacted]"),
        (
            "docker login -u bob -p hunter2 x",
            "docker login -u bob -p [redacted] x",
        ),
        ("DB_PASS=hunter2 ./run", "DB_PASS=[redacted] ./run"),
        (
            "openssl rsa -passin pass:hunter2",
            "openssl rsa -passin pass:[redacted]",
        ),
        ("REDISCLI_AUTH=hunter2 x", "REDISCLI_AUTH=[redacted] x"),
        (
            "aws configure set aws_session_token abc",
            "aws configure set aws_session_token [redacted]",
        ),
        (
            "Authorization: token abc",
            "Authorization: token [redacted]",
        ),
        ("Cookie: a=b; c=d", "Cookie: [redacted]"),
        (
            "https://0123456789abcdef0123@example.com/x",
            "https://[redacted]@example.com/x",
        ),
        ("Signature=0123abcd, x", "Signature=[redacted], x"),
        (
            r#"{\"name\":\"DB_PASSWORD\",\"value\":\"a b\"}"#,
            r#"{\"name\":\"DB_PASSWORD\",\"value\":\"[redacted]\"}"#,
        ),
        (r#"{"auth":"Ym9iOnB3"}"#, r#"{"auth":"[redacted]"}"#),
        (
            "GET /exec?command=mysql&command=--password&command=hunter2&x=y",
            "GET /exec?command=mysql&command=--password&command=[redacted]&x=y",
        ),
    ] {
        assert_eq!(text(given), expected);
    }
}

#[test]
fn what_an_investigator_needs_stays() {
    for needed in [
        "0f0e0d0c-0b0a-0908-0706-050403020100",
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/web@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "registry.example.com/tools/csi-secret:v1.2.3",
        "ghcr.io/acme/vault-token:1.0-alpine",
        "checkout-41eecb03f-84pkd",
        "web-app.17c3d4e5f6a7b8c9",
        "webapp.18a1d4e5f6a7b8c9",
        "aws-iam-authenticator:111122223333:AROAEXAMPLEEXAMPLE123",
        "system:serviceaccount:vault-token:default",
        "system:serviceaccount:my-secret:web",
        "arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/db-AbCdEf",
        "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef",
        "/var/lib/kubelet/pods/0f0e0d0c-0b0a-0908-0706-050403020100/volumes/kubernetes.io~projected/kube-api-access-abcde",
        "ip-10-0-0-1.us-east-1.compute.internal",
        "0123456789ABCDEF0123456789ABCDEF.gr7.us-east-1.eks.amazonaws.com",
        "system:bootstrap:abcdef",
        "bootstrap-token-abcdef",
        "X-Amz-Credential=AKIAIOSFODNN7EXAMPLE/20260501/us-east-1/s3/aws4_request",
        "date -u +%H:%M:%S",
        "id -u; docker run -u 1000:1000 x",
        "configmaps \"aws-auth\" not found",
        "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUMvakNDQWVhZ0F3SUJBZ0lCQURBTkJn",
        "mysql -h db -P 3306 -p",
        "exec probe: cat /etc/passwd; cat /root/.aws/credentials",
    ] {
        assert_eq!(text(needed), needed);
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
        Just("mysql -p".to_owned()),
        Just("command=".to_owned()),
        Just("Cookie: ".to_owned()),
        Just("abcdef.0123456789abcdef".to_owned()),
        Just("arn:".to_owned()),
        Just("authorization: basic ".to_owned()),
        "[ =:@/&\"'\\\\;.%-]",
        "[a-zA-Z0-9/+]{1,40}",
        ".{0,3}",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn the_gate_lets_every_secret_through(given in pieces()) {
        prop_assert!(may_hold_secret(&given) || pass(&given) == given.as_str());
    }

    #[test]
    fn a_rule_that_is_passed_over_would_find_nothing(given in pieces()) {
        let signs = Signs::of(&given);
        for rule in RULES.iter().filter(|rule| !signs.meet(rule.need)) {
            prop_assert!(!rule.pattern().is_match(&given), "{}", rule.pattern());
        }
    }

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
