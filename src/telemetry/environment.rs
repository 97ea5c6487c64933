//! What the environment says about AWS: credentials, region, endpoint, proxies.

use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

/// How many connections to one host are kept while nobody uses them. Each keeps a buffer of up to 400 KiB once a
/// page has come through it; making one anew takes two round trips.
const KEPT_IDLE: usize = 8;

/// The settings that every AWS program takes from the environment, the profile and the machine.
pub async fn aws() -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(http_client())
        .load()
        .await
}

/// One client for all that is asked of AWS. Without it the SDK makes one for each account, region and
/// service, and every one of them keeps its connections and a copy of the machine's certificates.
fn http_client() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector =
            ConnectorBuilder::default().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
        connector.set_connector_settings(settings.cloned());
        connector.set_pool_max_idle_per_host(Some(KEPT_IDLE));
        if let Some(components) = components {
            connector.set_sleep_impl(components.sleep_impl());
        }
        connector.set_proxy_config(Some(ProxyConfig::from_env()));
        connector.build()
    })
}
