//! Reads every field of an entry, and some open paths.

use std::hint::black_box;
use std::sync::LazyLock;

use trailhound::query::{FieldId, Row as _, Schema as _, shown};
use trailhound::record::Entry;
use trailhound::record::field::{
    EntryRow, FieldSchema, LogKind, audit_fields, authenticator_fields, system_fields,
};

/// Paths that no row of the table holds, one below each root and a deep one.
const OPEN: [&str; 14] = [
    "requestObject.spec.containers.0.image",
    "requestObject.a.b.c.d",
    "responseObject.metadata.labels.app.kubernetes.io/name",
    "object.metadata.annotations.a.a.a.a",
    "object.rules.0.verbs",
    "annotations.authorization.k8s.io/decision",
    "sourceIPs.1",
    "responseStatus.details.name",
    "user.groups.0",
    "user.extra.arn.0",
    "impersonatedUser.groups.0",
    "impersonatedUser.extra.scopes.0",
    "cluster.labels.env",
    "username",
];

static FIELDS: LazyLock<(FieldSchema, Vec<FieldId>)> = LazyLock::new(|| {
    let mut schema = FieldSchema::new(LogKind::Any);
    let table = audit_fields().chain(authenticator_fields());
    // A field's place in the table is its id.
    let mut ids: Vec<FieldId> = table
        .chain(system_fields())
        .zip(0..)
        .map(|(_, place)| FieldId(place))
        .collect();
    for name in OPEN {
        let found = schema.resolve(name).expect("an open path");
        ids.push(found.id);
    }
    (schema, ids)
});

/// Reads every field of the table and some open paths, and writes what they hold.
pub fn read_all(entry: &Entry<'_>) {
    let (schema, ids) = &*FIELDS;
    let row = EntryRow::new(entry, schema);
    for id in ids {
        black_box(shown(&row.value(*id)));
    }
    black_box(entry.time());
}
