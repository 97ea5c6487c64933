//! Secrets planted in every text of an event never come out, whatever is asked for.
//!
//! Each text of an event, and each key that a client chooses, gets a made-up secret of one shape behind
//! it. Only what decides that there is an event, and the ids by which it is found, stay as they are.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::program::{Ran, feed};

/// Stands in every planted secret that it fits into, and nowhere else.
const CANARY: &str = "c4n4ryc4n4ry7";

/// What stays as it is: what makes it an audit event, tells its time, or is its id.
const KEPT: [&str; 9] = [
    "kind",
    "apiVersion",
    "level",
    "stage",
    "auditID",
    "requestReceivedTimestamp",
    "stageTimestamp",
    "verb",
    "code",
];

/// Secrets, each with the part of it that must not come out.
fn secrets() -> Vec<(String, String)> {
    let whole = |text: String| (text, CANARY.to_owned());
    vec![
        whole(format!("--password {CANARY}")),
        whole(format!("--db-token={CANARY}")),
        whole(format!("PGPASSWORD='{CANARY} {CANARY}' psql")),
        whole(format!("mysql -p{CANARY}")),
        whole(format!("sshpass -p {CANARY} ssh x")),
        whole(format!("curl -u bob:{CANARY} x")),
        whole(format!("Authorization: Bearer {CANARY}")),
        whole(format!("Authorization: Basic {CANARY}=")),
        whole(format!("https://bob:{CANARY}@example.com/x")),
        whole(format!("https://example.com/?X-Amz-Signature={CANARY}&a=b")),
        whole(format!(
            "https://example.com/?X-Amz-Security-Token={CANARY}"
        )),
        whole(format!("%20password%3D{CANARY}")),
        whole(format!("aws_secret_access_key = {CANARY}")),
        whole(format!("{{\"token\":\"{CANARY} x\"}}")),
        whole(format!(
            "{{\"name\":\"DB_PASSWORD\",\"value\":\"{CANARY}\"}}"
        )),
        whole(format!("k8s-aws-v1.{CANARY}")),
        whole(format!("IQoJb3JpZ2luX2Vj{CANARY}//wE=")),
        whole(format!("eyJhbGciOiJSUzI1NiJ9.eyJ{CANARY}.{CANARY}")),
        whole(format!("eyJhbGciOiJSUzI1NiJ9.eyJ{CANARY}")),
        whole(format!(
            "-----BEGIN EC PRIVATE KEY-----\n{CANARY}\n-----END EC PRIVATE KEY-----"
        )),
        whole(format!("ghp_{CANARY}0123456789abcdef")),
        whole(format!("glpat-{CANARY}0123456789abcdef")),
        whole(format!("xoxb-{CANARY}-0123456789")),
        whole(format!("sk_live_{CANARY}0123456789abcdef")),
        whole(format!("AIza{CANARY}0123456789abcdef012345")),
        (
            "abcdef.0c4n4ryc4n4ry789".to_owned(),
            "0c4n4ryc4n4ry789".to_owned(),
        ),
        (
            "wJalrXUtnFEMI/C4N4RYc4n4ry7/iCYEXAMPLEKE".to_owned(),
            "C4N4RYc4n4ry7".to_owned(),
        ),
    ]
}

