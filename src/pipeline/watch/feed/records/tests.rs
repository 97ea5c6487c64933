#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may fail loudly")]

use std::io::Write as _;

use tokio::sync::Semaphore;

use super::*;
use crate::pipeline::watch::feed::Piece;
use crate::source::cloudwatch::LogKind;
use crate::source::kinesis::Record;

const LINE: &str = "hello";

fn feed() -> Stream {
    Stream {
        group: "111122223333:us-east-1:eks".into(),
        kind: LogKind::Records,
    }
}

fn shard(id: &str) -> Shard {
    Shard {
        feed: feed(),
        made: 7,
        id: id.into(),
    }
}

fn envelope(lines: usize) -> Vec<u8> {
    let event = format!("{{\"id\":\"1\",\"timestamp\":5,\"message\":\"{LINE}\"}}");
    let text = format!(
        "{{\"messageType\":\"DATA_MESSAGE\",\"owner\":\"111122223333\",\"logGroup\":\"/aws/eks/prod/cluster\",\
         \"logStream\":\"kube-apiserver-audit-1\",\"subscriptionFilters\":[\"a\"],\"logEvents\":[{}]}}",
        vec![event; lines].join(",")
    );
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    packed.finish().unwrap()
}

/// The batches that come of records of these contents, numbered from 1.
fn batches(contents: Vec<Vec<u8>>) -> Vec<Batch> {
    let (send, sent) = mpsc::channel(9);
    let (out, mut fed) = mpsc::channel(99);
    let records = contents.into_iter().zip(1..).map(|(data, number)| Record {
        sequence: number.to_string(),
        arrived: Some(1_000 * number),
        data,
    });
    let parcel = Parcel {
        shard: shard("a"),
        records: records.collect(),
        read_until: Some(9_000),
        received: 10_000,
        room: Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap(),
    };
    send.try_send(Sent::Parcel(parcel)).unwrap();
    drop(send);
    unpack(sent, &out, &HashMap::new(), 4_000);
    drop(out);
    let mut batches = Vec::new();
    while let Some(Fed::Batch(batch)) = fed.blocking_recv() {
        batches.push(batch);
    }
    batches
}

fn after(batch: &Batch) -> String {
    match batch.memos.as_slice() {
        [Memo::Set(name, value)] => {
            assert_eq!(name, "kinesis 111122223333:us-east-1:eks@7 a");
            String::from_utf8(value.clone()).unwrap()
        }
        other => format!("{other:?}"),
    }
}

#[test]
fn what_a_record_holds_goes_on_with_its_number() {
    let batches = batches(vec![envelope(2), envelope(3)]);
    let [batch] = batches.as_slice() else {
        panic!("{batches:?}")
    };
    assert_eq!((batch.events(), after(batch)), (5, "after 2".to_owned()));
    let settled = (shard("a").stream(), Step::Settled(5_000));
    assert_eq!(batch.steps, [settled]);
    let Some(Piece::Event {
        message,
        timestamp,
        origin,
        ..
    }) = batch.pieces.first()
    else {
        panic!("{batch:?}")
    };
    assert_eq!((message.as_str(), *timestamp), (LINE, Some(5)));
    assert_eq!(origin.account.as_deref(), Some("111122223333"));
    assert_eq!(batch.seen.arrived, Some(2_000));
}

#[test]
fn a_poisoned_record_is_a_problem_and_is_passed_over() {
    let mut cut = envelope(1);
    cut.truncate(20);
    let batches = batches(vec![envelope(1), cut, envelope(1)]);
    let [batch] = batches.as_slice() else {
        panic!("{batches:?}")
    };
    // What stands before the cut is read, and the records around it are.
    assert_eq!(
        (batch.events() >= 2, after(batch)),
        (true, "after 3".to_owned())
    );
    let mut places: Vec<&str> = batch
        .pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Problem { place, .. } => Some(&**place),
            _ => None,
        })
        .collect();
    places.dedup();
    assert_eq!(places, ["111122223333:us-east-1:eks/a/2"]);
}

#[test]
fn a_batch_is_bounded_and_its_mark_never_runs_ahead() {
    let batches = batches(vec![envelope(3_000), envelope(3_000)]);
    let marks: Vec<(usize, String)> = batches.iter().map(|it| (it.events(), after(it))).collect();
    let expected = [(4_000, "after 1"), (2_000, "after 2")].map(|(n, mark)| (n, mark.to_owned()));
    assert_eq!(marks, expected);
}

#[test]
fn a_shard_that_ended_hands_over_to_its_children() {
    let ended = Ended {
        shard: shard("a"),
        children: vec![shard("b"), shard("c")],
        time: 1,
    };
    let batch = end(&ended);
    assert_eq!(after(&batch), "ended");
    let heirs = ["b", "c"].map(|id| shard(id).stream()).to_vec();
    assert_eq!(batch.steps, [(shard("a").stream(), Step::Ended(heirs))]);
}
