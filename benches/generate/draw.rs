//! What one event is about. Drawn once, so that its URI, object and body agree.

use crate::cast::{self, Caller, Cast, Workload};
use crate::clock::Clock;
use crate::random::Random;

/// The choices for one event.
pub(crate) struct Draw<'a> {
    /// When.
    pub(crate) clock: &'a Clock,
    /// Which person, if a person acts.
    pub(crate) person: &'a Caller,
    /// Which node.
    pub(crate) node: &'a Caller,
    /// Which application.
    pub(crate) workload: &'a Workload,
    /// Which client.
    pub(crate) agent: &'static str,
    /// Which extra environment variables.
    pub(crate) environment: &'a str,
    /// The end of a pod's name.
    pub(crate) suffix: [u8; 5],
    /// A `resourceVersion`.
    pub(crate) version: u64,
}

impl<'a> Draw<'a> {
    /// Draws for the next event.
    pub(crate) fn new(cast: &'a Cast, clock: &'a Clock, random: &mut Random) -> Self {
        // Mostly few variables, now and then very many: bodies are ten to twenty-seven kilobytes.
        let most = if random.below(8) == 0 {
            cast.environments.len()
        } else {
            8
        };
        let mut suffix = [0; 5];
        suffix.fill_with(|| *random.pick(b"bcdfghjklmnpqrstvwxz2456789"));
        Self {
            clock,
            person: cast.person(random),
            node: random.pick(&cast.nodes),
            workload: random.pick(&cast.workloads),
            agent: cast::agent(random),
            environment: &cast.environments[random.below(most)],
            suffix,
            version: 184_000_000 + clock.millis().unsigned_abs() % 100_000_000,
        }
    }
}
