//! The loop of a watch: takes what readers deliver, one after the other, and what time brings.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

use super::feed::{Batch, Fed, Step, carried};
use super::horizon::Horizon;
use super::intake::{Intake, Taken};
use super::report::Report;
use crate::config::Config;
use crate::pipeline::health::Monitor;
use crate::record::Cluster;
use crate::serve::Beat;
use crate::source::cloudwatch::{Delivery, LogKind, Notice, Page, Stream, What};
use crate::state::StoreError;
use crate::telemetry::Clock;
use crate::telemetry::milliseconds;

/// From one look at the clock to the next.
const TICK: Duration = Duration::from_secs(1);
/// From one deciding of everything to the next. It goes detector by detector and pauses after a piece
/// that took so long, for so many times what it took: pages wait for a moment only, however much there is
/// to look through. In milliseconds.
const DECIDE: i64 = 30_000;
const PIECE: i64 = 10;
const LEISURE: i64 = 50;
/// From one forgetting to the next, in milliseconds.
const FORGET: i64 = 60_000;

/// Why the loop ended.
#[derive(Debug)]
pub enum End<T> {
    /// The readers have stopped, and all that they delivered has been judged.
    Done,
    /// Others are to judge from now on.
    Replaced(T),
}

/// What comes in.
#[derive(Debug)]
pub struct Inputs<T> {
    /// From the readers of log groups.
    pub deliveries: mpsc::Receiver<Delivery>,
    /// From the feeds.
    pub feeds: mpsc::Receiver<Fed>,
    /// New detectors and settings.
    pub replacements: mpsc::Receiver<T>,
}

/// Something to judge or to note.
enum Arrived {
    Delivery(Delivery),
    Fed(Fed),
}

/// The next thing that comes, in turn from either side; nothing once both have ended.
async fn next(
    deliveries: &mut mpsc::Receiver<Delivery>,
    feeds: &mut mpsc::Receiver<Fed>,
) -> Option<Arrived> {
    tokio::select! {
        Some(delivery) = deliveries.recv() => Some(Arrived::Delivery(delivery)),
        Some(fed) = feeds.recv() => Some(Arrived::Fed(fed)),
        else => None,
    }
}

/// How long things are kept.
#[derive(Clone, Copy, Debug)]
pub struct Keep {
    /// How long an event is known: as far back as any walk goes.
    pub events: Duration,
    /// How long an alert's id is known.
    pub alerts: Duration,
}

/// What outlives detectors and settings.
#[derive(Debug)]
pub struct Standing {
    pub(super) monitor: Monitor,
    pub(super) horizon: Horizon,
    keep: Keep,
    saved: String,
    decide_at: i64,
    /// The place of the detector that is next.
    decide_next: usize,
    forget_at: i64,
}

impl Standing {
    /// The name under which the monitor's memory is kept.
    pub const MEMO: &str = "health";

    /// What a watch begins with.
    #[must_use]
    pub const fn new(monitor: Monitor, horizon: Horizon, keep: Keep) -> Self {
        Self {
            monitor,
            horizon,
            keep,
            saved: String::new(),
            decide_at: 0,
            decide_next: 0,
            forget_at: 0,
        }
    }
}

/// Judges what comes in, with one set of detectors and settings.
#[derive(Debug)]
pub struct Watch<'w> {
    /// Where pages go.
    pub intake: Intake<'w>,
    /// What outlives this set.
    pub standing: &'w mut Standing,
    /// The settings.
    pub config: &'w Config,
    /// Who is told.
    pub report: &'w Report,
    /// Shows that this goes on.
    pub beat: Beat,
    /// The time.
    pub clock: Clock,
}

