//! A Kinesis that behaves badly: it throttles, lets iterators expire, answers with nothing while there is
//! more, lists its shards one by one, and [`pushes`] no better. It notes when parents are finished and children
//! begun.
//!
//! What it does follows from how often it was asked, never from the clock.

pub(crate) mod pushes;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::hostile::environment;

/// Records in an answer.
const MOST: usize = 3;

/// From the number of a record to that of the next. Numbers between them are places as well.
const STEP: usize = 10;

/// A shard.
#[derive(Clone, Debug, Default)]
pub(crate) struct FakeShard {
    pub(crate) parents: Vec<&'static str>,
    pub(crate) records: Vec<Vec<u8>>,
    /// Whether it has been split or merged.
    pub(crate) closed: bool,
}

#[derive(Default)]
struct Fake {
    shards: BTreeMap<&'static str, FakeShard>,
    calls: u64,
    /// How often somebody subscribed, and how often the consumer was looked at.
    subscribed: u64,
    described: u64,
    denied: bool,
    /// Children that were read although a parent had not been finished.
    too_early: Vec<String>,
    finished: Vec<String>,
    /// What went wrong on purpose, by its code.
    mishaps: BTreeMap<&'static str, u64>,
}

/// The server, for as long as the test runs.
#[derive(Clone)]
pub(crate) struct KinesisFake {
    fake: Arc<Mutex<Fake>>,
    url: String,
}

impl KinesisFake {
    /// Starts with these shards.
    pub(crate) async fn start(shards: BTreeMap<&'static str, FakeShard>) -> Self {
        let fake = Arc::new(Mutex::new(Fake {
            shards,
            ..Fake::default()
        }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answer = axum::routing::post(answer).with_state(Arc::clone(&fake));
        let router = axum::Router::new().route("/", answer);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { fake, url }
    }

    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        environment(&self.url)
    }

    /// Refuses everything, or no more.
    pub(crate) fn deny(&self, denied: bool) {
        self.fake.lock().unwrap().denied = denied;
    }

    /// The children that were begun too early, and the shards in the order in which they were finished.
    pub(crate) fn seen(&self) -> (Vec<String>, Vec<String>) {
        let fake = self.fake.lock().unwrap();
        (fake.too_early.clone(), fake.finished.clone())
    }

    /// What went wrong on purpose, by its code.
    pub(crate) fn mishaps(&self) -> BTreeMap<&'static str, u64> {
        self.fake.lock().unwrap().mishaps.clone()
    }
}

