//! The way to a topic: the client of its region, with the role that may publish.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_sdk_sns::Client;
use aws_sdk_sns::config::retry::RetryConfig;
use aws_sdk_sns::config::timeout::TimeoutConfig;
use aws_sdk_sns::config::{Builder, Region};

use super::message::Body;
use super::topic::Topic;

/// How long a call may take.
const CALL: Duration = Duration::from_secs(30);
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

/// What an SNS sink is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SnsSettings {
    /// Its name.
    pub name: String,
    /// The topic. Its region is taken from it.
    pub topic_arn: String,
    /// What its messages are.
    pub body: Body,
    /// The role to assume for publishing.
    pub role_arn: Option<String>,
    /// The external id that the role asks for.
    pub external_id: Option<String>,
    /// The most bytes of a message; else the topic is asked, and else it is 262,144.
    pub max_bytes: Option<usize>,
    /// Where SNS is reached instead of at AWS.
    pub endpoint: Option<String>,
}

/// The client for a topic. Its own retries are off: a drain decides when to try again.
pub(super) async fn client(settings: &SnsSettings, topic: &Topic, base: &SdkConfig) -> Client {
    let region = Region::new(topic.region.clone());
    let mut builder = Builder::from(base)
        .region(region.clone())
        .retry_config(RetryConfig::disabled())
        .timeout_config(
            TimeoutConfig::builder()
                .operation_timeout(CALL)
                .connect_timeout(CONNECT)
                .build(),
        );
    if let Some(endpoint) = &settings.endpoint {
        builder = builder.endpoint_url(endpoint);
    }
    if let Some(role) = &settings.role_arn {
        let mut provider = AssumeRoleProvider::builder(role)
            .session_name(env!("CARGO_PKG_NAME"))
            .region(region)
            .configure(base);
        if let Some(id) = &settings.external_id {
            provider = provider.external_id(id);
        }
        builder = builder.credentials_provider(provider.build().await);
    }
    Client::from_conf(builder.build())
}
