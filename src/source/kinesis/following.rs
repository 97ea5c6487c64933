//! A stream that is being read: by which client, and what is told of calls that failed. Decides nothing.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_kinesis::Client;

use super::pulse::{Closed, Pulse};
use super::reader::{Ground, Source};
use crate::source::cloudwatch::Class;
use crate::source::cloudwatch::backoff;
use crate::source::cloudwatch::failure::{Asked, Failure};

/// A stream that is being read.
pub(super) struct Following {
    pub(super) ground: Arc<Ground>,
    pub(super) source: Source,
    pub(super) client: Client,
    pub(super) pulse: Pulse,
}

impl Following {
    /// The name, where calls need it.
    pub(super) fn by_name(&self) -> Option<String> {
        let name = &self.source.name;
        name.arn.is_none().then(|| name.name.clone())
    }

    /// A call that is about the stream.
    pub(super) fn asked<'a>(&'a self, action: &'a str) -> Asked<'a> {
        let name = &self.source.name;
        Asked {
            principal: None,
            role: self.source.access.role_arn.as_deref(),
            action,
            resource: name.arn.as_ref().unwrap_or(&name.name),
        }
    }

    /// Tells of a call that failed.
    pub(super) async fn failed(
        &self,
        part: &str,
        asked: &Asked<'_>,
        failure: &Failure,
    ) -> Result<(), Closed> {
        let message = failure.message(asked);
        self.pulse.failed(part, failure.class, message).await
    }

    /// How long to wait after a row of failures.
    pub(super) fn wait(&self, class: Class, failures: u32) -> Duration {
        backoff::wait(self.ground.first_wait, class, failures, fastrand::f64())
    }

    /// Waits after a row of failures.
    pub(super) async fn pause(&self, class: Class, failures: u32) {
        tokio::time::sleep(self.wait(class, failures)).await;
    }
}
