//! How it pushes: real frames, in subscriptions that end after a few events, are refused, break off, or tell
//! of a failure in their midst.

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Fake, MOST, STEP, number};

/// What frames are called.
pub(crate) const FRAMES: &str = "application/vnd.amazon.eventstream";

/// The only consumer.
pub(crate) const CONSUMER: &str =
    "arn:aws:kinesis:us-east-1:111122223333:stream/eks/consumer/trailhound:1760000000";

/// Events with records in a subscription.
const EVENTS: usize = 2;

type Pushed = Result<Vec<u8>, (StatusCode, &'static str)>;

impl Fake {
    /// The consumer, which is not ready at once.
    pub(super) fn consumer(&mut self, ask: &Value) -> Value {
        assert_eq!(ask["ConsumerARN"], CONSUMER);
        self.described += 1;
        let status = if self.described > 2 {
            "ACTIVE"
        } else {
            "CREATING"
        };
        json!({"ConsumerDescription": {
            "ConsumerName": "trailhound", "ConsumerARN": CONSUMER, "ConsumerStatus": status,
            "ConsumerCreationTimestamp": 1_760_000_000.0,
            "StreamARN": "arn:aws:kinesis:us-east-1:111122223333:stream/eks"
        }})
    }

    /// A whole subscription.
    pub(super) fn push(&mut self, ask: &Value) -> Pushed {
        assert_eq!(ask["ConsumerARN"], CONSUMER);
        self.subscribed += 1;
        let turn = self.subscribed % 13;
        let refused = match turn {
            3 => Some("ResourceInUseException"),
            5 => Some("LimitExceededException"),
            _ => None,
        };
        if let Some(code) = refused {
            self.mishap(code);
            return Err((StatusCode::BAD_REQUEST, code));
        }
        let id = ask["ShardId"].as_str().unwrap();
        let after = ask["StartingPosition"]["SequenceNumber"].as_str();
        if after.is_some_and(|after| !after.ends_with('0')) {
            self.mishap("went on between two records");
        }
        let at = self.begin(id, after);
        let first = frame("event", "initial-response", &json!({}));
        Ok(match turn {
            2 => {
                self.mishap("no event");
                first
            }
            7 => {
                self.mishap("InternalFailureException");
                let (event, _) = self.event(id, at);
                [first, event, exception("InternalFailureException")].concat()
            }
            9 => {
                self.mishap("broken off");
                let (event, at) = self.event(id, at);
                let (mut next, _) = self.event(id, at);
                next.truncate(next.len() / 2);
                [first, event, next].concat()
            }
            11 => {
                self.mishap("ResourceInUseException in mid-stream");
                [self.event(id, at).0, exception("ResourceInUseException")].concat()
            }
            _ => [first, self.whole(id, at)].concat(),
        })
    }

    /// A subscription without mishaps: an event without records, a few with, and the end of the shard if it
    /// comes to that.
    fn whole(&mut self, id: &str, mut at: usize) -> Vec<u8> {
        let mut frames = self.nothing(id, at);
        for _ in 0..EVENTS {
            let (event, next) = self.event(id, at);
            frames.extend(event);
            at = next;
        }
        let shard = &self.shards[id];
        if shard.closed && at == shard.records.len() {
            frames.extend(self.end(id));
        } else if self.subscribed.is_multiple_of(2) {
            frames.extend(self.nothing(id, at));
        }
        frames
    }

    /// Some records, and the place behind them.
    fn event(&self, id: &str, at: usize) -> (Vec<u8>, usize) {
        let records = self.some(id, at, MOST);
        if records.is_empty() {
            return (self.nothing(id, at), at);
        }
        let next = at + records.len();
        (self.frame(id, next, records, number(next - 1)), next)
    }

    /// An event without records, that goes on behind the last of them all the same.
    fn nothing(&self, id: &str, at: usize) -> Vec<u8> {
        self.frame(id, at, Vec::new(), (at * STEP + STEP / 2).to_string())
    }

    fn frame(&self, id: &str, at: usize, records: Vec<Value>, go_on: String) -> Vec<u8> {
        let behind = (self.shards[id].records.len() - at) * 1_000;
        let event = json!({"Records": records, "ContinuationSequenceNumber": go_on,
                           "MillisBehindLatest": behind});
        frame("event", "SubscribeToShardEvent", &event)
    }

    /// The end of a shard: nothing to go on from, and its children.
    fn end(&mut self, id: &str) -> Vec<u8> {
        self.finish(id);
        let children = self
            .shards
            .iter()
            .filter(|(_, it)| it.parents.contains(&id));
        let children: Vec<Value> = children
            .map(|(child, it)| {
                json!({"ShardId": child, "ParentShards": it.parents,
                       "HashKeyRange": {"StartingHashKey": "0", "EndingHashKey": "1"}})
            })
            .collect();
        let event = json!({"Records": [], "MillisBehindLatest": 0, "ChildShards": children});
        frame("event", "SubscribeToShardEvent", &event)
    }
}

fn exception(code: &str) -> Vec<u8> {
    frame("exception", code, &json!({"message": "no"}))
}

fn frame(kind: &str, name: &str, payload: &Value) -> Vec<u8> {
    let text = |text: &str| HeaderValue::String(text.to_owned().into());
    let message = Message::new(payload.to_string().into_bytes())
        .add_header(Header::new(":message-type", text(kind)))
        .add_header(Header::new(format!(":{kind}-type"), text(name)))
        .add_header(Header::new(":content-type", text("application/json")));
    let mut bytes = Vec::new();
    write_message_to(&message, &mut bytes).unwrap();
    bytes
}
