//! The thread that judges: it owns the state, and whatever comes in goes through it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};

use super::Common;
use super::settings::{self, Set};
use super::signals::Judged;
use crate::cli::args::WatchArgs;
use crate::config::Config;
use crate::pipeline::Judge;
use crate::pipeline::health::{Limits, Monitor};
use crate::pipeline::watch::{End, Horizon, Inputs, Intake, Keep, Report, Standing, Watch};
use crate::serve::Beat;
use crate::source::cloudwatch::Stream;
use crate::state::{Bounds, Progress, SharedStore, SqliteStore, StoreError, WriteBack};
use crate::telemetry::{Clock, milliseconds};

/// From one writing back of the state's log to the next.
const WRITE_BACK: Duration = Duration::from_secs(2);

/// What the judging thread takes with it.
pub(super) struct Judging {
    pub(super) store: SharedStore,
    pub(super) committed: watch::Sender<u64>,
    pub(super) beat: Beat,
    /// What is waited for from the start: no decision is made before it is known what they carry.
    pub(super) feeds: Vec<Stream>,
    pub(super) args: WatchArgs,
}

/// Opens the state.
///
/// # Errors
/// When it can't be used.
pub(super) fn open(path: &Path) -> Result<SharedStore, StoreError> {
    let mut store = SqliteStore::open(path, Bounds::default())?;
    store.stay()?;
    Ok(SharedStore::new(store))
}

/// Writes the log of the state back from time to time, on a thread for what blocks.
///
/// # Errors
/// When the state can't be opened.
pub(super) fn write_back(path: &Path) -> Result<(), StoreError> {
    let mut log = WriteBack::open(path)?;
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(WRITE_BACK).await;
            let written = tokio::task::spawn_blocking(move || (log.run(), log)).await;
            let Ok((ended, same)) = written else {
                // The runtime is going down, and the last to close the state writes it back.
                return;
            };
            if let Err(error) = ended {
                tracing::warn!(%error, "the state's log can't be written back; it is tried again");
            }
            log = same;
        }
    });
    Ok(())
}

/// Where the reading of a log goes on.
pub(super) fn progress(store: &SharedStore, stream: &Stream) -> Progress {
    let found = || {
        let store = store.lock();
        let progress = store.progress(&stream.to_string())?;
        if progress == Progress::default() {
            return under_another_name(&store, stream);
        }
        Ok(progress)
    };
    found().unwrap_or_else(|error: StoreError| {
        // It will fail again where it ends the program.
        tracing::error!(%error, %stream, "its position can't be read");
        Progress::default()
    })
}

/// How far a log was read that a former run, or this one, read without knowing its account.
fn under_another_name(store: &SqliteStore, stream: &Stream) -> Result<Progress, StoreError> {
    let origin = stream.origin();
    let is_same = |other: &Stream| {
        let theirs = other.origin();
        let unknown = theirs.account.is_none() || origin.account.is_none();
        unknown
            && other.kind == stream.kind
            && (&theirs.region, &theirs.log_group) == (&origin.region, &origin.log_group)
    };
    let mut found: Option<Progress> = None;
    for name in store.sources_since(i64::MIN)? {
        if Stream::parse(&name).is_some_and(|other| is_same(&other)) {
            let progress = store.progress(&name)?;
            // Of several, the one that loses nothing.
            if found.is_none_or(|known| progress.position < known.position) {
                found = Some(progress);
            }
        }
    }
    Ok(found.unwrap_or_default())
}

impl Judging {
    /// Starts the thread. It ends when the readers have gone and all is judged, or when the state can't
    /// be used.
    pub(super) fn start(
        self,
        common: &Common,
        set: Arc<Set>,
        inputs: Inputs<Arc<Set>>,
    ) -> Result<Judged> {
        let (done, judged) = oneshot::channel();
        let report = Report::new(
            common.metrics.clone(),
            common.status.clone(),
            self.committed.clone(),
        );
        let clock = common.clock.clone();
        let handle = Handle::current();
        std::thread::Builder::new()
            .name("judge".to_owned())
            .spawn(move || {
                let ended = handle.block_on(self.run(set, inputs, &report, &clock));
                // Nobody waits for it any more only when the program ends.
                let _ = done.send(ended);
            })
            .context("can't start the judging thread")?;
        Ok(judged)
    }

    async fn run(
        self,
        set: Arc<Set>,
        mut inputs: Inputs<Arc<Set>>,
        report: &Report,
        clock: &Clock,
    ) -> Result<()> {
        let config = &set.settings.config;
        let mut standing = Standing::new(
            self.monitor(settings::limits(config))?,
            self.horizon(config, clock.now())?,
            Keep {
                events: settings::known_for(config),
                alerts: config.state.keep.max(settings::known_for(config)),
            },
        );
        let mut current = set;
        loop {
            let set = Arc::clone(&current);
            let config = &set.settings.config;
            let judge = Judge::new(&set.engine, config).least(self.args.min_severity);
            let mut watch = Watch {
                intake: Intake::new(judge, self.store.clone(), &set.post),
                standing: &mut standing,
                config,
                report,
                beat: self.beat.clone(),
                clock: clock.clone(),
            };
            match watch.run(&mut inputs).await? {
                End::Done => return Ok(()),
                End::Replaced(new) => {
                    let detectors = new.engine.detectors().len();
                    report.detectors(detectors);
                    tracing::info!(detectors, "reloaded");
                    current = new;
                }
            }
        }
    }

    /// The horizon, which waits for the logs that were read until the former run ended: what that run
    /// left open is decided when all of them have been read on.
    fn horizon(&self, config: &Config, now: i64) -> Result<Horizon, StoreError> {
        let patience = config.poll.sweep_span;
        let mut horizon = Horizon::new(config.poll.lateness, patience);
        for feed in &self.feeds {
            horizon.expect(feed, now);
        }
        let store = self.store.lock();
        if let Some(latest) = store.latest_position()? {
            let since = latest.saturating_sub(milliseconds(patience));
            let recent = store.sources_since(since)?;
            for stream in recent.iter().filter_map(|name| Stream::parse(name)) {
                horizon.expect(&stream, now);
            }
        }
        Ok(horizon)
    }

    /// The monitor, with what it remembers.
    fn monitor(&self, limits: Limits) -> Result<Monitor, StoreError> {
        let saved = self.store.lock().memo(Standing::MEMO)?;
        let saved = saved.and_then(|saved| String::from_utf8(saved).ok());
        Ok(match saved.map(|saved| Monitor::load(limits, &saved)) {
            Some(Ok(monitor)) => monitor,
            Some(Err(error)) => {
                tracing::warn!(%error, "the health of logs is judged anew");
                Monitor::new(limits)
            }
            None => Monitor::new(limits),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    #[test]
    fn a_log_keeps_its_position_when_its_account_becomes_known_or_unknown() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder.path().join("state.db")).unwrap();
        let at = |name: &str| progress(&store, &Stream::parse(name).unwrap()).position;
        store.lock().advance("-:r:/g audit", 7).unwrap();
        store.lock().advance("111122223333:r:/h audit", 9).unwrap();
        store.lock().advance("444455556666:r:/h audit", 8).unwrap();
        assert_eq!(at("111122223333:r:/g audit"), Some(7));
        assert_eq!(at("-:r:/h audit"), Some(8));
        assert_eq!(at("444455556666:r:/h audit"), Some(8));
        assert_eq!(at("777788889999:r:/h audit"), None);
        assert_eq!(at("111122223333:r:/g authenticator"), None);
        assert_eq!(at("111122223333:s:/g audit"), None);
    }
}
