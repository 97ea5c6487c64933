//! Follows a flattened path, as Logs Insights writes it, into a value.

use super::raw::{Kind, Raw, Text};

/// Paths are followed at most this deep. Kubernetes refuses objects nested deeper than this long
/// before they reach an audit line.
const MAX_DEPTH: usize = 64;

/// The value at a flattened path such as `spec.containers.0.image`, or `None`.
///
/// A key that itself holds dots (`authorization.k8s.io/decision`) cannot be told from nesting in a
/// flattened name, so both readings are tried, the shorter key first.
#[must_use]
pub fn lookup<'a>(value: Raw<'a>, path: &str) -> Option<Raw<'a>> {
    follow(value, path, MAX_DEPTH)
}

/// The same in an object whose members are known already.
#[must_use]
pub fn lookup_among<'a>(members: &[(Text<'a>, Raw<'a>)], path: &str) -> Option<Raw<'a>> {
    among(members.iter().copied(), path, MAX_DEPTH - 1)
}

fn among<'a>(
    mut members: impl Iterator<Item = (Text<'a>, Raw<'a>)>,
    path: &str,
    depth: usize,
) -> Option<Raw<'a>> {
    members.find_map(|(key, member)| {
        let rest = after_key(path, &key.cow())?;
        follow(member, rest, depth)
    })
}

fn follow<'a>(value: Raw<'a>, path: &str, depth: usize) -> Option<Raw<'a>> {
    if path.is_empty() {
        return Some(value);
    }
    let depth = depth.checked_sub(1)?;
    match value.kind() {
        Kind::Object => among(value.members(), path, depth),
        Kind::Array => {
            let (index, rest) = path.split_once('.').unwrap_or((path, ""));
            let element = value.elements().nth(index.parse().ok()?)?;
            follow(element, rest, depth)
        }
        _ => None,
    }
}

/// What remains of a path after a key; `None` when it does not begin with it.
fn after_key<'p>(path: &'p str, key: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(key)?;
    if rest.is_empty() {
        Some(rest)
    } else {
        rest.strip_prefix('.')
    }
}

/// The scalars of an array, in order: strings, numbers and booleans.
pub fn scalars<'a>(array: Raw<'a>) -> impl Iterator<Item = Raw<'a>> {
    array
        .elements()
        .filter(|item| matches!(item.kind(), Kind::String | Kind::Number | Kind::Bool))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    fn at(json: &'static str, path: &str) -> Option<&'static str> {
        lookup(Raw::parse(json).unwrap(), path).map(|raw| raw.as_str())
    }

    #[test]
    fn keys_with_dots_and_nesting_are_both_followed() {
        let json = r#"{"a.b/c":{"d":[1,{"e":"x"}]},"a":{"b/c":{"f":2}}}"#;
        assert_eq!(at(json, "a.b/c.d.1.e"), Some("\"x\""));
        assert_eq!(at(json, "a.b/c.f"), Some("2"));
        assert_eq!(at(json, "a.b/c.g"), None);
        assert_eq!(at(json, "a.b/c.d.7"), None);
    }

    #[test]
    fn a_path_deeper_than_the_limit_is_not_followed() {
        let json: &'static str = Box::leak(format!("{}1{}", "[".repeat(80), "]".repeat(80)).into());
        assert_eq!(at(json, &["0"; 80].join(".")), None);
    }
}
