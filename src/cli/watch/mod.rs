//! `trailhound watch`: live clusters to alerts, for as long as it runs.

mod feeds;
mod judging;
mod orphans;
pub(super) mod settings;
mod signals;

use std::path::Path;
use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result};
use aws_config::SdkConfig;
use chrono::Utc;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::args::WatchArgs;
use super::exit::UsageError;
use super::{Exit, replay, setup};
use crate::pipeline::reload::{Reloader, Telling};
use crate::pipeline::watch::{Alerts, Deliveries, Inputs};
use crate::serve::{self, Beat, Site};
use crate::sink::{DeadLetters, Drain, DrainSettings, SharedOutbox, Signals, Sink};
use crate::source::cloudwatch::{Delivery, Reader};
use crate::state::{SharedStore, SqliteOutbox, StateLock};
use crate::telemetry::Clock;
use crate::telemetry::metrics::Metrics;
use crate::telemetry::status::Status;
use judging::Judging;
use settings::Set;
use signals::Ended;

/// Deliveries that wait for the judge: a page may be a megabyte, and others wait where they are read.
const WAITING: usize = 1;

pub(super) fn run(args: &WatchArgs) -> Result<Exit> {
    let set = Set::load(&args.detectors)?;
    // This thread keeps pace with any number of logs that one thread can judge; another would take memory of its own.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("can't start the runtime")?;
    let ended = runtime.block_on(watch(args, set));
    // What still blocks, such as a name being looked up, is not waited for.
    runtime.shutdown_background();
    ended
}

/// What everybody shares.
struct Common {
    clock: Clock,
    metrics: Metrics,
    status: Status,
    /// Becomes true when all is to end: first for readers, then for drains.
    reading: watch::Sender<bool>,
    delivering: watch::Sender<bool>,
}

async fn watch(args: &WatchArgs, set: Arc<Set>) -> Result<Exit> {
    let mut signals = signals::Signals::new()?;
    let config = &set.settings.config;
    let clock = Clock::new(|| Utc::now().timestamp_millis());
    let from = setup::time("--from", args.from.as_deref(), clock.now())?;
    settings::something_to_read(config)?;
    settings::state_in_a_file(config, args.state.is_some())?;
    let path = args
        .state
        .clone()
        .unwrap_or_else(|| config.state.path.clone());
    let _lock = StateLock::take(&path).map_err(|error| UsageError(error.to_string()))?;
    let store = judging::open(&path).map_err(|error| UsageError(error.to_string()))?;
    judging::write_back(&path)?;
    let read = settings::reader(config, from, store.lock().latest_position()?);
    let aws = crate::telemetry::aws().await;
    let sinks = settings::sinks(config, replay::format(args.format), &aws).await?;
    let version = env!("CARGO_PKG_VERSION");
    let common = Common {
        metrics: Metrics::new(version, clock.now()),
        status: Status::new(version, clock.now()),
        reading: watch::Sender::new(false),
        delivering: watch::Sender::new(false),
        clock,
    };
    let committed = watch::Sender::new(0);
    let outbox = store.lock().outbox()?;
    let mut drains = drain(&common, &path, &set, sinks, (&committed, outbox))?;
    let beat = Beat::new(common.clock.now());
    let site = serve(&common, config.health.listen, beat.clone()).await?;
    let (out, deliveries) = mpsc::channel::<Delivery>(WAITING);
    start(&common, read, &store, &aws, out)?;
    let (feed, fed) = mpsc::channel(WAITING);
    let feeds = feeds::names(config, &aws)?;
    feeds::start(&common, config, from, &store, &aws, feed).await?;
    let (replace, replacements) = mpsc::channel(1);
    let asked = reload(args, &common, &set, replace);
    let judging = Judging {
        store,
        committed,
        beat,
        feeds,
        args: args.clone(),
    };
    let judged = judging.start(
        &common,
        Arc::clone(&set),
        Inputs {
            deliveries,
            feeds: fed,
            replacements,
        },
    )?;
    announce(&set, &path);
    let mut ended = tokio::select! {
        ended = signals::until_stopped(&common.reading, judged, &asked, &mut signals) => ended,
        // None ends by itself; alerts that nobody delivers are worse than an end.
        Some(_) = drains.join_next() => {
            Err(anyhow::anyhow!("the delivery to a sink ended by a mistake in trailhound"))
        }
    };
    // Whatever was judged is on its way now.
    common.delivering.send_replace(true);
    if !matches!(ended, Ok(Ended::AtOnce)) {
        tracing::info!("what was read is judged; waiting for alerts on their way");
        let hurried = signals::until_delivered(&mut drains, &asked, &mut signals).await;
        ended = ended.map(|whole| hurried.unwrap_or(whole));
    }
    drop(site);
    ended.map(|ended| match ended {
        Ended::Whole(exit) => exit,
        Ended::AtOnce => Exit::Interrupted,
    })
}

