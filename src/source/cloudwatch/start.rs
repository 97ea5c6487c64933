//! What all groups of a reader share, and how the reading of one begins.

use std::sync::Arc;
use std::time::Duration;

use super::access::{Client, Clients};
use super::budget::Budgets;
use super::claims::Claims;
use super::delivery::{LogKind, Stream, What};
use super::follow::{Begin, Follower};
use super::group::{Arn, label};
use super::outlet::{Closed, Outlet};
use super::plan::Spans;
use super::settings::{PollSettings, Positions};
use super::walk::Target;
use crate::record::Origin;
use crate::telemetry::milliseconds;

/// What is needed to read any group.
pub(super) struct Ground {
    pub(super) clients: Clients,
    pub(super) budgets: Budgets,
    pub(super) claims: Claims,
    pub(super) outlet: Arc<Outlet>,
    pub(super) positions: Positions,
    pub(super) poll: PollSettings,
    /// Where a log without a stored position begins, in milliseconds since the Unix epoch.
    pub(super) from: i64,
    /// Up to when a former run had read.
    pub(super) resumed: Option<i64>,
}

/// A log group of which enough is known to read it.
#[derive(Clone)]
pub(super) struct Group {
    pub(super) client: Arc<Client>,
    /// The account that owns it.
    pub(super) account: Option<String>,
    pub(super) name: String,
    /// Whether it must be asked for by its ARN, since it belongs to another account than the caller's.
    pub(super) linked: bool,
}

impl Group {
    /// What it is called in positions and notices.
    pub(super) fn label(&self) -> String {
        let region = &self.client.access.region;
        label(self.account.as_deref(), region, &self.name)
    }

    fn target(&self, ground: &Ground) -> Target {
        let region = &self.client.access.region;
        let arn = Arn::of(region, self.account.as_deref(), &self.name).to_string();
        let payer = self.client.payer().or_else(|| self.account.clone());
        Target {
            origin: Arc::new(Origin {
                log_group: Some(self.name.clone()),
                log_stream: None,
                account: self.account.clone(),
                region: Some(region.clone()),
            }),
            client: Arc::clone(&self.client),
            budget: ground.budgets.of(&payer.unwrap_or_default(), region),
            name: self.name.clone(),
            identifier: self.linked.then(|| arn.clone()),
            resource: arn,
        }
    }
}

impl Ground {
    /// Milliseconds since the Unix epoch.
    pub(super) fn now(&self) -> i64 {
        self.outlet.clock.now()
    }

    /// Where a group without a position begins that was there when reading began: one that was made since
    /// the former run is read from its beginning.
    pub(super) fn from(&self, created: Option<i64>) -> i64 {
        let newer = |created: &i64| self.resumed.is_some_and(|resumed| *created >= resumed);
        created
            .filter(newer)
            .map_or(self.from, |at| at.min(self.from))
    }

    /// Reads a group for ever; a log without a position from `from` on.
    pub(super) async fn follow(&self, group: &Group, from: i64) -> Closed {
        let begin = Begin {
            label: group.label().into(),
            stored: &*self.positions,
            from,
            spans: spans(&self.poll),
        };
        let target = Arc::new(group.target(self));
        let follower = Follower::new(&self.outlet, &target, &begin, self.poll.interval);
        follower.run().await
    }

    /// Says the same of both logs of a group.
    pub(super) async fn tell(&self, label: &str, what: &What) -> Result<(), Closed> {
        if let What::Given { reason } = what {
            tracing::warn!(log_group = label, "it is not read: {reason}");
        }
        for kind in LogKind::ALL {
            let group = label.into();
            self.outlet
                .tell(&Stream { group, kind }, what.clone())
                .await?;
        }
        Ok(())
    }
}

fn spans(poll: &PollSettings) -> Spans {
    let millis = |span: Duration| milliseconds(span).min(i64::MAX / 4);
    let lateness = millis(poll.lateness);
    Spans {
        lateness,
        sweep_interval: millis(poll.sweep_interval).max(1_000),
        sweep_span: millis(poll.sweep_span).max(lateness),
    }
}
