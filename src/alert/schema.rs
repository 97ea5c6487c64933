//! The JSON Schema of an alert, draft 2020-12: the contract, written down for machines.
//!
//! It is built here and recorded in `docs/reference/alert.schema.json`; a test keeps the two, and the
//! alerts that are really made, in step. `UPDATE_DOCS=1 cargo test schema` records it anew.

use serde_json::{Map, Value, json};

use super::Severity;

/// The schema as it is recorded.
pub const RECORDED: &str = include_str!("../../docs/reference/alert.schema.json");

/// A member of an object: its key, what it is for, and its schema.
type Member = (&'static str, &'static str, Value);

/// What the schema says of itself.
const ABOUT: [(&str, &str); 4] = [
    ("$schema", "https://json-schema.org/draft/2020-12/schema"),
    ("$id", "urn:trailhound:alert:1"),
    ("title", "trailhound alert"),
    (
        "description",
        "One alert, as one JSON object on a line. Every required key is always there: it is null when \
         the event doesn't tell it, and an empty array or object when there is none. Keys may be \
         added within version 1; none is removed or changes its meaning.",
    ),
];

/// The schema, built from what the program knows.
#[must_use]
pub fn document() -> Value {
    let members = [head(), facts(), tail()].concat();
    let mut schema = object(members);
    for (key, text) in ABOUT {
        schema[key] = text.into();
    }
    schema["properties"]["measured"] = described(
        "What a threshold came to, by the names of its stats; not there for other detectors.",
        json!({"type": "object", "additionalProperties": {"type": "number"}}),
    );
    schema["properties"]["closes"] = described(
        "For the closing summary of alerts that were folded into one, and for the end of a trouble with the watching itself, the id of the alert it closes; not there else.",
        json!({"type": "string", "pattern": "^[0-9a-f]{32}$"}),
    );
    schema["properties"]["shortened"] = described(
        "What a sink took out or cut so that the alert is not longer than may be sent, by the names of \
         its keys; not there else.",
        json!({"type": "array", "items": {"type": "string"}}),
    );
    schema["properties"]["event"] = described(
        "The raw event, redacted: an object, or the text of a line that is no JSON. Only when asked \
         for with --include-event.",
        json!({"type": ["object", "string"]}),
    );
    schema
}

fn head() -> Vec<Member> {
    let severities = Severity::ALL.map(Severity::as_str);
    vec![
        (
            "schema",
            "The version of this shape.",
            json!({"const": "trailhound.alert/1"}),
        ),
        (
            "id",
            "A hash of what caused the alert. Equal for repeats, so that they can be dropped.",
            json!({"type": "string", "pattern": "^[0-9a-f]{32}$"}),
        ),
        (
            "time",
            "The event time; for several events that of the one that made them an alert.",
            time(),
        ),
        (
            "detector",
            "Which detector raised it.",
            object(vec![
                ("id", "Its stable id.", json!({"type": "string"})),
                ("title", "Its title.", json!({"type": "string"})),
            ]),
        ),
        (
            "severity",
            "How much it matters.",
            json!({"enum": severities}),
        ),
        (
            "summary",
            "One sentence, redacted.",
            json!({"type": "string"}),
        ),
        ("attack", "Ids of MITRE ATT&CK techniques.", texts()),
    ]
}

fn facts() -> Vec<Member> {
    vec![
        ("cluster", "Where it happened.", cluster()),
        ("actor", "Who did it.", actor()),
        ("source", "From where.", source()),
        ("target", "What was done, to what.", target()),
        ("outcome", "What became of it.", outcome()),
    ]
}

fn tail() -> Vec<Member> {
    vec![
        (
            "count",
            "How many events stand behind it.",
            json!({"type": "integer", "minimum": 0}),
        ),
        ("first", "The time of the first of them.", time()),
        ("last", "The time of the last of them.", time()),
        (
            "group",
            "What several events have in common: the keys of a threshold or a sequence, or the key and value that were seen first; empty for other detectors.",
            text_map(),
        ),
        (
            "events",
            "The events behind it, or a sample of them.",
            json!({
                "type": "array", "items": event_ref()
            }),
        ),
        (
            "console",
            "How to look at the events in CloudWatch Logs Insights.",
            console(),
        ),
        (
            "runbook",
            "What to do now; the first line is the first step.",
            text(),
        ),
        (
            "truncated",
            "Whether a record behind it was cut off, so that a part of it was judged unseen.",
            json!({"type": "boolean"}),
        ),
        (
            "detected_by",
            "The program and version that raised it.",
            json!({"type": "string"}),
        ),
    ]
}

