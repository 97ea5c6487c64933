//! The settings file, checked once at start. Unknown keys are errors.
//!
//! A replay needs no settings; it takes the clusters' names and labels, the lists and the exceptions
//! from one. What else a file can say is for a watch: it is checked here and of no effect to a replay, so
//! that one file serves both.

mod feed;
mod lambda;
mod sink;
mod watch;

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::detect::{AllowFile, Fault, Lists};
use crate::record::{Cluster, Origin, cluster_name};

pub use feed::{KinesisConfig, S3Config};
pub use lambda::LambdaConfig;
pub use sink::{BodyKind, RouteConfig, SinkConfig, SinkConfigs, SinkKind};
pub use watch::{DiscoverConfig, HealthConfig, PollConfig, ShutdownConfig, StateConfig};

/// Everything a settings file can say.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The clusters whose events come in. Used by a replay: names and labels.
    pub cluster: Vec<ClusterConfig>,
    /// Lists for detectors: `${name}` in a query. Used by a replay.
    pub lists: Lists,
    /// Exceptions. Used by a replay.
    pub allow: Vec<AllowFile>,
    /// Kinesis streams that carry logs to a watch.
    pub kinesis: Vec<KinesisConfig>,
    /// Queues that announce objects with logs to a watch.
    pub s3: Vec<S3Config>,
    /// Where a watch finds clusters by itself.
    pub discover: Option<DiscoverConfig>,
    /// Where a watch remembers how far it has read.
    pub state: StateConfig,
    /// How a watch asks for new events.
    pub poll: PollConfig,
    /// How a watch says how it is.
    pub health: HealthConfig,
    /// How a watch stops.
    pub shutdown: ShutdownConfig,
    /// How a Lambda function goes about an invocation.
    pub lambda: LambdaConfig,
    /// Where a watch sends alerts.
    pub sink: SinkConfigs,
    /// Which alerts go to which of the sinks.
    pub route: Vec<RouteConfig>,
}

/// A `[[cluster]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClusterConfig {
    /// The log group's name or ARN.
    pub log_group: String,
    /// The cluster's name, where the log group does not tell it.
    pub name: Option<String>,
    /// The region of the log group.
    pub region: Option<String>,
    /// The account of the log group.
    pub account: Option<String>,
    /// The role to assume for reading it; of no effect to a replay.
    pub role_arn: Option<String>,
    /// The external id that the role asks for; of no effect to a replay.
    pub external_id: Option<String>,
    /// Whether a watch asks its log group for events; not where they come by a stream or a queue.
    #[serde(default = "yes")]
    pub poll: bool,
    /// Labels that join every alert.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
}

/// A settings file that was read, with its text for messages about places in it.
#[derive(Debug, Default)]
pub struct Settings {
    /// Its name for messages.
    pub name: String,
    /// Its text.
    pub text: String,
    /// What it says.
    pub config: Config,
}

/// Why settings can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file can't be read.
    #[error("can't read the settings {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file says something wrong.
    #[error("{0}")]
    Invalid(Fault),
}

impl Settings {
    /// Reads and checks a settings file.
    ///
    /// # Errors
    /// When it can't be read, is not TOML, or has unknown keys or wrong values; the message shows the
    /// place.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let read = std::fs::read_to_string(path);
        let text = read.map_err(|source| ConfigError::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&path.display().to_string(), text).map_err(ConfigError::Invalid)
    }

    /// Checks the text of settings of that name.
    ///
    /// # Errors
    /// When it is not TOML, or has unknown keys or wrong values; the fault shows the place.
    pub fn parse(name: &str, text: String) -> Result<Self, Fault> {
        let config: Config = toml::from_str(&text).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            match meant(error.message()) {
                Some(key) => {
                    let help = format!("did you mean `{key}`?");
                    Fault::advise(name, &text, span, error.message(), help)
                }
                None => Fault::at(name, &text, span, error.message()),
            }
        })?;
        let name = name.to_owned();
        let settings = Self { name, text, config };
        settings.check()?;
        Ok(settings)
    }

    /// Checks what the shape alone does not tell.
    fn check(&self) -> Result<(), Fault> {
        for (name, sink) in &self.config.sink {
            if let Err(message) = sink.get_ref().checked(name) {
                return Err(Fault::at(&self.name, &self.text, sink.span(), message));
            }
        }
        if let Some(place) = self.config.twin() {
            // The reader of TOML keeps no places of tables in lists.
            let heads = self.text.match_indices("[[cluster]]");
            let at = heads.map(|(at, _)| at).nth(place).unwrap_or(0);
            let message = "the same log group of the same account and region is named before: its events would be read twice";
            return Err(Fault::at(&self.name, &self.text, at..at + 11, message));
        }
        if let Err(message) = feed::checked(&self.config) {
            return Err(Fault::at(&self.name, &self.text, 0..0, message));
        }
        let state = &self.config.state;
        if state.table.is_none() && state.region.is_some() {
            let message = "[state] region is that of a table: name it, as table = \"trailhound\"";
            return Err(Fault::at(&self.name, &self.text, 0..0, message));
        }
        let share = self.config.poll.share;
        if !(share > 0.0 && share <= 1.0) {
            let message = format!("[poll] share is {share}: it is a part, above 0 and at most 1");
            let at = self.text.find("share").unwrap_or(0);
            return Err(Fault::at(&self.name, &self.text, at..at + 5, message));
        }
        Ok(())
    }
}

