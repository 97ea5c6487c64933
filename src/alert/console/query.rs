//! A query that returns given log lines, never less.
//!
//! Everything that comes from a line is written by its sender, so nothing of it enters a query but
//! plain ASCII without quotes of the same kind and without backslashes: no text can leave its
//! string, whatever the console does with escapes.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::alert::redact;

/// The largest number of lines one query asks for; a query's text is limited to 10,000 characters.
pub const MAX_LINES: usize = 50;

/// The keys of an authenticator line that tell it from its neighbours.
const TELLING: [&str; 6] = ["time", "msg", "client", "arn", "username", "error"];

/// Whether a query returns the events of an alert alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Those events alone, in every stage they were logged in.
    Exact,
    /// Those events, and perhaps others that look alike.
    Superset,
}

/// A log line that a query shall return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// What is known of its text.
    pub kind: Kind<'a>,
    /// The stream it stands in, where that is known.
    pub log_stream: Option<&'a str>,
}

/// What is known of the text of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind<'a> {
    /// A whole audit event, which the console reads as JSON.
    Audit {
        /// Its `auditID`.
        audit_id: &'a str,
    },
    /// An audit event that was cut off, in which the console finds no fields.
    CutAudit {
        /// Its `auditID`.
        audit_id: &'a str,
    },
    /// A line of the authenticator.
    Authenticator {
        /// The line itself.
        line: &'a str,
    },
}

/// A query and what it returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Logs Insights text, on one line.
    pub text: String,
    /// Whether it returns the lines alone.
    pub scope: Scope,
}

/// The query that returns these lines, or the first [`MAX_LINES`] of them. `None` when there are
/// none, or one has nothing that could be asked for.
#[must_use]
pub fn query(lines: &[Line<'_>]) -> Option<Query> {
    let mut whole = Vec::new();
    let mut conditions = Vec::new();
    let mut scope = Scope::Exact;
    for line in lines.iter().take(MAX_LINES) {
        match line.kind {
            Kind::Audit { audit_id } if is_plain(audit_id) => {
                if !whole.contains(&audit_id) {
                    whole.push(audit_id);
                }
            }
            Kind::Audit { audit_id } | Kind::CutAudit { audit_id } => {
                scope = Scope::Superset;
                conditions.push(format!(
                    "@message like \"{}\"",
                    longest_plain_run(audit_id)?
                ));
            }
            Kind::Authenticator { line } => {
                scope = Scope::Superset;
                conditions.push(authenticator(line)?);
            }
        }
    }
    if let Some(condition) = of_audit_ids(&whole) {
        conditions.insert(0, condition);
    }
    conditions.dedup();
    if conditions.is_empty() {
        return None;
    }
    let mut text = String::from("fields @timestamp, @message");
    if let Some(prefix) = common_stream(lines) {
        let _ = write!(text, " | filter @logStream like /^{prefix}/");
    }
    let _ = write!(text, " | filter {}", conditions.join(" or "));
    Some(Query { text, scope })
}

fn of_audit_ids(ids: &[&str]) -> Option<String> {
    match ids {
        [] => None,
        [id] => Some(format!("auditID = \"{id}\"")),
        ids => {
            let quoted: Vec<_> = ids.iter().map(|id| format!("\"{id}\"")).collect();
            Some(format!("auditID in [{}]", quoted.join(", ")))
        }
    }
}

/// A client may choose an audit id of its own, up to 64 characters.
fn is_plain(audit_id: &str) -> bool {
    !audit_id.is_empty() && audit_id.len() <= 128 && audit_id.chars().all(is_plain_char)
}

fn is_plain_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':')
}

/// The longest part that can be asked for as it is; `None` when none is long enough to tell much.
fn longest_plain_run(text: &str) -> Option<&str> {
    let run = text
        .split(|c| !is_plain_char(c))
        .max_by_key(|run| run.len())?;
    let run = run.get(..128).unwrap_or(run);
    (run.len() >= 4).then_some(run)
}

/// The pairs of a line that tell it from others, asked for as they are written; not those that hold
/// what looks like a secret.
fn authenticator(line: &str) -> Option<String> {
    let redacted = redact::value(line);
    let parts: Vec<_> = TELLING
        .iter()
        .filter_map(|key| written_pair(line, key))
        .filter(|pair| redacted.contains(pair))
        .map(|pair| format!("@message like '{pair}'"))
        .collect();
    match parts.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        several => Some(format!("({})", several.join(" and "))),
    }
}

/// `key=value` or `"key":"value"` as it stands in the line, cut before the first character that
/// can't be asked for. `None` when too little is left to tell anything.
fn written_pair<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let json = format!("\"{key}\":\"");
    let (start, head) = if line.trim_start().starts_with('{') {
        (line.find(&json)?, json.len())
    } else {
        let spaced = format!(" {key}=");
        let found = line.find(&spaced).map(|at| at + 1);
        (
            found.or_else(|| line.starts_with(&spaced[1..]).then_some(0))?,
            key.len() + 1,
        )
    };
    let value = line.get(start + head..)?;
    let quoted = head == json.len() || value.starts_with('"');
    let skip = usize::from(value.starts_with('"'));
    let ends = |c: char| {
        if quoted { c == '"' } else { c.is_whitespace() }
    };
    let length = value
        .char_indices()
        .skip(skip)
        .find(|&(_, c)| ends(c) || !is_askable(c))
        .map_or(value.len(), |(at, _)| at);
    // The closing quote belongs to the text that is asked for.
    let closing = usize::from(quoted && value.get(length..)?.starts_with('"'));
    let pair = line.get(start..start + head + (length + closing).min(256))?;
    (length > skip).then_some(pair)
}

/// What may stand in a string in single quotes.
fn is_askable(c: char) -> bool {
    matches!(c, ' '..='~') && !matches!(c, '\'' | '\\' | '`')
}

/// The start of the names of the streams that EKS writes such lines to, when every stream has it. A
/// test on the stream makes a query cheaper, and must not lose a line that stands elsewhere.
fn common_stream(lines: &[Line<'_>]) -> Option<&'static str> {
    let mut prefixes = lines.iter().map(|line| {
        let prefix = match line.kind {
            Kind::Audit { .. } | Kind::CutAudit { .. } => "kube-apiserver-audit",
            Kind::Authenticator { .. } => "authenticator",
        };
        line.log_stream
            .is_none_or(|stream| stream.starts_with(prefix))
            .then_some(prefix)
    });
    let first = prefixes.next()??;
    prefixes
        .all(|prefix| prefix == Some(first))
        .then_some(first)
}

#[cfg(test)]
#[path = "query_tests.rs"]
mod tests;
