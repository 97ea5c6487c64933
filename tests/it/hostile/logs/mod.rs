//! CloudWatch Logs: the handles that tests turn its switches with.

mod describe;
mod filter;
mod pattern;
mod store;
mod token;

use std::sync::Arc;

use super::state::{Shared, State};
use super::{ACCOUNT, Fault, REGION, Rule, RuleId};

pub(crate) use store::{GroupKey, LogsState};

/// The switches of the whole service.
#[derive(Clone)]
pub(crate) struct Logs(pub(crate) Arc<Shared>);

impl Logs {
    /// The log group of this name in the usual account and region; it is made if it is not there.
    pub(crate) fn group(&self, name: &str) -> Group {
        self.group_in(ACCOUNT, REGION, name)
    }

    /// The log group of this name in an account and a region.
    pub(crate) fn group_in(&self, account: &str, region: &str, name: &str) -> Group {
        let key = GroupKey {
            account: account.to_owned(),
            region: region.to_owned(),
            name: name.to_owned(),
        };
        self.0.change(|state| {
            let now = state.now();
            state.logs.create(&key, now);
        });
        Group {
            shared: Arc::clone(&self.0),
            key,
        }
    }

    /// From now on the monitoring account may read what the other account has.
    pub(crate) fn link(&self, monitoring: &str, source: &str) {
        let link = (monitoring.to_owned(), source.to_owned());
        self.0.change(|state| state.logs.links.insert(link));
    }

    /// How often a token may be used; `None`: any number of times.
    pub(crate) fn token_uses(&self, uses: Option<u64>) {
        self.0.change(|state| state.logs.tokens.uses = uses);
    }

    /// After how many further calls to CloudWatch Logs a token has expired; `None`: after 24 hours.
    pub(crate) fn token_calls(&self, calls: Option<u64>) {
        self.0.change(|state| state.logs.tokens.calls = calls);
    }

    /// Every token given so far is not known any more.
    pub(crate) fn forget_tokens(&self) {
        self.0.change(|state| state.logs.tokens.forget());
    }

    /// How many bytes of messages a page holds at most: a megabyte unless it is set.
    pub(crate) fn page_bytes(&self, bytes: usize) {
        self.0.change(|state| state.logs.page_bytes = bytes);
    }

    /// Every FilterLogEvents answers with at most so many events.
    pub(crate) fn partial_pages(&self, events: usize) -> RuleId {
        let rule = Rule::every(Fault::Partial(events)).on(super::Action::FilterLogEvents);
        self.0.change(|state| state.rules.add(rule))
    }
}

/// A log group and its switches.
#[derive(Clone)]
pub(crate) struct Group {
    shared: Arc<Shared>,
    key: GroupKey,
}

impl Group {
    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.key.name
    }

    /// Its ARN, as `logGroupArn` has it: without `:*`.
    pub(crate) fn arn(&self) -> String {
        self.key.arn()
    }

    /// Puts a log event, which can be seen at once unless mischief delays it. Gives its id.
    pub(crate) fn put(&self, stream: &str, timestamp: i64, message: &str) -> String {
        self.change(|state, key| {
            let late = state.mischief.late(&key.name, state.logs.put);
            state.put(key, (stream, timestamp, message), late)
        })
    }

    /// Puts a log event that can be seen only after so many more calls of FilterLogEvents on this group,
    /// and is ingested then.
    pub(crate) fn put_late(&self, stream: &str, timestamp: i64, message: &str, by: u64) -> String {
        self.change(|state, key| state.put(key, (stream, timestamp, message), by))
    }

    /// Puts a log event that can be seen only after [`Group::arrive`].
    pub(crate) fn put_held(&self, stream: &str, timestamp: i64, message: &str) -> String {
        self.put_late(stream, timestamp, message, u64::MAX)
    }

    /// Puts a log event into whatever stream with this prefix is written to now: see [`Group::rotate`].
    pub(crate) fn write(&self, prefix: &str, timestamp: i64, message: &str) -> String {
        let stream = self.change(|state, key| state.logs.live_stream(key, prefix));
        self.put(&stream, timestamp, message)
    }

    /// The streams that [`Group::write`] writes to are replaced by new ones after so many log events.
    pub(crate) fn rotate_every(&self, events: usize) {
        self.change(|state, key| state.logs.group(key).rotate_every = Some(events));
    }

    /// The streams that [`Group::write`] writes to are replaced by new ones now.
    pub(crate) fn rotate(&self) {
        self.change(|state, key| state.logs.group(key).live.clear());
    }

    /// Everything that is late can be seen from now on.
    pub(crate) fn arrive(&self) {
        self.change(|state, key| {
            let now = state.now();
            state.logs.group(key).arrive(true, now);
        });
    }

    /// Timestamps of what is put from now on are rounded down to so many milliseconds, so that many log
    /// events have one millisecond.
    pub(crate) fn coarse(&self, milliseconds: i64) {
        self.change(|state, key| state.logs.group(key).coarse = milliseconds.max(1));
    }

    /// It belongs to the Infrequent Access class, which FilterLogEvents refuses.
    pub(crate) fn infrequent_access(&self) {
        self.change(|state, key| state.logs.group(key).class = "INFREQUENT_ACCESS");
    }

    /// It is deleted with all that it holds. [`Logs::group`] makes it anew.
    pub(crate) fn delete(&self) {
        self.change(|state, key| state.logs.delete(key));
    }

    /// The caller may not read it.
    pub(crate) fn deny(&self) -> RuleId {
        self.meets(Fault::Denied)
    }

    /// Every FilterLogEvents on it meets a fault; more can be said with [`Rule`].
    pub(crate) fn meets(&self, fault: Fault) -> RuleId {
        self.meets_next(u64::MAX, fault)
    }

    /// The next so many FilterLogEvents on it meet a fault.
    pub(crate) fn meets_next(&self, times: u64, fault: Fault) -> RuleId {
        let rule = Rule::every(fault)
            .on(super::Action::FilterLogEvents)
            .about(&self.key.name)
            .owned_by(&self.key.account)
            .within(&self.key.region)
            .times(times);
        self.shared.change(|state| state.rules.add(rule))
    }

    /// How many log events are on their way and can't be seen yet.
    pub(crate) fn late(&self) -> usize {
        self.change(|state, key| state.logs.group(key).late())
    }

    fn change<T>(&self, change: impl FnOnce(&mut State, &GroupKey) -> T) -> T {
        self.shared.change(|state| change(state, &self.key))
    }
}
