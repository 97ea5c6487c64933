//! `trailhound watch` on a Kinesis stream, from its first record on and over splits, merges and kills: what
//! comes is what a replay of the same envelopes says.

use std::collections::{BTreeMap, BTreeSet};

use crate::hostile::Hostile;
use crate::invariance::DAY;
use crate::kinesis_fake::{FakeShard, KinesisFake};
use crate::kinesis_local::{KinesisLocal, Stream};
use crate::program::{command, run, write};
use crate::watching::{Place, QUICK, Watching, id};
use crate::wrap::{Wrapping, wrap};

/// Lines in a record.
const LINES: usize = 5;

/// The day as CloudWatch Logs puts it into a stream: gzipped envelopes.
pub(crate) fn envelopes() -> Vec<Vec<u8>> {
    let lines: Vec<&str> = DAY.iter().map(String::as_str).collect();
    let pieces = lines.chunks(LINES);
    pieces
        .map(|lines| wrap(lines, Wrapping::FirehoseObject))
        .collect()
}

/// The ids that a replay of these gives.
pub(crate) fn replayed(contents: &[Vec<u8>]) -> BTreeSet<String> {
    let folder = tempfile::tempdir().unwrap();
    for (number, content) in contents.iter().enumerate() {
        let path = folder.path().join(format!("{number:06}"));
        std::fs::write(path, content).unwrap();
    }
    let path = folder.path().to_str().unwrap();
    let ran = run(&["replay", "--format", "json", path]).exits(0);
    ran.rows().iter().map(id).collect()
}

pub(crate) fn place(more: &str) -> Place {
    Place::with(&format!(
        "{QUICK}[[kinesis]]\nstream = \"eks\"\ninterval = \"20ms\"\n{more}"
    ))
}

pub(crate) fn start(place: &Place, kinesis: &KinesisLocal) -> Watching {
    let options = ["--from", "1h", "-v"];
    Watching::of(&mut place.command_in(kinesis.environment(), &options))
}

pub(crate) async fn put(stream: &Stream, envelopes: &[Vec<u8>], first: usize) -> BTreeSet<String> {
    let mut shards = BTreeSet::new();
    for (number, envelope) in envelopes.iter().enumerate() {
        let key = format!("stream-{}", first + number);
        shards.insert(stream.put(&key, envelope.clone()).await);
    }
    shards
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_split_and_a_merge_in_mid_stream_lose_and_double_nothing() {
    let Some(kinesis) = KinesisLocal::start() else {
        return;
    };
    let envelopes = envelopes();
    let expected = replayed(&envelopes);
    let quarter = envelopes.len() / 4;
    let parts: Vec<&[Vec<u8>]> = envelopes.chunks(quarter + 1).collect();
    let stream = kinesis.stream("eks", 2).await;
    let shards = put(&stream, parts[0], 0).await;
    assert_eq!(shards.len(), 2, "both shards have records");
    let place = place("");
    let mut run = start(&place, &kinesis);
    let mut came = vec![id(&run.next_alert())];
    let open = stream.open().await;
    stream.split(&open[0]).await;
    put(&stream, parts[1], quarter).await;
    run.says("a shard was read to its end");
    let open = stream.open().await;
    assert_eq!(open.len(), 3);
    put(&stream, parts[2], 2 * quarter).await;
    stream.merge(&open[1], &open[2]).await;
    put(&stream, parts[3], 3 * quarter).await;
    for _ in 0..2 {
        run.says("a shard was read to its end");
    }
    let missing = expected.iter().filter(|id| !came.contains(id));
    came.extend(run.until(&missing.cloned().collect()));
    let (code, rest, said) = run.stop();
    assert_eq!(code, Some(0), "{said}");
    came.extend(rest.iter().map(id));
    let all: BTreeSet<String> = came.iter().cloned().collect();
    assert_eq!(all, expected, "{said}");
    assert_eq!(came.len(), all.len(), "an alert came twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_between_a_split_and_a_merge_it_goes_on_where_it_was() {
    let Some(kinesis) = KinesisLocal::start() else {
        return;
    };
    let envelopes = envelopes();
    let expected = replayed(&envelopes);
    let third = envelopes.len() / 3;
    let parts: Vec<&[Vec<u8>]> = envelopes.chunks(third + 1).collect();
    let stream = kinesis.stream("eks", 2).await;
    put(&stream, parts[0], 0).await;
    let place = place("");
    let mut run = start(&place, &kinesis);
    let mut came = BTreeSet::from([id(&run.next_alert())]);
    let open = stream.open().await;
    stream.split(&open[1]).await;
    put(&stream, parts[1], third).await;
    run.says("a shard was read to its end");
    came.extend(run.kill().iter().map(id));
    let open = stream.open().await;
    stream.merge(&open[0], &open[1]).await;
    put(&stream, parts[2], 2 * third).await;
    comes_after(start(&place, &kinesis), &mut came, &expected);
    // What was read once is not read again: nothing is left to say.
    let mut run = start(&place, &kinesis);
    run.says("watching");
    put(&stream, &[envelopes[0][..20].to_vec()], 0).await;
    let said = run.says("is passed over");
    assert!(
        said.contains("sequence") && said.contains("shardId-"),
        "{said}"
    );
    let (code, rest, said) = run.stop();
    assert_eq!((code, rest.len()), (Some(0), 0), "{said}");
}

#[test]
fn a_stream_that_is_not_there_is_said_and_waited_for() {
    let Some(kinesis) = KinesisLocal::start() else {
        return;
    };
    let place = place("");
    let own = write(
        place.path(),
        "own/marker.toml",
        crate::live::detector("own-marker", "marker"),
    );
    let options = ["--from", "1h", "-v", "--detectors", &own];
    let run = Watching::of(&mut place.command_in(kinesis.environment(), &options));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let event = crate::live::event("alice", "marker", crate::watch::now());
    let mut run = run;
    run.says("watching");
    runtime.block_on(async {
        let stream = kinesis.stream("eks", 1).await;
        stream.put("k", event.into_bytes()).await;
    });
    assert_eq!(run.next_alert()["actor"]["username"], "alice");
    run.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_tries_a_stream() {
    let Some(kinesis) = KinesisLocal::start() else {
        return;
    };
    let stream = kinesis.stream("eks", 2).await;
    let aws = Hostile::start();
    let doctor = |name: &str, more: &str| {
        let place = Place::with(&format!("[[kinesis]]\nstream = \"{name}\"\n{more}"));
        let settings = place.file("trailhound.toml");
        let args = ["doctor", "--format", "pretty", "--config"];
        let mut command = command(&[&args[..], &[settings.to_str().unwrap()]].concat());
        // Who calls is asked of another than the stream.
        command.envs(aws.environment());
        command.env("AWS_ENDPOINT_URL_KINESIS", kinesis.url());
        let output = command.output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        (output.status.code(), text)
    };
    let (code, said) = doctor("eks", "");
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("is there, 2 open shards, keeps records for 24 h"),
        "{said}"
    );
    assert!(
        said.contains("retention") && said.contains("may be read"),
        "{said}"
    );
    let (code, said) = doctor("none", "");
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("kinesis:DescribeStreamSummary failed"),
        "{said}"
    );
    let consumer = format!("consumer_arn = \"{}\"\n", stream.consumer("own").await);
    let (code, said) = doctor("eks", &consumer);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("is ACTIVE") && !said.contains("may be read"),
        "{said}"
    );
    let (code, said) = doctor("eks", &consumer.replace("/own:", "/other:"));
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("kinesis:DescribeStreamConsumer failed"),
        "{said}"
    );
}

