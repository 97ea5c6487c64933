//! What CloudWatch Logs holds: log groups, and log events that can be seen or are on their way.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::answer::Refusal;
use super::super::call::{Action, Call};
use super::super::caller::Caller;
use super::super::fault::Fault;
use super::super::state::State;
use super::token::Tokens;

/// What names a log group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct GroupKey {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) name: String,
}

impl GroupKey {
    /// Without `:*`.
    pub(crate) fn arn(&self) -> String {
        format!(
            "arn:aws:logs:{}:{}:log-group:{}",
            self.region, self.account, self.name
        )
    }

    /// Reads an ARN without `:*`.
    fn of_arn(arn: &str) -> Option<Self> {
        let mut parts = arn.splitn(7, ':').skip(3);
        let key = Self {
            region: parts.next()?.to_owned(),
            account: parts.next()?.to_owned(),
            name: parts.nth(1)?.to_owned(),
        };
        (!key.name.ends_with(":*")).then_some(key)
    }
}

/// Where a log event stands in the order of FilterLogEvents: timestamp, ingestion, and the count of puts.
pub(super) type Place = (i64, i64, u64);

/// A log event.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) place: Place,
    pub(super) stream: String,
    pub(super) message: String,
    pub(super) id: String,
}

/// A log group.
pub(crate) struct GroupState {
    pub(super) class: &'static str,
    pub(super) created: i64,
    /// By place.
    pub(super) events: Vec<Event>,
    /// Log events and the number of calls until they can be seen.
    on_their_way: Vec<(u64, Event)>,
    pub(super) coarse: i64,
    pub(super) rotate_every: Option<usize>,
    /// By prefix, the stream that is written to and how many log events were.
    pub(super) live: BTreeMap<String, (String, usize)>,
}

impl GroupState {
    /// One more call, or all at once: what is due can be seen from now on.
    pub(super) fn arrive(&mut self, all: bool, now: i64) {
        for (left, _) in &mut self.on_their_way {
            // One that waits for a word of the test has no count.
            *left = if all {
                0
            } else if *left == u64::MAX {
                u64::MAX
            } else {
                *left - 1
            };
        }
        let due = self.on_their_way.extract_if(.., |(left, _)| *left == 0);
        for (_, mut event) in due.collect::<Vec<_>>() {
            event.place.1 = now.max(event.place.0);
            self.add(event);
        }
    }

    /// How many log events are on their way.
    pub(super) fn late(&self) -> usize {
        self.on_their_way.len()
    }

    fn add(&mut self, event: Event) {
        let at = self
            .events
            .partition_point(|known| known.place < event.place);
        self.events.insert(at, event);
    }
}

/// All of CloudWatch Logs.
pub(crate) struct LogsState {
    pub(super) groups: BTreeMap<GroupKey, GroupState>,
    /// Monitoring account and source account.
    pub(super) links: BTreeSet<(String, String)>,
    pub(super) tokens: Tokens,
    pub(super) page_bytes: usize,
    /// How many log events were put, ever.
    pub(super) put: u64,
    /// How many streams were made up, ever.
    streams: u64,
}

impl Default for LogsState {
    fn default() -> Self {
        Self {
            groups: BTreeMap::new(),
            links: BTreeSet::new(),
            tokens: Tokens::default(),
            page_bytes: 1024 * 1024,
            put: 0,
            streams: 0,
        }
    }
}

impl State {
    /// Puts a log event: its stream, timestamp and message.
    pub(super) fn put(&mut self, key: &GroupKey, what: (&str, i64, &str), late: u64) -> String {
        let now = self.now();
        self.logs.create(key, now);
        self.logs.put += 1;
        let number = self.logs.put;
        let (stream, timestamp, message) = what;
        let group = self.logs.group(key);
        let timestamp = timestamp - timestamp.rem_euclid(group.coarse);
        let event = Event {
            place: (timestamp, now.max(timestamp), number),
            stream: stream.to_owned(),
            message: message.to_owned(),
            id: format!("37{timestamp:020}{number:034}"),
        };
        let id = event.id.clone();
        if late == 0 {
            group.add(event);
        } else {
            group.on_their_way.push((late, event));
        }
        id
    }
}

