//! An alert as a custom notification of Amazon Q Developer in chat applications, which drops whatever
//! has another form without a word.
//!
//! The form and its limits: <https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html>.
//! The text is the chat's own markdown, and chats differ in it. What an event tells therefore stands
//! in code, where nothing is markup, with `&`, `<` and `>` as entities, so that nobody is called by name.

use std::collections::BTreeMap;

use serde::Serialize;

use super::shorten::cut;
use super::{Alert, AlertId, Timestamp, escape};
use crate::detect::tactics;

/// The most characters of a title.
pub const LONGEST_TITLE: usize = 250;
/// The most characters of a description.
pub const LONGEST_DESCRIPTION: usize = 8000;
/// The most characters of a next step.
pub const LONGEST_STEP: usize = 350;
/// The most characters of a keyword.
pub const LONGEST_KEYWORD: usize = 75;
/// The most next steps that are told.
const MOST_STEPS: usize = 10;
/// The most bytes of one value of an event.
const LONGEST_VALUE: usize = 1000;
/// How long descriptions are tried, until the whole is short enough.
const TRIED: [usize; 4] = [LONGEST_DESCRIPTION, 2000, 500, 100];

#[derive(Serialize)]
struct Notification {
    version: &'static str,
    source: &'static str,
    id: String,
    content: Content,
    metadata: Metadata,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    text_type: &'static str,
    title: String,
    description: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    next_steps: Vec<String>,
    keywords: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    thread_id: String,
    summary: String,
    event_type: String,
    additional_context: BTreeMap<&'static str, String>,
}

/// The notification as JSON of at most `limit` bytes; `None` when even the least is too long.
#[must_use]
pub fn body(alert: &Alert, limit: usize) -> Option<String> {
    TRIED.into_iter().find_map(|longest| {
        let text = serde_json::to_string(&notification(alert, longest)).ok()?;
        let text = escape::json(text);
        (text.len() <= limit).then_some(text)
    })
}

fn notification(alert: &Alert, longest: usize) -> Notification {
    let whole = longest == LONGEST_DESCRIPTION;
    Notification {
        version: "1.0",
        source: "custom",
        id: alert.id.to_string(),
        content: Content {
            text_type: "client-markdown",
            title: title(alert),
            description: description(alert, longest),
            next_steps: if whole { steps(alert) } else { Vec::new() },
            keywords: keywords(alert),
        },
        metadata: Metadata {
            thread_id: thread(alert),
            summary: title(alert),
            event_type: bounded(&text(&alert.detector.id), LONGEST_KEYWORD),
            additional_context: context(alert),
        },
    }
}

/// How bad, where, and the detector's own words: nothing that an event tells.
fn title(alert: &Alert) -> String {
    let severity = alert.severity.as_str().to_uppercase();
    let place = alert.cluster.name.as_deref();
    let place = place.map(|name| format!("{name}: ")).unwrap_or_default();
    let title = format!("[{severity}] {place}{}", alert.detector.title);
    bounded(&text(&title), LONGEST_TITLE)
}

/// The sentence, then a line for each fact, in code; lines that are too much are left out whole.
fn description(alert: &Alert, longest: usize) -> String {
    let (actor, target, source) = (&alert.actor, &alert.target, &alert.source);
    let object = [&target.namespace, &target.name];
    let object: Vec<_> = object.into_iter().flatten().map(String::as_str).collect();
    let resource = [&target.resource, &target.subresource];
    let resource: Vec<_> = resource.into_iter().flatten().map(String::as_str).collect();
    let action = [
        target.verb.clone().unwrap_or_default(),
        resource.join("/"),
        object.join("/"),
    ];
    let from = [&source.ip, &source.user_agent];
    let from: Vec<_> = from.into_iter().flatten().map(String::as_str).collect();
    let result = alert.outcome.result.clone().unwrap_or_default();
    let count = if alert.count > 1 {
        alert.count.to_string()
    } else {
        String::new()
    };
    let lines = [
        ("Who", actor.username.clone().unwrap_or_default()),
        (
            "Session",
            actor
                .session_name
                .clone()
                .or_else(|| actor.arn.clone())
                .unwrap_or_default(),
        ),
        ("What", action.join(" ").trim().to_owned()),
        ("From", from.join(" ")),
        ("Outcome", result),
        (
            "When",
            alert
                .time
                .map(Timestamp::to_seconds_text)
                .unwrap_or_default(),
        ),
        ("Events", count),
        ("Detector", alert.detector.id.clone()),
        ("Alert", alert.id.to_string()),
    ];
    let mut out = code(&alert.summary, longest.saturating_sub(2).min(LONGEST_VALUE));
    for (label, value) in lines {
        if !value.is_empty() {
            add(
                &mut out,
                &format!("\n{label}: {}", code(&value, LONGEST_VALUE)),
                longest,
            );
        }
    }
    if let Some(url) = alert.console.url.as_ref().filter(|url| is_plain_link(url)) {
        add(&mut out, &format!("\nConsole: {url}"), longest);
    }
    out
}

