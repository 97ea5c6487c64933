//! A line cut at any byte is decoded without a panic, and keeps every field that is complete before
//! the cut.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::LazyLock;

use flate2::read::MultiGzDecoder;
use regex::Regex;
use serde_json::value::RawValue;
use trailhound::decode::{Decoded, Item, Limits, Reader, line};
use trailhound::json::Text;
use trailhound::record::{AuditRecord, LogEvent, Origin, Record};

use crate::court::judge;
use crate::program::ROOT;

const MARK: &str = "[Truncated...]";

/// Longer lines would cost more than they show: a prefix is read for every byte.
const LONGEST: usize = 4_000;

/// How many lines of each kind of record are cut to pieces.
const LINES: usize = 36;

/// Lines of the samples that differ in what they are about, audit events and authenticator lines.
static LINES_OF_SAMPLES: LazyLock<(Vec<String>, Vec<String>)> = LazyLock::new(|| {
    let (mut audit, mut authenticator) = (BTreeMap::new(), BTreeMap::new());
    let mut take = |text: &str| {
        if text.len() > LONGEST || !text.is_char_boundary(text.len()) {
            return;
        }
        if let Ok(event) = serde_json::from_str::<serde_json::Value>(text) {
            let part = |pointer: &str| event.pointer(pointer).map(ToString::to_string);
            let kind: Vec<_> = [
                "/verb",
                "/objectRef/resource",
                "/objectRef/subresource",
                "/stage",
            ]
            .map(part)
            .into();
            audit.entry(kind).or_insert_with(|| text.to_owned());
        } else if text.starts_with("time=") {
            let message = text.split("msg=").nth(1).unwrap_or_default().to_owned();
            let kind = message
                .chars()
                .filter(|c| !c.is_ascii_digit())
                .take(24)
                .collect::<String>();
            authenticator.entry(kind).or_insert_with(|| text.to_owned());
        }
    };
    for folder in ["samples/attack", "samples/quiet-day", "samples/broken"] {
        each_message(&Path::new(ROOT).join(folder), &mut take);
    }
    (
        spread(audit.into_values().collect()),
        spread(authenticator.into_values().collect()),
    )
});

/// At most [`LINES`] of them, from all over.
fn spread(lines: Vec<String>) -> Vec<String> {
    let step = lines.len().div_ceil(LINES).max(1);
    lines.into_iter().step_by(step).collect()
}

fn each_message(folder: &Path, take: &mut dyn FnMut(&str)) {
    for file in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let file = file.unwrap();
        if !file.file_type().is_file() {
            continue;
        }
        // What is broken in the samples stays unread here; the reader's own tests look at it.
        let flow = Reader::new(Limits::default()).read(
            "sample",
            File::open(file.path()).unwrap(),
            &Origin::default(),
            &mut |item| {
                if let Item::Event(event) = item {
                    take(&event.message);
                }
                ControlFlow::Continue(())
            },
        );
        assert!(flow.is_continue());
    }
}