impl Watch<'_> {
    /// Judges until the readers have stopped or a replacement comes.
    ///
    /// # Errors
    /// When the state can't be used.
    pub async fn run<T>(&mut self, inputs: &mut Inputs<T>) -> Result<End<T>, StoreError> {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        self.expect()?;
        loop {
            tokio::select! {
                biased;
                Some(replacement) = inputs.replacements.recv() => {
                    return Ok(End::Replaced(replacement));
                }
                _ = ticks.tick() => self.tick()?,
                arrived = next(&mut inputs.deliveries, &mut inputs.feeds) => match arrived {
                    Some(Arrived::Delivery(Delivery::Page(page))) => self.page(&page)?,
                    Some(Arrived::Delivery(Delivery::Notice(notice))) => self.notice(&notice)?,
                    Some(Arrived::Fed(Fed::Batch(batch))) => self.batch(batch)?,
                    Some(Arrived::Fed(Fed::Notice(notice))) => self.told(&notice),
                    None => {
                        self.tick()?;
                        return Ok(End::Done);
                    }
                },
            }
        }
    }

    fn page(&mut self, page: &Page) -> Result<(), StoreError> {
        let now = self.clock.now();
        let cluster = self.config.cluster_of(&page.origin, None);
        self.standing.monitor.watch(&page.stream, &cluster, now);
        self.standing.monitor.page(page);
        let known_for = milliseconds(self.standing.keep.events);
        let taken = self.intake.page(page, known_for)?;
        self.standing.horizon.expect(&page.stream, now);
        if let Some(position) = page.advance {
            self.standing.horizon.advance(&page.stream, position, now);
        }
        let tally = self.intake.counted();
        self.report.page(page, &cluster, &taken, &tally);
        self.report.counted(&tally);
        self.raised(&taken);
        Ok(())
    }

    fn notice(&mut self, notice: &Notice) -> Result<(), StoreError> {
        let cluster = self.config.cluster_of(&notice.stream.origin(), None);
        self.standing
            .monitor
            .watch(&notice.stream, &cluster, notice.time);
        self.standing.monitor.notice(notice);
        let horizon = &mut self.standing.horizon;
        match notice.what {
            What::Walked { settled, .. } => horizon.settle(&notice.stream, settled, notice.time),
            What::Given { .. } | What::Over => horizon.drop(&notice.stream),
            What::Begun { .. } | What::Failed { .. } => {}
        }
        self.intake.notice(notice)?;
        if matches!(notice.what, What::Begun { .. }) {
            self.expect()?;
        }
        if notice.what != What::Over {
            self.report.notice(notice, &cluster);
        }
        Ok(())
    }

    fn batch(&mut self, batch: Batch) -> Result<(), StoreError> {
        let now = self.clock.now();
        let cluster = place(&batch.feed);
        self.standing.monitor.watch(&batch.feed, &cluster, now);
        self.standing.monitor.fed(&batch.feed, &batch.seen);
        let logs = carried(&batch, self.config);
        for log in &logs {
            self.standing.monitor.watch(&log.stream, &log.cluster, now);
            self.standing
                .monitor
                .carried(&log.stream, &batch.feed, &log.seen);
        }
        let taken = self.intake.batch(&batch)?;
        let horizon = &mut self.standing.horizon;
        for (part, step) in &batch.steps {
            match step {
                Step::Begun => horizon.expect(part, now),
                Step::Settled(until) => horizon.settle(part, *until, now),
                Step::Ended(heirs) => horizon.split(part, heirs, now),
            }
        }
        if batch.feed.kind == LogKind::Records {
            // Its shards are known from here on, and each stands for itself.
            horizon.drop(&batch.feed);
        }
        let tally = self.intake.counted();
        self.report.batch(&batch, &cluster, &logs, &tally);
        self.report.counted(&tally);
        self.raised(&taken);
        if let Some(done) = batch.done {
            // Who does not wait for it any more gets it again.
            let _ = done.send(());
        }
        Ok(())
    }

    /// How the reading of a feed goes.
    fn told(&mut self, notice: &Notice) {
        let cluster = place(&notice.stream);
        let monitor = &mut self.standing.monitor;
        monitor.watch(&notice.stream, &cluster, notice.time);
        // Logs that a former run saw in it are missed if they don't come any more.
        for log in monitor.kept_of(&notice.stream) {
            let cluster = self.config.cluster_of(&log.origin(), None);
            monitor.watch(&log, &cluster, notice.time);
        }
        monitor.notice(notice);
        self.report.notice(notice, &cluster);
    }

    fn tick(&mut self) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.expect()?;
        self.health(now)?;
        if now >= self.standing.decide_at {
            self.decide(now)?;
        }
        if now >= self.standing.forget_at {
            self.forget(now)?;
        }
        self.report.evicted(self.intake.evicted());
        let views = self.standing.monitor.views();
        self.report.tick(now, &views);
        self.beat.beat(now);
        Ok(())
    }

    /// Lets the intake know which events can still come.
    fn expect(&mut self) -> Result<(), StoreError> {
        let settled = self.standing.horizon.until(self.clock.now());
        self.intake.expect_from(settled)
    }

    /// Raises what is wrong with the watching itself.
    fn health(&mut self, now: i64) -> Result<(), StoreError> {
        let alerts = self.standing.monitor.tick(now);
        // None in practice: all of it can be written as JSON.
        let memory = self.standing.monitor.save().unwrap_or_default();
        if alerts.is_empty() && memory == self.standing.saved {
            return Ok(());
        }
        let taken = self
            .intake
            .post(alerts, (Standing::MEMO, memory.as_bytes()), now)?;
        self.standing.saved = memory;
        self.raised(&taken);
        Ok(())
    }

    /// Decides what waited until no more events could come.
    fn decide(&mut self, now: i64) -> Result<(), StoreError> {
        let Some(until) = self.standing.horizon.until(now) else {
            return Ok(());
        };
        while let Some(place) = self.intake.judge.next_waiting(self.standing.decide_next) {
            let taken = self.intake.settle(place, until, now)?;
            self.raised(&taken);
            self.standing.decide_next = place.saturating_add(1);
            let ended = self.clock.now();
            let took = ended.saturating_sub(now);
            if took >= PIECE {
                self.standing.decide_at = ended.saturating_add(LEISURE.saturating_mul(took));
                return Ok(());
            }
        }
        self.standing.decide_next = 0;
        self.standing.decide_at = now.saturating_add(DECIDE);
        Ok(())
    }

    /// Forgets alerts that can't come again.
    fn forget(&mut self, now: i64) -> Result<(), StoreError> {
        let keep = milliseconds(self.standing.keep.alerts);
        self.intake.forget(now.saturating_sub(keep))?;
        self.standing.forget_at = now.saturating_add(FORGET);
        Ok(())
    }

    fn raised(&self, taken: &Taken) {
        if !taken.alerts.is_empty() {
            self.report.raised(&taken.alerts);
        }
    }
}

/// Whose a feed is: no cluster's, since it carries those of many.
fn place(feed: &Stream) -> Cluster {
    let origin = feed.origin();
    Cluster {
        account: origin.account,
        region: origin.region,
        ..Cluster::default()
    }
}
