//! Objects that a queue announces, to batches. A message is deleted when the last of its objects' batches
//! has become part of the state, and not before.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tokio::sync::{mpsc, oneshot};

use super::batch::{Batch, Fed, Piece, Step};
use super::handling::Handling;
use super::object::{self, Closed};
use crate::decode::Refusal;
use crate::record::Origin;
use crate::source::cloudwatch::{Class, Found, Notice, Purpose, What};
use crate::source::s3::{Announced, Message, Named, Object, Queue, announced};
use crate::telemetry::{Clock, milliseconds};

/// Messages of a queue that are worked on at once.
const WORKERS: usize = 4;

/// From one word about a queue that works to the next, in milliseconds.
const TELL: i64 = 5_000;

/// A queue, and what its workers share.
pub struct Objects {
    /// The queue.
    pub queue: Queue,
    /// What is known of objects that don't tell.
    pub hint: Origin,
    /// How long after an event its object is announced at most, in milliseconds.
    pub lateness: i64,
    /// What time it is.
    pub clock: Clock,
    /// Where batches go.
    pub out: mpsc::Sender<Fed>,
}

struct Work {
    objects: Objects,
    handling: Handling,
    /// When it was last told that the queue works.
    told: AtomicI64,
    /// Until when it is not told, since an object can't be read.
    failing: AtomicI64,
}

/// Why a message stays in the queue.
enum Kept {
    /// It comes again after a while.
    Failed,
    Closed,
}

impl From<Closed> for Kept {
    fn from(_: Closed) -> Self {
        Self::Closed
    }
}

impl Objects {
    /// Works on what the queue announces until nobody judges any more. When it is dropped, messages that
    /// are worked on come again.
    ///
    /// # Panics
    /// When a worker does.
    pub async fn run(self) {
        let work = Arc::new(Work {
            handling: Handling::new(self.queue.visibility(), self.clock.now()),
            objects: self,
            told: AtomicI64::new(i64::MIN),
            failing: AtomicI64::new(i64::MIN),
        });
        let mut workers = tokio::task::JoinSet::new();
        for _ in 0..WORKERS {
            let work = Arc::clone(&work);
            workers.spawn(async move { work.run().await });
        }
        while let Some(ended) = workers.join_next().await {
            if let Some(with) = ended.err().and_then(|error| error.try_into_panic().ok()) {
                tracing::error!("the work on a queue ended by a mistake in trailhound");
                std::panic::resume_unwind(with);
            }
        }
    }
}

impl Work {
    async fn run(&self) {
        let mut failures = 0;
        loop {
            let since = self.objects.clock.now();
            let done = match self.objects.queue.receive().await {
                Ok(message) => {
                    failures = 0;
                    self.received(message, since).await
                }
                Err(refused) => {
                    failures += 1;
                    let wait = self.objects.queue.wait(refused.class, failures);
                    let told = self.failed(refused.class, refused.message).await;
                    tokio::time::sleep(wait).await;
                    told
                }
            };
            if done.is_err() {
                return;
            }
        }
    }

    /// What the queue gave to a call that began at `since`.
    async fn received(&self, message: Option<Message>, since: i64) -> Result<(), Closed> {
        self.works().await?;
        let now = self.objects.clock.now();
        let sent = message.as_ref().map(|it| it.sent.unwrap_or(since));
        let number = sent.map(|sent| self.handling.begin(sent));
        if let Some(handled) = self.handling.handled(since, now, message.is_some()) {
            let settled = handled.saturating_sub(self.objects.lateness);
            self.note(Vec::new(), Some(settled)).await?;
        }
        let worked = match &message {
            Some(message) => self.message(message).await,
            None => Ok(()),
        };
        if let Some(number) = number {
            self.handling.end(number);
        }
        match worked {
            Ok(()) | Err(Kept::Failed) => Ok(()),
            Err(Kept::Closed) => Err(Closed),
        }
    }

    /// Works on a message, and keeps it from others meanwhile.
    async fn message(&self, message: &Message) -> Result<(), Kept> {
        let keep = async {
            let pause = self.objects.queue.visibility() / 3;
            loop {
                tokio::time::sleep(pause).await;
                if let Err(refused) = self.objects.queue.keep(message).await {
                    tracing::warn!(
                        queue = %self.objects.queue.feed.group, message = message.id,
                        "others may work on it too: {}", refused.message
                    );
                }
            }
        };
        tokio::select! {
            worked = self.announced(message) => worked?,
            () = keep => {}
        }
        if let Err(refused) = self.objects.queue.delete(message).await {
            self.failed(refused.class, refused.message).await?;
            return Err(Kept::Failed);
        }
        Ok(())
    }