/// Percent-encodes what would end a parameter.
fn encoded(secret: &str) -> String {
    secret.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// A URI with the secret as a parameter, as words of a command, and in a path behind a blank.
fn plant_in_uri(uri: &str, secret: &str) -> String {
    let mut words = String::new();
    // A shell keeps what is quoted in one word.
    let quoted = secret.contains('\'');
    let split = secret.split(|c| c == ' ' && !quoted);
    for word in split {
        let _ = write!(words, "&command={}", encoded(word));
    }
    let separator = if uri.contains('?') { '&' } else { '?' };
    format!("{uri}{separator}x={}{words}", encoded(secret))
}

fn plant(node: &mut Value, secret: &str) {
    match node {
        Value::String(text) => *text = format!("{text} {secret}"),
        Value::Array(items) => items.iter_mut().for_each(|item| plant(item, secret)),
        Value::Object(members) => plant_in_members(members, secret),
        _ => {}
    }
}

fn plant_in_members(members: &mut Map<String, Value>, secret: &str) {
    for (key, node) in members.iter_mut() {
        match (key.as_str(), node) {
            (key, _) if KEPT.contains(&key) => {}
            ("requestURI", Value::String(uri)) => *uri = plant_in_uri(uri, secret),
            ("annotations" | "labels" | "extra", Value::Object(chosen)) => {
                plant_in_members(chosen, secret);
                chosen.insert(format!("x {secret}"), json!([format!("y {secret}")]));
            }
            // What decides the matching keeps its value where the secret would change it.
            ("resource" | "subresource" | "decision", Value::String(_)) => {}
            (_, node) => plant(node, secret),
        }
    }
}

/// What happened, in events that raise alerts.
fn events() -> Vec<Value> {
    let event = |number: usize, rest: Value| {
        let mut event = json!({
            "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "RequestResponse",
            "stage": "ResponseComplete",
            "auditID": format!("0f0e0d0c-0b0a-0908-0706-0000000000{number:02}"),
            "user": {
                "username": "jane", "uid": "aws-iam-authenticator:111122223333:AROAEXAMPLE",
                "groups": ["devs", "system:authenticated"],
                "extra": {
                    "arn": ["arn:aws:sts::111122223333:assumed-role/Dev/jane"],
                    "sessionName": ["jane"], "accessKeyId": ["ASIAIOSFODNN7EXAMPLE"]
                }
            },
            "impersonatedUser": {"username": "root", "uid": "1", "groups": ["system:masters"]},
            "sourceIPs": ["10.0.0.9", "203.0.113.77"],
            "userAgent": "python-requests/2.31",
            "responseStatus": {"metadata": {}, "code": 200, "message": "done", "reason": "Done"},
            "requestReceivedTimestamp": "2026-05-01T12:00:00.000000Z",
            "stageTimestamp": "2026-05-01T12:00:01.000000Z",
            "annotations": {
                "authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": "RBAC: x"
            }
        });
        let members = event.as_object_mut().unwrap();
        members.extend(rest.as_object().unwrap().clone());
        event
    };
    vec![
        event(
            1,
            json!({
                "verb": "create",
                "requestURI": "/api/v1/namespaces/shop/pods/web-0/exec?command=sh&stdin=true&tty=true",
                "objectRef": {"resource": "pods", "subresource": "exec", "namespace": "shop",
                    "name": "web-0", "apiVersion": "v1"}
            }),
        ),
        event(
            2,
            json!({
                "verb": "list", "requestURI": "/api/v1/secrets",
                "objectRef": {"resource": "secrets", "apiVersion": "v1"},
                "responseObject": {"kind": "SecretList", "items": [
                    {"metadata": {"name": "db"}, "data": {"user": "Ym9i"}}]}
            }),
        ),
        event(
            3,
            json!({
                "verb": "create",
                "requestURI": "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
                "objectRef": {"resource": "clusterrolebindings", "name": "all",
                    "apiGroup": "rbac.authorization.k8s.io", "apiVersion": "v1"},
                "requestObject": {
                    "metadata": {"name": "all", "labels": {"a": "b"}, "annotations": {"a": "b"}},
                    "roleRef": {"kind": "ClusterRole", "name": "cluster-admin"},
                    "subjects": [{"kind": "User", "name": "bob"}]
                }
            }),
        ),
        event(
            4,
            json!({
                "verb": "create", "requestURI": "/api/v1/namespaces/shop/pods",
                "objectRef": {"resource": "pods", "namespace": "shop", "name": "evil",
                    "apiVersion": "v1"},
                "requestObject": {
                    "metadata": {"name": "evil", "labels": {"a": "b"}, "annotations": {"a": "b"}},
                    "spec": {
                        "hostNetwork": true, "hostPID": true,
                        "containers": [{
                            "name": "c", "image": "registry.example.com/x:1",
                            "command": ["sh", "-c"], "args": ["true"],
                            "securityContext": {"privileged": true},
                            "env": [{"name": "A", "value": "b"}]
                        }],
                        "volumes": [{"name": "root", "hostPath": {"path": "/"}}]
                    }
                }
            }),
        ),
    ]
}

/// Lines of the authenticator, and lines that can't be read.
fn lines(secret: &str) -> String {
    let quoted = Value::String(format!("x {secret}"));
    format!(
        "time=\"2026-05-01T12:00:00Z\" level=warning msg=\"access denied\" \
         arn=\"arn:aws:iam::444455556666:role/x\" client=\"127.0.0.1:1\" \
         error=\"identity is not mapped\" method=POST path=/authenticate username={quoted} uid={quoted}\n\
         time=\"2026-05-01T12:00:01Z\" level=warning msg=\"access denied\" client={quoted} \
         error={quoted} method=POST path={quoted}\n\
         {{\"awslogs\": {{\"data\": {quoted}}}}}\n\
         {quoted} is no event\n\
         {{\"kind\":\"Event\",\"userAgent\":{quoted},\n"
    )
}

/// Every event with the secret in all its texts, whole and cut off before its end, and the lines.
fn input(secret: &str) -> String {
    let mut input = lines(secret);
    for mut event in events() {
        plant(&mut event, secret);
        let whole = event.to_string();
        let cut = whole
            .replace("0000000000", "00000000ff")
            .replacen("}}", "}", 9);
        let end = cut.floor_char_boundary(cut.len() - 40);
        let _ = writeln!(input, "{whole}\n{}", &cut[..end]);
    }
    input
}

fn alerts(ran: &Ran) -> usize {
    let lines = ran.out.lines();
    lines
        .filter(|line| line.starts_with('{') || line.starts_with("  id "))
        .count()
}

#[test]
fn a_secret_in_any_field_never_comes_out() {
    let secrets = secrets();
    let input: String = secrets
        .iter()
        .enumerate()
        .map(|(number, (secret, _))| input(secret).replace("-0706-", &format!("-{number:04}-")))
        .collect();
    for form in ["json", "pretty"] {
        for more in [&[][..], &["--include-event"]] {
            let args = ["replay", "-", "-vv", "--enable", "all", "--format", form];
            let ran = feed(&[&args, more].concat(), input.as_bytes()).exits(0);
            assert!(alerts(&ran) > 14 * secrets.len(), "{} alerts", alerts(&ran));
            for (secret, canary) in &secrets {
                assert!(input.contains(canary), "{secret} is planted");
                for text in [&ran.out, &ran.err] {
                    let leak = text.lines().find(|line| line.contains(canary));
                    assert!(leak.is_none(), "{}", place(leak.unwrap_or(""), canary));
                }
            }
        }
    }
}

/// Where a canary came out, with what stands before it.
fn place(line: &str, canary: &str) -> String {
    let at = line.find(canary).unwrap_or(0);
    let from = line.floor_char_boundary(at.saturating_sub(200));
    format!("…{}", &line[from..at + canary.len()])
}
