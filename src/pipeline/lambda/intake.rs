//! Batches of items into the ledger: judged, merged and posted in one commit, again where another worker
//! was faster, and in parts where it was too much.

use std::ops::{ControlFlow, Range};
use std::time::Duration;

use crate::alert::Alert;
use crate::decode::Item;
use crate::detect::Severity;
use crate::pipeline::batch::Batch;
use crate::pipeline::watch::Post;
use crate::pipeline::{Evictions, Judge, Tally};
use crate::state::{Digest, Ledger, Shared, StoreError};

/// The state as a function has it.
pub type State = Shared<Box<dyn Ledger>>;

/// How often a batch is run when others are always faster.
const ATTEMPTS: u32 = 12;
/// First and longest wait before it is run again, in milliseconds.
const PAUSE: (u64, u64) = (20, 1_000);

/// What came of batches.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// What was counted.
    pub(super) tally: Tally,
    /// The severities of alerts that were posted now, and not before.
    pub(super) posted: Vec<Severity>,
    /// How often a batch was run again.
    pub(super) conflicts: u64,
    /// How often something could not be remembered for want of room.
    pub(super) given_up: u64,
}

/// Takes batches.
#[derive(Debug)]
pub struct Intake<'c> {
    judge: Judge<'c>,
    state: State,
    post: &'c Post,
    evictions: Evictions,
    /// What came of batches since this was last taken.
    pub(super) taken: Taken,
}

impl<'c> Intake<'c> {
    /// An intake whose judge remembers in that state, and whose alerts go to the outbox of it.
    #[must_use]
    pub fn new(judge: Judge<'c>, state: State, post: &'c Post) -> Self {
        Self {
            judge: judge.store(Box::new(state.clone())).every(),
            state,
            post,
            evictions: Evictions::default(),
            taken: Taken::default(),
        }
    }

    /// Takes all items of a batch.
    ///
    /// # Errors
    /// When the state can't be used; of parts of the batch it may hold everything, of the others nothing.
    pub(super) fn take(&mut self, batch: &Batch, now: i64) -> Result<(), StoreError> {
        self.take_part(batch, 0..batch.len(), now)
    }

    fn take_part(&mut self, batch: &Batch, part: Range<usize>, now: i64) -> Result<(), StoreError> {
        let items: Vec<Item<'_>> = part.clone().filter_map(|at| batch.get(at)).collect();
        let taken = self.commit(now, &mut |judge, on| judge.take_all(&items, on));
        match taken {
            Err(StoreError::TooLarge) if part.len() > 1 => {
                drop(items);
                let middle = part.start.midpoint(part.end);
                self.take_part(batch, part.start..middle, now)?;
                self.take_part(batch, middle..part.end, now)
            }
            taken => taken,
        }
    }

    /// The first detector from a place on of which anything may wait to be decided.
    pub(super) fn next_waiting(&self, from: usize) -> Option<usize> {
        self.judge.next_waiting(from)
    }

    /// Decides what of the detector at a place waited for events from before `until`, since none will
    /// come any more; both times are milliseconds since the Unix epoch.
    ///
    /// # Errors
    /// When the state can't be used; nothing is decided then.
    pub(super) fn settle(&mut self, place: usize, until: i64, now: i64) -> Result<(), StoreError> {
        self.commit(now, &mut |judge, on| judge.settle_one(place, until, on))
    }

    /// Does some work in one commit, again and again while others are faster.
    fn commit(&mut self, now: i64, work: &mut Work<'_, 'c>) -> Result<(), StoreError> {
        let mut attempt = 0;
        loop {
            let mut alerts = Vec::new();
            let done = self.attempt(now, work, &mut alerts);
            self.taken.given_up += self.evictions.more(&self.judge);
            if done.is_ok() {
                self.taken.tally.merge(&mut self.judge.take_tally());
                self.taken
                    .posted
                    .extend(alerts.iter().map(|alert| alert.severity));
                return Ok(());
            }
            self.state.lock().roll_back();
            self.judge.undone();
            attempt += 1;
            match done {
                Err(StoreError::Conflict) if attempt < ATTEMPTS => {
                    self.taken.conflicts += 1;
                    pause(attempt);
                }
                done => return done,
            }
        }
    }

    /// Leaves in `alerts` those that are new.
    fn attempt(
        &mut self,
        now: i64,
        work: &mut Work<'_, 'c>,
        alerts: &mut Vec<Alert>,
    ) -> Result<(), StoreError> {
        self.state.lock().begin()?;
        self.judge.gather(alerts, work)?;
        let mut state = self.state.lock();
        let places: Vec<_> = alerts
            .iter()
            .map(|one| Digest(one.place().bytes()))
            .collect();
        state.expect(&places)?;
        let mut new = Vec::with_capacity(alerts.len());
        for alert in alerts.drain(..) {
            if self.post.put(&mut *state, &alert, now)? {
                new.push(alert);
            }
        }
        *alerts = new;
        state.commit()
    }
}

/// What is done in a commit; it may be done several times.
type Work<'w, 'c> =
    dyn FnMut(&mut Judge<'c>, &mut dyn FnMut(Alert) -> ControlFlow<()>) -> ControlFlow<()> + 'w;

/// Waits longer each time, and each worker for another time.
fn pause(attempt: u32) {
    let (first, longest) = PAUSE;
    let whole = first.saturating_mul(1 << attempt.min(16)).min(longest);
    std::thread::sleep(Duration::from_millis(fastrand::u64(first / 2..=whole)));
}
