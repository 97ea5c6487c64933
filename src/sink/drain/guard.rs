//! Keeps a mistake in a sink from ending its drain, and from coming back with every start.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;

use crate::sink::deliver::{Class, Failure, Sink, Verdict};
use crate::sink::outbox::Waiting;

/// What an alert is refused for that makes its sink panic.
const MISTAKE: &str = "it could not be written or sent: this is a mistake in trailhound";

/// Delivers a batch. When that panics each alert is tried alone, and those that do it again are refused.
pub(super) async fn deliver(sink: &mut dyn Sink, batch: &[Waiting]) -> Vec<(i64, Verdict)> {
    if let Some(verdicts) = unless_it_panics(sink, batch).await {
        return verdicts;
    }
    let mut all = Vec::with_capacity(batch.len());
    for one in batch {
        let verdicts = unless_it_panics(sink, std::slice::from_ref(one)).await;
        all.extend(verdicts.unwrap_or_else(|| {
            let failure = Failure::new(Class::Refused, MISTAKE);
            vec![(one.number, Verdict::Failed(failure))]
        }));
    }
    all
}

async fn unless_it_panics(sink: &mut dyn Sink, batch: &[Waiting]) -> Option<Vec<(i64, Verdict)>> {
    // Some sinks work before they wait for the first time: so that is done in here too.
    let mut pending = Box::pin(async { sink.deliver(batch).await });
    poll_fn(
        |context| match catch_unwind(AssertUnwindSafe(|| pending.as_mut().poll(context))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(verdicts)) => Poll::Ready(Some(verdicts)),
            Err(_) => Poll::Ready(None),
        },
    )
    .await
}
