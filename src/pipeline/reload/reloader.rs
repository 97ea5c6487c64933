//! Builds anew when something changed, and hands over what is whole.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::changes::Changes;
use crate::telemetry::Clock;
use crate::telemetry::metrics::Metrics;
use crate::telemetry::status::Status;

/// Several files change together: it is over when nothing has changed for so long.
const QUIET: Duration = Duration::from_millis(500);

/// A folder that never comes to rest is read all the same.
const LONGEST: Duration = Duration::from_secs(10);

/// Where it is told how reloads go.
#[derive(Clone, Debug)]
pub struct Telling {
    /// Counts them.
    pub metrics: Metrics,
    /// Shows the last.
    pub status: Status,
    /// What time it is.
    pub clock: Clock,
}

/// Builds a `T` anew whenever the files it is made of change, or when asked to.
pub struct Reloader<T> {
    paths: Vec<PathBuf>,
    build: Arc<dyn Fn() -> Result<T, String> + Send + Sync>,
    telling: Telling,
}

impl<T: Send + 'static> Reloader<T> {
    /// `build` reads, compiles and tests everything; it may block. Its error is for people.
    pub fn new(
        paths: Vec<PathBuf>,
        build: impl Fn() -> Result<T, String> + Send + Sync + 'static,
        telling: Telling,
    ) -> Self {
        Self {
            paths,
            build: Arc::new(build),
            telling,
        }
    }

    /// Works until nobody takes what it builds. `asked` is for SIGHUP: a message asks for a reload at
    /// once. Where files can't be watched, only that works, and it is said so.
    pub async fn run(self, mut asked: mpsc::Receiver<()>, out: mpsc::Sender<T>) {
        let mut changes = Changes::of(&self.paths)
            .inspect_err(|error| tracing::warn!(%error, "changes of files are not noticed"))
            .ok();
        let mut open = true;
        while open || changes.is_some() {
            tokio::select! {
                () = out.closed() => return,
                again = asked.recv(), if open => {
                    if again.is_none() {
                        open = false;
                        continue;
                    }
                }
                changed = change(&mut changes), if changes.is_some() => {
                    if !changed {
                        changes = None;
                        continue;
                    }
                    settle(&mut changes).await;
                }
            }
            if let Some(built) = self.build().await
                && out.send(built).await.is_err()
            {
                return;
            }
        }
    }

    async fn build(&self) -> Option<T> {
        let build = Arc::clone(&self.build);
        let built = tokio::task::spawn_blocking(move || build()).await;
        let built = built.unwrap_or_else(|_| Err("a mistake in trailhound ended it".to_owned()));
        let now = self.telling.clock.now();
        self.telling.metrics.reloaded(built.is_ok());
        let error = built.as_ref().err().cloned();
        self.telling.status.reloaded(now, error.clone());
        if let Some(error) = error {
            tracing::error!(error, "reload failed, the old detectors stay");
        }
        built.ok()
    }
}

async fn change(changes: &mut Option<Changes>) -> bool {
    match changes {
        Some(changes) => changes.next().await.is_some(),
        None => false,
    }
}

/// Waits until nothing changes any more.
async fn settle(changes: &mut Option<Changes>) {
    let quiet =
        async { while let Ok(true) = tokio::time::timeout(QUIET, change(changes)).await {} };
    let _ = tokio::time::timeout(LONGEST, quiet).await;
}
