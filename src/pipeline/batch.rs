//! Items kept for another thread: their texts in one buffer, the rest as numbers.

use std::borrow::Cow;
use std::ops::Range;

use crate::decode::{Item, Problem, Refusal};
use crate::record::{LogEvent, Origin, Position};

/// So many bytes of text fill a batch: few enough to stay in a core's own cache on the way to the
/// other thread, enough to make the handing over cheap.
const FULL: usize = 256 << 10;

/// So many items fill it too: what has no text must not pile up.
const MANY: usize = 4096;

/// A buffer that a huge event made larger than this is given back to the system.
const KEPT: usize = 4 * FULL;

/// Some items in order, for as long as somebody may still ask for them.
#[derive(Debug, Default)]
pub(super) struct Batch {
    text: String,
    items: Vec<Kept>,
    /// Neighbours mostly share their origin and file: each is kept once for a run of items.
    origins: Vec<Origin>,
    files: Vec<String>,
}

#[derive(Debug)]
enum Kept {
    Event(Event),
    Problem(Place, Refusal, String),
    Control(Place),
}

#[derive(Debug)]
struct Event {
    message: Range<usize>,
    event_id: Option<Range<usize>>,
    timestamp: Option<i64>,
    ingestion_time: Option<i64>,
    origin: usize,
    place: Place,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    file: usize,
    offset: u64,
    line: u64,
}

impl Batch {
    /// Keeps an item.
    pub(super) fn push(&mut self, item: &Item<'_>) {
        let kept = match item {
            Item::Event(event) => Kept::Event(self.event(event)),
            Item::Problem(problem) => Kept::Problem(
                self.place(problem.position),
                problem.reason,
                problem.detail.clone().into_owned(),
            ),
            Item::Control(position) => Kept::Control(self.place(*position)),
        };
        self.items.push(kept);
    }

    fn event(&mut self, event: &LogEvent<'_>) -> Event {
        if self.origins.last() != Some(event.origin) {
            self.origins.push(event.origin.clone());
        }
        Event {
            message: self.text(&event.message),
            event_id: event.event_id.as_deref().map(|id| self.text(id)),
            timestamp: event.timestamp,
            ingestion_time: event.ingestion_time,
            origin: self.origins.len().saturating_sub(1),
            place: self.place(event.position),
        }
    }

    fn text(&mut self, text: &str) -> Range<usize> {
        let start = self.text.len();
        self.text.push_str(text);
        start..self.text.len()
    }

    fn place(&mut self, position: Position<'_>) -> Place {
        if self.files.last().is_none_or(|file| file != position.file) {
            self.files.push(position.file.to_owned());
        }
        Place {
            file: self.files.len().saturating_sub(1),
            offset: position.offset,
            line: position.line,
        }
    }

    /// Whether it is time to hand it over.
    pub(super) fn is_full(&self) -> bool {
        self.text.len() >= FULL || self.items.len() >= MANY
    }

    /// How many bytes of text, and how many items, are in it.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.text.len(), self.items.len())
    }

    /// Whether nothing is in it.
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// How many items are in it.
    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    /// The item that was put in at this place, counted from 0, as it was.
    pub(super) fn get(&self, at: usize) -> Option<Item<'_>> {
        Some(match self.items.get(at)? {
            Kept::Event(event) => Item::Event(LogEvent {
                message: Cow::Borrowed(self.text.get(event.message.clone())?),
                timestamp: event.timestamp,
                ingestion_time: event.ingestion_time,
                event_id: match &event.event_id {
                    Some(id) => Some(Cow::Borrowed(self.text.get(id.clone())?)),
                    None => None,
                },
                origin: self.origins.get(event.origin)?,
                position: self.position(event.place)?,
            }),
            Kept::Problem(place, reason, detail) => Item::Problem(Problem {
                reason: *reason,
                position: self.position(*place)?,
                detail: Cow::Borrowed(detail),
            }),
            Kept::Control(place) => Item::Control(self.position(*place)?),
        })
    }

    fn position(&self, place: Place) -> Option<Position<'_>> {
        Some(Position {
            file: self.files.get(place.file)?,
            offset: place.offset,
            line: place.line,
        })
    }

    /// Empties it; its buffers stay for the next items.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.text.shrink_to(KEPT);
        self.items.clear();
        self.origins.clear();
        self.files.clear();
    }
}
