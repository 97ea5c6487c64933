//! The tasks of a reader: they run until they are told to stop, or until nobody takes what they read.

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

/// Lets the tasks run until they are to stop. When one of them panics this does too, so that whoever waits
/// for it knows; `what` each of them reads is told then.
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

/// Waits until all tasks have ended. A log that nobody reads is worse than an end, so that one panic ends all.
async fn ended(tasks: &mut JoinSet<()>, what: &str) {
    while let Some(ended) = tasks.join_next().await {
        if let Some(with) = ended.err().and_then(|error| error.try_into_panic().ok()) {
            tracing::error!("the reading of a {what} ended by a mistake in trailhound");
            std::panic::resume_unwind(with);
        }
    }
}

#[cfg(test)]
#[allow(clippy::panic, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_task_that_panics_ends_all_and_is_no_quiet_end() {
        let (_stopper, stop) = watch::channel(false);
        let (out, _taken) = mpsc::channel::<()>(1);
        let mut tasks = JoinSet::new();
        tasks.spawn(std::future::pending());
        tasks.spawn(async { panic!("a mistake") });
        let ended = tokio::spawn(until(stop, out, tasks, "log")).await;
        assert!(ended.is_err_and(|error| error.is_panic()));
    }

    #[tokio::test]
    async fn who_is_told_to_stop_ends_quietly() {
        let (stopper, stop) = watch::channel(false);
        let (out, _taken) = mpsc::channel::<()>(1);
        let mut tasks = JoinSet::new();
        tasks.spawn(std::future::pending());
        stopper.send_replace(true);
        until(stop, out, tasks, "log").await;
    }
}
