//! Feeds: the readers of Kinesis streams and of queues, and what stands between them and the judge.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use aws_config::SdkConfig;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::Common;
use crate::cli::exit::UsageError;
use crate::config::{Config, KinesisConfig};
use crate::pipeline::watch::{Fed, Objects, unpack};
use crate::record::Origin;
use crate::source::cloudwatch::Stream;
use crate::source::kinesis;
use crate::state::SharedStore;
use crate::telemetry::milliseconds;

/// Answers that wait to be unpacked: each is large, and their number is bounded where they are asked for.
const WAITING: usize = 1;

/// What feeds are called where their health and their positions are told.
///
/// # Errors
/// When a region is not known.
pub(super) fn names(config: &Config, aws: &SdkConfig) -> Result<Vec<Stream>> {
    let region = aws.region().map(ToString::to_string);
    let streams = config.kinesis.iter().map(KinesisConfig::settings);
    let streams = streams.map(|settings| settings.feed(region.as_deref()));
    let queues = config.s3.iter().map(|one| one.settings(config.poll.retry));
    let queues = queues.map(|settings| settings.feed(region.as_deref()));
    let names: Result<Vec<Stream>, _> = streams.chain(queues).collect();
    Ok(names.map_err(|error| UsageError(error.to_string()))?)
}

/// Starts what feeds the judge. All of it ends when reading is told to stop.
///
/// # Errors
/// When a region is not known, or the system gives no thread.
pub(super) async fn start(
    common: &Common,
    config: &Config,
    from: Option<i64>,
    store: &SharedStore,
    aws: &SdkConfig,
    out: mpsc::Sender<Fed>,
) -> Result<()> {
    for one in &config.s3 {
        let opened = one.settings(config.poll.retry).open(aws).await;
        let objects = Objects {
            queue: opened.map_err(|error| UsageError(error.to_string()))?,
            hint: one.hint(),
            lateness: milliseconds(config.poll.lateness.max(one.lateness)),
            clock: common.clock.clone(),
            out: out.clone(),
        };
        let mut stop = common.reading.subscribe();
        let reader = tokio::spawn(async move {
            tokio::select! {
                // An error means that whoever could say so is gone.
                _ = stop.wait_for(|stop| *stop) => {}
                () = objects.run() => {}
            }
        });
        unless_it_falls(&common.reading, reader);
    }
    if config.kinesis.is_empty() {
        return Ok(());
    }
    let (send, sent) = mpsc::channel(WAITING);
    let lateness = milliseconds(config.poll.lateness);
    let recently = || common.clock.now().saturating_sub(lateness);
    let store = store.clone();
    let reader = kinesis::Reader {
        settings: kinesis::ReaderSettings {
            streams: config.kinesis.iter().map(KinesisConfig::settings).collect(),
            from: from.unwrap_or_else(recently),
            first_wait: config.poll.retry,
        },
        marks: Arc::new(move |name| kept(&store, name)),
        clock: common.clock.clone(),
    };
    let stop = common.reading.subscribe();
    let reading = reader
        .start(aws, send, stop)
        .map_err(|error| UsageError(error.to_string()))?;
    unless_it_falls(&common.reading, reading);
    let hints: HashMap<Stream, Origin> = names(config, aws)?
        .into_iter()
        .zip(config.kinesis.iter().map(|one| one.hint()))
        .collect();
    std::thread::Builder::new()
        .name("unpack".to_owned())
        .spawn(move || unpack(sent, &out, &hints, lateness))
        .context("can't start the unpacking thread")?;
    Ok(())
}

/// Lets a reader run until it is told to stop, or nobody takes what it reads. When it panics all reading
/// stops: a watch that goes on without one of its readers is worse than one that ends.
pub(super) fn unless_it_falls(reading: &watch::Sender<bool>, reader: JoinHandle<()>) {
    let reading = reading.clone();
    tokio::spawn(async move {
        if reader.await.is_err_and(|error| error.is_panic()) {
            reading.send_replace(true);
        }
    });
}

/// What was kept under a name.
fn kept(store: &SharedStore, name: &str) -> Option<Vec<u8>> {
    store.lock().memo(name).unwrap_or_else(|error| {
        // It will fail again where it ends the program.
        tracing::error!(%error, name, "a position can't be read");
        None
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_reader_that_panics_stops_all_reading() {
        let reading = watch::Sender::new(false);
        unless_it_falls(&reading, tokio::spawn(async { panic!("a mistake") }));
        assert!(*reading.subscribe().wait_for(|stop| *stop).await.unwrap());
    }
}
