//! Brings what waits in the outbox to one sink, for as long as it takes.
//!
//! Each sink has a drain of its own, so that a slow one holds up nobody. A sink that accepts nothing
//! rests as a whole: only the first alerts of a pass try it again.

mod bury;
mod guard;
mod judge;
mod pace;
mod pass;
mod settings;
mod store;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::deliver::{Sink, Verdict};
use super::loud::Loud;
use super::observe::Observer;
use super::outbox::{Fate, Waiting};
use crate::state::StoreError;
use crate::telemetry::Clock;
use judge::Judged;
use pace::Pace;
use store::Store;

pub use pass::{Passed, pass};
pub use settings::{DrainSettings, Signals};
pub use store::SharedOutbox;

/// How long to wait when the outbox itself fails, in milliseconds.
const STORE_PAUSE: i64 = 5_000;

/// The longest sleep at once: a clock that jumps then does no harm.
const LONGEST_SLEEP: i64 = 60_000;

/// How often it is told how much waits while alerts go out one batch after the other, in milliseconds.
const REPORT: i64 = 10_000;

/// How many waiting alerts a drain of an ordered sink looks at, and how many at most when all of those
/// belong to groups that rest.
const WINDOW: (usize, usize) = (100, 3_200);

/// Among how many batches a sink's next one is chosen while it accepts nothing.
const FAILING_WINDOW: usize = 10;

/// Empties the outbox into one sink.
pub struct Drain {
    sink: Box<dyn Sink>,
    store: Store,
    settings: DrainSettings,
    signals: Signals,
    clock: Clock,
    observer: Arc<dyn Observer>,
    pace: Pace,
    loud: Loud,
    /// Fates that the store did not take yet: until it has, nothing is sent twice.
    unnoted: Vec<(i64, Fate)>,
    /// When it was last told how much waits.
    reported: i64,
}

/// What a pass leaves to do.
enum Next {
    /// There may be more.
    Again,
    /// Nothing before that time (milliseconds since the Unix epoch), or before something is committed.
    Wait(Option<i64>),
}

impl Drain {
    /// A drain for a sink; [`Drain::run`] starts it.
    #[must_use]
    pub fn new(
        sink: Box<dyn Sink>,
        outbox: SharedOutbox,
        settings: DrainSettings,
        signals: Signals,
        clock: Clock,
        observer: Arc<dyn Observer>,
    ) -> Self {
        Self {
            store: Store::new(sink.name(), outbox),
            sink,
            settings,
            signals,
            clock,
            observer,
            pace: Pace::default(),
            loud: Loud::default(),
            unnoted: Vec::new(),
            reported: i64::MIN,
        }
    }

    /// Delivers until a stop is asked for; then what is due, for as long as the grace lasts. What is
    /// left stays in the outbox.
    pub async fn run(mut self) {
        let (stop, grace) = (self.signals.stop.clone(), self.settings.grace);
        let name = self.sink.name().to_owned();
        tokio::select! {
            () = self.work() => {}
            () = over(stop, grace) => {
                tracing::warn!(sink = name, "alerts are left in the outbox: the sink took too long");
            }
        }
    }

    async fn work(&mut self) {
        loop {
            match self.pass().await {
                Next::Again => {}
                Next::Wait(_) if *self.signals.stop.borrow() => return,
                Next::Wait(until) => self.wait(until).await,
            }
        }
    }

