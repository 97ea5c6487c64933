//! Which stretches of a log are walked, and when: new ground, ground where late events may lie, and a slow
//! sweep over what is older. Arithmetic only: no clock, no calls.
//!
//! Two marks move through the log. `position`: everything before it has been walked once. `settled`:
//! everything before it was walked when it was older than the lateness, so that nothing more can come.
//! Between the two lies the ground that must be walked again.

use super::delivery::Purpose;
use super::slice::Slice;
use super::stretch::SETTLE;
pub(super) use super::stretch::{Spans, Stretch};
use crate::state::Progress;

/// How far into the future a walk looks: CloudWatch takes events up to two hours ahead, and clocks differ.
const AHEAD: i64 = 8_100_000;

/// The most new ground of a walk: where a log is empty, a week costs one call.
const FORWARD_WIDEST: i64 = 7 * 24 * 3_600_000;

/// The least ground that a forward walk covers again.
const LEAST_OVERLAP: i64 = 30_000;

/// The same for a log of which every stretch takes many calls.
const BUSY_OVERLAP: i64 = 5_000;

/// A walk of more calls is dear: its ground is covered again less often, and the next one forward covers no more
/// old ground than new.
const CHEAP_CALLS: u64 = 2;

/// Looking back must begin again after so much time for each call that it took last, and after the longest
/// of these times whatever it costs: a late event waits that long at most where old ground is cheap.
const OVERDUE_CALL: i64 = 6_000;
const OVERDUE: (i64, i64) = (15_000, 300_000);

/// New ground that is walked to its end however many calls that takes, and the most calls for more of it:
/// a walk that skips over emptiness must not end up in the thick of it.
const MODEST: i64 = 900_000;
const MOST_CALLS: u64 = 256;

/// What a call forward earns for looking back: a quarter of all calls.
const EARNING: f64 = 1.0 / 3.0;

/// What can be earned or owed at most, in calls.
const MOST_CREDIT: f64 = 64.0;

/// Ground that is walked again, slice by slice.
#[derive(Clone, Copy, Debug)]
struct Job {
    next: i64,
    end: i64,
    begun: i64,
    calls: u64,
    /// Whether it is walked without regard to what it costs, as long as new ground does not suffer.
    urgent: bool,
}

/// What is known of the reading of one log.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    spans: Spans,
    /// Nothing before it is wanted.
    floor: i64,
    position: i64,
    settled: i64,
    /// Whether all that is not settled is walked again each time.
    cheap: bool,
    /// Calls and new ground of the last forward walk.
    last: (u64, i64),
    forward: Slice,
    back: Slice,
    look_back: Option<Job>,
    sweep: Option<Job>,
    /// When looking back last began, and the calls that it took; when a sweep began.
    looked: Option<i64>,
    cost: u64,
    swept: i64,
    credit: f64,
}

impl Plan {
    /// A log of which that is known; one that has no position is read from `from` on.
    pub(super) fn new(spans: Spans, known: impl Into<Progress>, from: i64, now: i64) -> Self {
        let known = known.into();
        let back = spans.sweep_span.max(spans.lateness.saturating_mul(2));
        let begun = known.begun.unwrap_or(i64::MIN);
        let (floor, position) = match known.position {
            // A position in the future was noted by a clock that was wrong.
            Some(position) => {
                let position = position.min(now);
                (position.saturating_sub(back).max(begun), position)
            }
            None => (from, from.saturating_sub(1)),
        };
        // Late events from before have been looked for, in a former run.
        let settled = known.settled.unwrap_or(i64::MIN).min(position);
        Self {
            spans,
            floor,
            position,
            settled: settled.max(floor.saturating_sub(1)),
            cheap: false,
            last: (0, 0),
            forward: Slice::new(32, FORWARD_WIDEST),
            back: Slice::new(8, MODEST),
            look_back: None,
            sweep: None,
            looked: None,
            cost: 0,
            swept: now,
            credit: 0.0,
        }
    }

    /// Everything up to here, in milliseconds since the Unix epoch, has been walked once.
    pub(super) fn position(&self) -> i64 {
        self.position
    }

    /// Nothing from before or at this time, in milliseconds since the Unix epoch, will come any more, unless
    /// it comes later than is expected.
    pub(super) fn settled(&self) -> i64 {
        self.settled
    }

    /// Whether there is new ground to walk at once.
    pub(super) fn is_behind(&self, now: i64) -> bool {
        self.position < now.saturating_sub(SETTLE + 1)
            && self.position.saturating_add(self.forward.width()) < now
    }

    /// The next stretch of new ground, with as much before it as late events make advisable: `measured` is
    /// how late the latest came.
    pub(super) fn forward(&self, measured: i64, now: i64) -> Stretch {
        let new = self.position.saturating_add(1);
        let start = new.saturating_sub(self.overlap(measured));
        let limit = new.saturating_add(self.forward.width() - 1);
        let end = if limit >= now {
            now.saturating_add(AHEAD)
        } else {
            limit
        };
        let start = start.max(self.settled.saturating_add(1)).max(self.floor);
        let ground = end.min(now).saturating_sub(self.position);
        let most = if ground > MODEST {
            MOST_CALLS
        } else {
            u64::MAX
        };
        Stretch {
            purpose: Purpose::Forward,
            start,
            end: end.max(start),
            begun: now,
            most,
        }
    }

