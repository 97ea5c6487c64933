//! The tasks of a reader: they run until they are told to stop, or until nobody takes what they read.

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

/// Lets the tasks run until they are to stop. `what` each of them reads is told when one falls over.
pub(super) async fn until<T>(
    mut stop: watch::Receiver<bool>,
    out: mpsc::Sender<T>,
    mut tasks: JoinSet<()>,
    what: &'static str,
) {
    tokio::select! {
        // An error means that whoever could say so is gone.
        _ = stop.wait_for(|stop| *stop) => {}
        () = out.closed() => {}
        () = ended(&mut tasks, what) => {}
    }
    tasks.shutdown().await;
}

/// Waits until all tasks have ended, or one by a mistake: a log that nobody reads is worse than an end.
async fn ended(tasks: &mut JoinSet<()>, what: &str) {
    while let Some(ended) = tasks.join_next().await {
        if ended.is_err_and(|error| error.is_panic()) {
            tracing::error!("the reading of a {what} ended by a mistake in trailhound");
            return;
        }
    }
}
