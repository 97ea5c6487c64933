//! SNS: topics, what they took, and what they refuse.

mod batch;
mod message;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::answer::{Refusal, escape, framed};
use super::call::{Action, Call, Log, Service};
use super::caller::Caller;
use super::fault::Fault;
use super::form::Form;
use super::state::Shared;
use super::{ACCOUNT, REGION, Rule, RuleId};
use message::Message;

/// How long FIFO topics know a deduplication id, in milliseconds.
const DEDUPLICATION: i64 = 5 * 60 * 1000;

/// A message that a topic took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Published {
    /// The topic's ARN.
    pub(crate) topic: String,
    pub(crate) message: String,
    pub(crate) subject: Option<String>,
    /// By name: the data type and the value.
    pub(crate) attributes: BTreeMap<String, (String, String)>,
    /// `MessageGroupId`
    pub(crate) group: Option<String>,
    /// `MessageDeduplicationId`
    pub(crate) deduplication: Option<String>,
    /// `MessageStructure`
    pub(crate) structure: Option<String>,
    /// The id in its batch; `None` when it came alone.
    pub(crate) entry: Option<String>,
    /// The id that it was given.
    pub(crate) id: String,
    /// The [`Call::number`] that it came with.
    pub(crate) call: usize,
}

/// The switches of SNS.
#[derive(Clone)]
pub(crate) struct Sns(pub(crate) Arc<Shared>);

impl Sns {
    /// Makes a topic of this name in the usual account and region and gives its ARN. A name that ends in
    /// `.fifo` makes it one.
    pub(crate) fn topic(&self, name: &str) -> String {
        self.topic_in(ACCOUNT, REGION, name)
    }

    /// Makes a topic of this name in an account and a region and gives its ARN.
    pub(crate) fn topic_in(&self, account: &str, region: &str, name: &str) -> String {
        let arn = format!("arn:aws:sns:{region}:{account}:{name}");
        self.0.change(|state| {
            let topic = state.sns.topics.entry(arn.clone()).or_default();
            topic.fifo = name.ends_with(".fifo");
        });
        arn
    }

    /// Deletes a topic: it is not found from now on.
    pub(crate) fn delete(&self, topic: &str) {
        self.0.change(|state| state.sns.topics.remove(topic));
    }

    /// Sets a topic's `MaximumMessageSize`, in bytes.
    pub(crate) fn largest(&self, topic: &str, bytes: usize) {
        self.topic_change(topic, |topic| topic.largest = bytes);
    }

    /// Whoever is not of the topic's account may publish to it too.
    pub(crate) fn share(&self, topic: &str) {
        self.topic_change(topic, |topic| topic.shared = true);
    }

    /// Whatever message contains these words is refused, alone or in a batch, again and again.
    pub(crate) fn refuse_messages(&self, words: &str, code: &str, sender_fault: bool) {
        let rule = (words.to_owned(), code.to_owned(), sender_fault);
        self.0.change(|state| state.sns.refused.push(rule));
    }

    /// All messages are welcome again.
    pub(crate) fn welcome_messages(&self) {
        self.0.change(|state| state.sns.refused.clear());
    }

    /// Answers 503 to everything, until the rule is forgiven ([`super::Hostile::forgive`]).
    pub(crate) fn go_away(&self) -> RuleId {
        let fault = Fault::Unavailable {
            status: 503,
            with_body: false,
        };
        self.0
            .change(|state| state.rules.add(Rule::every(fault).to(Service::Sns)))
    }

    /// Every publishing to this topic, alone or in a batch, meets a fault.
    pub(crate) fn meets(&self, topic: &str, fault: Fault) -> RuleId {
        let rule = Rule::every(fault).to(Service::Sns).about(topic);
        self.0.change(|state| state.rules.add(rule))
    }

    /// The next so many calls about this topic meet a fault.
    pub(crate) fn meets_next(&self, topic: &str, times: u64, fault: Fault) -> RuleId {
        let rule = Rule::every(fault)
            .to(Service::Sns)
            .about(topic)
            .times(times);
        self.0.change(|state| state.rules.add(rule))
    }

    /// What was taken and is delivered, in order.
    pub(crate) fn accepted(&self) -> Vec<Published> {
        self.0.look(|state| state.log.accepted.clone())
    }

    fn topic_change(&self, topic: &str, change: impl FnOnce(&mut Topic)) {
        self.0.change(|state| {
            let topic = state.sns.topics.get_mut(topic);
            change(topic.expect("no such topic: Sns::topic makes it"));
        });
    }
}

/// A topic.
struct Topic {
    fifo: bool,
    largest: usize,
    shared: bool,
    /// When each deduplication id was last new.
    known: BTreeMap<String, (i64, String)>,
    sequence: u64,
}

