//! Detectors of every kind that remembers, on a scale of minutes.

use std::sync::LazyLock;

use trailhound::detect::{Enable, Engine, Lists, Loaded};

/// What differs between the files: the id, and what comes after the title.
pub(crate) const RULES: [(&str, &str); 17] = [
    (
        "counted",
        r#"query = 'filter verb = "get" | stats count() as n by actor.identity | filter n > 3'
window = "1m""#,
    ),
    (
        "distinct",
        r#"query = 'filter verb in ["get", "create"] | stats count_distinct(requestURI) as paths by actor.identity, source.ip | filter paths >= 3'
window = "1m""#,
    ),
    (
        "summed",
        r#"query = 'filter verb != "delete" | stats sum(responseStatus.code) as total by source.ip | filter total > 900'
window = "30s""#,
    ),
    (
        "highest",
        r#"query = 'stats max(responseStatus.code) as worst, count() as n by objectRef.name | filter worst >= 500 and n >= 2'
window = "45s""#,
    ),
    (
        "two-counts",
        r#"query = 'stats count() as n, count_distinct(source.ip) as addresses by user.username | filter n > 5 and addresses > 1 or addresses > 2'
window = "1m""#,
    ),
    (
        "exactly",
        r#"query = 'filter verb != "patch" | stats count() as n by objectRef.namespace, objectRef.name | filter n = 2'
window = "1m""#,
    ),
    (
        "few-failures",
        r#"query = 'stats count() as n, max(responseStatus.code) as worst by actor.identity | filter n < 4 and worst < 500'
window = "30s""#,
    ),
    (
        "new-address",
        r#"query = 'filter verb in ["get", "create", "delete"]'
[first_seen]
key = ["actor.identity"]
value = ["source.ip"]
learning = "3m"
horizon = "2m""#,
    ),
    (
        "new-name",
        r#"query = 'filter verb != "get" | fields objectRef.name as thing'
[first_seen]
value = ["thing", "verb"]
learning = "2m"
horizon = "90s""#,
    ),
    (
        "in-order",
        r#"[sequence]
by = ["actor.identity"]
within = "1m"
steps = ['filter verb in ["get", "create"]', 'filter verb in ["create", "delete"]', 'filter verb in ["create", "patch"]']"#,
    ),
    (
        "in-order-two",
        r#"[sequence]
by = ["source.ip"]
within = "10s"
steps = ['filter verb = "get"', 'filter verb = "delete"']"#,
    ),
    (
        "any-order",
        r#"[sequence]
by = ["thing"]
within = "1m"
ordered = false
steps = ['filter verb in ["get", "create", "delete"] | fields objectRef.name as thing', 'filter verb in ["get", "delete"] | fields objectRef.name as thing', 'filter verb = "patch" | fields objectRef.name as thing']"#,
    ),
    (
        "folded",
        r#"query = 'filter verb = "delete"'
[[escalate]]
when = 'responseStatus.code >= 500'
severity = "high"
[fold]
by = ["actor.identity"]
window = "10m""#,
    ),
    ("plain", r#"query = 'filter verb = "patch"'"#),
    (
        "grants",
        r#"log = "authenticator"
query = 'filter auth.event = "access-granted" | stats count() as n by username | filter n >= 3'
window = "1m""#,
    ),
    (
        "new-principal",
        r#"log = "authenticator"
query = 'filter auth.event = "access-granted"'
[first_seen]
key = ["username"]
value = ["arn"]
learning = "3m"
horizon = "2m""#,
    ),
    (
        "grants-folded",
        r#"log = "authenticator"
query = 'filter auth.event = "access-granted"'
[fold]
by = ["username"]
window = "90s""#,
    ),
];

/// The text of a detector's file.
pub(crate) fn file(id: &str, rest: &str) -> String {
    let top = rest.find("\n[").unwrap_or(rest.len());
    let (plain, tables) = if rest.starts_with('[') {
        ("", rest)
    } else {
        rest.split_at(top)
    };
    format!(
        "id = \"{id}\"\ntitle = \"Test\"\nseverity = \"low\"\nsummary = \"seen\"\n{plain}\n{tables}\n"
    )
}

/// All of them at work.
pub(crate) static REMEMBERING: LazyLock<Engine> = LazyLock::new(|| engine(&RULES));

/// Some detectors at work.
pub(crate) fn engine(rules: &[(&str, &str)]) -> Engine {
    let mut loaded = Loaded::default();
    for (id, rest) in rules {
        loaded.add(id, &file(id, rest), &Lists::new());
    }
    assert!(loaded.errors.is_empty(), "{}", loaded.errors[0]);
    let engine = loaded.engine(&Enable::default(), Vec::new(), "", "");
    engine.unwrap().0
}
