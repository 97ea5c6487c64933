//! What a feed brings to the thread that judges.

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::decode::{Item, Problem, Refusal};
use crate::pipeline::health::Seen;
use crate::record::{LogEvent, Origin, Position};
use crate::source::cloudwatch::{Notice, Stream};

/// What comes of a feed, in order.
#[derive(Debug)]
pub enum Fed {
    /// Something to judge.
    Batch(Batch),
    /// How the reading goes.
    Notice(Notice),
}

/// What is judged, noted and acknowledged together, or not at all.
#[derive(Debug)]
pub struct Batch {
    /// The feed.
    pub feed: Stream,
    /// What was decoded, in order.
    pub pieces: Vec<Piece>,
    /// Bytes of its log lines.
    pub bytes: usize,
    /// What it tells of how the feed is seen.
    pub seen: Seen,
    /// What is noted with it.
    pub memos: Vec<Memo>,
    /// How far parts of the feed have been read once this is judged.
    pub steps: Vec<(Stream, Step)>,
    /// Whom to tell when all of it has become part of the state.
    pub done: Option<oneshot::Sender<()>>,
}

/// Something to be noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Memo {
    /// Under a name.
    Set(String, Vec<u8>),
    /// Of all names that begin so, only these stay.
    Retain(String, Vec<String>),
}

/// What becomes of a part of a feed that has a position of its own. Times are milliseconds since the Unix
/// epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is there, and is being read.
    Begun,
    /// No event from that time or before will come of it.
    Settled(i64),
    /// Others take over from it.
    Ended(Vec<Stream>),
}

/// An item that outlives its input.
#[derive(Clone, Debug)]
pub enum Piece {
    /// A log event.
    Event {
        /// The line.
        message: String,
        /// Its time by its envelope, in milliseconds since the Unix epoch.
        timestamp: Option<i64>,
        /// When CloudWatch accepted it, in milliseconds since the Unix epoch.
        ingestion_time: Option<i64>,
        /// CloudWatch's id.
        event_id: Option<String>,
        /// Whose it is.
        origin: Arc<Origin>,
    },
    /// Something that was not read, or not read whole.
    Problem {
        /// Why.
        reason: Refusal,
        /// In what.
        place: Arc<str>,
        /// What exactly.
        detail: String,
    },
    /// A probe.
    Control,
}

impl Piece {
    /// It as an item that can be judged.
    #[must_use]
    pub fn item(&self) -> Item<'_> {
        match self {
            Self::Event {
                message,
                timestamp,
                ingestion_time,
                event_id,
                origin,
            } => Item::Event(LogEvent {
                message: message.as_str().into(),
                timestamp: *timestamp,
                ingestion_time: *ingestion_time,
                event_id: event_id.as_deref().map(Into::into),
                origin,
                position: Position::default(),
            }),
            Self::Problem {
                reason,
                place,
                detail,
            } => Item::Problem(Problem {
                reason: *reason,
                position: Position {
                    file: place,
                    ..Position::default()
                },
                detail: detail.as_str().into(),
            }),
            Self::Control => Item::Control(Position::default()),
        }
    }
}

impl Batch {
    /// A batch of a feed that holds nothing yet.
    #[must_use]
    pub fn empty(feed: &Stream, received: i64) -> Self {
        Self {
            feed: feed.clone(),
            pieces: Vec::new(),
            bytes: 0,
            seen: Seen {
                received,
                ..Seen::default()
            },
            memos: Vec::new(),
            steps: Vec::new(),
            done: None,
        }
    }

    /// How many log events it holds.
    #[must_use]
    pub fn events(&self) -> usize {
        let is_event = |piece: &&Piece| matches!(piece, Piece::Event { .. });
        self.pieces.iter().filter(is_event).count()
    }
}
