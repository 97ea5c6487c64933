//! What a test of a fact implies about the text of the line.

use super::choice::Choice;
use super::tree::{any, like, regex, text};
use crate::query::ast::{Expr, ExprKind};

/// The line holds a text, as JSON and logfmt write it; `None` for a text that they escape.
pub(super) fn holds(value: &str) -> Option<Expr> {
    is_plain(value).then(|| like("@message", text(value)))
}

/// Whether a text stands in a line as it is: no quotes, no backslash, and not what Go's JSON escapes.
fn is_plain(value: &str) -> bool {
    let plain = |byte: u8| {
        (byte.is_ascii_graphic() || byte == b' ')
            && !matches!(byte, b'"' | b'\\' | b'<' | b'>' | b'&')
    };
    !value.is_empty() && value.bytes().all(plain)
}

/// The line has a match of the expression wherever the value has one: nothing in it asks for the
/// value's ends or for characters that are escaped.
pub(super) fn matches(source: &str) -> Option<Expr> {
    let mut bytes = source.strip_prefix("(?i)").unwrap_or(source).bytes();
    while let Some(byte) = bytes.next() {
        let fine = match byte {
            b'\\' => bytes
                .next()
                .is_some_and(|next| b".-/+*()[]{}".contains(&next)),
            b'?' => true,
            b'|' | b'(' | b')' | b' ' | b'-' | b'_' | b':' | b'/' | b'=' | b',' => true,
            _ => byte.is_ascii_alphanumeric(),
        };
        if !fine {
            return None;
        }
    }
    // `(?<name>…)` and the like are no plain expressions, and look-around does not exist.
    let odd = source.strip_prefix("(?i)").unwrap_or(source).contains("(?");
    (!odd && !source.is_empty()).then(|| like("@message", regex(source)))
}

/// What a test of a value that stands in the line implies.
pub(super) fn implied(expr: &Expr) -> Option<Expr> {
    if let ExprKind::Like {
        pattern,
        negated: false,
        ..
    } = &expr.kind
    {
        return match &pattern.kind {
            ExprKind::Text(text) => holds(text),
            ExprKind::Regex(regex) => matches(&regex.source),
            _ => None,
        };
    }
    let choice = Choice::of(expr).filter(|choice| !choice.negated)?;
    let each: Option<Vec<Expr>> = choice.texts()?.iter().map(|text| holds(text)).collect();
    any(each?)
}

/// What a test of a fact that is worked out from the body implies.
pub(super) fn of_body(expr: &Expr, name: &str) -> Option<Expr> {
    let choice = Choice::of(expr).filter(|choice| !choice.negated)?;
    if choice.flag() == Some(true) {
        return holds(key_of(name)?);
    }
    let texts = choice.texts()?;
    match name {
        "pod.capabilities" => {
            let word = |text: &&str| {
                text.bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            };
            let source = format!("(?i)({})", texts.join("|"));
            texts
                .iter()
                .all(word)
                .then(|| like("@message", regex(&source)))
        }
        "binding.subjects" | "binding.added" => {
            let each: Option<Vec<Expr>> = texts
                .iter()
                .map(|text| holds(subject_name(text)?))
                .collect();
            any(each?)
        }
        _ => None,
    }
}

/// The name in `Kind:name` or `Kind:namespace/name`.
fn subject_name(subject: &str) -> Option<&str> {
    let (_, rest) = subject.split_once(':')?;
    rest.rsplit('/').next()
}

/// A key that stands in the line of every event of which the fact is true, or present.
pub(super) fn key_of(fact: &str) -> Option<&'static str> {
    Some(match fact {
        "pod.privileged" => "privileged",
        "pod.hostNetwork" => "hostNetwork",
        "pod.hostPID" => "hostPID",
        "pod.hostIPC" => "hostIPC",
        "pod.shareProcessNamespace" => "shareProcessNamespace",
        "pod.allowPrivilegeEscalation" => "allowPrivilegeEscalation",
        "pod.windowsHostProcess" => "hostProcess",
        "pod.runAsRoot" => "runAs",
        "pod.mirror" => "kubernetes.io/config.mirror",
        "pod.ephemeral" => "ephemeralContainers",
        "pod.hostPaths" => "hostPath",
        "pod.capabilities" => "capabilities",
        "pod.owners" => "ownerReferences",
        "pod.serviceAccount" => "serviceAccount",
        "binding.subjects" | "binding.added" => "subjects",
        "role.aggregation" => "aggregationRule",
        "awsAuth.templatedGroups" => "{{",
        _ => return None,
    })
}

/// What an authenticator line says whose `auth.event` or `auth.reason` is as chosen.
pub(super) fn of_authenticator(expr: &Expr, name: &str) -> Option<Expr> {
    let choice = Choice::of(expr).filter(|choice| !choice.negated)?;
    let one = |word: &&str| {
        Some(like(
            "@message",
            text(match (name, *word) {
                ("auth.event", "sts-response") => "STS response",
                ("auth.event", "access-granted") => "access granted",
                ("auth.event", "access-denied") => "access denied",
                ("auth.event", "config-map-event") => "Received aws-auth watch event",
                ("auth.event", "config-map-reset") => "Resetting configmap on delete",
                ("auth.reason", "identity-not-mapped") => "is not mapped",
                ("auth.reason", "arn-mismatch") => "ARN does not match User ID",
                ("auth.reason", "reserved-username") => "invalid username ",
                ("auth.reason", "token-malformed") => "input token was not properly formatted",
                ("auth.reason", "token-expired") => "X-Amz-Date parameter is expired",
                _ => return None,
            }),
        ))
    };
    let each: Option<Vec<Expr>> = choice.texts()?.iter().map(one).collect();
    any(each?)
}
