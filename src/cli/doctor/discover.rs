//! Discovery: whether log groups may be looked for, and which there are.

use aws_sdk_cloudwatchlogs::Client;

use super::finding::Finding;
use super::refusal::{Call, Refusal};
use super::role::{self, Caller};
use crate::config::{ClusterConfig, DiscoverConfig};
use crate::source::cloudwatch::is_wanted;

/// So many groups of a region are tried one by one; the others are only counted.
const MOST: usize = 20;

/// The groups that discovery finds, as if they had been named, and what there is to say about looking for
/// them.
pub(super) async fn groups(
    discover: &DiscoverConfig,
    caller: &Caller,
) -> (Vec<ClusterConfig>, Vec<Finding>) {
    let own = caller.sdk.region().map(ToString::to_string);
    let regions = match (discover.regions.as_slice(), own) {
        ([], Some(own)) => vec![own],
        ([], None) => {
            let unknown = Finding::ok("region", &discover.prefix, "its region is not known");
            let fix = "set regions at [discover], or AWS_REGION";
            return (Vec::new(), vec![unknown.fail(fix)]);
        }
        (regions, _) => regions.to_vec(),
    };
    let (mut groups, mut findings) = (Vec::new(), Vec::new());
    for region in &regions {
        match look(discover, caller, region).await {
            Ok((found, told)) => {
                groups.extend(found);
                findings.push(told);
            }
            Err(told) => findings.push(told),
        }
    }
    (groups, findings)
}

async fn look(
    discover: &DiscoverConfig,
    caller: &Caller,
    region: &str,
) -> Result<(Vec<ClusterConfig>, Finding), Finding> {
    let looker = match &discover.role_arn {
        None => role::in_region(&caller.sdk, region),
        Some(role) => {
            let external_id = discover.external_id.as_deref();
            role::assume(caller, role, external_id, region).await?.0.sdk
        }
    };
    let mut pages = Client::new(&looker)
        .describe_log_groups()
        .log_group_name_prefix(&discover.prefix)
        .set_include_linked_accounts(discover.linked_accounts.then_some(true))
        .into_paginator()
        .send();
    let about = format!("{} in {region}", discover.prefix);
    let call = Call {
        principal: &caller.arn,
        action: "logs:DescribeLogGroups",
        resource: "*",
    };
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| Refusal::of(&error).finding("discover", &about, call))?;
        let groups = page.log_groups.unwrap_or_default().into_iter();
        found.extend(groups.filter_map(|group| {
            let name = group.log_group_name?;
            let arn = group.log_group_arn.filter(|_| discover.linked_accounts);
            is_wanted(&discover.prefix, &name).then(|| arn.unwrap_or(name))
        }));
    }
    let count = found.len();
    let told = Finding::ok("discover", &about, format!("finds {count} log groups"));
    let told = match count {
        0 => told.warn("nothing is watched until one is made: mend prefix, regions or role_arn"),
        1..=MOST => told,
        _ => told.warn(format!("the first {MOST} of them are tried here")),
    };
    found.truncate(MOST);
    let cluster = |log_group| ClusterConfig {
        poll: true,
        log_group,
        name: None,
        region: Some(region.to_owned()),
        account: None,
        role_arn: discover.role_arn.clone(),
        external_id: discover.external_id.clone(),
        labels: Default::default(),
    };
    Ok((found.into_iter().map(cluster).collect(), told))
}
