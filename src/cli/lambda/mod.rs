//! `trailhound lambda`: events of a Lambda function to alerts, for as long as the container lives; or one
//! event from a file.

mod local;
mod serve;
mod settings;

use std::time::Instant;

use anyhow::{Context as _, Result};
use aws_config::SdkConfig;
use chrono::Utc;
use tokio::runtime::Handle;

use super::Exit;
use super::args::LambdaArgs;
use super::exit::UsageError;
use crate::pipeline::lambda::{Courier, Handler, Intake, Sources, Times};
use crate::pipeline::watch::Alerts;
use crate::pipeline::{Judge, lives};
use crate::sink::Sink;
use crate::source::s3::Store;
use crate::state::{DynamoSettings, DynamoStore, Ledger, MemoryLedger, Shared};
use crate::telemetry::{Clock, Function};
use settings::Set;

pub(super) fn run(args: LambdaArgs) -> Result<Exit> {
    let started = Instant::now();
    let function = Function::here();
    if args.event.is_empty() {
        runs_in_lambda(&function)?;
    }
    // One thread for the network; the one that judges waits for it.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .context("can't start the runtime")?;
    let ended = runtime.block_on(async {
        if args.event.is_empty() {
            serve::run(args, function, started).await
        } else {
            local::run(args, function).await
        }
    });
    // A batch that is being judged is undone, and comes again.
    runtime.shutdown_background();
    ended
}

fn runs_in_lambda(function: &Function) -> Result<()> {
    let text = match (&function.runtime, function.lacks) {
        (None, _) => "AWS_LAMBDA_RUNTIME_API is not set: this runs inside AWS Lambda, where it is; try an event with --event FILE".to_owned(),
        (Some(_), Some(name)) => format!("{name} is not set, or is no number: Lambda sets it"),
        (Some(_), None) => return Ok(()),
    };
    Err(UsageError(text).into())
}

/// Where a function remembers.
struct Memory {
    ledger: Box<dyn Ledger>,
    outbox: Alerts,
    /// Whether it outlives the container, and others share it.
    lasting: bool,
}

/// A memory that ends with the container.
fn of_its_own() -> Memory {
    let ledger = MemoryLedger::default();
    Memory {
        outbox: Alerts::new(ledger.outbox()),
        ledger: Box::new(ledger),
        lasting: false,
    }
}

/// The memory that the settings name: a table that all containers share, or one of the container's own.
fn memory(set: &Set, aws: &SdkConfig) -> Memory {
    let state = &set.settings.config.state;
    let Some(table) = &state.table else {
        return of_its_own();
    };
    // An event may come as late as whatever holds it keeps it; about as long as alerts are kept.
    let lives = lives(&set.engine, state.keep);
    let settings =
        DynamoSettings::new(aws, table, state.region.as_deref(), state.keep).lives(lives);
    let store = DynamoStore::new(settings, Handle::current(), clock());
    Memory {
        outbox: Alerts::new(store.outbox()),
        ledger: Box::new(store),
        lasting: true,
    }
}

fn clock() -> Clock {
    Clock::new(|| Utc::now().timestamp_millis())
}

/// Everything that lives as long as the container, made once.
fn handler(
    set: Set,
    memory: Memory,
    sinks: Vec<Box<dyn Sink>>,
    (aws, objects): (&SdkConfig, Store),
) -> Handler<'static> {
    // Never given back: the process ends with it.
    let set: &'static Set = Box::leak(Box::new(set));
    let config = &set.settings.config;
    let judge = Judge::new(&set.engine, config);
    let runtime = Handle::current();
    let region = aws.region().map(ToString::to_string);
    let objects = (objects, runtime.clone());
    let keep = config.state.keep;
    Handler::new(
        Intake::new(judge, Shared::new(memory.ledger), &set.post),
        Sources::new(Some(objects), region),
        Courier::new(sinks, memory.outbox, keep, memory.lasting, runtime),
        Times {
            lateness: config.poll.lateness,
            margin: config.lambda.margin,
        },
        clock(),
    )
}
