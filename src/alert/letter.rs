//! An alert as a plain e-mail: a subject, then who, what, where, and what to do.
//!
//! Everything an event tells goes through [`escape::visible`]; a subject is printable ASCII, since
//! mail headers and SNS take nothing else.

use std::fmt::Write as _;

use super::pretty::rows;
use super::shorten::cut;
use super::{Alert, escape};

/// The most characters of a subject: SNS refuses 100.
pub const LONGEST_SUBJECT: usize = 99;

/// What stands where a letter was cut.
const CUT: &str = "\n(the rest was cut: it is longer than may be sent)\n";

/// One line: how bad it is, where it happened, and the sentence.
#[must_use]
pub fn subject(alert: &Alert) -> String {
    let place = alert.cluster.name.as_deref();
    let place = place.map(|name| format!("{name}: ")).unwrap_or_default();
    let severity = alert.severity.as_str().to_uppercase();
    let text: String = format!("[{severity}] {place}{}", alert.summary)
        .chars()
        .map(|c| match c {
            ' '..='~' => c,
            c if c.is_whitespace() => ' ',
            _ => '?',
        })
        .collect();
    let words: Vec<_> = text.split_whitespace().collect();
    shortened_ascii(words.join(" "), LONGEST_SUBJECT)
}

/// ASCII text of at most `most` bytes, with three dots where it was cut.
fn shortened_ascii(mut text: String, most: usize) -> String {
    if text.len() > most {
        text.truncate(most.saturating_sub(3));
        text.push_str("...");
    }
    text
}

/// The letter, at most `limit` bytes long; the query and the link go first, then the end.
#[must_use]
pub fn body(alert: &Alert, limit: usize) -> String {
    let whole = head(alert) + &rest(alert);
    if whole.len() <= limit {
        return whole;
    }
    let mut short = head(alert);
    if short.len() + CUT.len() > limit {
        short = cut(&short, limit.saturating_sub(CUT.len())).to_owned();
    }
    short.push_str(CUT);
    cut(&short, limit).to_owned()
}

/// The sentence and the rows that fit beside their labels.
fn head(alert: &Alert) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}\n", escape::visible(&alert.summary));
    let severity = ("severity", alert.severity.to_string());
    let title = &alert.detector.title;
    let detector = ("detector", format!("{title} ({})", alert.detector.id));
    let below = ["do", "query"];
    let facts = rows(alert)
        .into_iter()
        .filter(|(label, _)| !below.contains(label));
    for (label, text) in [severity, detector].into_iter().chain(facts) {
        if !text.is_empty() {
            let _ = writeln!(out, "{label:<9} {}", escape::visible(&text));
        }
    }
    out
}

/// What takes lines of its own: what to do, and where to look.
fn rest(alert: &Alert) -> String {
    let mut out = String::new();
    if let Some(runbook) = &alert.runbook {
        out.push_str("\nWhat to do:\n");
        for line in runbook.trim().lines() {
            let _ = writeln!(out, "  {}", escape::visible(line.trim_end()));
        }
    }
    for (label, text) in [
        ("The events in the console:", &alert.console.url),
        (
            "The query for CloudWatch Logs Insights:",
            &alert.console.query,
        ),
    ] {
        if let Some(text) = text {
            let _ = writeln!(out, "\n{label}");
            for line in text.lines() {
                let _ = writeln!(out, "  {}", escape::visible(line));
            }
        }
    }
    out
}

#[cfg(test)]
#[path = "letter_tests.rs"]
mod tests;
