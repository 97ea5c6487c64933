//! Starts the reading of all log groups, and ends it.

use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::access::Clients;
use super::budget::Budgets;
use super::claims::Claims;
use super::delivery::Delivery;
use super::discover;
use super::named::{self, Wanted};
use super::outlet::Outlet;
use super::settings::{Positions, ReaderSettings};
use super::start::Ground;
use crate::source::tasks::until;
use crate::telemetry::{Clock, milliseconds};

/// A log group, or a place to look for some, of which no region is known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no region for {what}: name one in the settings file, or set AWS_REGION or the region of the profile"
)]
pub struct NoRegion {
    /// The log group or the prefix.
    pub what: String,
}

/// Reads log groups.
pub struct Reader {
    /// What is read and how.
    pub settings: ReaderSettings,
    /// Where each log goes on. Asked once for each log when its reading begins.
    pub positions: Positions,
    /// What time it is.
    pub clock: Clock,
}

impl Reader {
    /// Reads until `stop` says so or is dropped, or nobody takes what is read. `base` has the credentials,
    /// the region and the endpoint that hold where the settings name no others. Call it within a runtime.
    ///
    /// Every group is read by a task of its own, which waits where `out` is full. When the reading ends, a
    /// page may be lost on its way: positions move with pages, so that nothing else is.
    ///
    /// # Errors
    /// When a region is not known.
    pub fn start(
        self,
        base: &SdkConfig,
        out: mpsc::Sender<Delivery>,
        stop: watch::Receiver<bool>,
    ) -> Result<JoinHandle<()>, NoRegion> {
        let clients = Clients::new(base.clone());
        let region = clients.region();
        let region = region.as_deref();
        let named = wanted(&self.settings, region)?;
        let places = places(&self.settings, region)?;
        let poll = self.settings.poll;
        // What happened shortly before may come only now.
        let recently = || before(self.clock.now(), poll.lateness);
        let from = self.settings.from.unwrap_or_else(recently);
        let ground = Arc::new(Ground {
            clients,
            budgets: Budgets::new(poll.share, poll.calls_per_second),
            claims: Claims::new(named.iter().map(Wanted::claim).collect()),
            outlet: Arc::new(Outlet {
                out: out.clone(),
                room: Arc::default(),
                clock: self.clock,
                first_wait: poll.first_wait,
            }),
            positions: self.positions,
            poll,
            from,
            resumed: self.settings.resumed,
        });
        let mut tasks = JoinSet::new();
        for (number, wanted) in named.into_iter().enumerate() {
            tasks.spawn(named::read(Arc::clone(&ground), number, wanted));
        }
        for (settings, region) in places {
            tasks.spawn(discover::watch(Arc::clone(&ground), settings, region));
        }
        drop(ground);
        Ok(tokio::spawn(until(stop, out, tasks, "log group")))
    }
}

fn before(time: i64, span: Duration) -> i64 {
    time.saturating_sub(milliseconds(span))
}

fn wanted(settings: &ReaderSettings, region: Option<&str>) -> Result<Vec<Wanted>, NoRegion> {
    let each = settings.clusters.iter().map(|cluster| {
        Wanted::new(cluster, region).ok_or_else(|| NoRegion {
            what: cluster.log_group.clone(),
        })
    });
    each.collect()
}

fn places(
    settings: &ReaderSettings,
    region: Option<&str>,
) -> Result<Vec<(super::DiscoverSettings, String)>, NoRegion> {
    let mut places = Vec::new();
    for discover in &settings.discover {
        let mut regions = discover.regions.clone();
        if regions.is_empty() {
            let own = region.ok_or_else(|| NoRegion {
                what: discover.prefix.clone(),
            })?;
            regions.push(own.to_owned());
        }
        let place = |region| (discover.clone(), region);
        places.extend(regions.into_iter().map(place));
    }
    Ok(places)
}
