//! What was asked and how it ended.

use super::row::json_value;
use super::{Field, borrowed, list, owned};
use crate::json::{Text, lookup};
use crate::query::{FieldType, Value};
use crate::record::audit::ObjectRef;
use crate::record::fact::{Facts, request};

/// What the reference says, else what the object's metadata says.
fn target<'a>(
    facts: &Facts<'a>,
    pick: fn(&ObjectRef<'a>) -> Option<Text<'a>>,
    key: &str,
) -> Value<'a> {
    let record = &facts.record;
    let named = record
        .object_ref
        .as_ref()
        .and_then(pick)
        .filter(|text| !text.is_empty());
    let found = named.or_else(|| lookup(record.object()?, "metadata")?.get(key)?.text());
    found.map_or(Value::Missing, |text| Value::Text(text.cow()))
}

pub(super) const FIELDS: &[Field] = &[
    Field::audit("outcome", FieldType::Text, "`succeeded`, `allowed-but-failed`, `forbidden`, `unauthenticated` or `unknown` (cut off, or not answered yet).", |f| Value::text(f.outcome().as_str())).always(),
    Field::audit("request.path", FieldType::Text, "The path of the URI, decoded, without the query.", |f| request::path(&f.record).map_or(Value::Missing, Value::Text)),
    Field::audit("request.dryRun", FieldType::Bool, "Whether nothing is stored (`?dryRun=All`).", |f| Value::Bool(f.is_dry_run())).always(),
    Field::audit("request.fieldSelector", FieldType::Text, "The field selector, decoded.", |f| owned(request::parameter(&f.record, "fieldSelector"))),
    Field::audit("request.labelSelector", FieldType::Text, "The label selector, decoded.", |f| owned(request::parameter(&f.record, "labelSelector"))),
    Field::audit("request.singleObject", FieldType::Bool, "Whether a list or watch is narrowed to one object by its name.", |f| Value::Bool(request::is_single_object(&f.record))).always(),
    Field::audit("request.clusterWide", FieldType::Bool, "Whether a resource request names neither a namespace nor an object.", |f| Value::Bool(request::is_cluster_wide(&f.record))).always(),
    Field::audit("proxy.path", FieldType::Text, "The path behind `/proxy` of nodes, pods or services, decoded.", |f| owned(request::proxy_path(&f.record))),
    Field::audit("exec.command", FieldType::Text, "The command of an exec, decoded, its words joined by blanks.", |f| borrowed(f.exec().command.as_deref())),
    Field::audit("exec.args", FieldType::List, "The words of the command of an exec.", |f| list(&f.exec().args)),
    Field::audit("exec.container", FieldType::Text, "The container of an exec or attach.", |f| borrowed(f.exec().container.as_deref())),
    Field::audit("exec.interactive", FieldType::Bool, "Whether an exec or attach asks for standard input and a terminal.", |f| Value::Bool(f.exec().interactive)).always(),
    Field::audit("target.name", FieldType::Text, "The object's name, also where the server made it up (`generateName`).", |f| target(f, |o| o.name, "name")).in_line(),
    Field::audit("target.namespace", FieldType::Text, "The object's namespace.", |f| target(f, |o| o.namespace, "namespace")).in_line(),
    Field::audit("record.truncated", FieldType::Bool, "Whether the line was cut off, or the API server left the bodies out.", |f| Value::Bool(f.record.is_truncated())).always(),
    Field::audit("object", FieldType::Any, "The object as it is after the request: response body, or request body where there is no other. Open paths below it.", |f| f.record.object().map_or(Value::Missing, json_value)),
    Field::audit("change.sets", FieldType::List, "What the body of a create, update or patch sets: `path=value` for each scalar, without the indices of lists. `path=` is taken away; `path={}` is empty, or replaced by a JSON Patch.", |f| list(&f.change().sets)),
];
