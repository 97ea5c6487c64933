//! Deals events to the steps of a sequence, each event to one step at most.
//!
//! An event may fit several steps, and taking one for the wrong step must not hide a sequence: so
//! steps swap their events until all have one, by augmenting paths.

use super::{Digest, Mark};

/// Which event each step has, found one step after another.
struct Deal<'m> {
    marks: &'m [Mark],
    /// The event that is spoken for.
    last: Digest,
    /// Steps and the marks they have.
    dealt: Vec<(u16, Mark)>,
}

impl<'m> Deal<'m> {
    const fn new(marks: &'m [Mark], last: Digest) -> Self {
        Self {
            marks,
            last,
            dealt: Vec::new(),
        }
    }

    /// Finds an event for one more step; others may have to take another one.
    fn take(&mut self, step: u16) -> bool {
        self.free(step, &mut Vec::new())
    }

    /// Gives a step an event that no step has, or that its owner can do without. The latest first.
    fn free(&mut self, step: u16, asked: &mut Vec<Digest>) -> bool {
        for mark in self.marks.iter().rev().filter(|mark| mark.step == step) {
            if mark.event == self.last || asked.contains(&mark.event) {
                continue;
            }
            asked.push(mark.event);
            let owner = self.dealt.iter().find(|(_, had)| had.event == mark.event);
            let owner = owner.map(|(owner, _)| *owner);
            if owner.is_none_or(|owner| self.free(owner, asked)) {
                self.dealt.retain(|(other, _)| *other != step);
                self.dealt.push((step, *mark));
                return true;
            }
        }
        false
    }
}

/// The time of the first step where the marks, ascending in time, hold every step beside the one of
/// `last`.
pub(super) fn in_any_order(marks: &[Mark], last: Mark, steps: u16) -> Option<i64> {
    let mut deal = Deal::new(marks, last.event);
    let others = (0..steps).filter(|step| *step != last.step);
    let complete = others.into_iter().all(|step| deal.take(step));
    let first = deal.dealt.iter().map(|(_, mark)| mark.time).min();
    complete.then(|| first.map_or(last.time, |first| first.min(last.time)))
}

/// The time of the first step where the marks hold all steps before the one of `last`, in order.
/// Marks of one millisecond count as in any order.
///
/// As many steps as can be are dealt to the latest millisecond, then to the one before it: a step
/// that is taken late leaves the most to those before it.
pub(super) fn in_order(marks: &[Mark], last: Mark) -> Option<i64> {
    let mut missing = last.step;
    let mut first = last.time;
    for moment in marks.chunk_by(|one, other| one.time == other.time).rev() {
        let mut deal = Deal::new(moment, last.event);
        while missing > 0 && deal.take(missing - 1) {
            missing -= 1;
            first = moment.first().map_or(first, |mark| mark.time);
        }
        if missing == 0 {
            return Some(first);
        }
    }
    None
}
