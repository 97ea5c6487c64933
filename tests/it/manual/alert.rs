//! `alert.md`: the keys of an alert, from its schema.

use serde_json::Value;
use trailhound::alert::schema;

use super::markdown::{code, table};

pub(super) fn page() -> String {
    let document = schema::document();
    let mut rows = Vec::new();
    members(&document, "", &mut rows);
    format!(
        "# Alerts in JSON\n\n{} The schema for machines is [alert.schema.json](alert.schema.json).\n\n{}",
        document["description"].as_str().unwrap_or_default(),
        table(["key", "type", "always there", "meaning"], rows)
    )
}

/// One row for each member, those of objects inside it after it.
fn members(object: &Value, prefix: &str, rows: &mut Vec<[String; 4]>) {
    let Some(members_of) = object["properties"].as_object() else {
        return;
    };
    let required = object["required"].as_array();
    for (key, member) in members_of {
        let name = format!("{prefix}{key}");
        let always = required.is_some_and(|keys| keys.iter().any(|required| required == key));
        rows.push([
            code(&name),
            kind(member),
            if always { "yes" } else { "" }.to_owned(),
            member["description"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        ]);
        members(member, &format!("{name}."), rows);
        members(&member["items"], &format!("{name}[]."), rows);
    }
}

fn kind(member: &Value) -> String {
    if let Some(values) = member["enum"].as_array() {
        let values: Vec<String> = values.iter().map(|value| value.to_string()).collect();
        return values.join(", ");
    }
    match (&member["const"], &member["type"]) {
        (Value::Null, Value::Array(kinds)) => {
            let kinds: Vec<&str> = kinds.iter().filter_map(Value::as_str).collect();
            kinds.join(" or ")
        }
        (Value::Null, kind) => kind.as_str().unwrap_or("any").to_owned(),
        (constant, _) => constant.to_string(),
    }
}