/// What a prefix is decoded as; `with` sees the audit record, where there is one.
fn decode<T>(message: &str, with: impl FnOnce(&Record<'_>) -> T) -> Option<T> {
    let origin = Origin::default();
    let event = LogEvent::bare(message, &origin);
    match line::decode(&event) {
        Decoded::Record(record) | Decoded::Salvaged(record) => Some(with(&record)),
        Decoded::Foreign(kind) => panic!("taken for {}: {message}", kind.as_str()),
        Decoded::Refused(_) => None,
    }
}

/// A member of the event: its path, the offset behind it, its JSON text.
struct Member {
    path: String,
    end: usize,
    json: String,
}

/// The members of an event as another JSON reader finds them: those of the top, of `user` and of
/// `objectRef`.
fn members(line: &str) -> Vec<Member> {
    let mut all = Vec::new();
    let mut gather = |prefix: &str, text: &str| -> BTreeMap<String, String> {
        let read: BTreeMap<String, &RawValue> = serde_json::from_str(text).unwrap();
        for (key, raw) in &read {
            let end = raw.get().as_ptr() as usize - line.as_ptr() as usize + raw.get().len();
            all.push(Member {
                path: format!("{prefix}{key}"),
                end,
                json: raw.get().to_owned(),
            });
        }
        read.into_iter()
            .map(|(key, raw)| (key, raw.get().to_owned()))
            .collect()
    };
    gather("", line);
    for part in ["user", "objectRef", "responseStatus"] {
        let read: BTreeMap<String, &RawValue> = serde_json::from_str(line).unwrap();
        if let Some(raw) = read.get(part).filter(|raw| raw.get().starts_with('{')) {
            gather(&format!("{part}."), raw.get());
        }
    }
    all.retain(|member| !is_ignored(&member.json));
    all
}

/// A `null` says as much as nothing.
fn is_ignored(json: &str) -> bool {
    json == "null"
}

/// What the record holds under a path, as JSON text; `None` for a path that records do not keep.
fn kept(record: &AuditRecord<'_>, path: &str) -> Option<Option<String>> {
    let text =
        |text: Option<Text<'_>>| text.map(|text| serde_json::to_string(&text.cow()).unwrap());
    let raw = |raw: Option<trailhound::json::Raw<'_>>| {
        raw.filter(|raw| raw.is_complete())
            .map(|raw| raw.as_str().to_owned())
    };
    let user = record.user.unwrap_or_default();
    let object = record.object_ref.unwrap_or_default();
    let status = record.response_status.unwrap_or_default();
    Some(match path {
        "kind" => text(record.kind),
        "apiVersion" => text(record.api_version),
        "level" => text(record.level),
        "auditID" => text(record.audit_id),
        "stage" => text(record.stage),
        "requestURI" => text(record.request_uri),
        "verb" => text(record.verb),
        "user.username" => text(user.username),
        "user.uid" => text(user.uid),
        "user.groups" => raw(user.groups),
        "user.extra" => raw(user.extra),
        "sourceIPs" => raw(record.source_ips),
        "userAgent" => text(record.user_agent),
        "objectRef.resource" => text(object.resource),
        "objectRef.namespace" => text(object.namespace),
        "objectRef.name" => text(object.name),
        "objectRef.uid" => text(object.uid),
        "objectRef.apiGroup" => text(object.api_group),
        "objectRef.apiVersion" => text(object.api_version),
        "objectRef.resourceVersion" => text(object.resource_version),
        "objectRef.subresource" => text(object.subresource),
        "responseStatus" => raw(status.raw),
        "responseStatus.code" => status.code.map(|code| code.to_string()),
        "responseStatus.status" => text(status.status),
        "responseStatus.message" => text(status.message),
        "responseStatus.reason" => text(status.reason),
        "requestObject" => raw(record.request_object),
        "responseObject" => raw(record.response_object),
        "requestReceivedTimestamp" => text(record.request_received_timestamp),
        "stageTimestamp" => text(record.stage_timestamp),
        "annotations" => raw(record.annotations),
        _ => return None,
    })
}

/// The same JSON whatever the spelling of its texts.
fn equal(found: &str, expected: &str) -> bool {
    found == expected
        || serde_json::from_str::<serde_json::Value>(found).ok()
            == serde_json::from_str::<serde_json::Value>(expected).ok()
}

/// How many members two signs of an audit event need: a cut before them leaves nothing to know it by.
fn check_cut(members: &[Member], cut: usize, message: &str) {
    // A number at the very end may have gone on behind the cut.
    let complete = |member: &&Member| {
        member.end
            <= cut - usize::from(member.json.starts_with(|c: char| c.is_ascii_digit())).min(cut)
    };
    let complete: Vec<&Member> = members.iter().filter(complete).collect();
    let read = decode(message, |record| {
        let Record::Audit(facts) = record else {
            panic!("no audit event: {message}")
        };
        for member in &complete {
            let Some(found) = kept(&facts.record, &member.path) else {
                continue;
            };
            let found = found.unwrap_or_else(|| panic!("{} is lost: {message}", member.path));
            assert!(
                equal(&found, &member.json),
                "{}: {found}: {message}",
                member.path
            );
        }
    });
    let known = complete.iter().any(|member| member.path == "apiVersion");
    assert!(read.is_some() || !known, "refused: {message}");
}

