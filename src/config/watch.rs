//! What a settings file says that is of use to a watch only. Checked, and of no effect to a replay.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Deserializer};

use crate::detect::duration;

/// `[discover]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DiscoverConfig {
    /// What the names of the log groups begin with.
    pub prefix: String,
    /// In which regions to look; none is the region of the environment.
    pub regions: Vec<String>,
    /// Whether to look into the accounts that are linked to this one (Observability Access Manager).
    pub linked_accounts: bool,
    /// The role to assume for looking and reading.
    pub role_arn: Option<String>,
    /// The external id that the role asks for.
    pub external_id: Option<String>,
    /// From one look to the next.
    #[serde(deserialize_with = "duration::read")]
    pub interval: Duration,
}

impl Default for DiscoverConfig {
    fn default() -> Self {
        Self {
            prefix: "/aws/eks/".to_owned(),
            regions: Vec::new(),
            linked_accounts: false,
            role_arn: None,
            external_id: None,
            interval: minutes(5),
        }
    }
}

/// `[state]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StateConfig {
    /// The file of a watch.
    pub path: PathBuf,
    /// The DynamoDB table that workers share; of no use to a watch.
    pub table: Option<String>,
    /// The table's region; else that of the environment.
    pub region: Option<String>,
    /// For how long an alert is offered to a sink that does not take it, and for how long its id is
    /// known so that it is not raised again.
    #[serde(deserialize_with = "duration::read")]
    pub keep: Duration,
}

impl Default for StateConfig {
    fn default() -> Self {
        Self {
            path: "trailhound.db".into(),
            table: None,
            region: None,
            keep: minutes(7 * 24 * 60),
        }
    }
}

/// `[poll]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PollConfig {
    /// From one look to the next.
    #[serde(deserialize_with = "duration::read")]
    pub interval: Duration,
    /// How late events may come: that far back everything is read again.
    #[serde(deserialize_with = "duration::read")]
    pub lateness: Duration,
    /// From one sweep over a longer time to the next.
    #[serde(deserialize_with = "duration::read")]
    pub sweep_interval: Duration,
    /// How far back a sweep reads.
    #[serde(deserialize_with = "duration::read")]
    pub sweep_span: Duration,
    /// The part of the account's calls a second that is used; the rest is left to people.
    pub share: f64,
    /// Calls a second for each account and region, instead of a share of the region's quota.
    pub calls_per_second: Option<f64>,
    /// From a first failure that may pass by itself to the next try; later ones wait longer.
    #[serde(deserialize_with = "duration::read")]
    pub retry: Duration,
}

impl Default for PollConfig {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(5),
            lateness: minutes(15),
            sweep_interval: minutes(10),
            sweep_span: minutes(60),
            share: 0.75,
            calls_per_second: None,
            retry: Duration::from_millis(500),
        }
    }
}

/// `[health]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HealthConfig {
    /// Where the status page, the metrics and the probes are served; `"off"` serves none.
    #[serde(deserialize_with = "listen")]
    pub listen: Option<SocketAddr>,
    /// How long the audit log of a live cluster may be silent.
    #[serde(deserialize_with = "duration::read")]
    pub silence: Duration,
    /// How long the authenticator's log may be silent where it has been heard, while the audit log flows.
    #[serde(deserialize_with = "duration::read")]
    pub authenticator_silence: Duration,
    /// How old events may be when they are read, and how long reading may fail.
    #[serde(deserialize_with = "duration::read")]
    pub lag: Duration,
    /// For how long a log may be denied before it is said.
    #[serde(deserialize_with = "duration::read")]
    pub denied: Duration,
    /// How long after a start nothing is an alert yet, so that what was missed can be read first.
    #[serde(deserialize_with = "duration::read")]
    pub grace: Duration,
}

impl Default for HealthConfig {
    fn default() -> Self {
        Self {
            listen: Some(SocketAddr::from(([127, 0, 0, 1], 9464))),
            silence: minutes(10),
            authenticator_silence: minutes(120),
            lag: minutes(5),
            denied: minutes(2),
            grace: minutes(2),
        }
    }
}

/// `[shutdown]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ShutdownConfig {
    /// How long to wait for alerts on their way when the program is told to stop; what is not delivered
    /// by then stays in the outbox.
    #[serde(deserialize_with = "duration::read")]
    pub within: Duration,
}

impl Default for ShutdownConfig {
    fn default() -> Self {
        Self {
            within: Duration::from_secs(20),
        }
    }
}

const fn minutes(number: u64) -> Duration {
    Duration::from_secs(60 * number)
}

fn listen<'de, D: Deserializer<'de>>(from: D) -> Result<Option<SocketAddr>, D::Error> {
    let text = String::deserialize(from)?;
    if text == "off" {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| {
        serde::de::Error::custom(format!(
            "{text:?} is no address to listen on: write an IP address and a port, such as \"127.0.0.1:9464\", or \"off\""
        ))
    })
}
