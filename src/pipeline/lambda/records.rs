//! The records of a batch to the judge, one after the other. What can't be read is set aside: it would be
//! no better the next time. What fails for reasons of ours comes again.

use std::any::Any;
use std::borrow::Cow;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;

use tokio::runtime::Handle;

use super::answer::Failed;
use super::aside::One;
use super::intake::Intake;
use super::intercept::Seen;
use super::outcome::Outcome;
use crate::alert::escape;
use crate::decode::{Item, Limits, Reader};
use crate::pipeline::batch::Batch as Items;
use crate::record::{LogEvent, Origin, Position};
use crate::source::cloudwatch::Class;
use crate::source::lambda::{Batch, Content, Kind, Record};
use crate::source::origin_of;
use crate::source::s3::{Named, Object, Store};
use crate::state::StoreError;
use crate::telemetry::Clock;

/// So many bytes of log lines, or so many items, are judged and committed at once.
const COMMIT: (usize, usize) = (1 << 20, 4096);

/// The limits of what is in an event itself. Its senders fill a megabyte or six of compressed bytes, which
/// become ten or twenty times that: what becomes more is no log. And no envelope is held whole.
const IN_EVENT: Limits = Limits {
    file: 512 << 20,
    envelope: 4 << 20,
    ..Limits::DEFAULT
};

/// What records are read with.
#[derive(Debug)]
pub struct Sources {
    /// The way to objects, and the runtime that goes it.
    objects: Option<(Store, Handle)>,
    /// The region of the function, in which the log groups of subscriptions that invoke it are too.
    origin: Origin,
    in_event: Reader,
    in_object: Reader,
}

impl Sources {
    /// Objects are read from `objects` by tasks of that runtime; `region` is that of the function.
    #[must_use]
    pub fn new(objects: Option<(Store, Handle)>, region: Option<String>) -> Self {
        Self {
            objects,
            origin: Origin {
                region,
                ..Origin::default()
            },
            in_event: Reader::new(IN_EVENT),
            in_object: Reader::new(Limits {
                envelope: IN_EVENT.envelope,
                ..Limits::DEFAULT
            }),
        }
    }
}

/// One reading of a batch.
pub(super) struct Reading<'r, 'c> {
    intake: &'r mut Intake<'c>,
    clock: &'r Clock,
    until: i64,
    items: Items,
    /// The places of records of which something is in `items`.
    pending: Vec<usize>,
    /// What ends the reading, if anything does.
    end: Option<End>,
}

enum End {
    /// There is no time left.
    Late,
    /// The state can't be used.
    State(StoreError),
    /// Judging, or committing, panicked: that is no fault of the record that was being read.
    Panic(Box<dyn Any + Send>),
}

impl End {
    fn words(&self) -> String {
        match self {
            Self::Late => "there was no time left".to_owned(),
            Self::State(error) => error.to_string(),
            Self::Panic(_) => "judging ended by a mistake in trailhound".to_owned(),
        }
    }
}

impl<'r, 'c> Reading<'r, 'c> {
    /// A reading that ends at `until` (milliseconds since the Unix epoch).
    pub(super) fn new(intake: &'r mut Intake<'c>, clock: &'r Clock, until: i64) -> Self {
        Self {
            intake,
            clock,
            until,
            items: Items::default(),
            pending: Vec::new(),
            end: None,
        }
    }

    /// Reads all records; which of them failed.
    pub(super) fn all(
        &mut self,
        batch: &Batch<'_>,
        sources: &mut Sources,
        outcome: &mut Outcome,
    ) -> Failed {
        let mut failed = Failed::default();
        let mut reached = 0;
        for (place, record) in batch.records.iter().enumerate() {
            if self.clock.now() >= self.until {
                self.end = Some(End::Late);
            }
            if self.end.is_some() {
                break;
            }
            let mut one = One {
                place,
                kind: batch.kind,
                outcome,
            };
            if let Err(reason) = self.record(record, &mut one, sources) {
                let reason = escape::visible(&reason).into_owned();
                let kind = batch.kind.as_str();
                tracing::error!(
                    kind,
                    record = record.name,
                    reason,
                    "a record failed, and comes again"
                );
                failed.add([place], &reason);
            }
            // A record during which the reading ended was not read whole.
            reached = place + usize::from(self.end.is_none());
        }
        // What was read in time is judged, even at the last moment.
        if matches!(self.end, None | Some(End::Late)) {
            let late = self.end.take();
            let _ = self.commit();
            self.end = self.end.take().or(late);
        }
        self.end = match self.end.take() {
            Some(End::Panic(with)) => resume_unwind(with),
            end => end,
        };
        if let Some(end) = &self.end {
            let words = end.words();
            let kind = batch.kind.as_str();
            tracing::error!(kind, reason = words, "records failed, and come again");
            if let End::State(_) = end {
                failed.add(self.pending.iter().copied(), &words);
            }
            failed.add(reached..batch.records.len(), &words);
        }
        failed
    }