/// Five shards: one that was split, of which one child was merged with another shard.
pub(crate) fn family(envelopes: &[Vec<u8>]) -> BTreeMap<&'static str, FakeShard> {
    let parents: [(&str, &[&str]); 5] = [
        ("shardId-0", &[]),
        ("shardId-1", &[]),
        ("shardId-2", &["shardId-0"]),
        ("shardId-3", &["shardId-0"]),
        ("shardId-4", &["shardId-3", "shardId-1"]),
    ];
    let records = envelopes.chunks(envelopes.len() / parents.len() + 1);
    parents
        .into_iter()
        .zip(records)
        .map(|((id, parents), records)| {
            let shard = FakeShard {
                parents: parents.to_vec(),
                records: records.to_vec(),
                closed: !["shardId-2", "shardId-4"].contains(&id),
            };
            (id, shard)
        })
        .collect()
}

/// Reads a family of shards with these settings more: everything comes, once, parents before children,
/// although as many kinds of things as said go wrong.
pub(crate) async fn comes_once(more: &str, mishaps: usize) {
    let envelopes = envelopes();
    let expected = replayed(&envelopes);
    let fake = KinesisFake::start(family(&envelopes)).await;
    let place = place(more);
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
    let seen = fake.mishaps();
    assert_eq!(seen.len(), mishaps, "{seen:?}");
}

/// What comes after a kill: what is missing, few alerts again, and nothing else.
pub(crate) fn comes_after(
    mut run: Watching,
    came: &mut BTreeSet<String>,
    expected: &BTreeSet<String>,
) {
    run.until_rest(came, expected);
    let (code, rest, said) = run.stop();
    assert_eq!(code, Some(0), "{said}");
    came.extend(rest.iter().map(id));
    assert_eq!(came, expected, "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn throttled_and_with_iterators_that_expire_it_reads_parents_before_children() {
    comes_once("", 3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_may_not_be_read_is_an_alert_and_so_is_its_end() {
    let fake = KinesisFake::start(family(&envelopes())).await;
    fake.deny(true);
    let quick = QUICK.replace("denied = \"9w\"", "denied = \"1ms\"\ngrace = \"1ms\"");
    let place = Place::with(&format!(
        "{quick}[[kinesis]]\nstream = \"arn:aws:kinesis:us-east-1:111122223333:stream/eks\"\ninterval = \"20ms\"\n"
    ));
    let mut run = Watching::of(&mut place.command_in(fake.environment(), &["--from", "1h"]));
    let denied = run.next_alert();
    assert_eq!(denied["detector"]["id"], "denied");
    let summary = denied["summary"].as_str().unwrap();
    let parts = [
        "Kinesis stream 111122223333:us-east-1:eks",
        "kinesis:DescribeStreamSummary",
        "AccessDeniedException",
    ];
    for part in parts {
        assert!(summary.contains(part), "{summary}");
    }
    fake.deny(false);
    let ended = loop {
        let alert = run.next_alert();
        if alert["closes"] == denied["id"] {
            break alert;
        }
    };
    assert_eq!(ended["detector"]["id"], "recovered");
    run.stop();
}
