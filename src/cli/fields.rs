//! `trailhound fields`: the table of fields, as queries know it.

use anyhow::Result;

use super::Exit;
use super::args::FieldsArgs;
use super::setup;
use super::table::{self, Table};
use crate::record::field::{Field, audit_fields, authenticator_fields, system_fields};

pub(super) fn run(args: &FieldsArgs) -> Result<Exit> {
    let mut rows = Table::new(&["field", "type", "log", "meaning"]);
    let wanted = args.filter.as_deref().unwrap_or_default().to_lowercase();
    let all = audit_fields()
        .map(|field| (field, "audit"))
        .chain(authenticator_fields().map(|field| (field, "authenticator")))
        .chain(system_fields().map(|field| (field, "any")));
    for (field, log) in all {
        if matches(field, &wanted) {
            rows.push([field.name, field.kind.as_str(), log, field.doc].map(ToOwned::to_owned));
        }
    }
    table::print(&rows, setup::table_format(args.format))?;
    Ok(Exit::Done)
}

fn matches(field: &Field, wanted: &str) -> bool {
    field.name.to_lowercase().contains(wanted) || field.doc.to_lowercase().contains(wanted)
}
