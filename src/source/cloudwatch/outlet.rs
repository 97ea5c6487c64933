//! The way out that all groups share: a bounded channel, and the room for pages before it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::backoff;
use super::delivery::{Class, Delivery, Notice, Stream, What};
use super::room::Room;
use crate::telemetry::Clock;

/// Nobody takes what is read any more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Closed;

/// What the walks of all groups share.
pub(super) struct Outlet {
    pub(super) out: mpsc::Sender<Delivery>,
    /// For pages on their way to the channel.
    pub(super) room: Arc<Room>,
    pub(super) clock: Clock,
    /// The wait after a first failure.
    pub(super) first_wait: Duration,
}

impl Outlet {
    /// How long to wait after a row of failures, of which the last was of `class`.
    pub(super) fn wait(&self, class: Class, failures: u32) -> Duration {
        backoff::wait(self.first_wait, class, failures, fastrand::f64())
    }

    /// Tells how the reading goes.
    pub(super) async fn tell(&self, stream: &Stream, what: What) -> Result<(), Closed> {
        let notice = Notice {
            stream: stream.clone(),
            time: self.clock.now(),
            what,
        };
        let sent = self.out.send(Delivery::Notice(notice)).await;
        sent.map_err(|_| Closed)
    }
}