    async fn wait(&mut self, until: Option<i64>) {
        let now = self.clock.now();
        let millis = until.map_or(LONGEST_SLEEP, |at| {
            at.saturating_sub(now).clamp(1, LONGEST_SLEEP)
        });
        let sleep = Duration::from_millis(millis.unsigned_abs());
        let Signals { committed, stop } = &mut self.signals;
        tokio::select! {
            () = tokio::time::sleep(sleep) => {}
            () = changed(committed) => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }

    /// Delivers one batch.
    async fn pass(&mut self) -> Next {
        if !self.unnoted.is_empty() && !self.note().await {
            return Next::Wait(Some(self.clock.now() + STORE_PAUSE));
        }
        let now = self.clock.now();
        if let Some(until) = self.pace.resting(now) {
            self.report().await;
            return Next::Wait(Some(until));
        }
        let (batch, next) = match self.due(now).await {
            Ok(found) => found,
            Err(error) => return self.store_failed(&error),
        };
        if batch.is_empty() {
            self.report().await;
            return Next::Wait(next);
        }
        let verdicts = guard::deliver(self.sink.as_mut(), &batch).await;
        self.observer
            .took(self.sink.name(), self.clock.now().saturating_sub(now));
        self.settle(batch, verdicts).await;
        self.note().await;
        if now.saturating_sub(self.reported) >= REPORT {
            self.report().await;
        }
        Next::Again
    }

    /// The alerts to try at `now`; and if there are none, when there will be.
    async fn due(&mut self, now: i64) -> Result<(Vec<Waiting>, Option<i64>), StoreError> {
        let most = self.sink.most();
        if self.sink.is_ordered() {
            return self.due_in_order(now, most).await;
        }
        // While nothing is accepted, those that were tried least go first: it may be the others' fault.
        let window = match self.pace.is_failing() {
            true => most.saturating_mul(FAILING_WINDOW),
            false => most,
        };
        let mut batch = self.store.due(now, window).await?;
        batch.sort_by_key(|waiting| (waiting.attempts, waiting.number));
        batch.truncate(most);
        let next = match batch.is_empty() {
            true => self.store.next().await?,
            false => None,
        };
        Ok((batch, next))
    }

    /// In order, what counts is the oldest of each group, whenever it may be tried: so the drain looks at
    /// all that waits, oldest first, and keeps the pauses of groups itself. After a restart it has none,
    /// and everything is tried at once.
    async fn due_in_order(
        &mut self,
        now: i64,
        most: usize,
    ) -> Result<(Vec<Waiting>, Option<i64>), StoreError> {
        let mut window = WINDOW.0;
        loop {
            let mut found = self.store.due(i64::MAX, window).await?;
            let full = found.len() >= window;
            found.retain(|waiting| !self.pace.group_rests(&self.sink.group(&waiting.alert), now));
            if found.is_empty() && full && window < WINDOW.1 {
                window *= 2;
                continue;
            }
            found.truncate(most);
            return Ok((found, self.pace.next_group()));
        }
    }

    /// Turns verdicts into fates, tells of them, and decides whether the sink rests.
    async fn settle(&mut self, batch: Vec<Waiting>, verdicts: Vec<(i64, Verdict)>) {
        let (now, name) = (self.clock.now(), self.sink.name().to_owned());
        let judged = Judged::of(batch, verdicts, now, self.settings.keep);
        for waiting in &judged.delivered {
            self.observer
                .delivered(&name, now.saturating_sub(waiting.since));
            self.unnoted.push((waiting.number, Fate::Delivered));
        }
        if !judged.delivered.is_empty() {
            self.loud.delivered(&name);
        }
        for (failure, count) in &judged.failures {
            self.observer.failed(&name, failure.class, *count);
            self.loud.failed(&name, failure, *count, now);
        }
        let rest = match judged.is_hopeless() {
            true => self.pace.failed(judged.worst(), now),
            false => self.pace.succeeded(now),
        };
        for later in &judged.later {
            let at = later.at.max(rest.saturating_add(1));
            if self.sink.is_ordered() {
                self.pace
                    .rest_group(self.sink.group(&later.waiting.alert), at);
            }
            let reason = later.reason.clone();
            self.unnoted
                .push((later.waiting.number, Fate::Later { at, reason }));
        }
        self.bury(judged.refused, now).await;
    }

    /// Hands the fates to the store; whether it took them.
    async fn note(&mut self) -> bool {
        match self.store.note(&self.unnoted).await {
            Ok(()) => {
                self.unnoted.clear();
                true
            }
            Err(error) => {
                self.store_failed(&error);
                false
            }
        }
    }

    fn store_failed(&self, error: &StoreError) -> Next {
        let sink = self.sink.name();
        tracing::error!(sink, %error, "the outbox can't be used; it is tried again");
        Next::Wait(Some(self.clock.now() + STORE_PAUSE))
    }

    /// Tells how much waits.
    async fn report(&mut self) {
        self.reported = self.clock.now();
        if let Ok((count, oldest)) = self.store.waiting().await {
            self.observer.waiting(self.sink.name(), count, oldest);
        }
    }
}

impl std::fmt::Debug for Drain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Drain({})", self.sink.name())
    }
}

/// Returns when something was committed; never, once nobody can commit any more.
async fn changed(committed: &mut watch::Receiver<u64>) {
    if committed.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Returns when a stop was asked for, or nobody is left to ask, and the grace is over.
async fn over(mut stop: watch::Receiver<bool>, grace: Duration) {
    let _ = stop.wait_for(|stop| *stop).await;
    tokio::time::sleep(grace).await;
}

#[cfg(test)]
mod tests;