impl Config {
    /// The place of the first `[[cluster]]` that is one of those before it.
    fn twin(&self) -> Option<usize> {
        let mut seen = HashSet::new();
        let of = |one: &ClusterConfig| {
            let group = one.group().to_owned();
            (group, one.account_or_arn(), one.region_or_arn())
        };
        self.cluster.iter().position(|one| !seen.insert(of(one)))
    }

    /// The cluster of a log group, labels included; what the settings don't say comes from the origin.
    /// `name` is its name where the origin tells none.
    #[must_use]
    pub fn cluster_of(&self, origin: &Origin, name: Option<&str>) -> Cluster {
        let mut cluster = Cluster::of(origin);
        cluster.name = cluster.name.or_else(|| name.map(ToOwned::to_owned));
        let Some(known) = self.cluster.iter().find(|known| known.is(&cluster)) else {
            return cluster;
        };
        cluster.labels.clone_from(&known.labels);
        cluster.region = cluster.region.or_else(|| known.region_or_arn());
        cluster.account = cluster.account.or_else(|| known.account_or_arn());
        cluster.log_group = cluster.log_group.or_else(|| Some(known.group().to_owned()));
        if let Some(name) = &known.name {
            cluster.name = Some(name.clone());
        }
        cluster
    }
}

impl ClusterConfig {
    /// Whether these settings are about a cluster: the same log group (and account and region, where both
    /// are known), or, where the log group is not known, the same name.
    fn is(&self, cluster: &Cluster) -> bool {
        let same = |mine: Option<String>, other: &Option<String>| match (&mine, other) {
            (Some(mine), Some(other)) => mine == other,
            _ => true,
        };
        let same_place = same(self.account_or_arn(), &cluster.account)
            && same(self.region_or_arn(), &cluster.region);
        let same = match &cluster.log_group {
            Some(group) => group_name(group) == self.group(),
            None => {
                let mine = self
                    .name
                    .as_deref()
                    .or_else(|| cluster_name(&self.log_group));
                mine.is_some() && mine == cluster.name.as_deref()
            }
        };
        same && same_place
    }

    fn group(&self) -> &str {
        group_name(&self.log_group)
    }

    /// The region, as it is set or as the ARN tells it.
    #[must_use]
    pub fn region_or_arn(&self) -> Option<String> {
        self.region.clone().or_else(|| arn_part(&self.log_group, 3))
    }

    /// The account, as it is set, or as the ARN tells it or else the role.
    fn account_or_arn(&self) -> Option<String> {
        let role = || arn_part(self.role_arn.as_deref()?, 4);
        self.account
            .clone()
            .or_else(|| arn_part(&self.log_group, 4))
            .or_else(role)
    }
}

const fn yes() -> bool {
    true
}

/// The key that was probably meant, where a message of the TOML reader names an unknown one and those
/// it expects, each in backticks.
fn meant(message: &str) -> Option<&str> {
    let mut names = message
        .strip_prefix("unknown field ")?
        .split('`')
        .skip(1)
        .step_by(2);
    let unknown = names.next()?;
    let near = names.min_by_key(|known| strsim::osa_distance(known, unknown))?;
    (strsim::osa_distance(near, unknown) <= 1 + unknown.len() / 3).then_some(near)
}

/// The name in a log group's ARN, or the name itself.
fn group_name(group: &str) -> &str {
    let name = group
        .splitn(7, ':')
        .nth(6)
        .filter(|_| group.starts_with("arn:"))
        .unwrap_or(group);
    name.strip_suffix(":*").unwrap_or(name)
}

fn arn_part(group: &str, index: usize) -> Option<String> {
    let part = group
        .starts_with("arn:")
        .then(|| group.split(':').nth(index))??;
    (!part.is_empty()).then(|| part.to_owned())
}

#[cfg(test)]
mod tests;
