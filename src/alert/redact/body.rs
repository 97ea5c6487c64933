//! Secrets in a whole event: bodies of secrets, answers with tokens, commands of containers.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::flag::is_secret_flag;
use super::text::{MARK, SECRET_WORD, constant, text};
use super::uri::uri;

/// Keys whose text is a secret wherever they stand.
static SECRET_KEY: LazyLock<Regex> = LazyLock::new(|| constant(&format!("(?i){SECRET_WORD}$")));

/// Redacts every text of an event, as deep as it goes; JSON that serde_json has read is bounded in
/// depth. A cut line, which is one text, is redacted as text.
pub fn json(value: &mut Value) {
    redact(value, "");
}

fn redact(value: &mut Value, key: &str) {
    match value {
        Value::String(string) => {
            let redacted = match key {
                "requestURI" => uri(string),
                _ => text(string),
            };
            if let Cow::Owned(redacted) = redacted {
                *string = redacted;
            }
        }
        Value::Array(items) => redact_items(items, key),
        Value::Object(members) => redact_members(members),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// An array may be a command: what follows a secret flag is a secret.
fn redact_items(items: &mut [Value], key: &str) {
    let mut after_flag = false;
    for item in items {
        let flag = item.as_str().is_some_and(is_secret_flag);
        match item {
            Value::String(argument) if after_flag && !argument.starts_with('-') => {
                MARK.clone_into(argument);
            }
            other => redact(other, key),
        }
        after_flag = flag;
    }
}

fn redact_members(members: &mut serde_json::Map<String, Value>) {
    let is_secret = members.get("kind").and_then(Value::as_str) == Some("Secret");
    // `{"name": "DB_PASSWORD", "value": "…"}`, an environment variable.
    let named_secret = members
        .get("name")
        .and_then(Value::as_str)
        .is_some_and(|name| SECRET_KEY.is_match(name));
    for (key, value) in members.iter_mut() {
        match value {
            Value::String(secret) if is_secret_key(key) => MARK.clone_into(secret),
            Value::String(secret) if named_secret && key == "value" => MARK.clone_into(secret),
            Value::Object(data) if is_secret && (key == "data" || key == "stringData") => {
                for secret in data.values_mut() {
                    *secret = Value::String(MARK.to_owned());
                }
            }
            other => redact(other, key),
        }
    }
}

/// Annotations such as `authentication.kubernetes.io/stale-token` tell of a token and hold none.
fn is_secret_key(key: &str) -> bool {
    SECRET_KEY.is_match(key) && !key.starts_with("authentication.kubernetes.io/")
}

#[cfg(test)]
#[path = "body_tests.rs"]
mod tests;
