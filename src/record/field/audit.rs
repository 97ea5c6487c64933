//! The audit event's own fields, under its own names.

use super::row::json_value;
use super::{Field, text};
use crate::json::Text;
use crate::query::{FieldType, Value};
use crate::record::audit::{ObjectRef, ResponseStatus, User};
use crate::record::fact::Facts;

fn groups(user: Option<User<'_>>) -> Value<'_> {
    user.and_then(|user| user.groups)
        .map_or(Value::Missing, json_value)
}

fn object<'a>(facts: &Facts<'a>, pick: fn(&ObjectRef<'a>) -> Option<Text<'a>>) -> Value<'a> {
    text(
        facts
            .record
            .object_ref
            .as_ref()
            .and_then(pick)
            .filter(|text| !text.is_empty()),
    )
}

fn status<'a>(facts: &Facts<'a>, pick: fn(&ResponseStatus<'a>) -> Option<Text<'a>>) -> Value<'a> {
    text(facts.record.response_status.as_ref().and_then(pick))
}

pub(super) const FIELDS: &[Field] = &[
    Field::audit("kind", FieldType::Text, "`Event`.", |f| text(f.record.kind)).always().same(),
    Field::audit("apiVersion", FieldType::Text, "Version of the audit API, `audit.k8s.io/v1`.", |f| text(f.record.api_version)).always().same(),
    Field::audit("level", FieldType::Text, "How much the event tells: `Metadata`, `Request` or `RequestResponse`. No sign of importance: never filter on it.", |f| text(f.record.level)).always().same(),
    Field::audit("auditID", FieldType::Text, "Identifies the request; all its stages share it.", |f| text(f.record.audit_id)).always().same(),
    Field::audit("stage", FieldType::Text, "`RequestReceived`, `ResponseStarted`, `ResponseComplete` or `Panic`.", |f| text(f.record.stage)).always().same(),
    Field::audit("requestURI", FieldType::Text, "The URI as the client sent it, percent-encoded.", |f| text(f.record.request_uri)).always().same(),
    Field::audit("verb", FieldType::Text, "The Kubernetes verb; for non-resource requests the HTTP method in lower case.", |f| text(f.record.verb)).always().same(),
    Field::audit("user.username", FieldType::Text, "The authenticated name; missing on a failed authentication.", |f| text(f.record.user.and_then(|user| user.username))).same(),
    Field::audit("user.uid", FieldType::Text, "The authenticated id; for IAM `aws-iam-authenticator:ACCOUNT:ID`.", |f| text(f.record.user.and_then(|user| user.uid))).same(),
    Field::audit("user.groups", FieldType::List, "The groups of the user.", |f| groups(f.record.user)).in_line(),
    Field::audit("impersonatedUser.username", FieldType::Text, "As whom the request ran, where the caller impersonated somebody.", |f| text(f.record.impersonated_user().and_then(|user| user.username))).same(),
    Field::audit("impersonatedUser.uid", FieldType::Text, "The uid of the impersonated user.", |f| text(f.record.impersonated_user().and_then(|user| user.uid))).same(),
    Field::audit("impersonatedUser.groups", FieldType::List, "The groups of the impersonated user.", |f| groups(f.record.impersonated_user())).in_line(),
    Field::audit("sourceIPs", FieldType::List, "X-Forwarded-For entries, X-Real-Ip, then the peer: all but the last are the client's to write.", |f| f.record.source_ips.map_or(Value::Missing, json_value)).in_line(),
    Field::audit("userAgent", FieldType::Text, "What the client calls itself; its own choice.", |f| text(f.record.user_agent)).same(),
    Field::audit("objectRef.resource", FieldType::Text, "The resource, plural and lower case; missing for non-resource URLs.", |f| object(f, |o| o.resource)).same(),
    Field::audit("objectRef.namespace", FieldType::Text, "The namespace; missing for cluster-wide requests.", |f| object(f, |o| o.namespace)).same(),
    Field::audit("objectRef.name", FieldType::Text, "The object's name; missing for list, watch, deletecollection and create with generateName.", |f| object(f, |o| o.name)).same(),
    Field::audit("objectRef.uid", FieldType::Text, "The object's uid.", |f| object(f, |o| o.uid)).same(),
    Field::audit("objectRef.apiGroup", FieldType::Text, "The API group; missing for the core group.", |f| object(f, |o| o.api_group)).same(),
    Field::audit("objectRef.apiVersion", FieldType::Text, "The API version.", |f| object(f, |o| o.api_version)).same(),
    Field::audit("objectRef.resourceVersion", FieldType::Text, "The resource version.", |f| object(f, |o| o.resource_version)).same(),
    Field::audit("objectRef.subresource", FieldType::Text, "The subresource: `exec`, `log`, `status`, `token`, …", |f| object(f, |o| o.subresource)).same(),
    Field::audit("responseStatus.code", FieldType::Number, "The HTTP status; missing before there is one.", |f| f.record.response_status.and_then(|s| s.code).map(|code| Value::Number(code.into())).unwrap_or_default()).same(),
    Field::audit("responseStatus.status", FieldType::Text, "`Success` or `Failure`.", |f| status(f, |s| s.status)).same(),
    Field::audit("responseStatus.reason", FieldType::Text, "One word for a failure, such as `Forbidden`.", |f| status(f, |s| s.reason)).same(),
    Field::audit("responseStatus.message", FieldType::Text, "A failure in words.", |f| status(f, |s| s.message)).same(),
    Field::audit("requestObject", FieldType::Any, "The request body; open paths below it, such as `requestObject.spec.replicas`.", |f| f.record.request_object.map_or(Value::Missing, json_value)).same(),
    Field::audit("responseObject", FieldType::Any, "The response body; open paths below it.", |f| f.record.response_object.map_or(Value::Missing, json_value)).same(),
    Field::audit("requestReceivedTimestamp", FieldType::Text, "When the request came in, as the line has it; `@timestamp` is the time.", |f| text(f.record.request_received_timestamp)).always().same(),
    Field::audit("stageTimestamp", FieldType::Text, "When the stage was reached, as the line has it.", |f| text(f.record.stage_timestamp)).always().same(),
];
