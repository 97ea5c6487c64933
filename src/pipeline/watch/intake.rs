//! What comes in from live logs, a page at a time: one page is one transaction. Its new events are
//! judged, what they change of the state is merged, their alerts go to the outbox, and the position
//! moves; or none of it happens.

use super::feed::{Batch, Memo, Piece, Step};
use super::post::Post;
use crate::alert::Alert;
use crate::decode::Item;
use crate::detect::Lateness;
use crate::pipeline::{Evictions, Judge, Tally};
use crate::record::{LogEvent, Origin, Position};
use crate::source::cloudwatch::{Fetched, Notice, Page, What};
use crate::state::{Digest, SharedStore, SqliteStore, StoreError};

/// An event happened so long before its line was logged, at most, in milliseconds: a session in a pod and a
/// watch are logged when they end, under the time when they began.
const LONGEST: i64 = 24 * 3_600_000;

/// What came of a page.
#[derive(Debug, Default)]
pub struct Taken {
    /// How many of its events came for the first time.
    pub new: u64,
    /// How many had been judged before.
    pub repeats: u64,
    /// The alerts that were raised by it and had not been raised before.
    pub alerts: Vec<Alert>,
}

/// Judges pages.
#[derive(Debug)]
pub struct Intake<'c> {
    pub(super) judge: Judge<'c>,
    store: SharedStore,
    post: &'c Post,
    evictions: Evictions,
    /// Whether batches of feeds came, which carry events from before any of them began to be read.
    is_fed: bool,
}

impl<'c> Intake<'c> {
    /// An intake whose judge remembers in that store, and whose alerts go to the outbox in it.
    #[must_use]
    pub fn new(judge: Judge<'c>, store: SharedStore, post: &'c Post) -> Self {
        let mut intake = Self {
            judge: judge.store(Box::new(store.clone())),
            store,
            post,
            evictions: Evictions::default(),
            is_fed: false,
        };
        // The store may have served another judge, which told of them.
        intake.evicted();
        intake
    }

    /// Says that no line from before `settled` (milliseconds since the Unix epoch) will come any more, nor any
    /// from before the reading began: what is seen for the first time may be known to be learnt by that.
    ///
    /// # Errors
    /// When the state can't be used.
    pub fn expect_from(&mut self, settled: Option<i64>) -> Result<(), StoreError> {
        let begun = if self.is_fed {
            None
        } else {
            self.store.lock().begun()?
        };
        let earliest = begun.max(settled);
        self.judge.set_lateness(Lateness {
            learnt: earliest.map(|earliest| earliest.saturating_sub(LONGEST)),
            ..Lateness::default()
        });
        Ok(())
    }

    /// Judges what is new on a page. Events from longer than `known_for` before its position are known
    /// no more: a few with each page, so that it never takes long.
    ///
    /// # Errors
    /// When the state can't be used; nothing of the page is in it then.
    pub fn page(&mut self, page: &Page, known_for: i64) -> Result<Taken, StoreError> {
        let source = page.stream.to_string();
        self.in_batch(page.received, |intake, alerts| {
            let mut taken = Taken::default();
            let origins = origins(page);
            let mut items = Vec::with_capacity(page.events.len());
            let names: Vec<_> = page.events.iter().map(name).collect();
            let new = intake.store.lock().are_new(&source, &names)?;
            for (event, is_new) in page.events.iter().zip(new) {
                if is_new {
                    taken.new += 1;
                    items.extend(item(event, &origins));
                } else {
                    taken.repeats += 1;
                }
            }
            let judge = &mut intake.judge;
            judge.gather(alerts, |judge, on| judge.take_all(&items, on))?;
            if let Some(position) = page.advance {
                let mut store = intake.store.lock();
                store.advance(&source, position)?;
                store.forget_events(&source, position.saturating_sub(known_for))?;
            }
            Ok(taken)
        })
    }

    /// Judges a batch of a feed, and notes how far the feed has been read. What comes twice does no harm:
    /// merging is idempotent, and alerts are known by their ids.
    ///
    /// # Errors
    /// When the state can't be used; nothing of the batch is in it then.
    pub fn batch(&mut self, batch: &Batch) -> Result<Taken, StoreError> {
        if !self.is_fed {
            self.is_fed = true;
            self.judge.set_lateness(Lateness::default());
        }
        self.in_batch(batch.seen.received, |intake, alerts| {
            let items: Vec<Item<'_>> = batch.pieces.iter().map(Piece::item).collect();
            let taken = Taken {
                new: batch.events() as u64,
                ..Taken::default()
            };
            let judge = &mut intake.judge;
            judge.gather(alerts, |judge, on| judge.take_all(&items, on))?;
            note(&mut intake.store.lock(), batch)?;
            Ok(taken)
        })
    }

    /// Notes what a reader tells of how far it has come.
    ///
    /// # Errors
    /// When the state can't be used.
    pub fn notice(&mut self, notice: &Notice) -> Result<(), StoreError> {
        let source = notice.stream.to_string();
        let noted = match notice.what {
            What::Begun { from } => self.in_batch(notice.time, |intake, _| {
                intake.store.lock().begin_source(&source, from)?;
                Ok(Taken::default())
            }),
            What::Walked { settled, .. } => self.in_batch(notice.time, |intake, _| {
                intake.store.lock().settle_source(&source, settled)?;
                Ok(Taken::default())
            }),
            _ => return Ok(()),
        };
        noted.map(|_| ())
    }

