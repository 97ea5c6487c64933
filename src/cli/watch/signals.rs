//! When a watch ends: told to, or failed.

use anyhow::Result;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{oneshot, watch};

use crate::cli::Exit;

/// What the judging thread came to.
pub(super) type Judged = oneshot::Receiver<Result<()>>;

/// Waits until the judging has ended: after a signal, since all has been read then, or by itself, since it
/// can't go on. A second signal ends it at once.
///
/// # Errors
/// What kept the judging from going on.
pub(super) async fn until_stopped(reading: &watch::Sender<bool>, judged: Judged) -> Result<Exit> {
    let mut judged = judged;
    let mut signals = Signals::new()?;
    let exit = tokio::select! {
        exit = signals.next() => exit,
        ended = &mut judged => {
            came_to(ended)?;
            anyhow::bail!("nothing is left to read");
        }
    };
    tracing::info!("stopping: what was read is judged, and alerts on their way are delivered");
    reading.send_replace(true);
    tokio::select! {
        _ = signals.next() => {
            tracing::warn!("stopped at once: nothing is lost, the rest comes after the next start");
            Ok(Exit::Interrupted)
        }
        ended = judged => came_to(ended).map(|()| exit),
    }
}

fn came_to(ended: Result<Result<()>, oneshot::error::RecvError>) -> Result<()> {
    ended.unwrap_or_else(|_| anyhow::bail!("the judging thread ended by a mistake in trailhound"))
}

/// SIGTERM and SIGINT.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for either; the exit code that it asks for.
    async fn next(&mut self) -> Exit {
        tokio::select! {
            _ = self.terminate.recv() => Exit::Done,
            _ = self.interrupt.recv() => Exit::Interrupted,
        }
    }
}
