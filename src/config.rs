//! The settings file, checked once at start. Unknown keys are errors.
//!
//! A replay needs no settings; it takes the clusters' names and labels, the lists and the exceptions
//! from one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::detect::{AllowFile, Fault, Lists};
use crate::record::{Cluster, Origin, cluster_name};

/// Everything a settings file can say.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The clusters whose events come in.
    pub cluster: Vec<ClusterConfig>,
    /// Lists for detectors: `${name}` in a query.
    pub lists: Lists,
    /// Exceptions.
    pub allow: Vec<AllowFile>,
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
        let name = path.display().to_string();
        let config = toml::from_str(&text).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            ConfigError::Invalid(Fault::at(&name, &text, span, error.message().to_owned()))
        })?;
        Ok(Self { name, text, config })
    }
}

impl Config {
    /// The cluster of a log group, labels included; what the settings don't say comes from the origin.
    #[must_use]
    pub fn cluster_of(&self, origin: &Origin, name: Option<&str>) -> Cluster {
        let mut cluster = Cluster::of(origin);
        if let Some(name) = name {
            cluster.name = Some(name.to_owned());
        }
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
    /// Whether these settings are about a cluster: the same log group (and account, where both are
    /// known), or, where the log group is not known, the same name.
    fn is(&self, cluster: &Cluster) -> bool {
        let account = self.account_or_arn();
        let same_account = match (&account, &cluster.account) {
            (Some(mine), Some(other)) => mine == other,
            _ => true,
        };
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
        same && same_account
    }

    fn group(&self) -> &str {
        group_name(&self.log_group)
    }

    fn region_or_arn(&self) -> Option<String> {
        self.region.clone().or_else(|| arn_part(&self.log_group, 3))
    }

    fn account_or_arn(&self) -> Option<String> {
        self.account
            .clone()
            .or_else(|| arn_part(&self.log_group, 4))
    }
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
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    const TEXT: &str = r#"
        [[cluster]]
        log_group = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/eks/prod/cluster:*"
        labels = { env = "prod" }
    "#;

    #[test]
    fn a_cluster_is_known_by_its_log_group_or_its_name() {
        let config: Config = toml::from_str(TEXT).unwrap();
        let group = Origin {
            log_group: Some("/aws/eks/prod/cluster".into()),
            ..Origin::default()
        };
        for cluster in [
            config.cluster_of(&group, None),
            config.cluster_of(&Origin::default(), Some("prod")),
        ] {
            assert_eq!(cluster.name.as_deref(), Some("prod"));
            assert_eq!(cluster.region.as_deref(), Some("eu-west-1"));
            assert_eq!(cluster.account.as_deref(), Some("111122223333"));
            assert_eq!(cluster.labels.get("env").map(String::as_str), Some("prod"));
        }
    }

    #[test]
    fn another_account_with_the_same_name_is_another_cluster() {
        let config: Config = toml::from_str(TEXT).unwrap();
        let other = Origin {
            log_group: Some("/aws/eks/prod/cluster".into()),
            account: Some("444455556666".into()),
            ..Origin::default()
        };
        assert!(config.cluster_of(&other, None).labels.is_empty());
    }

    #[test]
    fn unknown_keys_are_refused_with_their_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.toml");
        std::fs::write(&path, "[lists]\na = [\"b\"]\n[slik]\n").unwrap();
        let message = Settings::load(&path).unwrap_err().to_string();
        assert!(
            message.contains("x.toml:3:2") && message.contains("unknown field"),
            "{message}"
        );
    }
}
