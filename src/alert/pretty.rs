//! An alert for people: what happened in one sentence, then who, what, where and what to do.
//!
//! Every text goes through [`escape::visible`]. Nothing is wrapped: the terminal does that, and a
//! query that is pasted must not have line ends. Whether there is colour is the caller's to decide.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Color, Style};

use super::{Alert, Behind, Severity, Timestamp, escape};

/// Whether the form is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// With ANSI colours.
    Coloured,
    /// Plain text.
    Plain,
}

const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

impl Paint {
    fn wrap(self, style: Style, text: &str) -> String {
        match self {
            Self::Coloured => format!("{style}{text}{style:#}"),
            Self::Plain => text.to_owned(),
        }
    }
}

/// The colour of a severity.
fn style_of(severity: Severity) -> Style {
    let colour = |colour| Style::new().fg_color(Some(Color::Ansi(colour)));
    match severity {
        Severity::Info => Style::new().dimmed(),
        Severity::Low => colour(AnsiColor::Blue),
        Severity::Medium => colour(AnsiColor::Yellow).bold(),
        Severity::High => colour(AnsiColor::Red).bold(),
        Severity::Critical => Style::new()
            .fg_color(Some(Color::Ansi(AnsiColor::White)))
            .bg_color(Some(Color::Ansi(AnsiColor::Red)))
            .bold(),
    }
}

/// The whole form, each line with its end; lines with nothing to tell are left out.
#[must_use]
pub fn render(alert: &Alert, paint: Paint) -> String {
    let mut out = String::new();
    let severity = format!("{:<8}", alert.severity.as_str().to_uppercase());
    let _ = writeln!(
        out,
        "{} {}  {}",
        paint.wrap(style_of(alert.severity), &severity),
        paint.wrap(BOLD, &escape::visible(&alert.summary)),
        paint.wrap(DIM, &escape::visible(&alert.detector.id)),
    );
    for (label, text) in rows(alert) {
        if !text.is_empty() {
            let label = paint.wrap(DIM, &format!("{label:<8}"));
            let _ = writeln!(out, "  {label} {}", escape::visible(&text));
        }
    }
    out
}