    /// Reads a record.
    fn record(
        &mut self,
        record: &Record<'_>,
        one: &mut One<'_>,
        sources: &mut Sources,
    ) -> Result<(), String> {
        match &record.content {
            Content::Base64(text) => {
                let none = Origin::default();
                let origin = match one.kind {
                    Kind::Logs => &sources.origin,
                    _ => &none,
                };
                let (name, place) = (&record.name, one.place);
                let seen = one.seen(name, &mut sources.in_event, |reader, seen| {
                    let mut on = |item: Item<'_>| self.item(&item, place, seen);
                    let _ = reader.read_base64(name, text.as_bytes(), origin, &mut on);
                });
                if let Some(seen) = seen {
                    one.note(name, seen, self.end.is_some());
                }
            }
            Content::Lines(lines) => self.lines(&record.name, lines, one.place),
            Content::Objects(objects) => {
                for object in objects {
                    self.object(object, one, sources)?;
                    if self.end.is_some() {
                        break;
                    }
                }
            }
            // A queue has a place for what can't be read: its dead letters, where somebody may look at it.
            Content::Unreadable(why) if one.kind == Kind::Queue => return Err((*why).to_owned()),
            Content::Unreadable(why) => one.set_aside(&record.name, "unknown-shape", why, false),
        }
        Ok(())
    }

    fn object(
        &mut self,
        named: &Named,
        one: &mut One<'_>,
        sources: &mut Sources,
    ) -> Result<(), String> {
        let object = Object {
            bucket: named.bucket.clone(),
            key: named.key.clone(),
            size: None,
        };
        if !object.may_hold_lines() {
            return Ok(());
        }
        let name = object.to_string();
        let Some((store, runtime)) = &sources.objects else {
            return Err(format!("{name} can't be read: there is no way to S3"));
        };
        if let Some(region) = &named.region {
            store.is_in(&named.bucket, region);
        }
        let mut body = match runtime.block_on(store.open(&object)) {
            Ok(body) => body,
            Err(failure) if failure.class == Class::Gone => {
                one.set_aside(&name, "gone", &failure.message, false);
                return Ok(());
            }
            Err(failure) => return Err(failure.message),
        };
        let (fate, origin) = (body.fate(), origin_of(Path::new(&object.key)));
        let place = one.place;
        let seen = one.seen(&name, &mut sources.in_object, |reader, seen| {
            let mut on = |item: Item<'_>| {
                // That it broke off is no problem of the object's: it comes again.
                if matches!(item, Item::Problem(_)) && fate.failure().is_some() {
                    return ControlFlow::Break(());
                }
                self.item(&item, place, seen)
            };
            let _ = reader.read(&name, &mut body, &origin, &mut on);
        });
        // What came before it broke off was only a part.
        match (fate.failure(), seen) {
            (Some(failure), _) => return Err(failure.to_owned()),
            (None, Some(seen)) => one.note(&name, seen, self.end.is_some()),
            (None, None) => {}
        }
        Ok(())
    }

    fn lines(&mut self, name: &str, lines: &[Cow<'_, str>], place: usize) {
        let (origin, mut seen) = (Origin::default(), Seen::default());
        for (number, line) in (1..).zip(lines) {
            let event = Item::Event(LogEvent {
                position: Position {
                    file: name,
                    offset: 0,
                    line: number,
                },
                ..LogEvent::bare(line.trim_end(), &origin)
            });
            if self.item(&event, place, &mut seen).is_break() {
                return;
            }
        }
    }

    /// Takes an item of a record.
    fn item(&mut self, item: &Item<'_>, place: usize, seen: &mut Seen) -> ControlFlow<()> {
        seen.note(item);
        self.items.push(item);
        if self.pending.last() != Some(&place) {
            self.pending.push(place);
        }
        let (bytes, items) = self.items.size();
        if bytes < COMMIT.0 && items < COMMIT.1 {
            return ControlFlow::Continue(());
        }
        self.commit()?;
        if self.clock.now() >= self.until {
            self.end = Some(End::Late);
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    fn commit(&mut self) -> ControlFlow<()> {
        if self.items.is_empty() {
            return ControlFlow::Continue(());
        }
        let take = || self.intake.take(&self.items, self.clock.now());
        let taken = catch_unwind(AssertUnwindSafe(take));
        if let Err(end) = taken
            .map_err(End::Panic)
            .and_then(|taken| taken.map_err(End::State))
        {
            self.end = Some(end);
            return ControlFlow::Break(());
        }
        self.items.clear();
        self.pending.clear();
        ControlFlow::Continue(())
    }
}
