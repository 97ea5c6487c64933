//! A log group that is named in the settings: finds out whose it is and whether it can be read, then has it
//! read.

use std::sync::Arc;
use std::time::Duration;

use super::access::{Access, Client, Identity};
use super::claims::Named;
use super::delivery::{Class, What};
use super::describe::{self, Described};
use super::failure::{Asked, Failure};
use super::group::{Arn, account_of_role, label};
use super::outlet::Closed;
use super::settings::ClusterSettings;
use super::start::{Ground, Group};

/// A group that can't be read is looked at again after this time: it may have been made anew.
const AGAIN: Duration = Duration::from_secs(600);

/// Tries to learn more about a group that can be read without.
const TRIES: u32 = 3;

/// Tries to learn whose a group is: without it, its alerts don't name the account, but it can be read.
const PATIENT_TRIES: u32 = 5;

/// What settings say of a group.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    arn: Option<Arn>,
    name: String,
    access: Access,
}

impl Wanted {
    /// Reads the settings; `None` when no region is known.
    pub(super) fn new(settings: &ClusterSettings, region: Option<&str>) -> Option<Self> {
        let arn = Arn::parse(&settings.log_group);
        let own = arn.as_ref().map(|arn| arn.region.clone());
        let region = settings
            .region
            .clone()
            .or(own)
            .or(region.map(str::to_owned));
        let name = arn.as_ref().map_or(&settings.log_group, |arn| &arn.name);
        Some(Self {
            name: name.clone(),
            arn,
            access: Access {
                role_arn: settings.role_arn.clone(),
                external_id: settings.external_id.clone(),
                region: region?,
            },
        })
    }

    /// The account, as far as the settings tell it.
    fn account(&self) -> Option<String> {
        let own = self.arn.as_ref().map(|arn| arn.account.clone());
        let role = || self.access.role_arn.as_deref().and_then(account_of_role);
        own.or_else(|| role().map(str::to_owned))
    }

    /// What others must leave to it.
    pub(super) fn claim(&self) -> Named {
        Named {
            account: self.account(),
            region: self.access.region.clone(),
            name: self.name.clone(),
        }
    }
}

/// Reads the group `number` of the settings for ever.
pub(super) async fn read(ground: Arc<Ground>, number: usize, wanted: Wanted) {
    let end = follow(&ground, number, &wanted).await;
    if let Err(Closed) = end {
        tracing::debug!(log_group = wanted.name, "nobody takes what is read");
    }
}

async fn follow(ground: &Ground, number: usize, wanted: &Wanted) -> Result<(), Closed> {
    let client = ground.clients.of(wanted.access.clone()).await;
    let (group, described) = find(ground, &client, wanted).await?;
    let label = group.label();
    if !ground
        .claims
        .resolve(number, group.account.as_deref(), &label)
    {
        tracing::warn!(
            log_group = label,
            "named twice in the settings; it is read once"
        );
        return Ok(());
    }
    let mut described = described;
    while let Some(reason) = described.as_ref().and_then(|found| found.refused.clone()) {
        ground.tell(&label, &What::Given { reason }).await?;
        tokio::time::sleep(AGAIN).await;
        described = look(&client, wanted, group.linked)
            .await
            .unwrap_or(described);
    }
    let created = described.and_then(|found| found.created);
    let Closed = ground.follow(&group, ground.from(created)).await;
    Ok(())
}

/// Finds out whose the group is; waits a while where that can't be known yet.
async fn find(
    ground: &Ground,
    client: &Arc<Client>,
    wanted: &Wanted,
) -> Result<(Group, Option<Described>), Closed> {
    let provisional = label(None, &wanted.access.region, &wanted.name);
    let mut failures = 0;
    loop {
        let identity = client.identity().await;
        let linked = is_linked(wanted, identity.as_ref().ok());
        let described = look(client, wanted, linked).await;
        let account = account(wanted, &identity, &described);
        // Who calls matters where it tells the account, or how to ask for the group.
        let needed = account.is_none() || wanted.arn.is_some();
        let stranger = identity.as_ref().err().filter(|_| needed);
        let passing = [stranger, described.as_ref().err()];
        let passing = passing.into_iter().flatten().find(|failure| {
            matches!(failure.class, Class::Retry | Class::Throttled)
                || account.is_none() && failure.unsigned
        });
        let most = if account.is_none() {
            PATIENT_TRIES
        } else {
            TRIES
        };
        if let Some(failure) = passing.filter(|_| failures < most) {
            failures += 1;
            let class = failure.class;
            let message = failure.message(&asked(wanted));
            // The first of a row is worth a line.
            if failures == 1 && class != Class::Throttled {
                tracing::warn!(log_group = wanted.name, "{message}");
            }
            if failures > TRIES {
                ground
                    .tell(&provisional, &What::Failed { class, message })
                    .await?;
            }
            tokio::time::sleep(ground.outlet.wait(class, failures)).await;
            continue;
        }
        if account.is_some() {
            // From now on it has its full name: what this run or a former one said of the other is over.
            ground.tell(&provisional, &What::Over).await?;
        }
        if let Err(failure) = &described {
            let message = failure.message(&asked(wanted));
            tracing::warn!(
                log_group = wanted.name,
                "its log class is not known: {message}"
            );
        }
        let group = Group {
            client: Arc::clone(client),
            account,
            name: wanted.name.clone(),
            linked,
        };
        return Ok((group, described.ok().flatten()));
    }
}

/// Whether the group belongs to another account than the caller's. Where the caller is not known, the
/// settings decide: an ARN without a role is meant as it stands.
fn is_linked(wanted: &Wanted, identity: Option<&Identity>) -> bool {
    let Some(arn) = &wanted.arn else {
        return false;
    };
    let role = wanted.access.role_arn.as_deref();
    let caller = identity.and_then(|identity| identity.account.as_deref());
    match caller.or_else(|| role.and_then(account_of_role)) {
        Some(caller) => caller != arn.account,
        None => role.is_none(),
    }
}

fn account(
    wanted: &Wanted,
    identity: &Result<Identity, Failure>,
    described: &Result<Option<Described>, Failure>,
) -> Option<String> {
    let told = || {
        let described = described.as_ref().ok()?.as_ref()?;
        described.arn.as_ref().map(|arn| arn.account.clone())
    };
    let caller = || identity.as_ref().ok()?.account.clone();
    // The group's own ARN can't be wrong, and it tells the same whether or not the caller is known.
    wanted.account().or_else(told).or_else(caller)
}

/// The group as it is described; `None` when it is not there.
async fn look(
    client: &Client,
    wanted: &Wanted,
    linked: bool,
) -> Result<Option<Described>, Failure> {
    let groups = describe::groups(client, &wanted.name, linked).await?;
    let account = wanted.arn.as_ref().map(|arn| arn.account.as_str());
    let same = |found: &Described| {
        let theirs = found.arn.as_ref().map(|arn| arn.account.as_str());
        found.name == wanted.name
            && !matches!((account, theirs), (Some(one), Some(other)) if linked && one != other)
    };
    Ok(groups.into_iter().find(same))
}

fn asked(wanted: &Wanted) -> Asked<'_> {
    Asked {
        principal: None,
        role: wanted.access.role_arn.as_deref(),
        action: "logs:DescribeLogGroups",
        resource: &wanted.name,
    }
}