/// The labelled lines in their order, those with nothing to tell too. Nothing in them is escaped.
pub(super) fn rows(alert: &Alert) -> [(&'static str, String); 14] {
    [
        ("who", who(alert)),
        ("behind", behind(alert)),
        ("what", what(alert)),
        ("where", place(alert)),
        ("from", from(alert)),
        ("outcome", outcome(alert)),
        ("when", when(alert)),
        ("group", group(alert)),
        ("counted", counted(alert)),
        ("attack", alert.attack.join(", ")),
        ("do", first_line(alert.runbook.as_deref())),
        ("query", alert.console.query.clone().unwrap_or_default()),
        (
            "closes",
            alert.closes.map(|id| id.to_string()).unwrap_or_default(),
        ),
        ("id", alert.id.to_string()),
    ]
}

/// Joins the parts that are there by two blanks.
fn row(parts: &[Option<String>]) -> String {
    let there: Vec<_> = parts
        .iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .map(String::as_str)
        .collect();
    there.join("  ")
}

fn who(alert: &Alert) -> String {
    let actor = &alert.actor;
    let name = actor
        .username
        .as_deref()
        .or(actor.arn.as_deref())
        .map(|name| match &actor.kind {
            Some(kind) => format!("{name} ({kind})"),
            None => name.to_owned(),
        });
    // A user name may be the ARN itself, with the session at its end.
    let arn = actor
        .arn
        .clone()
        .filter(|arn| actor.username.as_deref().is_some_and(|n| n != arn));
    let shown = |session: &&String| {
        let ends = |text: &Option<String>| text.as_ref().is_some_and(|t| t.ends_with(*session));
        !ends(&actor.arn) && !ends(&actor.username)
    };
    row(&[
        name,
        actor.impersonated.as_ref().map(|whom| {
            format!(
                "acting as {}",
                whom.username.as_deref().unwrap_or("somebody")
            )
        }),
        arn,
        actor
            .session_name
            .as_ref()
            .filter(shown)
            .map(|session| format!("session {session}")),
        actor.access_key_id.as_ref().map(|key| format!("key {key}")),
    ])
}

/// The logins that may stand behind a shared name.
fn behind(alert: &Alert) -> String {
    let login = |login: &Behind| {
        row(&[
            login.arn.clone().or_else(|| login.session_name.clone()),
            login.access_key_id.as_ref().map(|key| format!("key {key}")),
            login.time.map(Timestamp::to_seconds_text),
        ])
    };
    let logins: Vec<_> = alert.actor.behind.iter().map(login).collect();
    match logins.len() {
        0 => String::new(),
        _ => format!("one of: {}", logins.join("; ")),
    }
}

fn what(alert: &Alert) -> String {
    let target = &alert.target;
    let mut resource = target.resource.clone().unwrap_or_default();
    if let Some(subresource) = &target.subresource {
        let _ = write!(resource, "/{subresource}");
    }
    if let Some(group) = target.api_group.as_ref().filter(|group| !group.is_empty()) {
        let _ = write!(resource, ".{group}");
    }
    let action = [target.verb.clone().unwrap_or_default(), resource]
        .join(" ")
        .trim()
        .to_owned();
    row(&[Some(action), target.uri.clone()])
}

fn place(alert: &Alert) -> String {
    let (target, cluster) = (&alert.target, &alert.cluster);
    let object = [&target.namespace, &target.name];
    let object: Vec<_> = object.into_iter().flatten().map(String::as_str).collect();
    let of: Vec<_> = [&cluster.account, &cluster.region]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    let labels: Vec<_> = cluster
        .labels
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    row(&[
        Some(object.join("/")),
        cluster.name.as_ref().map(|name| format!("cluster {name}")),
        Some(of.join(" ")),
        Some(labels.join(" ")),
    ])
}

fn from(alert: &Alert) -> String {
    let source = &alert.source;
    let ip = source.ip.as_ref().map(|ip| match source.public {
        Some(true) => format!("{ip} (public)"),
        _ => ip.clone(),
    });
    row(&[ip, source.user_agent.clone()])
}

fn outcome(alert: &Alert) -> String {
    let outcome = &alert.outcome;
    let code = outcome.code.map(|code| code.to_string());
    let decision = match (
        &outcome.decision,
        outcome.reason.as_ref().filter(|r| !r.is_empty()),
    ) {
        (Some(decision), Some(reason)) => Some(format!("{decision}: {reason}")),
        (decision, reason) => decision.clone().or_else(|| reason.cloned()),
    };
    let cut = alert.truncated.then(|| "the record was cut off".to_owned());
    row(&[outcome.result.clone(), code, decision, cut])
}

fn when(alert: &Alert) -> String {
    let seconds = |time: Option<Timestamp>| time.map(Timestamp::to_seconds_text);
    if alert.count <= 1 && alert.measured.is_empty() {
        return seconds(alert.time).unwrap_or_default();
    }
    // What a threshold measured need not be events.
    let events = match (alert.closes, alert.measured.is_empty()) {
        (None, false) => None,
        _ => Some(format!("{} events", alert.count)),
    };
    let span = match (seconds(alert.first.or(alert.time)), seconds(alert.last)) {
        (Some(first), Some(last)) if first != last => Some(format!("from {first} to {last}")),
        (first, last) => first.or(last),
    };
    let parts: Vec<_> = [events, span].into_iter().flatten().collect();
    parts.join(" ")
}

/// What several events have in common, or the value that was seen first.
fn group(alert: &Alert) -> String {
    let pairs = alert.group.iter();
    let pairs: Vec<_> = pairs.map(|(key, value)| format!("{key}={value}")).collect();
    pairs.join("  ")
}

/// What a threshold came to.
fn counted(alert: &Alert) -> String {
    let pairs = alert.measured.iter();
    let pairs: Vec<_> = pairs
        .map(|(name, number)| format!("{name} = {number}"))
        .collect();
    pairs.join("  ")
}

fn first_line(text: Option<&str>) -> String {
    text.unwrap_or_default()
        .trim()
        .lines()
        .next()
        .unwrap_or_default()
        .trim()
        .to_owned()
}

#[cfg(test)]
#[path = "pretty_tests.rs"]
mod tests;
