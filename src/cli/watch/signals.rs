//! When a watch ends: told to, or failed.

use anyhow::Result;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, oneshot, watch};

use crate::cli::Exit;

/// What the judging thread came to.
pub(super) type Judged = oneshot::Receiver<Result<()>>;

/// Waits until the judging has ended: after a signal, since all has been read then, or by itself, since it
/// can't go on. A second signal ends it at once. SIGHUP asks for a reload.
///
/// # Errors
/// What kept the judging from going on.
pub(super) async fn until_stopped(
    reading: &watch::Sender<bool>,
    judged: Judged,
    reload: &mpsc::Sender<()>,
    mut signals: Signals,
) -> Result<Exit> {
    let mut judged = judged;
    let exit = tokio::select! {
        exit = signals.next(reload) => exit,
        ended = &mut judged => {
            came_to(ended)?;
            anyhow::bail!("nothing is left to read");
        }
    };
    tracing::info!("stopping: what was read is judged, and alerts on their way are delivered");
    reading.send_replace(true);
    tokio::select! {
        _ = signals.next(reload) => {
            tracing::warn!("stopped at once: nothing is lost, the rest comes after the next start");
            Ok(Exit::Interrupted)
        }
        ended = judged => came_to(ended).map(|()| exit),
    }
}

fn came_to(ended: Result<Result<()>, oneshot::error::RecvError>) -> Result<()> {
    ended.unwrap_or_else(|_| anyhow::bail!("the judging thread ended by a mistake in trailhound"))
}

/// SIGTERM, SIGINT and SIGHUP.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    /// Listens from now on.
    pub(super) fn new() -> Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for one that ends the program; the exit code that it asks for.
    async fn next(&mut self, reload: &mpsc::Sender<()>) -> Exit {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return Exit::Done,
                _ = self.interrupt.recv() => return Exit::Interrupted,
                _ = self.hang_up.recv() => {
                    // One that waits to be heard is enough.
                    let _ = reload.try_send(());
                }
            }
        }
    }
}
