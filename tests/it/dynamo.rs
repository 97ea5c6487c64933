//! State in a DynamoDB table, as moto plays it: several workers that are killed anywhere raise the alerts that
//! one raises in peace.

mod cost;
mod grudge;
mod ledger;
mod outbox;
mod program;
mod room;
mod worker;
mod workers;

use std::ops::ControlFlow;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use tokio::runtime::Runtime;
use trailhound::alert::Alert;
use trailhound::config::Config;
use trailhound::pipeline::Judge;
use trailhound::state::{
    Digest, DynamoSettings, DynamoStore, Ledger, Outgoing, Shared, StoreError,
};
use trailhound::telemetry::Clock;

use crate::hostile::{KEY, REGION, settings};
use crate::memory::day::Line;
use crate::memory::rules::REMEMBERING;
use crate::memory::{Ids, Shape, Sink, feed};
use crate::moto::Moto;

/// The table in every test.
pub(crate) const TABLE: &str = "trailhound";
/// The time that every test has.
const NOW: i64 = 1_778_770_000_000;
/// The sink in every test.
const SINK: &str = "all";

/// A runtime, and a moto with an empty table.
struct Stage {
    runtime: Runtime,
    moto: Moto,
}

impl Stage {
    /// `None` when tests with moto are not wanted.
    fn start() -> Option<Self> {
        let moto = Moto::start_atomic()?;
        let runtime = runtime();
        runtime.block_on(make_table(&client(moto.url())));
        Some(Self { runtime, moto })
    }

    fn store(&self) -> DynamoStore {
        store(self.moto.url(), &self.runtime)
    }

    fn client(&self) -> aws_sdk_dynamodb::Client {
        client(self.moto.url())
    }
}

fn runtime() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(1).enable_all().build().unwrap()
}

fn client(url: &str) -> aws_sdk_dynamodb::Client {
    aws_sdk_dynamodb::Client::new(&settings(url, KEY, REGION))
}

fn dynamo_settings(url: &str) -> DynamoSettings {
    let keep = std::time::Duration::from_secs(7 * 86_400);
    DynamoSettings::new(&settings(url, KEY, REGION), TABLE, None, keep)
}

fn store(url: &str, runtime: &Runtime) -> DynamoStore {
    let clock = Clock::new(|| NOW);
    DynamoStore::new(dynamo_settings(url), runtime.handle().clone(), clock)
}

pub(crate) async fn make_table(client: &aws_sdk_dynamodb::Client) {
    make_table_with(client, ["pk", "sk"]).await;
}

async fn make_table_with(client: &aws_sdk_dynamodb::Client, keys: [&str; 2]) {
    let mut call = client.create_table().table_name(TABLE);
    for (name, kind) in keys.into_iter().zip([KeyType::Hash, KeyType::Range]) {
        let key = KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind);
        let attribute = AttributeDefinition::builder().attribute_name(name);
        call = call.key_schema(key.build().unwrap()).attribute_definitions(
            attribute
                .attribute_type(ScalarAttributeType::S)
                .build()
                .unwrap(),
        );
    }
    let call = call.billing_mode(BillingMode::PayPerRequest);
    call.send().await.unwrap();
}

/// Judges lines as one batch of a ledger, which is committed. As a Lambda does it: with a judge that knows
/// nothing of earlier batches.
fn take(ledger: &Shared<impl Ledger + 'static>, lines: &[Line]) -> Result<(), StoreError> {
    in_batch(ledger, |judge, on| {
        judge.run(1, on, |to| {
            feed(to, lines, Shape::Bare)?;
            to.pause()
        })
    })
}

/// Decides what waited for events from before a time, in a batch of its own.
fn settle(ledger: &Shared<impl Ledger + 'static>, until: i64) -> Result<(), StoreError> {
    in_batch(ledger, |judge, on| judge.settle(until, on))
}

fn in_batch(
    ledger: &Shared<impl Ledger + 'static>,
    work: impl FnOnce(&mut Judge<'_>, &mut dyn FnMut(Alert) -> ControlFlow<()>) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let settings = Config::default();
    let mut judge = Judge::new(&REMEMBERING, &settings).store(Box::new(ledger.clone()));
    ledger.clone().begin()?;
    let mut alerts = Vec::new();
    let mut on = |alert| {
        alerts.push(alert);
        ControlFlow::Continue(())
    };
    if work(&mut judge, &mut on).is_break() {
        ledger.clone().roll_back();
        return Err(judge.failure().expect("a judge stops for a failure only"));
    }
    let id = |alert: &Alert| Digest(alert.place().bytes());
    let ids: Vec<Digest> = alerts.iter().map(id).collect();
    let mut ledger = ledger.clone();
    ledger.expect(&ids)?;
    for alert in &alerts {
        let body = serde_json::to_string(alert).unwrap();
        ledger.post(id(alert), NOW, &body, &[SINK])?;
    }
    ledger.commit()
}

/// Does something again for as long as others are faster, after pauses as workers make them.
fn until_committed(mut work: impl FnMut() -> Result<(), StoreError>) {
    for attempt in 0_u32.. {
        match work() {
            Err(StoreError::Conflict) => {
                let most = 20 << attempt.min(5);
                std::thread::sleep(std::time::Duration::from_millis(fastrand::u64(0..most)));
            }
            done => return done.unwrap(),
        }
    }
}

/// Empties an outbox: what was in it.
fn drain(outbox: &mut dyn Outgoing) -> Ids {
    let mut sink = Sink::default();
    loop {
        let due = outbox.due(SINK, i64::MAX, 50).unwrap();
        if due.is_empty() {
            return sink.0;
        }
        for posted in &due {
            let alert: Alert = serde_json::from_str(&posted.body).unwrap();
            let before = sink.0.len();
            assert!(sink.take(&alert).is_continue());
            assert!(
                sink.0.len() > before,
                "twice in the outbox: {}",
                posted.body
            );
        }
        let gone: Vec<_> = due.iter().map(|posted| (posted.number, None)).collect();
        outbox.settle(SINK, &gone).unwrap();
    }
}
