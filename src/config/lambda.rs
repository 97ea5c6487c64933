//! What a settings file says that is of use to a Lambda function only. Checked, and of no effect otherwise.

use std::time::Duration;

use serde::Deserialize;

use crate::detect::duration;

/// `[lambda]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LambdaConfig {
    /// How long before the time of an invocation is over no record is begun any more; what is left comes
    /// again. Of little time a quarter at most.
    #[serde(deserialize_with = "duration::read")]
    pub margin: Duration,
}

impl Default for LambdaConfig {
    fn default() -> Self {
        Self {
            margin: Duration::from_secs(5),
        }
    }
}