#[test]
fn every_prefix_of_an_audit_line_keeps_what_is_complete_before_the_cut() {
    let (audit, _) = &*LINES_OF_SAMPLES;
    assert!(audit.len() >= LINES / 2, "{} lines", audit.len());
    for line in audit {
        let members = members(line);
        for cut in 0..=line.len() {
            let message = String::from_utf8_lossy(&line.as_bytes()[..cut]);
            check_cut(&members, cut, &message);
            // The pipeline of EKS puts its mark where it cuts.
            check_cut(&members, cut, &format!("{message}{MARK}"));
        }
    }
}

#[test]
fn every_prefix_of_an_authenticator_line_keeps_what_is_complete_before_the_cut() {
    let pair = Regex::new(r#"([A-Za-z]+)=("(?:[^"\\]|\\.)*"|[^"\s]\S*)"#).unwrap();
    let (_, authenticator) = &*LINES_OF_SAMPLES;
    assert!(authenticator.len() >= 5, "{} lines", authenticator.len());
    for line in authenticator {
        let whole = decode(line, pairs).unwrap();
        let ends: Vec<(&str, usize)> = pair
            .captures_iter(line)
            .map(|found| (found.get(1).unwrap().as_str(), found.get(0).unwrap().end()))
            .collect();
        for cut in 0..=line.len() {
            let message = String::from_utf8_lossy(&line.as_bytes()[..cut]);
            for message in [message.to_string(), format!("{message}{MARK}")] {
                let Some(found) = decode(&message, pairs) else {
                    assert!(
                        cut < line.find(" level=").unwrap() + 12,
                        "refused: {message}"
                    );
                    continue;
                };
                for (key, _) in ends.iter().filter(|(_, end)| *end < cut) {
                    assert_eq!(found.get(*key), whole.get(*key), "{key}: {message}");
                }
            }
        }
    }
}

fn pairs(record: &Record<'_>) -> BTreeMap<String, String> {
    let Record::Authenticator(line) = record else {
        panic!("no authenticator line")
    };
    line.pairs()
        .iter()
        .filter_map(|pair| Some((pair.key.to_string(), line.get(&pair.key)?.to_owned())))
        .collect()
}

#[test]
fn no_prefix_makes_a_detector_panic() {
    let (audit, authenticator) = &*LINES_OF_SAMPLES;
    for line in audit.iter().step_by(4).chain(authenticator) {
        let mut cuts: BTreeSet<usize> = (0..line.len()).step_by(41).collect();
        cuts.extend(line.len().saturating_sub(2)..=line.len());
        let prefixes: Vec<Vec<u8>> = cuts
            .iter()
            .map(|cut| line.as_bytes()[..*cut].to_vec())
            .collect();
        let (_, tally) = judge(prefixes.iter().map(Vec::as_slice));
        assert_eq!(tally.quarantined, 0, "{line}");
    }
}

#[test]
fn the_lines_that_are_cut_are_varied() {
    let (audit, _) = &*LINES_OF_SAMPLES;
    let any = |text: &str| assert!(audit.iter().any(|line| line.contains(text)), "{text}");
    for text in [
        "\\\"",
        "\"exec\"",
        "\"verb\":\"patch\"",
        "\"requestObject\":{",
        "\"verb\":\"watch\"",
    ] {
        any(text);
    }
}

/// Reads a sample that is one gzip file.
#[test]
fn a_gzip_file_cut_anywhere_gives_the_lines_before_the_cut() {
    let path = Path::new(ROOT).join("samples/broken/garbage-after-gzip.jsonl.gz");
    let bytes = std::fs::read(path).unwrap();
    let mut text = String::new();
    let _ = MultiGzDecoder::new(bytes.as_slice()).read_to_string(&mut text);
    for cut in (0..bytes.len()).step_by(199) {
        let (_, tally) = judge([&bytes[..cut]]);
        assert_eq!(tally.quarantined, 0);
        assert!(tally.records() <= text.lines().count() as u64 + 1);
    }
}