fn cluster() -> Value {
    object(vec![
        ("name", "The cluster's name.", text()),
        ("account", "The AWS account of the log group.", text()),
        ("region", "The region of the log group.", text()),
        ("log_group", "The log group.", text()),
        ("labels", "The user's own labels.", text_map()),
    ])
}

fn actor() -> Value {
    let mut impersonated = object(vec![
        ("username", "The Kubernetes user name.", text()),
        ("uid", "The Kubernetes uid.", text()),
        ("groups", "The Kubernetes groups.", texts()),
    ]);
    if let Some(kind) = impersonated.get_mut("type") {
        *kind = json!(["object", "null"]);
    }
    let mut actor = object(vec![
        (
            "kind",
            "human, service-account, node, eks-managed, control-plane or anonymous.",
            text(),
        ),
        ("username", "The Kubernetes user name.", text()),
        ("groups", "The Kubernetes groups.", texts()),
        ("uid", "The Kubernetes uid.", text()),
        ("arn", "The ARN behind the user.", text()),
        (
            "session_name",
            "The session name of an assumed role.",
            text(),
        ),
        (
            "access_key_id",
            "The access key's id, which is no secret.",
            text(),
        ),
        ("impersonated", "Whom the actor acted as.", impersonated),
    ]);
    actor["properties"]["behind"] = described(
        "The logins that may stand behind a name that several share, the latest first, as the \
         authenticator's log tells; not there when one is certain or none is known.",
        json!({"type": "array", "items": behind()}),
    );
    actor
}

fn behind() -> Value {
    object(vec![
        ("arn", "The ARN.", text()),
        (
            "session_name",
            "The session name of an assumed role.",
            text(),
        ),
        ("access_key_id", "The access key's id.", text()),
        ("time", "When the authenticator let it in.", time()),
    ])
}

fn source() -> Value {
    object(vec![
        ("ip", "The address of the real peer.", text()),
        (
            "ips",
            "Every address; all but the last can be forged.",
            texts(),
        ),
        (
            "public",
            "Whether ip is a public address.",
            json!({"type": ["boolean", "null"]}),
        ),
        (
            "user_agent",
            "What the client calls itself, redacted.",
            text(),
        ),
    ])
}

fn target() -> Value {
    object(vec![
        ("verb", "The verb.", text()),
        ("resource", "The resource's plural.", text()),
        ("subresource", "The subresource.", text()),
        ("api_group", "The API group.", text()),
        ("namespace", "The namespace.", text()),
        ("name", "The object's name.", text()),
        ("uri", "The request URI, redacted.", text()),
    ])
}

fn outcome() -> Value {
    object(vec![
        (
            "result",
            "succeeded, allowed-but-failed, forbidden, unauthenticated or unknown.",
            text(),
        ),
        (
            "code",
            "The HTTP status.",
            json!({"type": ["integer", "null"]}),
        ),
        ("decision", "allow or forbid.", text()),
        ("reason", "Why it was allowed or refused.", text()),
    ])
}

fn event_ref() -> Value {
    object(vec![
        ("audit_id", "The audit id of the request.", text()),
        ("stage", "The audit stage.", text()),
        ("event_id", "CloudWatch's id of the log event.", text()),
        ("log_stream", "The log stream.", text()),
        ("time", "The event time.", time()),
    ])
}

fn console() -> Value {
    object(vec![
        (
            "query",
            "A Logs Insights query that returns the events, never less.",
            text(),
        ),
        (
            "url",
            "A link that opens the console with the query, log group and time.",
            text(),
        ),
        (
            "scope",
            "Whether the query returns those events alone, or perhaps others too.",
            json!({"enum": ["exact", "superset", null]}),
        ),
    ])
}

fn text() -> Value {
    json!({"type": ["string", "null"]})
}

fn texts() -> Value {
    json!({"type": "array", "items": {"type": "string"}})
}

fn text_map() -> Value {
    json!({"type": "object", "additionalProperties": {"type": "string"}})
}

fn time() -> Value {
    json!({"type": ["string", "null"], "format": "date-time"})
}

/// An object all of whose members are required; others may join.
fn object(members: Vec<Member>) -> Value {
    let required: Vec<_> = members.iter().map(|(key, ..)| *key).collect();
    let mut properties = Map::new();
    for (key, description, schema) in members {
        properties.insert(key.to_owned(), described(description, schema));
    }
    json!({"type": "object", "required": required, "properties": properties})
}

fn described(description: &str, mut schema: Value) -> Value {
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("description".to_owned(), description.into());
    }
    schema
}

#[cfg(test)]
#[path = "schema_tests.rs"]
mod tests;
