//! Gathers decoded items into batches of bounded size, and sends them to the thread that judges. Blocks
//! where that is slow.

use std::ops::ControlFlow;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::batch::{Batch, Fed, Piece};
use crate::decode::{Item, Refusal};
use crate::record::{LogEvent, Origin};
use crate::source::cloudwatch::Stream;

/// Bytes of log lines in a batch, but for the last line.
const BYTES: usize = 1 << 20;

/// Items in a batch.
const ITEMS: usize = 4_000;

/// Nobody judges any more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Closed;

/// Gathers items.
pub(super) struct Packer<'o> {
    out: &'o mpsc::Sender<Fed>,
    /// What is gathered: it is sent before it becomes large. What else is to be in it is put here.
    pub(super) batch: Batch,
    /// Where the items stand, for people.
    pub(super) place: Arc<str>,
    /// When the items arrived at the feed, in milliseconds since the Unix epoch.
    pub(super) arrived: Option<i64>,
    /// How many problems there were.
    pub(super) problems: u64,
    /// The first of them, in words.
    pub(super) first: Option<String>,
    origin: Arc<Origin>,
}

impl<'o> Packer<'o> {
    pub(super) fn new(out: &'o mpsc::Sender<Fed>, feed: &Stream, received: i64) -> Self {
        Self {
            out,
            batch: Batch::empty(feed, received),
            place: "".into(),
            arrived: None,
            problems: 0,
            first: None,
            origin: Arc::default(),
        }
    }

    /// Takes an item; breaks when nobody judges any more.
    pub(super) fn take(&mut self, item: &Item<'_>) -> ControlFlow<()> {
        if self.is_full() && self.send().is_err() {
            return ControlFlow::Break(());
        }
        let piece = match item {
            Item::Event(event) => self.event(event),
            Item::Problem(problem) => {
                self.problems += 1;
                let words = || format!("{}: {}", problem.reason, problem.detail);
                self.first.get_or_insert_with(words);
                Piece::Problem {
                    reason: problem.reason,
                    place: Arc::clone(&self.place),
                    detail: problem.detail.clone().into_owned(),
                }
            }
            Item::Control(_) => Piece::Control,
        };
        self.batch.pieces.push(piece);
        ControlFlow::Continue(())
    }

    /// Notes that what is being read made the program panic.
    pub(super) fn poisoned(&mut self) {
        self.problems += 1;
        let detail = "the program fell over it: this is a mistake in trailhound";
        self.first.get_or_insert_with(|| detail.to_owned());
        self.batch.pieces.push(Piece::Problem {
            reason: Refusal::ReadFailed,
            place: Arc::clone(&self.place),
            detail: detail.to_owned(),
        });
    }

    fn event(&mut self, event: &LogEvent<'_>) -> Piece {
        if *self.origin != *event.origin {
            self.origin = Arc::new(event.origin.clone());
        }
        self.batch.bytes = self.batch.bytes.saturating_add(event.message.len());
        let seen = &mut self.batch.seen;
        seen.arrived = seen.arrived.max(self.arrived.or(Some(seen.received)));
        let time = event.timestamp.or(self.arrived);
        seen.newest = seen.newest.max(time.map(|time| time.min(seen.received)));
        Piece::Event {
            message: event.message.clone().into_owned(),
            timestamp: event.timestamp,
            ingestion_time: event.ingestion_time,
            event_id: event.event_id.as_ref().map(|id| id.clone().into_owned()),
            origin: Arc::clone(&self.origin),
        }
    }

    fn is_full(&self) -> bool {
        self.batch.bytes >= BYTES || self.batch.pieces.len() >= ITEMS
    }

    /// Sends what was gathered, whatever that is.
    pub(super) fn send(&mut self) -> Result<(), Closed> {
        let empty = Batch::empty(&self.batch.feed, self.batch.seen.received);
        let batch = std::mem::replace(&mut self.batch, empty);
        self.out
            .blocking_send(Fed::Batch(batch))
            .map_err(|_| Closed)
    }
}
