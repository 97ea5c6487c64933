//! One shard: what waits before it, what lies in it, and how old that is.

use std::collections::VecDeque;

use super::prices::SHARD_MB;

/// A shard, in compressed megabytes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shard {
    /// What CloudWatch Logs tries again: when it came, how much.
    before: VecDeque<(f64, f64)>,
    /// What lies in it.
    inside: VecDeque<(f64, f64)>,
    /// How much that is.
    holds: f64,
}

impl Shard {
    /// Takes what comes in a step of so many seconds, and what waited; how much was refused.
    pub(crate) fn put(&mut self, now: f64, megabytes: f64, step: f64) -> f64 {
        self.before.push_back((now, megabytes));
        let mut room = SHARD_MB.0 * step;
        while room > 0.0 {
            let Some(first) = self.before.front_mut() else {
                break;
            };
            let part = first.1.min(room);
            room -= part;
            first.1 -= part;
            self.inside.push_back((first.0, part));
            self.holds += part;
            if first.1 <= 0.0 {
                self.before.pop_front();
            }
        }
        // What came now and was not taken; what came before was refused then.
        self.before.back().map_or(0.0, |last| match last.0 == now {
            true => last.1,
            false => 0.0,
        })
    }

    /// How much lies in it.
    pub(crate) fn holds(&self) -> f64 {
        self.holds
    }

    /// Takes the oldest out of it.
    pub(crate) fn take(&mut self, megabytes: f64) {
        let mut left = megabytes;
        while left > 0.0 {
            let Some(first) = self.inside.front_mut() else {
                break;
            };
            let part = first.1.min(left);
            left -= part;
            self.holds -= part;
            first.1 -= part;
            if first.1 <= 1e-9 {
                self.inside.pop_front();
            }
        }
    }

    /// How long ago the oldest came that is not judged.
    pub(crate) fn lag(&self, now: f64) -> f64 {
        let oldest = self.inside.front().or(self.before.front());
        oldest.map_or(0.0, |(came, _)| now - came)
    }

    /// How long the oldest has waited before the shard.
    pub(crate) fn waited(&self, now: f64) -> f64 {
        self.before.front().map_or(0.0, |(came, _)| now - came)
    }
}
