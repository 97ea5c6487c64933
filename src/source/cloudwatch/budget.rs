//! The calls that all log groups of one payer (account and region) share: one after the other, in the order
//! in which they asked, no faster than the rate allows.

use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;
use tokio::sync::Semaphore;
use tokio::time::{Interval, MissedTickBehavior};

use super::rate::{Rate, quota};

/// How many calls of one payer may be under way at a time.
const TOGETHER: usize = 4;

/// A budget of calls.
pub(super) struct Budget {
    /// Whoever holds it is next; the lock is fair.
    next: tokio::sync::Mutex<Interval>,
    rate: Mutex<Rate>,
    /// Calls that may be under way at once: one payer's slow answers don't take all the room.
    pub(super) under_way: Semaphore,
}

impl Budget {
    fn new(ceiling: f64) -> Self {
        let rate = Rate::new(ceiling);
        let mut next = tokio::time::interval(rate.pause());
        next.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            next: tokio::sync::Mutex::new(next),
            rate: Mutex::new(rate),
            under_way: Semaphore::new(TOGETHER),
        }
    }

    /// Waits for leave to call once. What it gives back goes to [`Budget::refused`] if the call is.
    pub(super) async fn turn(&self) -> u64 {
        let mut next = self.next.lock().await;
        next.tick().await;
        let (pause, epoch) = self.with(|rate| (rate.pause(), rate.epoch()));
        next.reset_after(pause);
        epoch
    }

    /// A call was answered.
    pub(super) fn answered(&self) {
        self.with(Rate::answered);
    }

    /// A call was refused for there being too many.
    pub(super) fn refused(&self, epoch: u64) {
        self.with(|rate| rate.refused(epoch));
    }

    fn with<T>(&self, what: impl FnOnce(&mut Rate) -> T) -> T {
        what(&mut self.rate.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The budgets of all payers.
pub(super) struct Budgets {
    /// The part of a region's quota that is ours, or a fixed number of calls in a second.
    share: f64,
    fixed: Option<f64>,
    known: Mutex<FxHashMap<(String, String), Arc<Budget>>>,
}

impl Budgets {
    /// `share` of the quota of each region, unless a number of calls in a second is `fixed`.
    pub(super) fn new(share: f64, fixed: Option<f64>) -> Self {
        Self {
            share,
            fixed,
            known: Mutex::default(),
        }
    }

    /// The budget of a payer in a region.
    pub(super) fn of(&self, payer: &str, region: &str) -> Arc<Budget> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (payer.to_owned(), region.to_owned());
        let ceiling = self.fixed.unwrap_or_else(|| quota(region) * self.share);
        let budget = known.entry(key);
        Arc::clone(budget.or_insert_with(|| Arc::new(Budget::new(ceiling))))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn calls_of_one_payer_keep_to_the_rate_and_to_the_order_of_asking() {
        let budgets = Arc::new(Budgets::new(0.5, None));
        let begun = Instant::now();
        let (done, mut order) = tokio::sync::mpsc::unbounded_channel();
        for group in 0..40 {
            let budget = budgets.of("111122223333", "eu-central-1");
            let done = done.clone();
            tokio::spawn(async move {
                for _ in 0..3 {
                    budget.turn().await;
                    done.send(group).unwrap();
                }
            });
        }
        drop(done);
        let mut turns = [0_u32; 40];
        while let Some(group) = order.recv().await {
            let turn: &mut u32 = &mut turns[group];
            *turn += 1;
            let (least, most) = (turns.iter().min().unwrap(), turns.iter().max().unwrap());
            // The first one comes twice before the others have asked at all.
            assert!(most - least <= 2, "{turns:?}");
        }
        // 120 calls at 2.5 in a second, the first at once.
        let took = begun.elapsed();
        assert!(took >= Duration::from_millis(119 * 400), "{took:?}");
        assert!(took <= Duration::from_millis(121 * 401), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_slows_the_payer_and_nobody_else() {
        let budgets = Budgets::new(1.0, Some(10.0));
        let (one, other) = (
            budgets.of("111122223333", "a"),
            budgets.of("444455556666", "a"),
        );
        let epoch = one.turn().await;
        one.refused(epoch);
        one.turn().await;
        let begun = Instant::now();
        one.turn().await;
        assert!(begun.elapsed() >= Duration::from_millis(199));
        other.turn().await;
        let begun = Instant::now();
        other.turn().await;
        assert!(begun.elapsed() <= Duration::from_millis(101));
    }
}
