//! Statements of IAM, wherever a file has them.

use serde_json::Value as Json;

/// One statement of a policy.
#[derive(Debug)]
pub(super) struct Statement {
    /// The file it stands in.
    pub(super) file: String,
    /// Its name.
    pub(super) sid: String,
    /// Whether it allows; else it denies.
    pub(super) allows: bool,
    /// What it is about, in order.
    pub(super) actions: Vec<String>,
    /// On what; a text that a template makes is what stands there.
    pub(super) resources: Vec<String>,
    /// For whom, if it says that.
    pub(super) principal: Option<Json>,
    /// Whether it has a condition.
    pub(super) conditional: bool,
}

impl Statement {
    fn new(file: &str, statement: &serde_json::Map<String, Json>) -> Self {
        let mut actions = texts(&statement["Action"]);
        actions.sort();
        Self {
            file: file.to_owned(),
            sid: statement
                .get("Sid")
                .and_then(Json::as_str)
                .unwrap_or_else(|| panic!("{file}: a statement without Sid: {statement:?}"))
                .to_owned(),
            allows: statement["Effect"] == "Allow",
            actions,
            resources: statement.get("Resource").map(texts).unwrap_or_default(),
            principal: statement.get("Principal").cloned(),
            conditional: statement.contains_key("Condition"),
        }
    }
}

/// The statements in a value, at any depth, and in texts that are policies themselves.
pub(super) fn statements(file: &str, value: &Json) -> Vec<Statement> {
    let mut found = Vec::new();
    collect(file, value, &mut found);
    found
}

fn collect(file: &str, value: &Json, found: &mut Vec<Statement>) {
    match value {
        Json::Object(map) if map.contains_key("Effect") && map.contains_key("Action") => {
            found.push(Statement::new(file, map));
        }
        Json::Object(map) => map.values().for_each(|it| collect(file, it, found)),
        Json::Array(items) => items.iter().for_each(|it| collect(file, it, found)),
        Json::String(text) if text.trim_start().starts_with("{\"Version\"") => {
            let policy = serde_json::from_str(text).unwrap();
            collect(file, &policy, found);
        }
        _ => {}
    }
}

/// A text, or several.
fn texts(value: &Json) -> Vec<String> {
    match value {
        Json::String(text) => vec![text.clone()],
        Json::Array(items) => items.iter().flat_map(texts).collect(),
        other => vec![other.to_string()],
    }
}
