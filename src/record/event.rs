//! A log event: one line of a log stream with what CloudWatch Logs tells about it.

use std::borrow::Cow;

/// Where log events come from: the log group and stream, and whose they are.
///
/// Everything is optional, since a file of bare lines tells none of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The log group, for example `/aws/eks/prod/cluster`.
    pub log_group: Option<String>,
    /// The log stream, for example `kube-apiserver-audit-0123456789abcdef0123456789abcdef`.
    pub log_stream: Option<String>,
    /// The twelve digits of the account that owns the log group.
    pub account: Option<String>,
    /// The region of the log group, where the source tells it.
    pub region: Option<String>,
}

/// One event of a log stream, as any source delivers it.
#[derive(Clone, Debug)]
pub struct LogEvent<'a> {
    /// The log line itself.
    pub message: Cow<'a, str>,
    /// CloudWatch's event time, in milliseconds since the Unix epoch.
    pub timestamp: Option<i64>,
    /// When CloudWatch accepted the event, in milliseconds since the Unix epoch.
    pub ingestion_time: Option<i64>,
    /// CloudWatch's id of the event (`eventId`, or `id` in a subscription).
    pub event_id: Option<Cow<'a, str>>,
    /// The stream it was read from.
    pub origin: &'a Origin,
    /// Where it stands in its source.
    pub position: Position<'a>,
}

impl<'a> LogEvent<'a> {
    /// A line of which nothing more is known than where it comes from.
    #[must_use]
    pub fn bare(message: impl Into<Cow<'a, str>>, origin: &'a Origin) -> Self {
        Self {
            message: message.into(),
            timestamp: None,
            ingestion_time: None,
            event_id: None,
            origin,
            position: Position::default(),
        }
    }
}

/// A place in a source that a person can find again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position<'a> {
    /// The file's path as given, or `-` for standard input.
    pub file: &'a str,
    /// Byte offset of the event in the (decompressed) file.
    pub offset: u64,
    /// Line number, counted from 1, where the shape has lines.
    pub line: u64,
}