/// Starts reading.
fn start(
    common: &Common,
    settings: crate::source::cloudwatch::ReaderSettings,
    store: &SharedStore,
    aws: &SdkConfig,
    out: mpsc::Sender<Delivery>,
) -> Result<()> {
    let store = store.clone();
    let reader = Reader {
        settings,
        positions: Arc::new(move |stream| judging::progress(&store, stream)),
        clock: common.clock.clone(),
    };
    let stop = common.reading.subscribe();
    let reading = reader
        .start(aws, out, stop)
        .map_err(|error| UsageError(error.to_string()))?;
    feeds::unless_it_falls(&common.reading, reading);
    Ok(())
}

/// Starts delivering: a drain for each sink.
fn drain(
    common: &Common,
    state: &Path,
    set: &Set,
    sinks: Vec<Box<dyn Sink>>,
    (committed, outbox): (&watch::Sender<u64>, SqliteOutbox),
) -> Result<JoinSet<()>> {
    let config = &set.settings.config;
    let dead = DeadLetters::at(settings::dead_letters(state));
    let mut alerts = Alerts::new(outbox);
    let names = settings::sink_names(config);
    orphans::bury(&mut alerts, &names, &dead, common.clock.now())?;
    // Whatever kept a sink from taking them may have been mended before the start.
    alerts.hurry()?;
    let outbox: SharedOutbox = Arc::new(Mutex::new(alerts));
    let observer = Arc::new(Deliveries::new(
        common.metrics.clone(),
        common.status.clone(),
        common.clock.clone(),
    ));
    let mut drains = JoinSet::new();
    for sink in sinks {
        let settings = DrainSettings {
            keep: config.state.keep,
            grace: config.shutdown.within,
            dead: dead.clone(),
        };
        let signals = Signals {
            committed: committed.subscribe(),
            stop: common.delivering.subscribe(),
        };
        let drain = Drain::new(
            sink,
            Arc::clone(&outbox),
            settings,
            signals,
            common.clock.clone(),
            Arc::clone(&observer) as Arc<_>,
        );
        drains.spawn(drain.run());
    }
    Ok(drains)
}

/// Reads settings and detectors again when their files change, or when what this returns is told to.
fn reload(
    args: &WatchArgs,
    common: &Common,
    set: &Arc<Set>,
    replace: mpsc::Sender<Arc<Set>>,
) -> mpsc::Sender<()> {
    let (ask, asked) = mpsc::channel(1);
    let paths = args.detectors.dirs.iter().chain(&args.detectors.config);
    let (args, set) = (args.detectors.clone(), Arc::clone(set));
    let telling = Telling {
        metrics: common.metrics.clone(),
        status: common.status.clone(),
        clock: common.clock.clone(),
    };
    common.metrics.detectors(set.engine.detectors().len());
    common.status.detectors(set.engine.detectors().len());
    let reloader = Reloader::new(paths.cloned().collect(), move || set.reload(&args), telling);
    tokio::spawn(reloader.run(asked, replace));
    ask
}

/// Serves health and metrics until what this returns is dropped.
async fn serve(
    common: &Common,
    listen: Option<std::net::SocketAddr>,
    beat: Beat,
) -> Result<Option<watch::Sender<()>>> {
    let Some(address) = listen else {
        return Ok(None);
    };
    let listener = serve::bind(address)
        .await
        .map_err(|error| UsageError(error.to_string()))?;
    let site = Site {
        metrics: common.metrics.clone(),
        status: common.status.clone(),
        beat,
        clock: common.clock.clone(),
    };
    if let Ok(address) = listener.local_addr() {
        tracing::info!(%address, "the status page is served");
    }
    let (stop, mut stopped) = watch::channel(());
    tokio::spawn(async move {
        let stopped = async move { while stopped.changed().await.is_ok() {} };
        if let Err(error) = serve::run(listener, site, stopped).await {
            tracing::error!(%error, "the status page is not served any more");
        }
    });
    Ok(Some(stop))
}

/// Says what runs.
fn announce(set: &Set, state: &Path) {
    let config = &set.settings.config;
    tracing::info!(
        clusters = config.cluster.len(),
        streams = config.kinesis.len(),
        queues = config.s3.len(),
        discovery = config.discover.is_some(),
        detectors = set.engine.detectors().len(),
        state = %state.display(),
        "watching"
    );
}
