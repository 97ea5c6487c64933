//! What reading a stream gives: records of its shards, in the order of each shard, and notices.

use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;

use crate::source::cloudwatch::{LogKind, Notice, Stream};

/// Tells what is kept under a name.
pub type Marks = Arc<dyn Fn(&str) -> Option<Vec<u8>> + Send + Sync>;

/// A shard of a stream.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shard {
    /// The stream, as notices call it.
    pub feed: Stream,
    /// When the stream was made, in milliseconds since the Unix epoch: one that is made anew under the same
    /// name has shards of the same names.
    pub made: i64,
    /// For example `shardId-000000000000`.
    pub id: Arc<str>,
}

impl Shard {
    /// The shard as something with a position of its own.
    #[must_use]
    pub fn stream(&self) -> Stream {
        Stream {
            group: format!("{}/{}", self.feed.group, self.id).into(),
            kind: LogKind::Records,
        }
    }

    /// The name under which its mark is kept.
    #[must_use]
    pub fn memo(&self) -> String {
        format!("{}{}", memos(&self.feed, self.made), self.id)
    }
}

/// What the names of all that is kept of a stream begin with.
pub(super) fn memos(feed: &Stream, made: i64) -> String {
    format!("kinesis {}@{made} ", feed.group)
}

/// How far a shard has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Up to the record of this sequence number.
    After(String),
    /// To its end: it was split or merged, and its children take over.
    Ended,
}

impl Mark {
    /// As it is kept.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::After(sequence) => format!("after {sequence}").into_bytes(),
            Self::Ended => b"ended".to_vec(),
        }
    }

    /// From what was kept.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        match std::str::from_utf8(bytes).ok()? {
            "ended" => Some(Self::Ended),
            text => Some(Self::After(text.strip_prefix("after ")?.to_owned())),
        }
    }
}

/// What a reader sends, in order.
#[derive(Debug)]
pub enum Sent {
    /// Which shards there are.
    Listed(Listed),
    /// Records.
    Parcel(Parcel),
    /// A shard has been read to its end.
    Ended(Ended),
    /// How the reading of a stream goes.
    Notice(Notice),
}

/// The shards of a stream.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The stream, as notices call it.
    pub feed: Stream,
    /// Under which name it is kept where the reading of the stream began, and that time.
    pub begun: (String, i64),
    /// What the names of all that is kept of it begin with.
    pub memos: String,
    /// All there are.
    pub shards: Vec<Shard>,
    /// Those whose reading begins now, or goes on.
    pub reading: Vec<Shard>,
    /// When, in milliseconds since the Unix epoch.
    pub time: i64,
}

/// Records that came together.
#[derive(Debug)]
pub struct Parcel {
    /// Where from.
    pub shard: Shard,
    /// In order.
    pub records: Vec<Record>,
    /// What arrived at this shard before that time has been read, in milliseconds since the Unix epoch.
    pub read_until: Option<i64>,
    /// When it was received, in milliseconds since the Unix epoch.
    pub received: i64,
    /// Its place in memory: to be given back when it is handled.
    pub room: OwnedSemaphorePermit,
}

/// A record.
#[derive(Debug)]
pub struct Record {
    /// Its number within the shard.
    pub sequence: String,
    /// When it arrived at the stream, in milliseconds since the Unix epoch.
    pub arrived: Option<i64>,
    /// What it holds.
    pub data: Vec<u8>,
}

/// A shard that has been read to its end.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Which.
    pub shard: Shard,
    /// Which take over.
    pub children: Vec<Shard>,
    /// When, in milliseconds since the Unix epoch.
    pub time: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_what_was_kept() {
        for mark in [Mark::After("4959".to_owned()), Mark::Ended] {
            assert_eq!(Mark::parse(&mark.bytes()), Some(mark));
        }
        assert_eq!(Mark::parse(b"else"), None);
        assert_eq!(Mark::parse(b"\xff"), None);
    }
}
