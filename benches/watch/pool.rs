//! Log events made beforehand, as FilterLogEvents writes them, with places for what differs each time.
//!
//! They are those of `benches/generate`. What only people do is left out, so that few of them are alerts;
//! people's sessions in pods stand apart, since each of those is one.

use std::io::Write as _;

use anyhow::{Context, Result};
use chrono::DateTime;

use crate::cast::Cast;
use crate::clock::Clock;
use crate::draw::Draw;
use crate::mix::Mix;
use crate::random::Random;

/// So many events that nothing stays in a processor's cache for being few.
const ORDINARY: usize = 16_384;
const SESSIONS: usize = 64;

/// What marks events that are or may become alerts.
const RARE: [&str; 5] = [
    "/exec?",
    "secrets",
    "rolebindings",
    "system:anonymous",
    "kubernetes-admin",
];

/// The begin of an event's object; the name of the stream is one for each log group.
const HEAD: &[u8] =
    br#"{"logStreamName":"kube-apiserver-audit-0123456789abcdef0123456789abcdef","timestamp":"#;

/// One event, written but for what differs.
pub(crate) struct Piece {
    bytes: Vec<u8>,
    timestamp: usize,
    ingestion: usize,
    id: usize,
    audit: usize,
    received: usize,
    staged: usize,
}

/// All of them.
pub(crate) struct Pool {
    ordinary: Vec<Piece>,
    sessions: Vec<Piece>,
}

/// What differs each time.
pub(crate) struct Differing {
    /// Which event of its log group.
    pub(crate) number: u64,
    /// Which log group.
    pub(crate) group: usize,
    /// The event time, in microseconds since the Unix epoch.
    pub(crate) micros: i64,
    /// When it can be read, in milliseconds since the Unix epoch.
    pub(crate) ingested: i64,
}

impl Pool {
    /// Makes them all.
    ///
    /// # Errors
    /// When a template can't be read.
    pub(crate) fn new() -> Result<Self> {
        let mix = Mix::load()?;
        let cast = Cast::new(1);
        let mut random = Random::new(1);
        let mut clock = Clock::new();
        let mut pool = Self {
            ordinary: Vec::with_capacity(ORDINARY),
            sessions: Vec::with_capacity(SESSIONS),
        };
        let mut line = Vec::new();
        while pool.ordinary.len() < ORDINARY || pool.sessions.len() < SESSIONS {
            clock.advance(&mut random);
            line.clear();
            let template = mix.choose(&mut random);
            let draw = Draw::new(&cast, &clock, &mut random);
            template.fill(&draw, &mut random, &mut line);
            let text = std::str::from_utf8(&line)?;
            let is = |word: &str| text.contains(word);
            if !RARE.into_iter().any(is) {
                if pool.ordinary.len() < ORDINARY {
                    pool.ordinary.push(Piece::new(text)?);
                }
            } else if is("/exec?") && !is("kubernetes-admin") && pool.sessions.len() < SESSIONS {
                pool.sessions.push(Piece::new(text)?);
            }
        }
        Ok(pool)
    }

    /// An ordinary event.
    pub(crate) fn ordinary(&self, draw: u64) -> &Piece {
        &self.ordinary[draw as usize % ORDINARY]
    }

    /// A session in a pod, which is an alert.
    pub(crate) fn session(&self, draw: u64) -> &Piece {
        &self.sessions[draw as usize % SESSIONS]
    }
}

impl Piece {
    fn new(line: &str) -> Result<Self> {
        let message = serde_json::to_string(&one_principal(line))?;
        let mut bytes = HEAD.to_vec();
        let timestamp = bytes.len();
        bytes.extend_from_slice(b"0000000000000,\"message\":");
        let begin = bytes.len();
        bytes.extend_from_slice(message.as_bytes());
        bytes.extend_from_slice(b",\"ingestionTime\":");
        let ingestion = bytes.len();
        bytes.extend_from_slice(b"0000000000000,\"eventId\":\"");
        let id = bytes.len();
        bytes.extend_from_slice(&[b'0'; 56]);
        bytes.extend_from_slice(b"\"}");
        let place = |key: &str| {
            let key = format!(r#"\"{key}\":\""#);
            let found = message.rfind(&key).map(|at| begin + at + key.len());
            found.with_context(|| format!("an event without {key}"))
        };
        Ok(Self {
            timestamp,
            ingestion,
            id,
            audit: place("auditID")?,
            received: place("requestReceivedTimestamp")?,
            staged: place("stageTimestamp")?,
            bytes,
        })
    }

    /// How long it is.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Appends the event.
    pub(crate) fn write(&self, with: &Differing, out: &mut Vec<u8>) {
        let from = out.len();
        out.extend_from_slice(&self.bytes);
        let mut text = Vec::with_capacity(64);
        let mut put = |at: usize, text: &[u8]| {
            out[from + at..from + at + text.len()].copy_from_slice(text);
        };
        // Writing to a vector can't fail.
        let _ = write!(text, "{:013}{:013}", with.micros / 1_000, with.ingested);
        put(self.timestamp, &text[..13]);
        put(self.ingestion, &text[13..]);
        text.clear();
        let _ = write!(text, "{:056}", with.number * 10_000 + with.group as u64);
        put(self.id, &text);
        put(self.audit, audit_id(with.group, with.number).as_bytes());
        put(self.received, stamp(with.micros - 7_654).as_bytes());
        put(self.staged, stamp(with.micros).as_bytes());
    }
}

/// The audit id of an event, which tells where it stands: see [`told_by`].
pub(crate) fn audit_id(group: usize, number: u64) -> String {
    let (before, between) = MARKS;
    format!("{before}{group:04x}{between}{number:012x}")
}

/// What stands in an audit id of ours before the group and before the number.
pub(crate) const MARKS: (&str, &str) = ("72a1", "-c0de-4bee-8bee-");

/// The group and the number that an audit id at the beginning of a text tells, if it is one of ours.
pub(crate) fn told_by(text: &str) -> Option<(usize, u64)> {
    let rest = text.strip_prefix(MARKS.0)?;
    let (group, rest) = rest.split_at_checked(4)?;
    let number = rest.strip_prefix(MARKS.1)?.get(..12)?;
    Some((
        usize::from_str_radix(group, 16).ok()?,
        u64::from_str_radix(number, 16).ok()?,
    ))
}

/// `2026-05-01T00:00:00.000000Z`
fn stamp(micros: i64) -> String {
    let time = DateTime::from_timestamp_micros(micros).unwrap_or_default();
    time.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// The roles of the generator have as many unique ids as people: here each has one, as in life.
fn one_principal(line: &str) -> String {
    const PREFIX: &str = "AROA";
    const LENGTH: usize = 21;
    let mut parts = line.split(PREFIX);
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(PREFIX);
        let kept = LENGTH - PREFIX.len();
        text.extend(std::iter::repeat_n('Q', kept.min(part.len())));
        text.push_str(part.get(kept..).unwrap_or_default());
    }
    text
}
