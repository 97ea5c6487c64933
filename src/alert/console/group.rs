//! A query that returns the events of a group, and perhaps others; never less.
//!
//! As in the query for single lines, nothing of a line enters but plain ASCII without quotes and
//! backslashes, and nothing that looks like a secret.

use std::fmt::Write as _;

use super::{Query, Scope};
use crate::alert::redact;
use crate::detect::console::{CUT, raw_field};
use crate::detect::{Detector, Group, Log};

/// The longest query of a group that an alert carries, in characters.
const LONGEST: usize = 4_000;
/// The longest value that is asked for.
const LONGEST_VALUE: usize = 512;

/// Who acted in the event that completes a group.
#[derive(Clone, Copy, Debug, Default)]
pub struct Who<'a> {
    /// The ARN behind the user.
    pub arn: Option<&'a str>,
    /// The user name.
    pub username: Option<&'a str>,
}

/// The query for the events of a group: those of the detector that have its values, or, for a
/// sequence, all that have them. `None` where none of the values can be asked for.
#[must_use]
pub fn group_query(detector: &Detector, group: &Group, who: Who<'_>) -> Option<Query> {
    let conditions: Vec<String> = group
        .iter()
        .filter_map(|(name, value)| condition(detector, name, value.as_deref()?, who))
        .collect();
    // All events of the cluster are a group whose query is the detector's own.
    if conditions.is_empty() && !group.is_empty() {
        return None;
    }
    let mut text = match detector.console_events() {
        Some(events) => events.to_owned(),
        None if conditions.is_empty() => return None,
        None => {
            let stream = match detector.log {
                Log::Audit => "kube-apiserver-audit-",
                Log::Authenticator => "authenticator-",
            };
            format!("fields @timestamp, @message | filter @logStream like /^{stream}/")
        }
    };
    for condition in conditions {
        let _ = write!(text, " | filter {condition}");
        if detector.log == Log::Audit {
            let _ = write!(text, " or {CUT}");
        }
    }
    (text.chars().count() <= LONGEST).then_some(Query {
        text,
        scope: Scope::Superset,
    })
}

fn condition(detector: &Detector, name: &str, value: &str, who: Who<'_>) -> Option<String> {
    if name == "actor.identity" {
        // Written in each line of a session, whichever of its fields tells it.
        return match who.arn {
            Some(arn) => Some(format!("@message like \"{}\"", askable(arn)?)),
            None => Some(format!("user.username = \"{}\"", askable(who.username?)?)),
        };
    }
    let raw = raw_field(detector, name)?;
    Some(format!("{raw} = \"{}\"", askable(value)?))
}

/// The value where it can stand in double quotes and is no secret.
fn askable(value: &str) -> Option<&str> {
    let fine = |c: char| matches!(c, ' '..='~') && !matches!(c, '"' | '\\' | '`');
    let plain = !value.is_empty() && value.len() <= LONGEST_VALUE && value.chars().all(fine);
    (plain && redact::value(value) == value).then_some(value)
}
