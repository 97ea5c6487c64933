//! What a state gave up for want of room since it was last asked. It never says of which detector: the
//! state's own log does.

use super::judge::Judge;

/// How much of what a state gave up has been told.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Evictions(u64);

impl Evictions {
    /// How often a judge's state gave something up since the last time.
    pub(crate) fn more(&mut self, judge: &Judge<'_>) -> u64 {
        let all = judge.evicted().iter().map(|(_, count)| count).sum();
        all - std::mem::replace(&mut self.0, all).min(all)
    }
}
