//! A table and the calls to it: repeated while it is asked too much or can't be reached, and counted.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;

use crate::state::StoreError;

/// How often a call is made at most.
const ATTEMPTS: u32 = 9;
/// The first wait, and the longest. Each is drawn between nothing and twice the one before: those who were
/// refused together don't come back together. All of them are some ten seconds.
const WAITS: (Duration, Duration) = (Duration::from_millis(25), Duration::from_secs(3));

/// What passes by itself: too much at once, or a fault on the other side. The reasons of a cancelled
/// transaction are spelled another way than the errors.
const PASSING: [&str; 9] = [
    "InternalServerError",
    "LimitExceededException",
    "ProvisionedThroughputExceeded",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "ThrottlingError",
    "ThrottlingException",
    "TransactionInProgressException",
];

/// What says that another was faster.
const CONFLICTS: [&str; 4] = [
    "ConditionalCheckFailed",
    "ConditionalCheckFailedException",
    "TransactionConflict",
    "TransactionConflictException",
];

/// What was asked of a table, reckoned from the sizes of items as DynamoDB does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Calls, repeated ones included.
    pub calls: u64,
    /// Units of strongly consistent reading: one for each 4 KB of an item, or for one that is not there.
    pub reads: u64,
    /// Units of writing: one for each KB of an item, two in a transaction.
    pub writes: u64,
}

#[derive(Debug, Default)]
struct Counts {
    calls: AtomicU64,
    reads: AtomicU64,
    writes: AtomicU64,
}

/// A table.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) client: Client,
    pub(super) name: Arc<str>,
    counts: Arc<Counts>,
}

/// Why a call came to nothing.
#[derive(Debug)]
pub(super) enum Refused {
    /// Another changed the same item.
    Conflict,
    /// Anything else.
    Failed(StoreError),
}

impl From<Refused> for StoreError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Conflict => Self::Conflict,
            Refused::Failed(error) => error,
        }
    }
}

/// An error of the SDK, as far as it matters here.
pub(super) trait Told {
    /// The codes that say what happened.
    fn codes(&self) -> Vec<&str>;
    /// All of it in words.
    fn words(&self) -> String;
    /// Whether no answer came.
    fn is_silence(&self) -> bool;
}

impl<E> Told for SdkError<E>
where
    E: std::error::Error + ProvideErrorMetadata + Reasons + 'static,
{
    fn codes(&self) -> Vec<&str> {
        let reasons = self.as_service_error().map(Reasons::reasons);
        let codes = reasons.unwrap_or_default().into_iter();
        self.code().into_iter().chain(codes).collect()
    }

    fn words(&self) -> String {
        match (self.code(), self.message()) {
            (Some(code), Some(message)) => format!("{code}: {message}"),
            (Some(code), None) => code.to_owned(),
            (None, _) => DisplayErrorContext(self).to_string(),
        }
    }

    fn is_silence(&self) -> bool {
        match self {
            Self::TimeoutError(_) | Self::DispatchFailure(_) | Self::ResponseError(_) => true,
            Self::ServiceError(answer) => answer.raw().status().is_server_error(),
            _ => false,
        }
    }
}

/// The reasons of a transaction that was cancelled, one for each action that was at fault.
pub(super) trait Reasons {
    fn reasons(&self) -> Vec<&str> {
        Vec::new()
    }
}

impl Reasons for TransactWriteItemsError {
    fn reasons(&self) -> Vec<&str> {
        let Self::TransactionCanceledException(cancelled) = self else {
            return Vec::new();
        };
        let codes = cancelled.cancellation_reasons().iter();
        let codes = codes.filter_map(|reason| reason.code());
        codes.filter(|code| *code != "None").collect()
    }
}

impl Reasons for aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemError {}
impl Reasons for aws_sdk_dynamodb::operation::delete_item::DeleteItemError {}
impl Reasons for aws_sdk_dynamodb::operation::put_item::PutItemError {}
impl Reasons for aws_sdk_dynamodb::operation::query::QueryError {}
impl Reasons for aws_sdk_dynamodb::operation::update_item::UpdateItemError {}

impl Table {
    pub(super) fn new(client: Client, name: &str) -> Self {
        Self {
            client,
            name: name.into(),
            counts: Arc::default(),
        }
    }

    /// What has been asked so far.
    pub(super) fn usage(&self) -> Usage {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Usage {
            calls: of(&self.counts.calls),
            reads: of(&self.counts.reads),
            writes: of(&self.counts.writes),
        }
    }

    /// Counts the reading of so many bytes: an item's, or a page's.
    pub(super) fn count_read(&self, bytes: usize) {
        let units = bytes.div_ceil(4 << 10).max(1) as u64;
        self.counts.reads.fetch_add(units, Ordering::Relaxed);
    }

    /// Counts the writing of an item, so many times over.
    pub(super) fn count_write(&self, bytes: usize, times: u64) {
        let units = bytes.div_ceil(1 << 10).max(1) as u64;
        let units = units.saturating_mul(times);
        self.counts.writes.fetch_add(units, Ordering::Relaxed);
    }

    /// Makes a call, and makes it again while it is refused for what passes by itself.
    pub(super) async fn call<T, E: Told, F>(
        &self,
        operation: &'static str,
        make: impl Fn() -> F,
    ) -> Result<T, Refused>
    where
        F: Future<Output = Result<T, E>>,
    {
        let mut attempt = 0;
        loop {
            self.counts.calls.fetch_add(1, Ordering::Relaxed);
            let error = match make().await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let codes = error.codes();
            if codes.iter().any(|code| CONFLICTS.contains(code)) {
                return Err(Refused::Conflict);
            }
            let passes = error.is_silence() || codes.iter().any(|code| PASSING.contains(code));
            attempt += 1;
            if !passes || attempt >= ATTEMPTS {
                return Err(Refused::Failed(self.failed(operation, reason(&error))));
            }
            tracing::debug!(
                operation,
                attempt,
                reason = error.words(),
                "DynamoDB is asked again"
            );
            pause(attempt).await;
        }
    }

    pub(super) fn failed(&self, operation: &'static str, reason: String) -> StoreError {
        StoreError::Dynamo {
            table: self.name.to_string(),
            operation,
            reason,
        }
    }
}

/// What went wrong, with what to do where that is known.
fn reason(error: &impl Told) -> String {
    let hint = match error.codes().first() {
        Some(&"ResourceNotFoundException") => {
            ": make the table, with the keys pk and sk, or name another at [state] table"
        }
        Some(&("AccessDeniedException" | "UnrecognizedClientException")) => {
            ": allow what config/iam/state.json lists"
        }
        // Other faults of a call go by this name too.
        Some(&"ValidationException") if error.words().contains("key element") => {
            ": its keys must be the texts pk and sk"
        }
        _ => "",
    };
    format!("{}{hint}", error.words())
}

/// Waits before another attempt, the longer the more there were.
pub(super) async fn pause(attempt: u32) {
    let (first, longest) = WAITS;
    let most = first
        .saturating_mul(2_u32.saturating_pow(attempt))
        .min(longest);
    tokio::time::sleep(most.mul_f64(fastrand::f64())).await;
}

#[cfg(test)]
#[path = "call_tests.rs"]
mod tests;
