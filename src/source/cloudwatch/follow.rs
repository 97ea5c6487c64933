//! Reads one log group for ever: its two logs in turn, new ground first, then what may have come late.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::MissedTickBehavior;

use super::delivery::{Class, LogKind, Purpose, Stream, What};
use super::lateness::Lateness;
use super::outlet::{Closed, Outlet};
use super::plan::{Plan, Spans, Stretch};
use super::seen::Seen;
use super::walk::{Advance, End, Target, Walker};
use crate::state::Progress;

/// Calls that may be spent in a turn on looking back.
const BACK_CALLS: u64 = 8;

/// The position of a log where nothing happens is told this often, in milliseconds.
const IDLE: i64 = 30_000;

/// Where each log begins: stored positions, and where to begin without one.
pub(super) struct Begin<'a> {
    /// The group's label.
    pub(super) label: Arc<str>,
    /// What is stored of a log.
    pub(super) stored: &'a (dyn Fn(&Stream) -> Progress + Send + Sync),
    /// Where a log without one begins, in milliseconds since the Unix epoch.
    pub(super) from: i64,
    /// How far back late events are looked for.
    pub(super) spans: Spans,
}

/// One log of the group.
struct Track {
    plan: Plan,
    /// Where its reading begins, if nobody knows that yet.
    begins: Option<i64>,
    walker: Walker,
    /// The position that was last delivered.
    told: i64,
    /// Failed walks in a row.
    failures: u32,
}

/// Both logs of a group.
pub(super) struct Follower {
    tracks: Vec<Track>,
    outlet: Arc<Outlet>,
    interval: Duration,
}

impl Follower {
    /// Reads `target` from where `begin` says.
    pub(super) fn new(
        outlet: &Arc<Outlet>,
        target: &Arc<Target>,
        begin: &Begin<'_>,
        interval: Duration,
    ) -> Self {
        let track = |kind| {
            let stream = Stream {
                group: Arc::clone(&begin.label),
                kind,
            };
            let known = (begin.stored)(&stream);
            let now = outlet.clock.now();
            // One that was begun and has no position was killed before its first page was handled.
            let from = known.begun.unwrap_or(begin.from);
            Track {
                plan: Plan::new(begin.spans, known, from, now),
                begins: known.begun.is_none().then_some(from),
                walker: Walker {
                    outlet: Arc::clone(outlet),
                    target: Arc::clone(target),
                    stream,
                    seen: Seen::default(),
                    lateness: Lateness::default(),
                    failures: 0,
                },
                told: known.position.unwrap_or(i64::MIN),
                failures: 0,
            }
        };
        Self {
            tracks: LogKind::ALL.map(track).into(),
            outlet: Arc::clone(outlet),
            interval: interval.max(Duration::from_millis(10)),
        }
    }

    /// Reads until nobody takes what is read.
    pub(super) async fn run(mut self) -> Closed {
        let mut clock = tokio::time::interval(self.interval);
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        for track in &mut self.tracks {
            if let Some(from) = track.begins.take() {
                let told = self.outlet.tell(&track.walker.stream, What::Begun { from });
                if let Err(closed) = told.await {
                    return closed;
                }
            }
        }
        clock.tick().await;
        // The first look is at once. The others begin anywhere in the interval, so that the pages of many
        // groups come one after the other, and none waits for long.
        clock.reset_after(self.interval.mul_f64(fastrand::f64()));
        loop {
            // Ground that is far behind is walked without a pause between turns.
            loop {
                match self.turn().await {
                    Ok(Turn::Behind) => {}
                    Ok(Turn::Current) => break,
                    Ok(Turn::Failed(wait)) => {
                        tokio::time::sleep(wait).await;
                        break;
                    }
                    Err(closed) => return closed,
                }
            }
            clock.tick().await;
        }
    }

    async fn turn(&mut self) -> Result<Turn, Closed> {
        let mut behind = false;
        let mut failed = Vec::new();
        for track in &mut self.tracks {
            match track.turn(&self.outlet).await? {
                Some(class) => {
                    track.failures = track.failures.saturating_add(1);
                    failed.push(self.outlet.wait(class, track.failures));
                }
                None => track.failures = 0,
            }
            let now = self.outlet.clock.now();
            behind |= track.failures == 0 && track.plan.is_behind(now);
        }
        if failed.len() == self.tracks.len() {
            return Ok(Turn::Failed(failed.into_iter().min().unwrap_or_default()));
        }
        Ok(if behind { Turn::Behind } else { Turn::Current })
    }
}

/// How a turn ended.
enum Turn {
    /// There is more to read at once.
    Behind,
    /// All that is there was read.
    Current,
    /// Nothing could be read: wait.
    Failed(Duration),
}

impl Track {
    /// New ground, then what is due of old ground: the class of the failure, if that ended it.
    async fn turn(&mut self, outlet: &Outlet) -> Result<Option<Class>, Closed> {
        let now = outlet.clock.now();
        let measured = self.walker.lateness.worst(now);
        let stretch = self.plan.forward(measured, now);
        if let Some(class) = self.walk(stretch, outlet).await?.1 {
            return Ok(Some(class));
        }
        let mut spent = 0;
        while spent < BACK_CALLS {
            let Some(stretch) = self.plan.back(outlet.clock.now()) else {
                break;
            };
            let (calls, failed) = self.walk(stretch, outlet).await?;
            if failed.is_some() {
                return Ok(failed);
            }
            spent += calls.max(1);
        }
        Ok(None)
    }

    /// Walks over a stretch: how many calls that took, and how it failed if it did.
    async fn walk(
        &mut self,
        stretch: Stretch,
        outlet: &Outlet,
    ) -> Result<(u64, Option<Class>), Closed> {
        let advance = self.advance(stretch);
        match self.walker.walk(stretch, advance).await? {
            End::Whole { calls, found, told } => {
                self.plan.walked(stretch, calls);
                if let Some(advance) = advance.filter(|_| told) {
                    self.told = advance.to;
                }
                let what = What::Walked {
                    until: stretch.advance(),
                    calls,
                    purpose: stretch.purpose,
                    settled: self.plan.settled(),
                    found,
                    lateness: self.walker.lateness.worst(outlet.clock.now()),
                    behind: stretch.begun.saturating_sub(self.plan.position()).max(0),
                };
                outlet.tell(&self.walker.stream, what).await?;
                Ok((calls, None))
            }
            End::Broken => {
                self.plan.broke(stretch);
                Ok((1, None))
            }
            End::Failed(class) => Ok((0, Some(class))),
        }
    }

    /// What the last page of a walk says about the position. Where nothing happens, that is said rarely.
    fn advance(&self, stretch: Stretch) -> Option<Advance> {
        let to = stretch.advance();
        let forward = stretch.purpose == Purpose::Forward && to > self.plan.position();
        (forward && to > self.told).then_some(Advance {
            to,
            always: to.saturating_sub(self.told) >= IDLE,
        })
    }
}
