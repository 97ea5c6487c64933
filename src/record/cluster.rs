//! Which cluster a log event belongs to.

use std::collections::BTreeMap;

use super::event::Origin;

/// A cluster, as far as the source of the events and the settings tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cluster {
    /// The cluster's name.
    pub name: Option<String>,
    /// The twelve digits of its account.
    pub account: Option<String>,
    /// Its region.
    pub region: Option<String>,
    /// Its log group.
    pub log_group: Option<String>,
    /// The user's labels.
    pub labels: BTreeMap<String, String>,
}

impl Cluster {
    /// The cluster that an origin names. EKS writes to `/aws/eks/NAME/cluster`.
    #[must_use]
    pub fn of(origin: &Origin) -> Self {
        Self {
            name: origin
                .log_group
                .as_deref()
                .and_then(cluster_name)
                .map(ToOwned::to_owned),
            account: origin.account.clone(),
            region: origin.region.clone(),
            log_group: origin.log_group.clone(),
            labels: BTreeMap::new(),
        }
    }
}

/// The cluster's name in a log group's name or ARN.
#[must_use]
pub fn cluster_name(log_group: &str) -> Option<&str> {
    let (_, rest) = log_group.split_once("/aws/eks/")?;
    let (name, tail) = rest.split_once('/')?;
    (tail == "cluster" || tail.starts_with("cluster:")).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::cluster_name;

    #[test]
    fn the_name_stands_in_the_log_group() {
        assert_eq!(cluster_name("/aws/eks/prod/cluster"), Some("prod"));
        let arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/eks/prod/cluster:*";
        assert_eq!(cluster_name(arn), Some("prod"));
        assert_eq!(cluster_name("/aws/lambda/x"), None);
    }
}