    /// Decides what of the detector at a place waited for events from before `until`, since none will
    /// come any more; both times are milliseconds since the Unix epoch.
    ///
    /// # Errors
    /// When the state can't be used; nothing is decided then.
    pub fn settle(&mut self, place: usize, until: i64, now: i64) -> Result<Taken, StoreError> {
        self.in_batch(now, |intake, alerts| {
            let judge = &mut intake.judge;
            judge.gather(alerts, |judge, on| judge.settle_one(place, until, on))?;
            Ok(Taken::default())
        })
    }

    /// Posts alerts that no log event raised, and notes what the one who raised them remembers.
    ///
    /// # Errors
    /// When the state can't be used; nothing is posted then.
    pub fn post(
        &mut self,
        raised: Vec<Alert>,
        memo: (&str, &[u8]),
        now: i64,
    ) -> Result<Taken, StoreError> {
        self.in_batch(now, |intake, alerts| {
            alerts.extend(raised);
            intake.store.lock().set_memo(memo.0, memo.1)?;
            Ok(Taken::default())
        })
    }

    /// Forgets alerts that were raised before a time.
    ///
    /// # Errors
    /// When the state can't be used; nothing is forgotten then.
    pub fn forget(&mut self, before: i64) -> Result<(), StoreError> {
        let forgotten = self.in_batch(before, |intake, _| {
            intake.store.lock().forget_alerts(before)?;
            Ok(Taken::default())
        });
        forgotten.map(|_| ())
    }

    /// What has been counted since the last time this was asked.
    pub fn counted(&mut self) -> Tally {
        self.judge.take_tally()
    }

    /// How often the state gave something up for want of room since the last time this was asked.
    pub fn evicted(&mut self) -> u64 {
        self.evictions.more(&self.judge)
    }

    /// Does all of `work`, and posts the alerts it gives, in one transaction.
    fn in_batch(
        &mut self,
        now: i64,
        work: impl FnOnce(&mut Self, &mut Vec<Alert>) -> Result<Taken, StoreError>,
    ) -> Result<Taken, StoreError> {
        self.store.lock().begin()?;
        let mut alerts = Vec::new();
        let done = work(self, &mut alerts).and_then(|mut taken| {
            for alert in alerts {
                if self.post.put(&mut *self.store.lock(), &alert, now)? {
                    taken.alerts.push(alert);
                }
            }
            self.store.lock().commit()?;
            Ok(taken)
        });
        if done.is_err() {
            self.store.lock().roll_back();
        }
        done
    }
}

/// Notes how far a feed has been read once a batch is judged.
fn note(store: &mut SqliteStore, batch: &Batch) -> Result<(), StoreError> {
    for memo in &batch.memos {
        match memo {
            Memo::Set(name, value) => store.set_memo(name, value)?,
            Memo::Retain(prefix, kept) => {
                for name in store.memos(prefix)? {
                    if !kept.contains(&name) {
                        store.forget_memo(&name)?;
                    }
                }
            }
        }
    }
    for (part, step) in &batch.steps {
        let source = part.to_string();
        match step {
            Step::Begun => {}
            Step::Settled(until) => {
                store.advance(&source, *until)?;
                store.settle_source(&source, *until)?;
            }
            // Whoever takes over is waited for after a restart, too.
            Step::Ended(heirs) => {
                if let Some(settled) = store.progress(&source)?.settled {
                    for heir in heirs {
                        store.advance(&heir.to_string(), settled)?;
                        store.settle_source(&heir.to_string(), settled)?;
                    }
                }
                store.forget_source(&source)?;
            }
        }
    }
    Ok(())
}

/// What an event is known by: its time, and a number.
fn name(event: &Fetched) -> (i64, u64) {
    // Without an id, equal lines of one millisecond and stream are one.
    let id = if event.event_id.is_empty() {
        &event.message
    } else {
        &event.event_id
    };
    let [a, b, c, d, e, f, g, h, ..] = Digest::of([event.log_stream.as_str(), id]).0;
    (
        event.timestamp,
        u64::from_be_bytes([a, b, c, d, e, f, g, h]),
    )
}

/// The origins of a page's events: one for each of its streams.
fn origins(page: &Page) -> Vec<Origin> {
    let mut origins: Vec<Origin> = Vec::new();
    for event in &page.events {
        let is_known = |origin: &Origin| origin.log_stream.as_deref() == Some(&event.log_stream);
        if !origins.iter().any(is_known) {
            origins.push(Origin {
                log_stream: Some(event.log_stream.clone()),
                ..(*page.origin).clone()
            });
        }
    }
    origins
}

fn item<'p>(event: &'p Fetched, origins: &'p [Origin]) -> Option<Item<'p>> {
    let is_its_own = |origin: &&Origin| origin.log_stream.as_deref() == Some(&event.log_stream);
    Some(Item::Event(LogEvent {
        message: event.message.as_str().into(),
        timestamp: Some(event.timestamp),
        ingestion_time: event.ingestion_time,
        event_id: (!event.event_id.is_empty()).then(|| event.event_id.as_str().into()),
        origin: origins.iter().find(is_its_own)?,
        position: Position::default(),
    }))
}

#[cfg(test)]
#[path = "intake_tests.rs"]
mod tests;
