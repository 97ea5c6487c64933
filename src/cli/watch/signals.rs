//! When a watch ends: told to, or failed.

use anyhow::Result;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;

use crate::cli::Exit;

/// What the judging thread came to.
pub(super) type Judged = oneshot::Receiver<Result<()>>;

/// What a watch came to, and whether what is on its way is to be waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// In order.
    Whole(Exit),
    /// By a second signal: nothing is waited for any more.
    AtOnce,
}

/// Waits until the judging has ended: after a signal, since all has been read then, or by itself, since it
/// can't go on. A second signal ends it at once. SIGHUP asks for a reload.
///
/// # Errors
/// What kept the judging from going on.
pub(super) async fn until_stopped(
    reading: &watch::Sender<bool>,
    judged: Judged,
    reload: &mpsc::Sender<()>,
    signals: &mut Signals,
) -> Result<Ended> {
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
        _ = signals.next(reload) => Ok(at_once()),
        ended = judged => came_to(ended).map(|()| Ended::Whole(exit)),
    }
}

/// Waits until all drains have ended. A signal ends that at once.
pub(super) async fn until_delivered(
    drains: &mut JoinSet<()>,
    reload: &mpsc::Sender<()>,
    signals: &mut Signals,
) -> Option<Ended> {
    let drained = async { while drains.join_next().await.is_some() {} };
    tokio::select! {
        _ = signals.next(reload) => Some(at_once()),
        () = drained => None,
    }
}

fn at_once() -> Ended {
    tracing::warn!("stopped at once: nothing is lost, the rest comes after the next start");
    Ended::AtOnce
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
