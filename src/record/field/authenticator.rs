//! The pairs of an authenticator line (`pkg/server/server.go` of aws-iam-authenticator), and what they mean.

use super::{Field, borrowed};
use crate::query::{FieldType, Value};

pub(super) const FIELDS: &[Field] = &[
    Field::pair("time", "When the line was written."),
    Field::pair("msg", "What happened."),
    Field::pair("arn", "The principal: of STS in an STS response, canonical in a grant."),
    Field::pair("client", "The API server's end of the connection, always 127.0.0.1."),
    Field::pair("groups", "The groups granted, `[a b]`."),
    Field::pair("method", "The HTTP method."),
    Field::pair("path", "The HTTP path."),
    Field::pair("sts", "The STS endpoint, in old versions."),
    Field::pair("stsendpoint", "The STS endpoint."),
    Field::pair("uid", "`aws-iam-authenticator:ACCOUNT:ID`."),
    Field::pair("username", "The Kubernetes name that was granted."),
    Field::pair("error", "Why it failed."),
    Field::pair("accesskeyid", "The access key id."),
    Field::pair("accountid", "The account."),
    Field::pair("userid", "The unique id, `AROA…` or `AIDA…`."),
    Field::pair("session", "The session name."),
    Field::pair("role", "A role that is mapped."),
    Field::pair("user", "A user that is mapped."),
    Field::pair("sso", "An SSO permission set that is mapped."),
    Field::pair("accountID", "An account that is mapped."),
    Field::pair("address", "An address the server listens on."),
    Field::pair("Version", "Version of a latency metric."),
    Field::pair("Type", "Type of a latency metric."),
    Field::pair("Latency", "The latency of a metric."),
    Field::entry("auth.event", FieldType::Text, "What the line tells: `sts-response`, `access-granted`, `access-denied`, `mapping-loaded`, …", |e| e.authenticator().map_or(Value::Missing, |line| Value::text(line.message().event().as_str()))).always(),
    Field::entry("auth.reason", FieldType::Text, "Why access was denied: `identity-not-mapped`, `token-malformed`, `sts-rejected`, …", |e| borrowed(e.authenticator().and_then(|line| Some(line.denial()?.as_str())))),
    Field::entry("auth.account", FieldType::Text, "The account of whoever the line is about.", |e| borrowed(e.authenticator().and_then(|line| line.account()))).in_line(),
];
