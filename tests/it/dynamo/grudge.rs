//! A way to a table that has bad days: it says that too much is asked, leaves half of the keys unread, and
//! loses answers to calls that were done. What it does to a call follows from the call's number alone.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value as Json, json};
use trailhound::state::Shared;

use super::{Stage, drain, settle, store, take, until_committed};
use crate::between::{Message, forward, read};
use crate::memory::day::{Line, day};
use crate::memory::quiet;

/// Every so manieth call is refused, every so manieth loses its answer, and every so manieth read is half read.
const HABITS: (usize, usize, usize) = (3, 7, 2);

fn answer(to: &mut TcpStream, status: &str, body: &[u8]) {
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    to.write_all(head.as_bytes())
        .and_then(|()| to.write_all(body))
        .ok();
}

/// Leaves the second half of the keys of a read unread.
fn half(moto: SocketAddr, request: &Message) -> Vec<u8> {
    let mut asked: Json = serde_json::from_slice(&request.body).unwrap();
    let table = &mut asked["RequestItems"]["trailhound"];
    let keys = table["Keys"].as_array_mut().unwrap();
    let rest = keys.split_off(keys.len().div_ceil(2));
    let mut left = table.clone();
    left["Keys"] = rest.into();
    let some = forward(moto, request, asked.to_string().as_bytes());
    let mut answer: Json = serde_json::from_slice(&some.body).unwrap();
    if left["Keys"] != json!([]) {
        answer["UnprocessedKeys"] = json!({ "trailhound": left });
    }
    answer.to_string().into_bytes()
}

fn serve(mut from: TcpStream, moto: SocketAddr, number: usize) {
    let Some(request) = read(&mut from) else {
        return;
    };
    let (refused, lost, unread) = HABITS;
    if number.is_multiple_of(refused) {
        let said = json!({
            "__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
            "message": "The level of configured provisioned throughput for the table was exceeded.",
        });
        return answer(&mut from, "400 Bad Request", said.to_string().as_bytes());
    }
    if request.head.contains("BatchGetItem") && number.is_multiple_of(unread) {
        return answer(&mut from, "200 OK", &half(moto, &request));
    }
    let done = forward(moto, &request, &request.body);
    if !number.is_multiple_of(lost) {
        let status = done.head.lines().next().unwrap().split_once(' ').unwrap().1;
        answer(&mut from, status, &done.body);
    }
}

/// The address of the way.
fn grudge(moto: SocketAddr) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    std::thread::spawn(move || {
        for from in listener.incoming() {
            let number = counted.fetch_add(1, Ordering::Relaxed) + 1;
            let from = from.unwrap();
            std::thread::spawn(move || serve(from, moto, number));
        }
    });
    (url, calls)
}

#[test]
fn refusals_halves_and_lost_answers_change_no_alert() {
    use proptest::strategy::{Strategy as _, ValueTree as _};
    let Some(stage) = Stage::start() else { return };
    let moto = stage.moto.url().strip_prefix("http://").unwrap();
    let (url, calls) = grudge(moto.parse().unwrap());
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let lines: Vec<Line> = day(2, 30).new_tree(&mut runner).unwrap().current();
    let store = store(&url, &stage.runtime);
    let mut outbox = store.outbox();
    let ledger = Shared::new(store);
    for batch in lines.chunks(8) {
        until_committed(|| take(&ledger, batch));
    }
    until_committed(|| settle(&ledger, i64::MAX));
    assert_eq!(drain(&mut outbox), quiet(&lines));
    assert!(calls.load(Ordering::Relaxed) > 30);
    let usage = ledger.lock().usage();
    assert!(
        usage.calls > 30 && usage.reads > 0 && usage.writes > 0,
        "{usage:?}"
    );
}
