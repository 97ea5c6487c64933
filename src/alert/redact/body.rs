//! Secrets in a whole event: bodies of secrets, answers with tokens, commands of containers.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::flag::is_secret_flag;
use super::text::{MARK, SECRET_WORD, constant};
use super::uri::value;

/// Keys whose text is a secret wherever they stand.
static SECRET_KEY: LazyLock<Regex> = LazyLock::new(|| constant(&format!("(?i){SECRET_WORD}$")));

/// Redacts every text of an event, as deep as it goes; JSON that serde_json has read is bounded in
/// depth. A cut line, which is one text, is redacted as text.
pub fn json(event: &mut Value) {
    let of_secrets =
        event.pointer("/objectRef/resource").and_then(Value::as_str) == Some("secrets");
    redact(
        event,
        if of_secrets {
            Place::Secret
        } else {
            Place::Anywhere
        },
    );
}

/// Where a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In, or under, a Kubernetes Secret, a list of them, or a patch of one.
    Secret,
    /// Anywhere else.
    Anywhere,
}

fn redact(node: &mut Value, place: Place) {
    match node {
        Value::String(string) => {
            if let Cow::Owned(redacted) = value(string) {
                *string = redacted;
            }
        }
        Value::Array(items) => redact_items(items, place),
        Value::Object(members) => redact_members(members, place),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// An array may be a command: what follows a secret flag is a secret.
fn redact_items(items: &mut [Value], place: Place) {
    let mut after_flag = false;
    for item in items {
        let flag = item.as_str().is_some_and(is_secret_flag);
        match item {
            Value::String(argument) if after_flag && !argument.starts_with('-') => {
                MARK.clone_into(argument);
            }
            other => redact(other, place),
        }
        after_flag = flag;
    }
}

fn redact_members(members: &mut serde_json::Map<String, Value>, place: Place) {
    let place = match members.get("kind").and_then(Value::as_str) {
        Some("Secret" | "SecretList") => Place::Secret,
        _ => place,
    };
    // `{"name": "DB_PASSWORD", "value": "…"}`, an environment variable.
    let names_secret = members
        .get("name")
        .and_then(Value::as_str)
        .is_some_and(|name| SECRET_KEY.is_match(name));
    for (key, node) in members.iter_mut() {
        let secret = is_secret_key(key) || names_secret && key == "value";
        match node {
            Value::String(text) if secret => MARK.clone_into(text),
            Value::Null => {}
            whole if place == Place::Secret && holds_secret(key) => wipe(whole),
            other => redact(other, place),
        }
    }
}

/// The members of a Secret, or of a patch of one, that hold what it keeps.
fn holds_secret(key: &str) -> bool {
    matches!(
        key,
        "data" | "stringData" | "value" | "kubectl.kubernetes.io/last-applied-configuration"
    )
}

/// Takes out a value and keeps the keys of an object, which tell what was kept there.
fn wipe(node: &mut Value) {
    match node {
        Value::Object(members) => members.values_mut().for_each(wipe),
        other => *other = Value::String(MARK.to_owned()),
    }
}

/// Annotations such as `authentication.kubernetes.io/stale-token` tell of a token and hold none.
fn is_secret_key(key: &str) -> bool {
    SECRET_KEY.is_match(key) && !key.starts_with("authentication.kubernetes.io/")
}

#[cfg(test)]
#[path = "body_tests.rs"]
mod tests;
