//! What tests of a watch write into logs and look for: marked events that only a detector of the test's
//! own knows, and pages over HTTP.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::json;

use crate::hostile::Group;
use crate::watch::now;

/// The stream that marked events are written to.
pub(crate) const AUDIT: &str = "kube-apiserver-audit-0123456789abcdef0123456789abcdef";

/// A detector of this id that looks for a word in user agents, without tests.
pub(crate) fn detector(id: &str, word: &str) -> String {
    format!(
        "id = {id:?}\ntitle = \"A marker\"\nseverity = \"high\"\n\
         query = 'filter userAgent like \"{word}\"'\nsummary = \"{{user.username}} came with {{userAgent}}\"\n"
    )
}

/// An audit event that raises nothing but for its user agent.
pub(crate) fn event(user: &str, agent: &str, at: i64) -> String {
    let time = chrono::DateTime::from_timestamp_millis(at).unwrap();
    let time = time.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    json!({
        "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Metadata",
        "auditID": format!("{user}-{agent}"), "stage": "ResponseComplete",
        "requestURI": "/api/v1/namespaces/shop/configmaps/web", "verb": "get",
        "user": {"username": user, "groups": ["system:authenticated"]},
        "sourceIPs": ["10.0.12.34"], "userAgent": agent,
        "objectRef": {"resource": "configmaps", "namespace": "shop", "name": "web", "apiVersion": "v1"},
        "responseStatus": {"metadata": {}, "code": 200},
        "requestReceivedTimestamp": time, "stageTimestamp": time,
        "annotations": {"authorization.k8s.io/decision": "allow"}
    })
    .to_string()
}

/// Writes such an event into a log group, as if it had just happened: its id.
pub(crate) fn put(group: &Group, user: &str, agent: &str) -> String {
    let at = now();
    group.put(AUDIT, at, &event(user, agent, at))
}

/// Asks for a path: the status, the headers and the body.
pub(crate) fn get(address: &str, path: &str) -> (u16, String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, head.to_ascii_lowercase(), body.to_owned())
}
