//! `trailhound watch` on a Kinesis stream that pushes: what comes is what a replay of the same envelopes says.

use std::collections::BTreeSet;

use crate::kinesis::{comes_after, comes_once, envelopes, place, put, replayed, start};
use crate::kinesis_fake::pushes::CONSUMER;
use crate::kinesis_local::KinesisLocal;
use crate::watching::id;

/// kinesis-local pushes, but does not say when a shard ends: the fake does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_records_are_pushed_it_goes_on_where_it_was() {
    let Some(kinesis) = KinesisLocal::start() else {
        return;
    };
    let envelopes = envelopes();
    let expected = replayed(&envelopes);
    let (first, second) = envelopes.split_at(envelopes.len() / 2);
    let stream = kinesis.stream("eks", 2).await;
    let shards = put(&stream, first, 0).await;
    assert_eq!(shards.len(), 2, "both shards have records");
    let consumer = stream.consumer("trailhound").await;
    let place = place(&format!("consumer_arn = \"{consumer}\"\n"));
    let mut run = start(&place, &kinesis);
    let mut came = BTreeSet::from([id(&run.next_alert())]);
    came.extend(run.kill().iter().map(id));
    let run = start(&place, &kinesis);
    put(&stream, second, first.len()).await;
    comes_after(run, &mut came, &expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn subscriptions_that_break_off_lose_and_double_nothing() {
    comes_once(&format!("consumer_arn = \"{CONSUMER}\"\n"), 7).await;
}
