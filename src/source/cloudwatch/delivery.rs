//! What reading a log group gives: pages of log events, and notices of how the reading goes.

use std::fmt;
use std::sync::Arc;

use crate::record::Origin;

/// The kinds of log streams that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LogKind {
    /// `kube-apiserver-audit-…`
    Audit,
    /// `authenticator-…`
    Authenticator,
    /// No log of one group: records of a Kinesis stream, which may carry logs of many.
    Records,
    /// No log of one group: objects that a queue announces.
    Objects,
}

impl LogKind {
    /// Those that a log group has, the one that tells who people are first.
    pub const ALL: [Self; 2] = [Self::Authenticator, Self::Audit];

    /// All there are.
    const EVERY: [Self; 4] = [
        Self::Authenticator,
        Self::Audit,
        Self::Records,
        Self::Objects,
    ];

    /// What the names of its streams begin with; nothing where it is no log of a group.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Audit => "kube-apiserver-audit-",
            Self::Authenticator => "authenticator-",
            Self::Records | Self::Objects => "",
        }
    }

    /// The word for it: `audit`, `authenticator`, `records` or `objects`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Audit => "audit",
            Self::Authenticator => "authenticator",
            Self::Records => "records",
            Self::Objects => "objects",
        }
    }

    /// The kind of this [word](Self::as_str).
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::EVERY.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Whether it carries logs of any number of groups.
    #[must_use]
    pub const fn is_feed(self) -> bool {
        matches!(self, Self::Records | Self::Objects)
    }
}

/// One kind of log of one log group: what has a position of its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Stream {
    /// The log group's account, region and name, with a colon between, and a dash for an account that is
    /// not known: stable, whatever way it was found.
    pub group: Arc<str>,
    /// Which of its logs.
    pub kind: LogKind,
}

impl Stream {
    /// The log of which this is the [text](fmt::Display).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (group, kind) = text.rsplit_once(' ')?;
        let kind = LogKind::of(kind)?;
        let group = group.into();
        Some(Self { group, kind })
    }

    /// Where its events come from, as far as its own name tells.
    #[must_use]
    pub fn origin(&self) -> Origin {
        let mut parts = self.group.splitn(3, ':');
        let mut next = || parts.next().filter(|part| *part != "-").map(str::to_owned);
        Origin {
            account: next(),
            region: next(),
            log_group: next(),
            log_stream: None,
        }
    }
}

impl fmt::Display for Stream {
    /// `account:region:group audit`: the name under which its position is kept.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.group, self.kind.as_str())
    }
}

/// What a reader sends, in order.
#[derive(Clone, Debug)]
pub enum Delivery {
    /// Log events.
    Page(Page),
    /// How the reading goes.
    Notice(Notice),
}

/// Log events that came together.
#[derive(Clone, Debug)]
pub struct Page {
    /// Which log of which group.
    pub stream: Stream,
    /// The log group and its account and region; the stream's name stands at each event.
    pub origin: Arc<Origin>,
    /// In the order they came. Many repeats of former walks are left out, some are not: whoever counts must
    /// tell them apart by stream and id.
    pub events: Vec<Fetched>,
    /// Where the log has been read up to once these events are handled, in milliseconds since the Unix
    /// epoch: a restart begins there, less the overlap. Set on the last page of a finished walk only, which
    /// may have no events at all.
    pub advance: Option<i64>,
    /// When the page was received, in milliseconds since the Unix epoch.
    pub received: i64,
}

/// A log event as FilterLogEvents gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The log stream.
    pub log_stream: String,
    /// The event time, in milliseconds since the Unix epoch.
    pub timestamp: i64,
    /// When CloudWatch accepted it, in milliseconds since the Unix epoch.
    pub ingestion_time: Option<i64>,
    /// CloudWatch's id; empty where it gave none.
    pub event_id: String,
    /// The line.
    pub message: String,
}

/// How the reading of a log goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Which log of which group.
    pub stream: Stream,
    /// When, in milliseconds since the Unix epoch.
    pub time: i64,
    /// What happened.
    pub what: What,
}

/// What can happen to the reading of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The log is read for the first time.
    Begun {
        /// From this event time on, in milliseconds since the Unix epoch.
        from: i64,
    },
    /// A walk came to its end: everything up to `until` that could be seen has been delivered.
    Walked {
        /// Milliseconds since the Unix epoch.
        until: i64,
        /// How many calls it took.
        calls: u64,
        /// What it was for.
        purpose: Purpose,
        /// Nothing from before or at this time will come any more, unless it comes later than is expected;
        /// milliseconds since the Unix epoch.
        settled: i64,
        /// What it brought, repeats of former walks left out.
        found: Found,
        /// How late the latest events of the last hour came, in milliseconds, from event time to ingestion.
        lateness: i64,
        /// How far the reading is behind, in milliseconds: from what has been read to the end of this walk.
        behind: i64,
    },
    /// A call failed and will be tried again.
    Failed {
        /// What kind of failure.
        class: Class,
        /// What the service said, and what to do about it.
        message: String,
    },
    /// The log is not read any more, and why: it was deleted, or can't be read this way at all.
    Given {
        /// Why.
        reason: String,
    },
    /// What failed under this name works now, and goes on under others: a place to look for logs, or a log
    /// whose account was not known. Nothing more is heard of it, which means nothing.
    Over,
}

/// What a stretch of a log is walked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Purpose {
    /// New events.
    Forward,
    /// Events that came late, as late as is expected.
    LookBack,
    /// Events that came later than that.
    Sweep,
}

impl Purpose {
    /// The word for it in metrics and messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::LookBack => "look-back",
            Self::Sweep => "sweep",
        }
    }
}

/// What a walk brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Events that were delivered.
    pub events: u64,
    /// Bytes of their lines.
    pub bytes: u64,
    /// Events that were left out because they had been delivered a while ago.
    pub repeats: u64,
    /// The newest event time that was seen, in milliseconds since the Unix epoch; repeats count too.
    pub newest: Option<i64>,
}

/// Kinds of failures, by what can be done about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Too many calls: slow down.
    Throttled,
    /// It may work again by itself: the network, or the service's own trouble.
    Retry,
    /// Somebody has to permit it.
    Denied,
    /// It is not there (any more, or yet).
    Gone,
    /// The request itself is wrong: settings, or a log class that can't be read.
    Config,
}

impl Class {
    /// The word for it in metrics and messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::Retry => "retry",
            Self::Denied => "denied",
            Self::Gone => "gone",
            Self::Config => "config",
        }
    }
}