    fn overlap(&self, measured: i64) -> i64 {
        if self.cheap {
            return i64::MAX / 2;
        }
        let twice = measured.saturating_mul(2);
        let wanted = twice.clamp(
            LEAST_OVERLAP.min(self.spans.lateness),
            self.spans.lateness.max(0),
        );
        let (calls, ground) = self.last;
        if calls > CHEAP_CALLS {
            wanted.min(ground.max(BUSY_OVERLAP))
        } else {
            wanted
        }
    }

    /// A stretch of known ground to walk now, if one is due.
    pub(super) fn back(&mut self, now: i64) -> Option<Stretch> {
        let (least, longest) = OVERDUE;
        let cost = i64::try_from(self.cost).unwrap_or(i64::MAX);
        let pause = cost.saturating_mul(OVERDUE_CALL).clamp(least, longest);
        let overdue = self
            .looked
            .is_none_or(|looked| now.saturating_sub(looked) > pause || looked > now);
        let begin = self.credit > 0.0 || overdue;
        if self.look_back.is_none() && !self.cheap && begin && self.settled < self.position {
            self.looked = Some(now);
            self.look_back = Some(Job {
                next: self.settled.saturating_add(1).max(self.floor),
                end: self.position,
                begun: now,
                calls: 0,
                urgent: overdue,
            });
        }
        let affordable = |job: &Job| self.credit > 0.0 || job.urgent && !self.is_behind(now);
        if let Some(job) = self.look_back.filter(affordable) {
            return Some(self.stretch(Purpose::LookBack, job, now));
        }
        self.begin_sweep(now);
        let sweep = self.sweep.filter(|_| self.credit > 0.0)?;
        Some(self.stretch(Purpose::Sweep, sweep, now))
    }

    fn begin_sweep(&mut self, now: i64) {
        let due = now.saturating_sub(self.swept) >= self.spans.sweep_interval || self.swept > now;
        let start = now.saturating_sub(self.spans.sweep_span).max(self.floor);
        if self.sweep.is_none() && due {
            self.swept = now;
            self.sweep = (start <= self.settled).then_some(Job {
                next: start,
                end: self.settled,
                begun: now,
                calls: 0,
                urgent: false,
            });
        }
    }

    fn stretch(&self, purpose: Purpose, job: Job, now: i64) -> Stretch {
        Stretch {
            purpose,
            start: job.next,
            end: job.next.saturating_add(self.back.width() - 1).min(job.end),
            begun: now,
            most: u64::MAX,
        }
    }

    /// A stretch was walked to its end in `calls` calls.
    pub(super) fn walked(&mut self, stretch: Stretch, calls: u64) {
        match stretch.purpose {
            Purpose::Forward => self.walked_forward(stretch, calls),
            Purpose::LookBack | Purpose::Sweep => self.walked_back(stretch, calls),
        }
    }

    fn walked_forward(&mut self, stretch: Stretch, calls: u64) {
        #[allow(clippy::cast_precision_loss, reason = "calls are few")]
        let earned = calls as f64 * EARNING;
        self.credit = (self.credit + earned).min(MOST_CREDIT);
        self.forward.took(calls);
        let ground = stretch.advance().saturating_sub(self.position).max(0);
        self.last = (calls, ground);
        self.settle(stretch.start, stretch.end, stretch.begun);
        self.position = self.position.max(stretch.advance());
        if calls > CHEAP_CALLS {
            self.cheap = false;
        }
    }

    fn walked_back(&mut self, stretch: Stretch, calls: u64) {
        #[allow(clippy::cast_precision_loss, reason = "calls are few")]
        let cost = calls as f64;
        self.credit = (self.credit - cost).max(-MOST_CREDIT);
        self.back.took(calls);
        let job = match stretch.purpose {
            Purpose::Sweep => &mut self.sweep,
            _ => &mut self.look_back,
        };
        let Some(mut walked) = job.take() else {
            return;
        };
        walked.next = stretch.end.saturating_add(1);
        walked.calls += calls;
        let done = walked.next > walked.end;
        if !done {
            *job = Some(walked);
        }
        if stretch.purpose == Purpose::LookBack {
            self.settle(stretch.start, stretch.end, walked.begun);
            self.cheap = self.cheap || done && walked.calls <= CHEAP_CALLS;
            if done {
                self.cost = walked.calls;
            }
        }
    }

    /// The ground from `start` to `end` was walked at `begun`.
    fn settle(&mut self, start: i64, end: i64, begun: i64) {
        if start <= self.settled.saturating_add(1) {
            let old = begun.saturating_sub(self.spans.lateness);
            self.settled = self.settled.max(end.min(old));
        }
    }

    /// The walk over a stretch can't be finished as it is: the next one is shorter.
    pub(super) fn broke(&mut self, stretch: Stretch) {
        match stretch.purpose {
            Purpose::Forward => {
                let ground = stretch.end.min(stretch.begun);
                self.forward.shorten(ground.saturating_sub(self.position));
            }
            Purpose::LookBack | Purpose::Sweep => self.back.halve(),
        }
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
