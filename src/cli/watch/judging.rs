//! The thread that judges: it owns the state, and whatever comes in goes through it.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};

use super::Common;
use super::settings::{self, Set};
use super::signals::Judged;
use crate::cli::args::WatchArgs;
use crate::pipeline::Judge;
use crate::pipeline::health::{Limits, Monitor};
use crate::pipeline::watch::{End, Horizon, Inputs, Intake, Keep, Report, Standing, Watch};
use crate::serve::Beat;
use crate::source::cloudwatch::Stream;
use crate::state::{Bounds, SharedStore, SqliteStore, StoreError};
use crate::telemetry::Clock;

/// What stands in a log's name for an account that is not known.
const UNKNOWN: &str = "-";

/// What the judging thread takes with it.
pub(super) struct Judging {
    pub(super) store: SharedStore,
    pub(super) committed: watch::Sender<u64>,
    pub(super) beat: Beat,
    pub(super) args: WatchArgs,
}

/// Opens the state.
///
/// # Errors
/// When it can't be used.
pub(super) fn open(path: &Path) -> Result<SharedStore, StoreError> {
    SqliteStore::open(path, Bounds::default()).map(SharedStore::new)
}

/// Where the reading of a log goes on.
pub(super) fn position(store: &SharedStore, stream: &Stream) -> Option<i64> {
    known_position(store, stream).unwrap_or_else(|error| {
        // It will fail again where it ends the program.
        tracing::error!(%error, %stream, "its position can't be read");
        None
    })
}

/// A log's position, under whatever name it had: the account may have been unknown at one time and known
/// at another.
fn known_position(store: &SharedStore, stream: &Stream) -> Result<Option<i64>, StoreError> {
    let store = store.lock();
    if let Some(position) = store.position(&stream.to_string())? {
        return Ok(Some(position));
    }
    match stream.group.split_once(':') {
        Some((UNKNOWN, rest)) => {
            store.position_of_any(&format!(":{rest} {}", stream.kind.as_str()))
        }
        Some((_, rest)) => store.position(&format!("{UNKNOWN}:{rest} {}", stream.kind.as_str())),
        None => Ok(None),
    }
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
            Horizon::new(config.poll.lateness, config.poll.sweep_span),
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
                    report.detectors(new.engine.detectors().len());
                    current = new;
                }
            }
        }
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
    use crate::source::cloudwatch::LogKind;

    #[test]
    fn a_log_goes_on_where_it_was_whether_its_account_is_known_or_not() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder.path().join("state.db")).unwrap();
        let stream = |group: &str| Stream {
            group: group.into(),
            kind: LogKind::Audit,
        };
        let advance = |group: &str, position| {
            let name = stream(group).to_string();
            store.lock().advance(&name, position).unwrap();
        };
        advance("111122223333:eu-west-1:/aws/eks/a/cluster", 10);
        advance("-:eu-west-1:/aws/eks/b/cluster", 20);
        let position = |group: &str| position(&store, &stream(group));
        assert_eq!(
            position("111122223333:eu-west-1:/aws/eks/a/cluster"),
            Some(10)
        );
        assert_eq!(position("-:eu-west-1:/aws/eks/a/cluster"), Some(10));
        assert_eq!(
            position("111122223333:eu-west-1:/aws/eks/b/cluster"),
            Some(20)
        );
        assert_eq!(position("444455556666:eu-west-1:/aws/eks/a/cluster"), None);
        assert_eq!(position("-:eu-west-1:/aws/eks/c/cluster"), None);
    }
}
