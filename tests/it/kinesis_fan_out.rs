//! `trailhound watch` on a Kinesis stream that pushes: what comes is what a replay of the same envelopes says.

use std::collections::BTreeSet;

use crate::kinesis::{IN_FLIGHT, envelopes, family, place, put, replayed, start};
use crate::kinesis_fake::KinesisFake;
use crate::kinesis_fake::pushes::CONSUMER;
use crate::kinesis_local::KinesisLocal;
use crate::watching::{Watching, id};

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
    let mut run = start(&place, &kinesis);
    put(&stream, second, first.len()).await;
    let missing: BTreeSet<String> = expected.difference(&came).cloned().collect();
    let again = run.until(&missing);
    let repeats = again.iter().filter(|id| came.contains(*id)).count();
    assert!(repeats <= IN_FLIGHT, "{repeats} alerts came again");
    came.extend(again);
    let (code, rest, said) = run.stop();
    assert_eq!(code, Some(0), "{said}");
    came.extend(rest.iter().map(id));
    assert_eq!(came, expected, "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn subscriptions_that_break_off_lose_and_double_nothing() {
    let envelopes = envelopes();
    let expected = replayed(&envelopes);
    let fake = KinesisFake::start(family(&envelopes)).await;
    let place = place(&format!("consumer_arn = \"{CONSUMER}\"\n"));
    let options = ["--from", "1h", "-v"];
    let mut run = Watching::of(&mut place.command_in(fake.environment(), &options));
    let came = run.until(&expected);
    let (code, rest, said) = run.stop();
    assert_eq!(code, Some(0), "{said}");
    let came: Vec<String> = came.into_iter().chain(rest.iter().map(id)).collect();
    let all: BTreeSet<String> = came.iter().cloned().collect();
    assert_eq!(all, expected, "{said}");
    assert_eq!(came.len(), all.len(), "an alert came twice");
    let (too_early, finished) = fake.seen();
    assert!(too_early.is_empty(), "{too_early:?}");
    assert_eq!(finished.len(), 3, "{finished:?}");
    let mishaps = fake.mishaps();
    assert_eq!(mishaps.len(), 7, "{mishaps:?}");
}
