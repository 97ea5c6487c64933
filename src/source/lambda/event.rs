//! The nouns: an event, its records, and what each of them holds.

use std::borrow::Cow;

use crate::source::s3::Named;

/// What an invocation brings.
#[derive(Debug)]
pub enum Event<'e> {
    /// Records to read, in their order.
    Batch(Batch<'e>),
    /// A schedule: what waits is to be decided.
    Schedule {
        /// When it was due, in milliseconds since the Unix epoch.
        time: i64,
    },
}

/// Records that came together.
#[derive(Debug)]
pub struct Batch<'e> {
    /// Who sent them.
    pub kind: Kind,
    /// In the order they came.
    pub records: Vec<Record<'e>>,
}

/// Who sends records, and how it is told of those that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A subscription of CloudWatch Logs: the invocation fails as a whole.
    Logs,
    /// A stream: is told the lowest sequence number that failed, and delivers again from there.
    Kinesis,
    /// A queue: is told the messages that failed.
    Queue,
    /// A bucket: the invocation fails as a whole.
    Bucket,
    /// Firehose, which wants its records back.
    Firehose,
    /// Somebody who tries it out.
    Lines,
}

impl Kind {
    /// The word for it in logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Logs => "logs",
            Self::Kinesis => "kinesis",
            Self::Queue => "sqs",
            Self::Bucket => "s3",
            Self::Firehose => "firehose",
            Self::Lines => "lines",
        }
    }
}

/// One record of an event.
#[derive(Debug)]
pub struct Record<'e> {
    /// By what its sender knows it: a sequence number, or the id of a message or record.
    pub id: Option<Cow<'e, str>>,
    /// What logs call it.
    pub name: String,
    /// What it holds.
    pub content: Content<'e>,
}

/// What a record holds.
#[derive(Debug)]
pub enum Content<'e> {
    /// Base64 of whatever a log may come in.
    Base64(Cow<'e, str>),
    /// Log lines.
    Lines(Vec<Cow<'e, str>>),
    /// Objects to be read.
    Objects(Vec<Named>),
    /// Nothing that can be read, and why.
    Unreadable(&'static str),
}

/// An event of no kind that is known.
#[derive(Debug, thiserror::Error)]
#[error("no event that can be read: {found}; {EXPECTED}")]
pub struct Unknown {
    /// What was found instead: never a value of the event.
    pub found: String,
}

const EXPECTED: &str = "expected a CloudWatch Logs subscription (\"awslogs\"), Kinesis records, SQS messages with \
    notifications of S3, a notification of S3, Firehose records, a scheduled event of EventBridge, or log lines \
    ([\"…\"] or {\"lines\": [\"…\"]})";
