//! What stays of something that looks like a secret: its name, and all of it where it is none.

use regex::Captures;

use super::gate::ACCESS_KEY;
use super::rules::MARK;

/// How far before a match its beginning is looked for; ARNs and user names are not longer.
const LOOK_BACK: usize = 512;

fn group<'t>(found: &Captures<'t>, index: usize) -> &'t str {
    found.get(index).map_or("", |part| part.as_str())
}

/// Nothing stays.
pub(super) fn whole(_: &Captures<'_>, _: &str) -> String {
    MARK.to_owned()
}

/// The user of a login stays.
pub(super) fn after_name(found: &Captures<'_>, _: &str) -> String {
    format!("{}:{MARK}@", group(found, 1))
}

/// What stands before stays, and the `@` behind.
pub(super) fn named_beside(found: &Captures<'_>, _: &str) -> String {
    format!("{}{MARK}@", group(found, 1))
}

/// The key stays; what is no secret stays, too: a switch, and an access key id, which some tools
/// call a key or a token.
pub(super) fn after_key(found: &Captures<'_>, text: &str) -> String {
    let (key, value) = (group(found, 1), group(found, 2));
    let harmless = is_key_id(value)
        || matches!(value, "true" | "false")
        || key.ends_with(':') && is_part_of_name(found, text, value);
    if harmless {
        format!("{key}{value}")
    } else {
        format!("{key}{MARK}")
    }
}

/// Whether a colon only parts a name: `arn:aws:secretsmanager:…:secret:db`,
/// `system:serviceaccount:vault-token:web`, `registry/csi-secret:v1.2`.
fn is_part_of_name(found: &Captures<'_>, text: &str, value: &str) -> bool {
    let start = found.get(0).map_or(0, |all| all.start());
    let from = text.floor_char_boundary(start.saturating_sub(LOOK_BACK));
    let before = text.get(from..start).unwrap_or_default();
    let word = before
        .rsplit(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '=' | '[' | '('))
        .next()
        .unwrap_or_default();
    let version = value.strip_prefix('v').unwrap_or(value);
    let is_version = version.contains('.')
        && version.starts_with(|c: char| c.is_ascii_digit())
        && version
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'@' | b':'));
    word.starts_with("arn:")
        || word.starts_with("system:")
        || word.contains('/') && !word.contains("://") && is_version
}

/// Whether a value is an access key id, alone or at the head of a credential scope.
pub(super) fn is_key_id(value: &str) -> bool {
    let (id, rest) = value.split_at_checked(20).unwrap_or((value, ""));
    let id_like = id.len() == 20
        && (id.starts_with("AKIA") || id.starts_with("ASIA"))
        && id
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let scope = rest.strip_suffix("aws4_request").is_some_and(|scope| {
        scope.len() < 64
            && (scope.starts_with('/') || scope.starts_with("%2F"))
            && scope
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'%' | b'-'))
    });
    id_like && (rest.is_empty() || scope)
}

/// The user stays; `1000:1000` is a user and a group.
pub(super) fn user_flag(found: &Captures<'_>, _: &str) -> String {
    let [flag, user, password] = [1, 2, 3].map(|index| group(found, index));
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if number(user) && number(password) {
        group(found, 0).to_owned()
    } else {
        format!("{flag}{user}:{MARK}")
    }
}

/// "bearer authentication" is prose; a token is long or has a digit.
pub(super) fn bearer(found: &Captures<'_>, _: &str) -> String {
    let (word, token) = (group(found, 1), group(found, 2));
    if token.len() >= 16 || token.bytes().any(|b| b.is_ascii_digit()) {
        format!("{word}{MARK}")
    } else {
        group(found, 0).to_owned()
    }
}

/// The token's id stays. Names of Kubernetes events look alike: `web-app.17c3d4e5f6a7b8c9` ends with
/// a time in nanoseconds in hexadecimal digits; and words of letters alone are no secret.
pub(super) fn bootstrap(found: &Captures<'_>, _: &str) -> String {
    let [id, secret, behind] = [1, 2, 3].map(|index| group(found, index));
    let hex = secret.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_time = hex && secret.as_bytes().first() == Some(&b'1') && !secret.starts_with("10");
    let has_digit = secret.bytes().any(|byte| byte.is_ascii_digit());
    if is_time || !has_digit {
        group(found, 0).to_owned()
    } else {
        format!("{id}{MARK}{behind}")
    }
}

/// AWS secret access keys are forty characters of base64 and nothing else marks them. Paths, digests
/// and names lack the mix of cases and digits, or are of another length.
pub(super) fn access_key(found: &Captures<'_>, _: &str) -> String {
    let run = group(found, 0);
    // The end of a sentence, and the like, is no part of the key.
    let key = run.trim_matches(['.', '-', '_']);
    let count = |of: fn(&u8) -> bool| key.bytes().filter(&of).count();
    let is_key = key.len() == ACCESS_KEY
        && !key.contains(['_', '.', '-'])
        && count(u8::is_ascii_uppercase) >= 3
        && count(u8::is_ascii_lowercase) >= 3
        && count(u8::is_ascii_digit) >= 1;
    if is_key {
        run.replace(key, MARK)
    } else {
        run.to_owned()
    }
}
