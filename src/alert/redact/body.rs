//! Secrets in a whole event: bodies of secrets, answers with tokens, commands of containers.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value};

use super::rules::{MARK, SECRET_WORD, constant};
use super::uri::value;
use super::words::Words;

/// Keys whose value is a secret wherever they stand.
static SECRET_KEY: LazyLock<Regex> =
    LazyLock::new(|| constant(&format!("(?i)(?:{SECRET_WORD}|^auth)$")));

/// What a Secret keeps, in a text of JSON that may be cut off.
static SECRET_DATA: LazyLock<Regex> =
    LazyLock::new(|| constant(r#"("(?:data|stringData)\\*"\s*:\s*\{)[^{}\[]*"#));

/// Redacts every text of an event, keys included, as deep as it goes; JSON that serde_json has read is
/// bounded in depth. A cut line, which is one text, is redacted as text.
pub fn json(event: &mut Value) {
    if let Value::String(line) = event {
        return redact_cut_line(line);
    }
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

/// A line that is no JSON: cut off, or the authenticator's.
fn redact_cut_line(line: &mut String) {
    if line.contains("ecret") {
        let keep = |found: &regex::Captures<'_>| {
            let start = found.get(1).map_or("", |start| start.as_str());
            format!("{start}{MARK}")
        };
        if let Cow::Owned(redacted) = SECRET_DATA.replace_all(line, keep) {
            *line = redacted;
        }
    }
    if let Cow::Owned(redacted) = value(line) {
        *line = redacted;
    }
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
        Value::Array(items) => redact_items(items, place, Words::default()),
        Value::Object(members) => redact_members(members, place),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// An array may be a command: what follows a secret flag is a secret.
fn redact_items(items: &mut [Value], place: Place, mut words: Words) {
    for item in items {
        match item {
            Value::String(word) => {
                if let Some(redacted) = words.next_value(word) {
                    *word = redacted;
                }
            }
            other => redact(other, place),
        }
    }
}

fn redact_members(members: &mut Map<String, Value>, place: Place) {
    redact_keys(members);
    let place = match members.get("kind").and_then(Value::as_str) {
        Some("Secret" | "SecretList") => Place::Secret,
        _ => place,
    };
    // `{"name": "DB_PASSWORD", "value": "…"}`, an environment variable; a patch of one has a path.
    let names_secret = ["name", "path"].into_iter().any(|key| {
        let name = members.get(key).and_then(Value::as_str);
        name.is_some_and(|name| SECRET_KEY.is_match(name))
    });
    let command = command_before_args(members);
    for (key, node) in members.iter_mut() {
        let secret = is_secret_key(key) || names_secret && key == "value";
        match node {
            Value::String(_) | Value::Number(_) | Value::Array(_) if secret => wipe_texts(node),
            Value::Null => {}
            whole if place == Place::Secret && holds_secret(key) => wipe(whole),
            Value::Array(items) if key == "args" => redact_items(items, place, command.clone()),
            other => redact(other, place),
        }
    }
}

/// A client chooses the keys of labels and annotations. What two keys become the same is kept once.
fn redact_keys(members: &mut Map<String, Value>) {
    if members
        .keys()
        .any(|key| matches!(value(key), Cow::Owned(_)))
    {
        *members = std::mem::take(members)
            .into_iter()
            .map(|(key, node)| (value(&key).into_owned(), node))
            .collect();
    }
}

/// The words of a container's command, which its arguments follow.
fn command_before_args(members: &Map<String, Value>) -> Words {
    let mut words = Words::default();
    let command = members.get("command").and_then(Value::as_array);
    for word in command.into_iter().flatten().filter_map(Value::as_str) {
        words.next(word);
    }
    words
}

/// The value of a secret key; objects in a list are looked into, since they are no value.
fn wipe_texts(node: &mut Value) {
    match node {
        Value::Array(items) => items.iter_mut().for_each(wipe_texts),
        Value::Object(members) => redact_members(members, Place::Anywhere),
        Value::String(_) | Value::Number(_) => *node = Value::String(MARK.to_owned()),
        Value::Null | Value::Bool(_) => {}
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
