//! What the room promises, seen from outside: items out of bytes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may fail loudly"
)]

mod bounds;
mod broken;
mod shapes;
mod sizes;
mod streams;

use std::io::{Read, Write};
use std::ops::ControlFlow;

use base64::Engine;

use super::{Item, Limits, Reader};
use crate::record::Origin;

/// What came out, in words that compare.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Seen {
    messages: Vec<String>,
    /// Of each message: event time, ingestion time, id, stream, group, account.
    labels: Vec<Label>,
    /// Of each message: offset and line.
    places: Vec<(u64, u64)>,
    problems: Vec<&'static str>,
    details: Vec<String>,
    controls: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Label {
    time: Option<i64>,
    ingested: Option<i64>,
    id: Option<String>,
    stream: Option<String>,
    group: Option<String>,
    account: Option<String>,
}

impl Seen {
    fn note(&mut self, item: Item<'_>) -> ControlFlow<()> {
        match item {
            Item::Event(event) => {
                self.messages.push(event.message.into_owned());
                self.places
                    .push((event.position.offset, event.position.line));
                let origin = event.origin.clone();
                self.labels.push(Label {
                    time: event.timestamp,
                    ingested: event.ingestion_time,
                    id: event.event_id.map(std::borrow::Cow::into_owned),
                    stream: origin.log_stream,
                    group: origin.log_group,
                    account: origin.account,
                });
            }
            Item::Problem(problem) => {
                self.problems.push(problem.reason.as_str());
                self.details.push(problem.to_string());
            }
            Item::Control(_) => self.controls += 1,
        }
        ControlFlow::Continue(())
    }
}

fn read_with(limits: Limits, input: impl Read) -> Seen {
    let mut seen = Seen::default();
    let flow = Reader::new(limits).read("file", input, &Origin::default(), &mut |item| {
        seen.note(item)
    });
    assert_eq!(flow, ControlFlow::Continue(()));
    seen
}

fn read(bytes: impl AsRef<[u8]>) -> Seen {
    read_with(Limits::default(), bytes.as_ref())
}

fn gzip(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes.as_ref()).unwrap();
    encoder.finish().unwrap()
}

fn base64(bytes: impl AsRef<[u8]>) -> String {
    super::payload::BASE64.encode(bytes)
}

/// An audit event as EKS writes it, with brackets, escapes and other alphabets in its strings.
fn audit(number: u32) -> String {
    format!(
        r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"00000000-0000-4000-8000-{number:012}","stage":"ResponseComplete","requestURI":"/api/v1/pods?limit=5","verb":"list","user":{{"username":"jane \"{{[,]}}\" doe","groups":["a\\b","grüße, 世界","\\"]}},"sourceIPs":["198.51.100.7"],"userAgent":"kubectl (\n\t}}{{\"kind\":\"Event\",","objectRef":{{}},"annotations":{{"a/b":""}}}}"#
    )
}

/// The five events that every shape carries.
fn five() -> Vec<String> {
    (1..=5).map(audit).collect()
}

/// Compact JSON as a printer lays it out.
fn pretty(json: &str, indent: &str) -> String {
    let (mut text, mut depth, mut string, mut escaped) = (String::new(), 0, false, false);
    let mut chars = json.chars().peekable();
    while let Some(c) = chars.next() {
        let opens = matches!(c, '{' | '[');
        if !string && matches!(c, '}' | ']') {
            depth -= 1;
            text.push('\n');
            text.push_str(&indent.repeat(depth));
        }
        text.push(c);
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => string = !string,
            ':' if !string => text.push(' '),
            _ if string => {}
            _ if opens && matches!(chars.peek(), Some('}' | ']')) => {
                text.extend(chars.next());
            }
            ',' | '{' | '[' => {
                depth += usize::from(opens);
                text.push('\n');
                text.push_str(&indent.repeat(depth));
            }
            _ => {}
        }
    }
    text
}
