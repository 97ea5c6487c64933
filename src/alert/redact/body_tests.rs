//! Secrets in whole events.

use serde_json::json as value;

use super::*;

#[test]
fn bodies_lose_their_secrets_and_keep_the_rest() {
    let mut event = value!({
        "kind": "Event",
        "requestURI": "/exec?command=--token&command=abc",
        "userAgent": "curl --password hunter2",
        "requestObject": {
            "kind": "Secret",
            "metadata": {"name": "db"},
            "data": {"user": "Ym9i"},
            "stringData": {"pw": "x"}
        },
        "responseObject": {"status": {"token": "abc"}, "spec": {"containers": [{
            "command": ["db", "--password", "hunter2"],
            "env": [{"name": "DB_PASSWORD", "value": "x"}, {"name": "HOME", "value": "/root"}]
        }]}},
        "annotations": {"authentication.kubernetes.io/stale-token": "subject: x"}
    });
    json(&mut event);
    let expected = value!({
        "kind": "Event",
        "requestURI": "/exec?command=--token&command=[redacted]",
        "userAgent": "curl --password [redacted]",
        "requestObject": {
            "kind": "Secret",
            "metadata": {"name": "db"},
            "data": {"user": "[redacted]"},
            "stringData": {"pw": "[redacted]"}
        },
        "responseObject": {"status": {"token": "[redacted]"}, "spec": {"containers": [{
            "command": ["db", "--password", "[redacted]"],
            "env": [{"name": "DB_PASSWORD", "value": "[redacted]"}, {"name": "HOME", "value": "/root"}]
        }]}},
        "annotations": {"authentication.kubernetes.io/stale-token": "subject: x"}
    });
    assert_eq!(event, expected);
    json(&mut event);
    assert_eq!(event, expected, "twice is the same as once");
}

#[test]
fn a_cut_line_is_redacted_as_text() {
    let mut event = value!(r#"{"user":{},"token":"abc","x":"[Truncated...]"#);
    json(&mut event);
    assert_eq!(
        event,
        value!(r#"{"user":{},"token":[redacted],"x":"[Truncated...]"#)
    );
}

#[test]
fn lists_and_patches_of_secrets_keep_their_keys_only() {
    let mut event = value!({
        "objectRef": {"resource": "secrets"},
        "requestObject": [{"op": "replace", "path": "/data/x", "value": "eA=="}],
        "responseObject": {"items": [{
            "metadata": {"name": "db", "annotations": {
                "kubectl.kubernetes.io/last-applied-configuration": "{\"data\":{\"x\":\"eA==\"}}"
            }},
            "data": {"x": "eA=="}
        }]}
    });
    json(&mut event);
    let expected = value!({
        "objectRef": {"resource": "secrets"},
        "requestObject": [{"op": "replace", "path": "/data/x", "value": MARK}],
        "responseObject": {"items": [{
            "metadata": {"name": "db", "annotations": {
                "kubectl.kubernetes.io/last-applied-configuration": MARK
            }},
            "data": {"x": MARK}
        }]}
    });
    assert_eq!(event, expected);
}