type Answer = Result<Value, (StatusCode, &'static str)>;

async fn answer(
    State(fake): State<Arc<Mutex<Fake>>>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let action = headers["x-amz-target"].to_str().unwrap();
    let action = action.rsplit('.').next().unwrap().to_owned();
    let ask: Value = serde_json::from_str(&body).unwrap();
    let mut fake = fake.lock().unwrap();
    let answered = if action == "SubscribeToShard" {
        fake.push(&ask)
            .map(|frames| ([("content-type", pushes::FRAMES)], frames).into_response())
    } else {
        let answered = fake.answer(&action, &ask);
        answered.map(|answer| Json(answer).into_response())
    };
    answered.unwrap_or_else(|(status, code)| {
        (status, Json(json!({"__type": code, "message": "no"}))).into_response()
    })
}

impl Fake {
    fn answer(&mut self, action: &str, ask: &Value) -> Answer {
        self.calls += 1;
        if self.denied {
            return Err((StatusCode::BAD_REQUEST, "AccessDeniedException"));
        }
        match action {
            "DescribeStreamSummary" => Ok(json!({"StreamDescriptionSummary": {
                "StreamName": "eks", "StreamARN": "arn:aws:kinesis:us-east-1:111122223333:stream/eks",
                "StreamStatus": "ACTIVE", "RetentionPeriodHours": 24,
                "StreamCreationTimestamp": 1_700_000_000.0, "EnhancedMonitoring": [],
                "OpenShardCount": 1
            }})),
            "ListShards" => Ok(self.list(ask)),
            "GetShardIterator" => Ok(self.place(ask)),
            "GetRecords" => self.records(ask),
            "DescribeStreamConsumer" => Ok(self.consumer(ask)),
            other => panic!("nobody asked for {other}"),
        }
    }

    /// One shard a page; the stream must not be named again beside a token.
    fn list(&self, ask: &Value) -> Value {
        let token = ask["NextToken"].as_str();
        let is_named = !ask["StreamName"].is_null() || !ask["StreamARN"].is_null();
        assert_eq!(token.is_none(), is_named, "{ask}");
        let at: usize = token.map_or(0, |token| token.parse().unwrap());
        let (id, shard) = self.shards.iter().nth(at).unwrap();
        let next = (at + 1 < self.shards.len()).then(|| (at + 1).to_string());
        json!({"NextToken": next, "Shards": [{
            "ShardId": id, "ParentShardId": shard.parents.first(),
            "AdjacentParentShardId": shard.parents.get(1),
            "HashKeyRange": {"StartingHashKey": "0", "EndingHashKey": "1"},
            "SequenceNumberRange": {"StartingSequenceNumber": "0"}
        }]})
    }

    fn place(&mut self, ask: &Value) -> Value {
        let id = ask["ShardId"].as_str().unwrap();
        let at = self.begin(id, ask["StartingSequenceNumber"].as_str());
        json!({"ShardIterator": format!("{id} {at}")})
    }

    /// Somebody begins to read a shard, after a number: the place of its next record.
    fn begin(&mut self, id: &str, after: Option<&str>) -> usize {
        for parent in &self.shards[id].parents {
            if !self.finished.iter().any(|one| one == parent) {
                self.too_early.push(id.to_owned());
            }
        }
        after.map_or(0, |after| after.parse::<usize>().unwrap() / STEP)
    }

    /// So many records of a shard from a place on.
    fn some(&self, id: &str, at: usize, most: usize) -> Vec<Value> {
        let records = self.shards[id].records.iter().enumerate();
        let some = records.skip(at).take(most).map(|(at, data)| {
            json!({"SequenceNumber": number(at), "PartitionKey": "k",
                   "ApproximateArrivalTimestamp": 1_778_760_000.5 + at as f64,
                   "Data": STANDARD.encode(data)})
        });
        some.collect()
    }

    fn finish(&mut self, id: &str) {
        if !self.finished.iter().any(|one| one == id) {
            self.finished.push(id.to_owned());
        }
    }

    fn mishap(&mut self, code: &'static str) {
        *self.mishaps.entry(code).or_default() += 1;
    }

    fn records(&mut self, ask: &Value) -> Answer {
        let mishap = match self.calls % 11 {
            3 => Some("ProvisionedThroughputExceededException"),
            5 => Some("ExpiredIteratorException"),
            7 => Some("InternalFailure"),
            _ => None,
        };
        if let Some(code) = mishap {
            self.mishap(code);
            return Err((StatusCode::BAD_REQUEST, code));
        }
        let iterator = ask["ShardIterator"].as_str().unwrap();
        let (id, at) = iterator.split_once(' ').unwrap();
        let at: usize = at.parse().unwrap();
        // Nothing, while there is more.
        let most = if self.calls.is_multiple_of(4) {
            0
        } else {
            MOST
        };
        let records = self.some(id, at, most);
        let reached = at + records.len();
        let is_end = self.shards[id].closed && reached == self.shards[id].records.len() && most > 0;
        let next = (!is_end).then(|| format!("{id} {reached}"));
        if is_end {
            self.finish(id);
        }
        let behind = (self.shards[id].records.len() - reached) * 1_000;
        Ok(json!({"Records": records, "NextShardIterator": next, "MillisBehindLatest": behind}))
    }
}

/// The number of the record at a place.
fn number(at: usize) -> String {
    ((at + 1) * STEP).to_string()
}
