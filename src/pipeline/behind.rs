//! Who stands behind a shared user name: alerts that lack their actor wait for the lines of the
//! authenticator that may still come, whichever stream comes first.

use std::collections::VecDeque;

use super::evaluate::Finding;
use super::merge::Found;
use super::remember::with_entry;
use crate::alert::{Alert, ClusterKey, DEFAULT_GRANTS, Grants};
use crate::decode::Item;
use crate::pipeline::clusters::Clusters;

/// How many alerts wait at most; beyond, the first goes out with what is known.
const MOST_WAITING: usize = 10_000;
/// How much later than an alert a line of the authenticator may be written, in milliseconds.
const LATENESS: i64 = 60_000;

/// What the authenticator told, and the alerts that wait for it.
#[derive(Debug)]
pub(super) struct Behind {
    grants: Grants,
    waiting: VecDeque<Alert>,
}

impl Default for Behind {
    fn default() -> Self {
        Self {
            grants: Grants::new(DEFAULT_GRANTS, LATENESS),
            waiting: VecDeque::new(),
        }
    }
}

impl Behind {
    /// Learns from the logins among some findings.
    pub(super) fn learn<'i>(
        &mut self,
        found: &Found,
        item: &'i dyn Fn(usize) -> Option<Item<'i>>,
        clusters: &mut Clusters<'_>,
    ) {
        for (at, finding) in found {
            if let Finding::Login = finding
                && let Some(item) = item(*at)
            {
                with_entry(&item, clusters, |entry| {
                    if let (Some(line), Some(time)) = (entry.authenticator(), entry.time()) {
                        self.grants
                            .learn(&ClusterKey::from(entry.cluster), line, time);
                    }
                });
            }
        }
    }

    /// The alert that may go out now in the place of this one: itself, unless it lacks its actor and
    /// waits.
    pub(super) fn pass(&mut self, alert: Alert) -> Option<Alert> {
        if !Grants::is_wanting(&alert) {
            return Some(alert);
        }
        self.waiting.push_back(alert);
        if self.waiting.len() > MOST_WAITING {
            return self.first();
        }
        None
    }

    /// The alert that waits for longest, with what is known by now.
    pub(super) fn first(&mut self) -> Option<Alert> {
        let mut alert = self.waiting.pop_front()?;
        self.grants.enrich(&mut alert);
        Some(alert)
    }

    /// How many lines were forgotten for want of room.
    pub(super) const fn forgotten(&self) -> u64 {
        self.grants.forgotten()
    }
}
