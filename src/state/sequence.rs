//! Steps that belong together: whether all of them happened within a time, in order or in any.

use serde::{Deserialize, Serialize};

use super::Digest;

/// How many marks one key holds at most; beyond, the oldest go and are counted as lost.
pub const MOST_MARKS: usize = 512;

/// What a sequence asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepPlan {
    /// How many steps it has.
    pub steps: u16,
    /// Within how many milliseconds.
    pub within: i64,
    /// Whether the steps must come in their order.
    pub ordered: bool,
}

/// One event that is one of the steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which step, counted from 0.
    pub step: u16,
    /// When.
    pub time: i64,
    /// Which event: one event is never two steps.
    pub event: Digest,
}

/// The steps seen for one key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sequence {
    /// By time, event and step.
    marks: Vec<Mark>,
    /// The aligned windows that have been told.
    crossed: Vec<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Mark {
    time: i64,
    event: Digest,
    step: u16,
}

/// A sequence that is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The start of the aligned window in which it was completed.
    pub window: i64,
    /// The time of its first step.
    pub first: i64,
    /// The time at which it was completed.
    pub at: i64,
}

impl Sequence {
    /// Merges a step. Calls `on` for each aligned window in which a sequence is completed by it and
    /// none was before. Returns how many marks were lost for want of room, and whether anything
    /// changed.
    pub fn add(
        &mut self,
        plan: StepPlan,
        step: Step,
        on: &mut dyn FnMut(Completion),
    ) -> (u64, bool) {
        let mark = Mark {
            time: step.time,
            event: step.event,
            step: step.step,
        };
        let Err(place) = self.marks.binary_search(&mark) else {
            return (0, false);
        };
        self.marks.insert(place, mark);
        let from = step.time;
        let until = step.time.saturating_add(plan.within);
        let ends = self.marks.partition_point(|mark| mark.time < from);
        for end in ends..self.marks.len() {
            let Some(last) = self.marks.get(end).filter(|mark| mark.time < until) else {
                break;
            };
            let window = last.time.div_euclid(plan.within);
            if self.crossed.contains(&window) {
                continue;
            }
            if let Some(first) = self.complete(plan, end) {
                let at = last.time;
                self.crossed.push(window);
                on(Completion {
                    window: window.saturating_mul(plan.within),
                    first,
                    at,
                });
            }
        }
        let over = self.marks.len().saturating_sub(MOST_MARKS);
        self.marks.drain(..over);
        (over as u64, true)
    }

    /// The time of the first step of a sequence that the mark at `end` completes.
    fn complete(&self, plan: StepPlan, end: usize) -> Option<i64> {
        let last = self.marks.get(end)?;
        if plan.ordered && last.step + 1 != plan.steps {
            return None;
        }
        let after = last.time.saturating_sub(plan.within);
        let from = self.marks.partition_point(|mark| mark.time <= after);
        let until = self.marks.partition_point(|mark| mark.time <= last.time);
        let inside = self.marks.get(from..until)?;
        if plan.ordered {
            matching::in_order(inside, *last)
        } else {
            matching::in_any_order(inside, *last, plan.steps)
        }
    }

    /// When each step was last seen in the stretch that ends at a moment, and whether an alert of that
    /// moment's aligned window has been raised.
    #[must_use]
    pub fn at(&self, plan: StepPlan, time: i64) -> (Vec<Option<i64>>, bool) {
        let after = time.saturating_sub(plan.within);
        let inside = |mark: &&Mark| mark.time > after && mark.time <= time;
        let marks = || self.marks.iter().rev().filter(inside);
        let seen = |step| Some(marks().find(|mark| mark.step == step)?.time);
        let told = self.crossed.contains(&time.div_euclid(plan.within));
        ((0..plan.steps).map(seen).collect(), told)
    }

    /// Forgets what happened before `before`: no step that may still come meets it.
    pub fn forget(&mut self, plan: StepPlan, before: i64) -> bool {
        let count = self.marks.len() + self.crossed.len();
        self.marks.retain(|mark| mark.time >= before);
        let oldest = before.div_euclid(plan.within);
        self.crossed.retain(|window| *window >= oldest);
        self.marks.len() + self.crossed.len() != count
    }

    /// Whether nothing is left in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty() && self.crossed.is_empty()
    }

    pub(super) fn size(&self) -> usize {
        self.marks.capacity() * size_of::<Mark>() + self.crossed.capacity() * size_of::<i64>()
    }
}

mod matching;
#[cfg(test)]
mod tests;
