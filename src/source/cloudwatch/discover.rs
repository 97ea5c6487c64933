//! Looks for log groups again and again: new ones are read, deleted ones given up.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use tokio::task::{AbortHandle, JoinSet};

use super::access::{Access, Client};
use super::delivery::{LogKind, Stream, What};
use super::describe::{self, Described};
use super::failure::{Asked, Failure};
use super::group::{is_wanted, label};
use super::outlet::Closed;
use super::settings::DiscoverSettings;
use super::start::{Ground, Group};
use crate::telemetry::milliseconds;

/// Rounds in which a group must be missing to be given up.
const MISSING: u32 = 2;

/// The groups of one place: a role and a region.
struct Place {
    ground: Arc<Ground>,
    settings: DiscoverSettings,
    client: Arc<Client>,
    known: FxHashMap<String, Known>,
    reading: JoinSet<Closed>,
    /// When the last round ended well, in milliseconds since the Unix epoch.
    last: Option<i64>,
    failures: u32,
}

/// A group that was found.
struct Known {
    /// What stops its reading; `None` when it can't be read or another task does.
    task: Option<AbortHandle>,
    missing: u32,
}

/// Looks for groups in a region for ever.
pub(super) async fn watch(ground: Arc<Ground>, settings: DiscoverSettings, region: String) {
    let access = Access {
        role_arn: settings.role_arn.clone(),
        external_id: settings.external_id.clone(),
        region,
    };
    let client = ground.clients.of(access).await;
    let place = Place {
        ground,
        settings,
        client,
        known: FxHashMap::default(),
        reading: JoinSet::new(),
        last: None,
        failures: 0,
    };
    let Closed = place.run().await;
}

impl Place {
    async fn run(mut self) -> Closed {
        loop {
            let wait = match self.look().await {
                Ok(found) => match self.round(found).await {
                    Ok(()) => self.settings.interval,
                    Err(closed) => return closed,
                },
                Err(failure) => match self.failed(&failure).await {
                    Ok(()) => self.ground.outlet.wait(failure.class, self.failures),
                    Err(closed) => return closed,
                },
            };
            tokio::time::sleep(wait).await;
            while self.reading.try_join_next().is_some() {}
        }
    }

    /// The groups that are there now. The caller must be known, since the groups are noted under accounts.
    async fn look(&self) -> Result<Vec<Described>, Failure> {
        let identity = self.client.identity().await;
        let prefix = &self.settings.prefix;
        let linked = self.settings.linked_accounts;
        let mut groups = describe::groups(&self.client, prefix, linked).await?;
        groups.retain(|group| is_wanted(prefix, &group.name));
        let all_told = groups.iter().all(|group| group.arn.is_some());
        match identity {
            // Without the caller's account it can't be told which groups are linked.
            Err(failure) if (linked || !all_told) && self.client.payer().is_none() => Err(failure),
            _ => Ok(groups),
        }
    }

    async fn round(&mut self, found: Vec<Described>) -> Result<(), Closed> {
        let failures = std::mem::take(&mut self.failures);
        if failures > 0 || self.last.is_none() {
            self.over(failures).await?;
        }
        let now = self.ground.now();
        for known in self.known.values_mut() {
            known.missing += 1;
        }
        for described in found {
            self.found(described, now).await?;
        }
        self.last = Some(now);
        self.give_up().await
    }

    /// Tells that looking works. It may have failed before the caller's account was known, or in a former
    /// run.
    async fn over(&self, failures: u32) -> Result<(), Closed> {
        let payer = self.client.payer();
        if failures > 0 {
            let group = self.stream(payer.as_deref()).group;
            tracing::info!(log_groups = %group, failures, "log groups can be looked for again");
        }
        for account in [None, payer.as_deref()] {
            let stream = self.stream(account);
            self.ground.outlet.tell(&stream, What::Over).await?;
        }
        Ok(())
    }

    async fn found(&mut self, described: Described, now: i64) -> Result<(), Closed> {
        let payer = self.client.payer();
        let theirs = described.arn.as_ref().map(|arn| arn.account.clone());
        let group = Group {
            client: Arc::clone(&self.client),
            linked: self.settings.linked_accounts
                && matches!((&theirs, &payer), (Some(one), Some(other)) if one != other),
            account: theirs.or(payer),
            name: described.name.clone(),
        };
        let label = group.label();
        if let Some(known) = self.known.get_mut(&label) {
            known.missing = 0;
            return Ok(());
        }
        if let Some(reason) = described.refused {
            self.known.insert(
                label.clone(),
                Known {
                    task: None,
                    missing: 0,
                },
            );
            return self.ground.tell(&label, &What::Given { reason }).await;
        }
        let region = &self.client.access.region;
        let account = group.account.as_deref();
        if self
            .ground
            .claims
            .take(account, region, &group.name, &label)
        {
            tracing::info!(log_group = label, "found");
            let from = self.from(described.created, now);
            let ground = Arc::clone(&self.ground);
            let task = async move { ground.follow(&group, from).await };
            let task = Some(self.reading.spawn(task));
            self.known.insert(label, Known { task, missing: 0 });
        }
        Ok(())
    }

    /// Where a group begins that is found now: one that appeared between two rounds from the round before,
    /// less what may come late.
    fn from(&self, created: Option<i64>, now: i64) -> i64 {
        let lateness = milliseconds(self.ground.poll.lateness);
        match self.last {
            Some(last) => last.min(now).saturating_sub(lateness),
            None => self.ground.from(created),
        }
    }

    async fn give_up(&mut self) -> Result<(), Closed> {
        let gone: Vec<String> = self
            .known
            .iter()
            .filter(|(_, known)| known.missing >= MISSING)
            .map(|(label, _)| label.clone())
            .collect();
        for label in gone {
            if let Some(task) = self.known.remove(&label).and_then(|known| known.task) {
                task.abort();
                self.ground.claims.release(&label);
                let reason = "it was deleted".to_owned();
                self.ground.tell(&label, &What::Given { reason }).await?;
            }
        }
        Ok(())
    }

    /// What stands for all groups of the place.
    fn stream(&self, account: Option<&str>) -> Stream {
        let name = format!("{}*", self.settings.prefix);
        Stream {
            group: label(account, &self.client.access.region, &name).into(),
            kind: LogKind::Audit,
        }
    }

    async fn failed(&mut self, failure: &Failure) -> Result<(), Closed> {
        self.failures = self.failures.saturating_add(1);
        let identity = self.client.known().unwrap_or_default();
        let stream = self.stream(self.client.payer().as_deref());
        let message = failure.message(&Asked {
            principal: identity.arn.as_deref(),
            role: self.client.access.role_arn.as_deref(),
            action: "logs:DescribeLogGroups",
            resource: &stream.group,
        });
        if self.failures == 1 {
            tracing::warn!(log_groups = %stream.group, "{message}");
        }
        let class = failure.class;
        self.ground
            .outlet
            .tell(&stream, What::Failed { class, message })
            .await
    }
}
