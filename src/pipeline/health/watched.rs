//! What is remembered of one log: what came of it, how its reading goes, and which alerts are open.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::record::Cluster;
use crate::source::cloudwatch::{Class, Notice, Page, What};

/// The longest message of a failure that is kept, in characters.
const LONGEST: usize = 300;

/// How a log is seen, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing has been read yet.
    Starting,
    /// It is seen in time.
    Ok,
    /// Nothing of it is seen.
    Blind,
    /// It is seen late.
    Lagging,
    /// It may not be read.
    Denied,
}

impl State {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Ok => "ok",
            Self::Blind => "blind",
            Self::Lagging => "lagging",
            Self::Denied => "denied",
        }
    }
}

/// An alert that was raised and has not ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Open {
    /// The alert's id.
    pub(super) id: crate::alert::AlertId,
    /// When it began.
    pub(super) start: i64,
}

/// One log. Times are milliseconds since the Unix epoch.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Watched {
    /// Since when it has been watched, over restarts.
    pub(super) since: i64,
    /// The newest event time.
    pub(super) newest: Option<i64>,
    /// CloudWatch's latest time of accepting an event: what is later is new, and not read again.
    arrived: Option<i64>,
    /// When something new was last read.
    pub(super) heard: Option<i64>,
    /// When the reader last said anything.
    pub(super) sign: Option<i64>,
    /// Since when every walk has failed.
    pub(super) failing: Option<Failing>,
    /// Since when reading is refused; other failures in between tell nothing about permissions.
    pub(super) denied: Option<i64>,
    /// Since when reading works again.
    pub(super) mended: Option<i64>,
    /// Since when what is read is too old.
    pub(super) late: Option<i64>,
    /// Whether the walk that is going on has read something new.
    fresh: bool,
    /// Since when and why it is not read any more.
    pub(super) given: Option<(i64, String)>,
    /// It goes on under another name: once its alerts are ended it is forgotten.
    #[serde(default)]
    pub(super) over: bool,
    /// The feed that carries it, if it is not read by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) feed: Option<String>,
    /// The alerts that are open, by the id of the trouble.
    pub(super) open: BTreeMap<String, Open>,
    /// When this process began to watch it.
    #[serde(skip)]
    pub(super) started: i64,
    /// The cluster.
    #[serde(skip)]
    pub(super) cluster: Cluster,
}

/// What came, as far as it tells how a log is seen. Times are milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// When it was read.
    pub received: i64,
    /// When the latest event arrived where it was read; `None` of no events.
    pub arrived: Option<i64>,
    /// The newest event time. A clock that is ahead doesn't make what comes after it look old: never later
    /// than `received`.
    pub newest: Option<i64>,
}

impl Seen {
    pub(super) fn of(page: &Page) -> Self {
        let arrival = |event: &crate::source::cloudwatch::Fetched| {
            event
                .ingestion_time
                .unwrap_or_else(|| event.timestamp.min(page.received))
        };
        let times = page.events.iter().map(|e| e.timestamp.min(page.received));
        Self {
            received: page.received,
            arrived: page.events.iter().map(arrival).max(),
            newest: times.max(),
        }
    }
}

/// Failures with no success in between.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Failing {
    /// The first.
    pub(super) since: i64,
    /// How many.
    pub(super) times: u64,
    /// The class of the last.
    pub(super) class: String,
    /// What was said last.
    pub(super) message: String,
}

impl Failing {
    /// Whether it is more than a hitch.
    const fn lasts(&self) -> bool {
        self.times > 2
    }
}

impl Watched {
    /// A log that is watched from now on.
    pub(super) fn new(cluster: Cluster, now: i64) -> Self {
        Self {
            since: now,
            started: now,
            cluster,
            ..Self::default()
        }
    }

    /// Takes what came, however much of it was seen before. `limit` is the greatest lag that is fine.
    pub(super) fn seen(&mut self, seen: &Seen, limit: i64) {
        self.sign = Some(seen.received);
        self.given = None;
        let Some(latest) = seen.arrived else {
            return;
        };
        if self.arrived.is_some_and(|known| latest <= known) {
            return;
        }
        self.arrived = Some(latest);
        self.heard = Some(seen.received);
        self.fresh = true;
        self.newest = self.newest.max(seen.newest);
        if self.newest.is_some_and(|at| seen.received - at > limit) {
            self.late.get_or_insert(seen.received);
        } else {
            self.late = None;
        }
    }

    /// Takes how the reading goes.
    pub(super) fn notice(&mut self, notice: &Notice) {
        self.sign = Some(notice.time);
        self.over = false;
        match &notice.what {
            What::Walked { .. } => self.walked(notice.time),
            What::Failed { class, message } => self.failed(notice.time, *class, message),
            What::Given { reason } => {
                let since = self.given.take().map_or(notice.time, |(since, _)| since);
                self.given = Some((since, short(reason)));
            }
            What::Over => self.over = true,
            What::Begun { .. } => {}
        }
    }

    fn walked(&mut self, now: i64) {
        if self.failing.take().is_some() || self.given.take().is_some() {
            self.mended = Some(now);
        }
        self.denied = None;
        // All that can be seen has been: nothing new means that nothing is late.
        if !std::mem::take(&mut self.fresh) {
            self.late = None;
        }
    }

    fn failed(&mut self, now: i64, class: Class, message: &str) {
        let failing = self.failing.get_or_insert_with(|| Failing {
            since: now,
            times: 0,
            class: String::new(),
            message: String::new(),
        });
        failing.times = failing.times.saturating_add(1);
        class.as_str().clone_into(&mut failing.class);
        failing.message = short(message);
        match class {
            Class::Denied => drop(self.denied.get_or_insert(now)),
            Class::Throttled | Class::Retry => {}
            Class::Gone | Class::Config => self.denied = None,
        }
    }

    /// Since when nothing new has come, as far as it could have.
    pub(super) fn quiet_since(&self) -> i64 {
        let heard = self.heard.unwrap_or(self.since);
        heard.max(self.mended.unwrap_or(heard))
    }

    /// What failed last, for people.
    pub(super) fn error(&self) -> Option<String> {
        let given = self.given.as_ref().map(|(_, reason)| reason.clone());
        given.or_else(|| self.failing.as_ref().map(|failing| failing.message.clone()))
    }

    /// How it is seen.
    pub(super) fn state(&self) -> State {
        let open = |id: &str| self.open.contains_key(id);
        if open("denied") {
            State::Denied
        } else if open("blind") || open("authenticator-silent") {
            State::Blind
        } else if self.given.is_some() || self.failing.as_ref().is_some_and(Failing::lasts) {
            // An alert may tell of it later, or of the other log of the group.
            State::Blind
        } else if open("lagging") {
            State::Lagging
        } else if self.sign.is_none_or(|sign| sign < self.started) {
            State::Starting
        } else {
            State::Ok
        }
    }
}

fn short(text: &str) -> String {
    let mut out: String = text.chars().take(LONGEST).collect();
    if out.len() < text.len() {
        out.push('…');
    }
    out
}
