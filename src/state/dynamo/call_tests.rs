#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use std::sync::atomic::AtomicU32;

use aws_sdk_dynamodb::config::BehaviorVersion;
use aws_sdk_dynamodb::types::CancellationReason;
use aws_sdk_dynamodb::types::error::TransactionCanceledException;

use super::*;

fn table() -> Table {
    let config = aws_sdk_dynamodb::Config::builder().behavior_version(BehaviorVersion::latest());
    Table::new(Client::from_conf(config.build()), "trailhound")
}

/// What DynamoDB says of a transaction of which one action is at fault.
fn cancelled(code: &str) -> TransactWriteItemsError {
    let reason = |code: &str| CancellationReason::builder().code(code).build();
    let cancelled = TransactionCanceledException::builder()
        .cancellation_reasons(reason("None"))
        .cancellation_reasons(reason(code));
    TransactWriteItemsError::TransactionCanceledException(cancelled.build())
}

/// How often a call is made whose first answer is that error.
async fn attempts(make: impl Fn() -> TransactWriteItemsError) -> (u32, Result<(), Refused>) {
    let made = AtomicU32::new(0);
    let call = || {
        let first = made.fetch_add(1, Ordering::Relaxed) == 0;
        let answer = if first { Err(make()) } else { Ok(()) };
        async move { answer.map_err(|error| SdkError::service_error(error, bad_request())) }
    };
    let done = table().call("TransactWriteItems", call).await;
    (made.into_inner(), done)
}

fn bad_request() -> aws_sdk_dynamodb::config::http::HttpResponse {
    aws_sdk_dynamodb::config::http::HttpResponse::new(
        400.try_into().unwrap(),
        aws_smithy_types::body::SdkBody::empty(),
    )
}

#[tokio::test(start_paused = true)]
async fn a_transaction_that_was_too_much_for_the_table_is_run_again() {
    for reason in ["ProvisionedThroughputExceeded", "ThrottlingError"] {
        let (made, done) = attempts(|| cancelled(reason)).await;
        assert_eq!(made, 2, "{reason}");
        done.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_transaction_that_others_overtook_or_that_is_wrong_is_not_run_again() {
    let (made, done) = attempts(|| cancelled("ConditionalCheckFailed")).await;
    assert!(matches!((made, done), (1, Err(Refused::Conflict))));
    let (made, done) = attempts(|| cancelled("ValidationError")).await;
    assert!(matches!((made, done), (1, Err(Refused::Failed(_)))));
}
