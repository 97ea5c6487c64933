//! When a sink, or a group of its alerts, may be tried again. In memory: after a restart all may.

use std::collections::HashMap;

use super::judge::wait;
use crate::sink::deliver::Class;

/// The pauses of a sink. Times are in milliseconds since the Unix epoch.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// Batches of which nothing was accepted, one after the other.
    streak: u32,
    until: i64,
    groups: HashMap<String, i64>,
}

impl Pace {
    /// Nothing of a batch was accepted: the sink rests, longer each time. Until when.
    pub(super) fn failed(&mut self, class: Class, now: i64) -> i64 {
        self.until = now.saturating_add(wait(class, self.streak));
        self.streak = self.streak.saturating_add(1);
        self.until
    }

    /// Something was accepted, or given up: the sink need not rest. The time it is.
    pub(super) fn succeeded(&mut self, now: i64) -> i64 {
        self.streak = 0;
        self.until = now;
        now
    }

    /// Whether nothing of the last batch was accepted.
    pub(super) const fn is_failing(&self) -> bool {
        self.streak > 0
    }

    /// Until when the sink rests, if it does.
    pub(super) fn resting(&mut self, now: i64) -> Option<i64> {
        self.groups.retain(|_, until| *until > now);
        (self.until > now).then_some(self.until)
    }

    /// No alert of the group is tried before then.
    pub(super) fn rest_group(&mut self, group: String, until: i64) {
        let known = self.groups.entry(group).or_insert(until);
        *known = until.max(*known);
    }

    pub(super) fn group_rests(&self, group: &str, now: i64) -> bool {
        self.groups.get(group).is_some_and(|until| *until > now)
    }

    /// When the first group may be tried again.
    pub(super) fn next_group(&self) -> Option<i64> {
        self.groups.values().min().copied()
    }
}
