//! A link that opens Logs Insights with the query, the log group and the time filled in.
//!
//! The console reads them from the URL's fragment: an object in a notation of its own, where `~`,
//! `(`, `)` and `'` are the marks, and any other character than a letter, a digit, `-`, `_` or `.`
//! is `*` and two hex digits. The console itself writes the marks percent-encoded twice with `$` for
//! `%` (`$257E` is `~`); so does this, since such a link survives mails, chats and terminals.

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat};

/// How long before the first event and after the last one the link looks, in milliseconds: ten
/// minutes. CloudWatch's time of a line is not the event's own.
const MARGIN: i64 = 10 * 60 * 1000;

const TILDE: &str = "$257E";
const QUOTE: &str = "$2527";
const OPEN: &str = "$2528";
const CLOSE: &str = "$2529";

/// What a link needs to know.
#[derive(Clone, Copy, Debug)]
pub struct Link<'a> {
    /// The region of the log group.
    pub region: &'a str,
    /// The log group's name or ARN.
    pub log_group: &'a str,
    /// The time of the first event, in milliseconds since the Unix epoch.
    pub first: i64,
    /// The time of the last event, in milliseconds since the Unix epoch.
    pub last: i64,
    /// The query.
    pub query: &'a str,
}

impl Link<'_> {
    /// The URL. `None` when the region or the log group is empty or unknown to the public, China and
    /// GovCloud consoles, or the time is out of range.
    #[must_use]
    pub fn url(&self) -> Option<String> {
        let host = console_host(self.region)?;
        let group = group_name(self.log_group)?;
        let start = iso(self.first.checked_sub(MARGIN)?)?;
        let end = iso(self.last.checked_add(MARGIN)?)?;
        let region = self.region;
        let mut url = format!(
            "https://{region}.{host}/cloudwatch/home?region={region}#logsV2:logs-insights\
             $3FqueryDetail$3D{TILDE}{OPEN}"
        );
        let members = [
            ("end", end.as_str()),
            ("start", &start),
            ("timeType", "ABSOLUTE"),
            ("tz", "UTC"),
            ("editorString", self.query),
        ];
        for (name, value) in members {
            url.push_str(name);
            url.push_str(TILDE);
            push_text(&mut url, value);
            url.push_str(TILDE);
        }
        let _ = write!(url, "source{TILDE}{OPEN}{TILDE}");
        push_text(&mut url, group);
        let _ = write!(url, "{CLOSE}{CLOSE}");
        Some(url)
    }
}

/// The console's domain in the partition of a region.
fn console_host(region: &str) -> Option<&'static str> {
    let is_region = region.len() <= 32
        && region.starts_with(|c: char| c.is_ascii_lowercase())
        && region.contains('-')
        && region
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let mut parts = region.split('-');
    match (is_region, parts.next()?, parts.next()?) {
        (false, ..) => None,
        (_, "cn", _) => Some("console.amazonaws.cn"),
        (_, "us", "gov") => Some("console.amazonaws-us-gov.com"),
        // Partitions whose consoles are not on the internet, or elsewhere.
        (_, _, "iso" | "isob" | "isoe" | "isof") | (_, "eusc", _) => None,
        _ => Some("console.aws.amazon.com"),
    }
}

/// The name in `arn:aws:logs:REGION:ACCOUNT:log-group:NAME:*`, or the name itself.
fn group_name(group: &str) -> Option<&str> {
    let name = match group.strip_prefix("arn:") {
        Some(arn) => arn.split(':').nth(5)?,
        None => group,
    };
    (!name.is_empty()).then_some(name)
}

fn iso(millis: i64) -> Option<String> {
    let time = DateTime::from_timestamp_millis(millis)?;
    Some(time.to_rfc3339_opts(SecondsFormat::Millis, true))
}

fn push_text(url: &mut String, text: &str) {
    url.push_str(QUOTE);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            url.push(char::from(byte));
        } else {
            let _ = write!(url, "*{byte:02x}");
        }
    }
}

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
