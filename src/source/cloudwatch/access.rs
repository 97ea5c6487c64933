//! Clients of CloudWatch Logs, one for each role and region, and who they call as.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{Region, SdkConfig};
use rustc_hash::FxHashMap;

use super::failure::Failure;
use super::group::account_of_role;
use super::room;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

/// How long an answer may take to begin.
const READ: Duration = Duration::from_secs(30);

/// How long a whole call may take; an answer may come slowly.
const CALL: Duration = Duration::from_secs(120);

/// How long a caller may be asked for: reading does not need the answer.
const ASK: Duration = Duration::from_secs(5);

/// The name under which roles are assumed: what CloudTrail shows.
const SESSION: &str = "trailhound";

/// By which role, and where.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::source) struct Access {
    pub(in crate::source) role_arn: Option<String>,
    pub(in crate::source) external_id: Option<String>,
    pub(in crate::source) region: String,
}

/// Who calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Identity {
    /// Twelve digits.
    pub(super) account: Option<String>,
    /// The ARN.
    pub(super) arn: Option<String>,
}

/// A client and who it calls as.
pub(super) struct Client {
    pub(super) access: Access,
    pub(super) logs: aws_sdk_cloudwatchlogs::Client,
    settings: SdkConfig,
    identity: Mutex<Option<Identity>>,
}

impl Access {
    /// Settings for clients that call as that role in that region, and try nothing again by themselves.
    pub(in crate::source) async fn settings(&self, base: &SdkConfig) -> SdkConfig {
        let region = Region::new(self.region.clone());
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .read_timeout(READ)
            .operation_attempt_timeout(CALL)
            .build();
        // Trying again is our own business, since every try counts against the budget.
        let mut config = base
            .to_builder()
            .region(region.clone())
            .timeout_config(timeouts)
            .retry_config(RetryConfig::disabled());
        if let Some(role) = &self.role_arn {
            let mut provider = AssumeRoleProvider::builder(role)
                .configure(base)
                .region(region)
                .session_name(SESSION);
            if let Some(id) = &self.external_id {
                provider = provider.external_id(id);
            }
            // The cache of the base holds the credentials of the base.
            config = config
                .credentials_provider(aws_sdk_sts::config::SharedCredentialsProvider::new(
                    provider.build().await,
                ))
                .identity_cache(aws_config::identity::IdentityCache::lazy().build());
        }
        config.build()
    }
}

impl Client {
    async fn new(base: &SdkConfig, access: Access) -> Self {
        let config = access.settings(base).await;
        let mut logs = aws_sdk_cloudwatchlogs::config::Builder::from(&config);
        logs.set_http_client(config.http_client().map(room::waiting));
        Self {
            access,
            logs: aws_sdk_cloudwatchlogs::Client::from_conf(logs.build()),
            settings: config,
            identity: Mutex::new(None),
        }
    }

    /// Who it calls as; asked once.
    pub(super) async fn identity(&self) -> Result<Identity, Failure> {
        if let Some(known) = self.known() {
            return Ok(known);
        }
        // Not kept: it is used once, and there may be hundreds of accounts.
        let sts = aws_sdk_sts::Client::new(&self.settings);
        let asking = sts.get_caller_identity().send();
        let answer = tokio::time::timeout(ASK, asking).await;
        let answer = answer.map_err(|_| Failure::unanswered("sts:GetCallerIdentity"))?;
        let answer = answer.map_err(|error| Failure::of(&error))?;
        let identity = Identity {
            account: answer.account,
            arn: answer.arn,
        };
        *self.identity.lock().unwrap_or_else(PoisonError::into_inner) = Some(identity.clone());
        Ok(identity)
    }

    /// Who it calls as, if that was found out.
    pub(super) fn known(&self) -> Option<Identity> {
        let identity = self.identity.lock().unwrap_or_else(PoisonError::into_inner);
        identity.clone()
    }

    /// The account that its calls are counted to, as far as is known.
    pub(super) fn payer(&self) -> Option<String> {
        let role = || self.access.role_arn.as_deref().and_then(account_of_role);
        let known = self.known().and_then(|identity| identity.account);
        known.or_else(|| role().map(str::to_owned))
    }
}

/// All clients, each made once.
pub(super) struct Clients {
    base: SdkConfig,
    known: tokio::sync::Mutex<FxHashMap<Access, Arc<Client>>>,
}

impl Clients {
    /// Clients that differ from `base` in role and region.
    pub(super) fn new(base: SdkConfig) -> Self {
        Self {
            base,
            known: tokio::sync::Mutex::default(),
        }
    }

    /// The region of the AWS settings.
    pub(super) fn region(&self) -> Option<String> {
        self.base.region().map(ToString::to_string)
    }

    /// The client for a role and region.
    pub(super) async fn of(&self, access: Access) -> Arc<Client> {
        let mut known = self.known.lock().await;
        if let Some(client) = known.get(&access) {
            return Arc::clone(client);
        }
        let client = Arc::new(Client::new(&self.base, access.clone()).await);
        known.insert(access, Arc::clone(&client));
        client
    }
}
