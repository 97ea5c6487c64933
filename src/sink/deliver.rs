//! What every sink can do, and how it tells what became of alerts.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use super::outbox::Waiting;
use crate::alert::Alert;

/// What is going on at a sink; it can be given up at any time.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Somewhere alerts go.
pub trait Sink: Send {
    /// Its name in settings, metrics and messages.
    fn name(&self) -> &str;

    /// The most alerts it takes at once.
    fn most(&self) -> usize;

    /// Whether alerts of one group have to arrive in order. They are then given oldest first, and none
    /// whose group has an earlier one that failed and is not to be tried yet.
    fn is_ordered(&self) -> bool {
        false
    }

    /// The group of an alert within which the order is kept.
    fn group(&self, _alert: &Alert) -> String {
        String::new()
    }

    /// Brings alerts to where they go; what became of each, by its number. Given up in the middle, some
    /// may have arrived.
    fn deliver<'a>(&'a mut self, alerts: &'a [Waiting]) -> Pending<'a, Vec<(i64, Verdict)>>;

    /// Looks whether it can be reached, as far as that can be told without sending anything; a
    /// sentence on what was found.
    fn check(&mut self) -> Pending<'_, Result<String, Failure>>;

    /// Sends one alert now, past the outbox.
    fn send_test(&mut self, alert: Alert) -> Pending<'_, Verdict> {
        Box::pin(async move {
            let waiting = Waiting {
                number: 0,
                attempts: 0,
                since: 0,
                alert,
            };
            let verdicts = self.deliver(std::slice::from_ref(&waiting)).await;
            let first = verdicts.into_iter().next();
            first.map_or(Verdict::Held, |(_, verdict)| verdict)
        })
    }
}

impl fmt::Debug for dyn Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sink({})", self.name())
    }
}

/// What a sink says of an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was accepted, for good.
    Delivered,
    /// It was not.
    Failed(Failure),
    /// It was not tried, because of what became of another.
    Held,
}

/// Why an alert was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// What kind of failure.
    pub class: Class,
    /// What was said, and what to do about it.
    pub message: String,
}

impl Failure {
    /// A failure of that kind.
    pub fn new(class: Class, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
        }
    }
}

/// Kinds of failures, by what can be done about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Too much at once: slow down.
    Throttled,
    /// It may work again by itself: the network, or the receiver's own trouble.
    Retry,
    /// Somebody has to permit it, or to make what it goes to.
    Denied,
    /// This alert will never be accepted.
    Refused,
}

impl Class {
    /// The word for it in metrics and messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::Retry => "retry",
            Self::Denied => "denied",
            Self::Refused => "refused",
        }
    }
}
