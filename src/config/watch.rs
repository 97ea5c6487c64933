//! What a settings file says that is of use to a watch only. Checked, and of no effect to a replay.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::detect::duration;

/// `[discover]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiscoverConfig {
    /// What the names of the log groups begin with.
    pub prefix: String,
}

/// `[state]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StateConfig {
    /// The file.
    pub path: PathBuf,
}

impl Default for StateConfig {
    fn default() -> Self {
        Self {
            path: "trailhound.db".into(),
        }
    }
}

/// `[poll]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PollConfig {
    /// From one look to the next.
    #[serde(deserialize_with = "duration::read")]
    pub interval: Duration,
    /// How late events may come.
    #[serde(deserialize_with = "duration::read")]
    pub lateness: Duration,
}

impl Default for PollConfig {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(5),
            lateness: Duration::from_secs(900),
        }
    }
}

/// `[sink.*]`: a sink that is not named is not used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SinkConfig {
    /// Standard output.
    pub stdout: Option<StdoutConfig>,
    /// An SNS topic.
    pub sns: Option<SnsConfig>,
}

/// `[sink.stdout]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StdoutConfig {}

/// `[sink.sns]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnsConfig {
    /// The topic's ARN.
    pub topic_arn: String,
}