    /// Reads what a message announces.
    async fn announced(&self, message: &Message) -> Result<(), Kept> {
        let queue = &self.objects.queue.feed.group;
        match announced(&message.body) {
            Announced::Test => Ok(()),
            Announced::Unknown(why) => {
                tracing::warn!(
                    %queue, message = message.id, times = message.times,
                    "a message is left to the queue's redrive policy, since it announces no object: {why}"
                );
                let place = format!("{queue}/{}", message.id);
                let note = vec![problem(Refusal::UnknownShape, &place, why)];
                self.note(note, None).await?;
                Err(Kept::Failed)
            }
            Announced::Objects(objects) => {
                for named in objects {
                    self.object(named).await?;
                }
                Ok(())
            }
        }
    }

    /// Reads an object, and waits until all of it has been judged.
    async fn object(&self, named: Named) -> Result<(), Kept> {
        let Named {
            bucket,
            key,
            region,
        } = named;
        let store = &self.objects.queue.store;
        if let Some(region) = region {
            store.is_in(&bucket, &region);
        }
        let object = Object {
            bucket,
            key,
            size: None,
        };
        if !object.may_hold_lines() {
            return Ok(());
        }
        let body = match store.open(&object).await {
            Ok(body) => body,
            Err(failure) if failure.class == Class::Gone => {
                tracing::warn!(%object, "an object that was announced is not there any more: it is passed over");
                let place = object.to_string();
                let what = "the object is not there any more";
                let note = vec![problem(Refusal::ReadFailed, &place, what)];
                return Ok(self.note(note, None).await?);
            }
            Err(failure) => return self.unreadable(failure.class, failure.message).await,
        };
        let fate = body.fate();
        // When this is dropped, whoever reads must not go on.
        let _stopper = body.stopper();
        let reading = object::Reading {
            object,
            body,
            feed: self.objects.queue.feed.clone(),
            hint: self.objects.hint.clone(),
            received: self.objects.clock.now(),
            out: self.objects.out.clone(),
        };
        let read = tokio::task::spawn_blocking(move || object::read(reading)).await;
        if let Some(why) = fate.failure() {
            return self.unreadable(Class::Retry, why.to_owned()).await;
        }
        let judged = match read {
            Ok(read) => read?,
            Err(_) => {
                let why = "the reading of an object ended by a mistake in trailhound".to_owned();
                return self.unreadable(Class::Retry, why).await;
            }
        };
        // It is told when the batch has become part of the state.
        judged.await.map_err(|_| Closed)?;
        self.failing.store(i64::MIN, Ordering::Relaxed);
        Ok(())
    }

    /// An object can't be read: its message comes again, as often as the queue's redrive policy lets it.
    async fn unreadable(&self, class: Class, message: String) -> Result<(), Kept> {
        let visibility = milliseconds(self.objects.queue.visibility());
        let now = self.objects.clock.now();
        self.handling.failed(now);
        let until = now.saturating_add(2 * visibility);
        self.failing.store(until, Ordering::Relaxed);
        self.failed(class, message).await?;
        Err(Kept::Failed)
    }

    /// Hands on what is no part of an object.
    async fn note(&self, pieces: Vec<Piece>, settled: Option<i64>) -> Result<(), Closed> {
        let feed = &self.objects.queue.feed;
        let mut batch = Batch::empty(feed, self.objects.clock.now());
        batch.pieces = pieces;
        batch.steps = settled
            .map(|settled| (feed.clone(), Step::Settled(settled)))
            .into_iter()
            .collect();
        self.send(Fed::Batch(batch)).await
    }

    /// Says from time to time that the queue works, unless what it announces can't be read.
    async fn works(&self) -> Result<(), Closed> {
        let now = self.objects.clock.now();
        let told = self.told.load(Ordering::Relaxed);
        if now < told.saturating_add(TELL) || now < self.failing.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.told.store(now, Ordering::Relaxed);
        self.tell(What::Walked {
            until: now,
            calls: 1,
            purpose: Purpose::Forward,
            settled: i64::MIN,
            found: Found::default(),
            lateness: 0,
            behind: 0,
        })
        .await
    }

    async fn failed(&self, class: Class, message: String) -> Result<(), Closed> {
        self.told.store(i64::MIN, Ordering::Relaxed);
        self.tell(What::Failed { class, message }).await
    }

    async fn tell(&self, what: What) -> Result<(), Closed> {
        let notice = Notice {
            stream: self.objects.queue.feed.clone(),
            time: self.objects.clock.now(),
            what,
        };
        self.send(Fed::Notice(notice)).await
    }

    async fn send(&self, fed: Fed) -> Result<(), Closed> {
        self.objects.out.send(fed).await.map_err(|_| Closed)
    }
}

/// The receiver that hears when a batch was judged.
pub(super) type Judged = oneshot::Receiver<()>;

fn problem(reason: Refusal, place: &str, detail: &str) -> Piece {
    Piece::Problem {
        reason,
        place: place.into(),
        detail: detail.to_owned(),
    }
}
