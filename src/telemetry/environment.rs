//! What the environment says about AWS: credentials, region, endpoint, proxies.

use aws_config::{BehaviorVersion, SdkConfig};

/// The settings that every AWS program takes from the environment, the profile and the machine.
pub async fn aws() -> SdkConfig {
    aws_config::load_defaults(BehaviorVersion::latest()).await
}
