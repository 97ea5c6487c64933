//! What a store in DynamoDB is told: which table, and for how long things live there.

use std::time::Duration;

use aws_config::{Region, SdkConfig};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Intercept;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use rustc_hash::FxHashMap;

use crate::telemetry::milliseconds;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(3);
/// How long one attempt of a call may take.
const ATTEMPT: Duration = Duration::from_secs(15);
/// How much longer than what it belongs to something lives that must outlive it, in seconds: a week.
pub(super) const SLACK: i64 = 7 * 86_400;
/// How long a cell lives of which nobody says how long it is needed: more than a year.
const LONG: Duration = Duration::from_secs(400 * 86_400);

/// What a store in DynamoDB is told.
#[derive(Clone, Debug)]
pub struct DynamoSettings {
    pub(super) client: Client,
    pub(super) table: String,
    pub(super) keep: Duration,
    pub(super) lives: FxHashMap<String, Duration>,
}

impl DynamoSettings {
    /// A table, in a region or in that of the environment. `keep` is for how long the id of an alert is
    /// known.
    #[must_use]
    pub fn new(sdk: &SdkConfig, table: &str, region: Option<&str>, keep: Duration) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .operation_attempt_timeout(ATTEMPT)
            .build();
        // Calls are repeated here, and with longer pauses.
        let mut config = aws_sdk_dynamodb::config::Builder::from(sdk)
            .timeout_config(timeouts)
            .retry_config(RetryConfig::disabled());
        if let Some(region) = region {
            config = config.region(Region::new(region.to_owned()));
        }
        Self {
            client: Client::from_conf(config.build()),
            table: table.to_owned(),
            keep,
            lives: FxHashMap::default(),
        }
    }

    /// Lets something look at every call.
    #[must_use]
    pub fn intercepted(mut self, by: impl Intercept + 'static) -> Self {
        let config = self.client.config().to_builder().interceptor(by);
        self.client = Client::from_conf(config.build());
        self
    }

    /// For how long the cells of detectors are needed after they were last used; of others it is 400 days.
    #[must_use]
    pub fn lives(mut self, lives: impl IntoIterator<Item = (String, Duration)>) -> Self {
        self.lives = lives.into_iter().collect();
        self
    }
}

/// When things expire. Times are milliseconds since the Unix epoch, expiries seconds.
#[derive(Clone, Debug)]
pub(super) struct Lives {
    keep: i64,
    cells: FxHashMap<String, i64>,
}

impl Lives {
    pub(super) fn new(keep: Duration, cells: FxHashMap<String, Duration>) -> Self {
        let cells = cells.into_iter();
        Self {
            keep: milliseconds(keep),
            cells: cells
                .map(|(name, life)| (name, milliseconds(life)))
                .collect(),
        }
    }

    fn life(&self, detector: &str) -> i64 {
        let known = self.cells.get(detector).copied();
        known.unwrap_or_else(|| milliseconds(LONG))
    }

    /// When a cell of a detector expires that is used now.
    pub(super) fn expiry(&self, detector: &str, now: i64) -> i64 {
        now.saturating_add(self.life(detector)) / 1_000
    }

    /// Whether half of a cell's life is over.
    pub(super) fn is_old(&self, detector: &str, expires: i64, now: i64) -> bool {
        expires < now.saturating_add(self.life(detector) / 2) / 1_000
    }

    /// When the id of an alert expires, and when its text in the outbox.
    pub(super) const fn alert(&self, now: i64) -> (i64, i64) {
        let known = now.saturating_add(self.keep) / 1_000;
        // A sink that takes nothing is given up after the same time, and that must be noted first.
        let text = now.saturating_add(self.keep.saturating_mul(2)) / 1_000;
        (known, text.saturating_add(SLACK))
    }
}
