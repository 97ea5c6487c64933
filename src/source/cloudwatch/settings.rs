//! What is read and how: plain values, checked by whoever fills them in.

use std::sync::Arc;
use std::time::Duration;

use super::delivery::Stream;
use crate::state::Progress;

/// The prefix of the log groups that EKS makes.
pub const EKS: &str = "/aws/eks/";

/// Tells what is stored of a log.
pub type Positions = Arc<dyn Fn(&Stream) -> Progress + Send + Sync>;

/// What a [`super::Reader`] reads.
#[derive(Clone, Debug, PartialEq)]
pub struct ReaderSettings {
    /// Log groups that are named.
    pub clusters: Vec<ClusterSettings>,
    /// Where log groups are looked for.
    pub discover: Vec<DiscoverSettings>,
    /// Where a log without a stored position begins, in milliseconds since the Unix epoch; `None`: now, less
    /// the lateness.
    pub from: Option<i64>,
    /// Up to when a former run had read, in milliseconds since the Unix epoch: a group that was made after
    /// that is read from its beginning.
    pub resumed: Option<i64>,
    /// How often, how fast and how far back.
    pub poll: PollSettings,
}

/// A log group that is named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterSettings {
    /// Its name or its ARN; the ARN where it belongs to a linked account.
    pub log_group: String,
    /// Its region; `None`: the ARN's, else that of the AWS settings.
    pub region: Option<String>,
    /// The role that reads it.
    pub role_arn: Option<String>,
    /// What the role's trust policy asks for.
    pub external_id: Option<String>,
}

/// Where log groups are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscoverSettings {
    /// What their names begin with. With [`EKS`], only `/aws/eks/CLUSTER/cluster` are read.
    pub prefix: String,
    /// The regions; none: that of the AWS settings.
    pub regions: Vec<String>,
    /// The role that looks and reads.
    pub role_arn: Option<String>,
    /// What the role's trust policy asks for.
    pub external_id: Option<String>,
    /// Whether the groups of linked accounts (Observability Access Manager) are read too.
    pub linked_accounts: bool,
    /// From one look to the next.
    pub interval: Duration,
}

impl Default for DiscoverSettings {
    fn default() -> Self {
        Self {
            prefix: EKS.to_owned(),
            regions: Vec::new(),
            role_arn: None,
            external_id: None,
            linked_accounts: false,
            interval: Duration::from_secs(300),
        }
    }
}

/// How often, how fast and how far back.
#[derive(Clone, Debug, PartialEq)]
pub struct PollSettings {
    /// From one walk over new ground to the next.
    pub interval: Duration,
    /// How late events may come: later ones are found by sweeps only.
    pub lateness: Duration,
    /// From one sweep to the next.
    pub sweep_interval: Duration,
    /// How far a sweep goes back; at least `lateness`.
    pub sweep_span: Duration,
    /// The part of a region's quota of calls that is used; the rest is left to people. Above 0, at most 1.
    pub share: f64,
    /// Calls in a second for each account and region, instead of a share of the quota.
    pub calls_per_second: Option<f64>,
    /// The wait after a first failure that may pass by itself; others wait a multiple of it.
    pub first_wait: Duration,
}

impl Default for PollSettings {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(5),
            lateness: Duration::from_secs(900),
            sweep_interval: Duration::from_secs(600),
            sweep_span: Duration::from_secs(3_600),
            share: 0.75,
            calls_per_second: None,
            first_wait: Duration::from_millis(500),
        }
    }
}