fn add(out: &mut String, line: &str, longest: usize) {
    if out.len() + line.len() <= longest {
        out.push_str(line);
    }
}

/// Whether a link has only what no markdown acts on.
fn is_plain_link(url: &str) -> bool {
    url.starts_with("https://")
        && url
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"<>()[]|`\"~".contains(&byte))
}

/// The runbook, a step a line: the detector's own words.
fn steps(alert: &Alert) -> Vec<String> {
    let lines = alert.runbook.as_deref().unwrap_or_default().lines();
    lines
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .take(MOST_STEPS)
        .map(|line| bounded(&text(line), LONGEST_STEP))
        .collect()
}

fn keywords(alert: &Alert) -> Vec<String> {
    let tactics = alert.attack.iter().flat_map(|id| tactics(id)).copied();
    let mut words: Vec<String> = Vec::new();
    let own = [alert.severity.as_str(), &alert.detector.id];
    for word in own
        .into_iter()
        .chain(alert.cluster.name.as_deref())
        .chain(tactics)
    {
        let word = bounded(&text(word), LONGEST_KEYWORD);
        if !word.is_empty() && !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// The name of what belongs together: a detector's alerts of a cluster about one group, or else about
/// one user.
fn thread(alert: &Alert) -> String {
    let mut parts = vec!["thread", alert.detector.id.as_str()];
    let cluster = &alert.cluster;
    let place = [&cluster.account, &cluster.region, &cluster.name];
    parts.extend(place.map(|part| part.as_deref().unwrap_or_default()));
    match alert.group.is_empty() {
        true => parts.extend(alert.actor.username.as_deref()),
        false => parts.extend(
            alert
                .group
                .iter()
                .flat_map(|(key, value)| [key.as_str(), value]),
        ),
    }
    AlertId::of(&parts).to_string()
}

fn context(alert: &Alert) -> BTreeMap<&'static str, String> {
    let (cluster, target) = (&alert.cluster, &alert.target);
    let severity = Some(alert.severity.to_string());
    let pairs = [
        ("severity", &severity),
        ("cluster", &cluster.name),
        ("account", &cluster.account),
        ("region", &cluster.region),
        ("namespace", &target.namespace),
        ("username", &alert.actor.username),
        ("source_ip", &alert.source.ip),
        ("outcome", &alert.outcome.result),
    ];
    pairs
        .into_iter()
        .filter_map(|(key, value)| Some((key, bounded(&text(value.as_ref()?), LONGEST_TITLE))))
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

/// Text outside of code: one line, without what calls people or opens a tag.
fn text(value: &str) -> String {
    let mut out = String::new();
    for c in escape::visible(value).chars() {
        push(&mut out, c);
    }
    out
}

/// A value in code: of at most that many bytes with its quotes.
fn code(value: &str, bytes: usize) -> String {
    let mut out = String::from("`");
    for c in escape::visible(value).chars() {
        let before = out.len();
        push(&mut out, if c == '`' { '\'' } else { c });
        if out.len() + "…`".len() > bytes {
            out.truncate(before);
            out.push('…');
            break;
        }
    }
    out.push('`');
    out
}

fn push(out: &mut String, c: char) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        c => out.push(c),
    }
}

/// At most that many bytes, and so characters; an entity is not cut in two.
fn bounded(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let kept = cut(text, most.saturating_sub(3));
    let whole = match kept.rfind('&') {
        Some(at) if !kept.get(at..).unwrap_or_default().contains(';') => cut(kept, at),
        _ => kept,
    };
    format!("{whole}...")
}

#[cfg(test)]
#[path = "chat_tests.rs"]
mod tests;
