//! `fields.md`: the table of fields.

use std::fmt::Write as _;

use trailhound::record::field::{
    Console, Field, LogKind, audit_fields, authenticator_fields, open_paths, system_fields,
};

use super::markdown::{code, table};

pub(super) fn page() -> String {
    let mut out = String::from(
        "# Fields\n\nWhat a query can ask. Raw fields bear the names of the log line; facts are worked out from it once, since \
         the raw fields have traps. A field that is *never missing* is in every well-formed event; any other needs \
         `ispresent` beside a negative test. The last column says what `detectors show ID --console` puts in its place: the \
         field itself, another, the text of the line, or (no entry) nothing.\n",
    );
    let raw = |field: &&Field| field.console == Console::Same || RAW_LISTS.contains(&field.name);
    section(
        &mut out,
        "Audit events: raw fields",
        audit_fields().filter(raw),
    );
    section(
        &mut out,
        "Audit events: facts",
        audit_fields().filter(|field| !raw(field)),
    );
    section(&mut out, "Authenticator lines", authenticator_fields());
    section(&mut out, "Any log event", system_fields());
    out.push_str("\n## Open paths\n\nAny path below these is a field too, flattened by dots, elements of arrays by number:\n\n");
    for kind in [LogKind::Audit, LogKind::Authenticator] {
        let paths: Vec<String> = open_paths(kind)
            .map(|root| code(&format!("{root}…")))
            .collect();
        let what = if kind == LogKind::Audit {
            "audit events"
        } else {
            "authenticator lines"
        };
        let _ = writeln!(out, "- {what}: {}", paths.join(", "));
    }
    out.push_str(
        "\nA key with a dot in it and nesting are written alike: `annotations.authorization.k8s.io/decision`. A path that ends at \
         an array is the list of its scalars: `requestObject.spec.usages = \"client auth\"` holds if any of them is that. A path \
         that ends at an object is its JSON text, for `jsonParse`.\n\n## Lists\n\nA comparison with a list holds if it holds for \
         any element, a negative one too. \"No element\" is written with the negation outside: `ispresent(pod.images) and not \
         (pod.images like \"x\")`. An empty list is missing.\n",
    );
    out
}

/// Raw fields that are arrays, which the console knows by element only.
const RAW_LISTS: [&str; 3] = ["user.groups", "impersonatedUser.groups", "sourceIPs"];

fn section(out: &mut String, head: &str, fields: impl Iterator<Item = &'static Field>) {
    let rows = fields.map(|field| {
        [
            code(field.name),
            field.kind.as_str().to_owned(),
            if field.may_be_missing {
                String::new()
            } else {
                "never".to_owned()
            },
            field.doc.to_owned(),
            match field.console {
                Console::Same => "itself".to_owned(),
                Console::Field(other) => code(other),
                Console::InLine => "text of the line".to_owned(),
                Console::Nothing => String::new(),
            },
        ]
    });
    let _ = write!(
        out,
        "\n## {head}\n\n{}",
        table(["field", "type", "missing", "meaning", "console"], rows)
    );
}