impl LogsState {
    /// Makes a group, if it is not there.
    pub(super) fn create(&mut self, key: &GroupKey, now: i64) {
        self.groups
            .entry(key.clone())
            .or_insert_with(|| GroupState {
                class: "STANDARD",
                created: now,
                events: Vec::new(),
                on_their_way: Vec::new(),
                coarse: 1,
                rotate_every: None,
                live: BTreeMap::new(),
            });
    }

    pub(super) fn delete(&mut self, key: &GroupKey) {
        self.groups.remove(key);
    }

    /// A group that a test has a handle of.
    pub(super) fn group(&mut self, key: &GroupKey) -> &mut GroupState {
        let group = self.groups.get_mut(key);
        group.expect("the log group was deleted; Logs::group makes it anew")
    }

    /// The stream with this prefix that is written to now.
    pub(super) fn live_stream(&mut self, key: &GroupKey, prefix: &str) -> String {
        let next = self.streams + 1;
        let group = self.group(key);
        let most = group.rotate_every.unwrap_or(usize::MAX);
        if group.live.get(prefix).is_some_and(|live| live.1 >= most) {
            group.live.remove(prefix);
        }
        let fresh = || (format!("{prefix}{next:032x}"), 0);
        let live = group.live.entry(prefix.to_owned()).or_insert_with(fresh);
        live.1 += 1;
        let (stream, written) = live.clone();
        self.streams += u64::from(written == 1);
        stream
    }

    /// Answers a call.
    pub(crate) fn answer(
        &mut self,
        call: &mut Call,
        caller: &Caller,
        question: &Value,
        fault: Option<&Fault>,
        now: i64,
    ) -> Result<String, Refusal> {
        self.tokens.count_call(now);
        let body = match call.action {
            Action::FilterLogEvents => self.filter(call, caller, question, fault)?,
            Action::DescribeLogGroups => self.describe_groups(caller, question)?,
            Action::DescribeLogStreams => self.describe_streams(caller, question)?,
            _ => {
                return Err(Refusal::new(
                    "UnknownOperationException",
                    "this server knows no such action",
                ));
            }
        };
        Ok(body.to_string())
    }

    /// The group that a question names, by name or by identifier, if the caller may read it.
    pub(super) fn find(&self, caller: &Caller, question: &Value) -> Result<GroupKey, Refusal> {
        let own = |name: &str| GroupKey {
            account: caller.account.clone(),
            region: caller.region.clone(),
            name: name.to_owned(),
        };
        let name = question["logGroupName"].as_str();
        let identifier = question["logGroupIdentifier"].as_str();
        let key = match (name, identifier) {
            (Some(name), None) => own(name),
            (None, Some(identifier)) if identifier.starts_with("arn:") => {
                GroupKey::of_arn(identifier)
                    .ok_or_else(|| invalid("logGroupIdentifier is not a valid ARN"))?
            }
            (None, Some(name)) => own(name),
            _ => {
                return Err(invalid(
                    "Exactly one of logGroupName and logGroupIdentifier has to be given",
                ));
            }
        };
        if key.region != caller.region {
            return Err(invalid("the log group is in another region"));
        }
        if key.account != caller.account && !self.linked(&caller.account, &key.account) {
            return Err(Refusal::new(
                "AccessDeniedException",
                format!(
                    "User: {} is not authorized to perform this on resource: {} because no \
                     resource-based policy allows the action",
                    caller.arn,
                    key.arn()
                ),
            ));
        }
        if !self.groups.contains_key(&key) {
            return Err(Refusal::new(
                "ResourceNotFoundException",
                "The specified log group does not exist.",
            ));
        }
        Ok(key)
    }

    pub(super) fn linked(&self, monitoring: &str, source: &str) -> bool {
        let link = (monitoring.to_owned(), source.to_owned());
        self.links.contains(&link)
    }
}

/// The error for a question that nobody may ask.
pub(super) fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidParameterException", message)
}