impl Default for Topic {
    fn default() -> Self {
        Self {
            fifo: false,
            largest: 262_144,
            shared: false,
            known: BTreeMap::new(),
            sequence: 0,
        }
    }
}

/// All of SNS.
#[derive(Default)]
pub(crate) struct SnsState {
    topics: BTreeMap<String, Topic>,
    /// Words, the error's code, and whether the sender is to blame.
    refused: Vec<(String, String, bool)>,
    taken: u64,
}

/// What a topic said to a message that it took.
struct Receipt {
    id: String,
    sequence: Option<u64>,
}

impl Receipt {
    fn shown(&self) -> String {
        let sequence = self.sequence.map_or_else(String::new, |number| {
            format!("<SequenceNumber>{number:020}</SequenceNumber>")
        });
        format!("<MessageId>{}</MessageId>{sequence}", self.id)
    }
}

impl SnsState {
    /// Answers a call; what was taken goes into the log.
    pub(crate) fn answer(
        &mut self,
        call: &Call,
        caller: &Caller,
        form: &Form,
        fault: Option<&Fault>,
        (log, now): (&mut Log, i64),
    ) -> Result<String, Refusal> {
        self.check(call, caller)?;
        let result = match call.action {
            Action::Publish => {
                let message = Message::read(form);
                self.judge(&call.about, &message)?;
                self.take(call, message, None, (log, now)).shown()
            }
            Action::PublishBatch => self.batch(call, form, fault, (log, now))?,
            _ => self.attributes(&call.about),
        };
        Ok(framed(call.action, &result))
    }

    /// Whether the caller may call about this topic at all.
    fn check(&self, call: &Call, caller: &Caller) -> Result<(), Refusal> {
        let parts: Vec<&str> = call.about.split(':').collect();
        if parts.len() != 6 || parts[..3] != ["arn", "aws", "sns"] || parts[3] != caller.region {
            return Err(invalid(
                "Invalid parameter: TopicArn Reason: An ARN must be of this region",
            ));
        }
        let shared = self.topics.get(&call.about).is_some_and(|it| it.shared);
        if parts[4] != caller.account && !shared {
            return Err(super::fault::denied(call, caller));
        }
        if !self.topics.contains_key(&call.about) {
            return Err(Refusal::status(404, "NotFound", "Topic does not exist"));
        }
        Ok(())
    }

    /// Whether a topic would take a message.
    fn judge(&self, arn: &str, message: &Message) -> Result<(), Refusal> {
        let topic = &self.topics[arn];
        message.check(topic.fifo, topic.largest)?;
        let refused = self
            .refused
            .iter()
            .find(|(words, ..)| message.text.contains(words));
        refused.map_or(Ok(()), |(_, code, sender_fault)| {
            let status = if *sender_fault { 400 } else { 500 };
            let message = format!("Refused: {code}");
            Err(Refusal::status(status, code, message))
        })
    }

    /// Takes a message, unless it is known already.
    fn take(
        &mut self,
        call: &Call,
        message: Message,
        entry: Option<String>,
        (log, now): (&mut Log, i64),
    ) -> Receipt {
        self.taken += 1;
        let id = format!("00000000-0000-4000-8000-{:012}", self.taken);
        let published = message.published(call, entry, id.clone());
        let Some(topic) = self.topics.get_mut(&call.about).filter(|topic| topic.fifo) else {
            log.accepted.push(published);
            return Receipt { id, sequence: None };
        };
        topic.sequence += 1;
        let sequence = Some(topic.sequence);
        let token = published.deduplication.clone().unwrap_or_default();
        match topic.known.get(&token) {
            Some((then, first)) if now - then < DEDUPLICATION => {
                log.duplicates.push(published);
                let id = first.clone();
                Receipt { id, sequence }
            }
            _ => {
                topic.known.insert(token, (now, id.clone()));
                log.accepted.push(published);
                Receipt { id, sequence }
            }
        }
    }

    fn attributes(&self, arn: &str) -> String {
        let topic = &self.topics[arn];
        let mut shown = vec![
            ("TopicArn", arn.to_owned()),
            ("MaximumMessageSize", topic.largest.to_string()),
        ];
        if topic.fifo {
            shown.push(("FifoTopic", "true".to_owned()));
            shown.push(("ContentBasedDeduplication", "false".to_owned()));
        }
        let entries = shown.iter().map(|(key, value)| {
            format!(
                "<entry><key>{key}</key><value>{}</value></entry>",
                escape(value)
            )
        });
        format!("<Attributes>{}</Attributes>", entries.collect::<String>())
    }
}

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidParameter", message)
}
