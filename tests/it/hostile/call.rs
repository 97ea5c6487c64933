//! The log of what was asked and how that ended, for tests to count on.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::answer::Answer;
use super::caller::Caller;
use super::sns::Published;
use super::state::Asked;
use super::wire::Manner;

/// What can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Action {
    FilterLogEvents,
    DescribeLogGroups,
    DescribeLogStreams,
    Publish,
    PublishBatch,
    GetTopicAttributes,
    GetCallerIdentity,
    AssumeRole,
    /// Anything else; it is refused.
    Unknown,
}

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Service {
    Logs,
    Sns,
    Sts,
}

impl Service {
    /// The XML namespace of its answers.
    pub(crate) fn namespace(self) -> &'static str {
        match self {
            Self::Logs => "",
            Self::Sns => "http://sns.amazonaws.com/doc/2010-03-31/",
            Self::Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
        }
    }
}

impl Action {
    const KNOWN: [Self; 8] = [
        Self::FilterLogEvents,
        Self::DescribeLogGroups,
        Self::DescribeLogStreams,
        Self::Publish,
        Self::PublishBatch,
        Self::GetTopicAttributes,
        Self::GetCallerIdentity,
        Self::AssumeRole,
    ];

    /// Its name on the wire.
    pub(crate) fn name(self) -> String {
        format!("{self:?}")
    }

    pub(crate) fn named(name: &str) -> Self {
        let known = Self::KNOWN.iter().find(|action| action.name() == name);
        known.copied().unwrap_or(Self::Unknown)
    }

    pub(crate) fn service(self) -> Service {
        match self {
            Self::FilterLogEvents
            | Self::DescribeLogGroups
            | Self::DescribeLogStreams
            | Self::Unknown => Service::Logs,
            Self::Publish | Self::PublishBatch | Self::GetTopicAttributes => Service::Sns,
            Self::GetCallerIdentity | Self::AssumeRole => Service::Sts,
        }
    }
}

/// How a call ended, as far as the server knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// With an answer.
    Answered,
    /// With an answer that arrives once [`super::Hostile::release`] is called.
    Held,
    /// With an error of this code.
    Refused(String),
    /// With something that is no answer.
    Broken,
}

impl Outcome {
    pub(crate) fn of(answer: &Answer) -> Self {
        match (&answer.code, answer.manner) {
            (_, Manner::Nothing | Manner::Half | Manner::PromisedMore | Manner::PromisedLess) => {
                Self::Broken
            }
            (Some(code), _) => Self::Refused(code.clone()),
            (None, Manner::Held | Manner::Stalled) => Self::Held,
            (None, _) if answer.garbled => Self::Broken,
            (None, _) => Self::Answered,
        }
    }

    /// The caller gets what the service said.
    pub(crate) fn arrives(&self) -> bool {
        matches!(self, Self::Answered | Self::Held)
    }
}

/// One call.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// Counted from 0 over everything.
    pub(crate) number: usize,
    pub(crate) action: Action,
    /// The caller's account.
    pub(crate) account: String,
    pub(crate) region: String,
    /// The access key id it was signed with.
    pub(crate) key: String,
    /// The ARN of who calls: a user, or a session of a role.
    pub(crate) principal: String,
    /// The log group's name, the topic's or the role's ARN; for DescribeLogGroups the prefix asked for.
    pub(crate) about: String,
    /// The account that has what it is about: the caller's unless an ARN says otherwise.
    pub(crate) owner: String,
    /// The prefix of log streams asked for.
    pub(crate) streams: String,
    /// The start and the end asked for, where the action has them.
    pub(crate) span: (Option<i64>, Option<i64>),
    /// It carried a token.
    pub(crate) resumed: bool,
    /// The ids of the log events in the answer, whether it arrived or not.
    pub(crate) served: Vec<String>,
    pub(crate) outcome: Outcome,
}

impl Call {
    pub(crate) fn new(number: usize, action: Action, caller: &Caller, asked: &Asked) -> Self {
        let text = |name: &str| match asked {
            Asked::Json(question) => question[name].as_str().unwrap_or_default().to_owned(),
            Asked::Form(form) => form.get(name).unwrap_or_default().to_owned(),
        };
        let time = |name: &str| match asked {
            Asked::Json(question) => question[name].as_i64(),
            Asked::Form(_) => None,
        };
        let arn = text(match action.service() {
            Service::Logs => "logGroupIdentifier",
            Service::Sns => "TopicArn",
            Service::Sts => "RoleArn",
        });
        let about = match action {
            Action::DescribeLogGroups => text("logGroupNamePrefix"),
            _ if action.service() == Service::Logs => {
                let name = arn.split(":log-group:").last().unwrap_or_default();
                format!("{}{name}", text("logGroupName"))
            }
            _ => arn.clone(),
        };
        Self {
            number,
            action,
            owner: owner(&arn).unwrap_or(&caller.account).to_owned(),
            account: caller.account.clone(),
            region: caller.region.clone(),
            key: caller.key.clone(),
            principal: caller.arn.clone(),
            about,
            streams: text("logStreamNamePrefix"),
            span: (time("startTime"), time("endTime")),
            resumed: !text("nextToken").is_empty(),
            served: Vec::new(),
            outcome: Outcome::Answered,
        }
    }

    /// The code of the error it met.
    pub(crate) fn error(&self) -> Option<&str> {
        match &self.outcome {
            Outcome::Refused(code) => Some(code),
            _ => None,
        }
    }
}

/// The account of an ARN.
fn owner(arn: &str) -> Option<&str> {
    arn.split(':').nth(4)
}

/// Everything that happened.
#[derive(Default)]
pub(crate) struct Log {
    /// Every call, in the order they were answered.
    pub(crate) calls: Vec<Call>,
    /// What SNS took and delivers, in order.
    pub(crate) accepted: Vec<Published>,
    /// What SNS took and does not deliver, since it has it already: FIFO deduplication.
    pub(crate) duplicates: Vec<Published>,
    /// How often each log event went out in an answer that was not broken.
    served: BTreeMap<String, usize>,
}

impl Log {
    /// The calls of an action.
    pub(crate) fn of(&self, action: Action) -> impl DoubleEndedIterator<Item = &Call> {
        self.calls.iter().filter(move |call| call.action == action)
    }

    /// How many calls of an action were about this log group, topic or role.
    pub(crate) fn count(&self, action: Action, about: &str) -> usize {
        self.of(action).filter(|call| call.about == about).count()
    }

    /// How many calls came from this account to this region.
    pub(crate) fn spent(&self, account: &str, region: &str) -> usize {
        let from = |call: &&Call| call.account == account && call.region == region;
        self.calls.iter().filter(from).count()
    }

    /// How many calls met an error of this code.
    pub(crate) fn refused(&self, code: &str) -> usize {
        let refused = |call: &&Call| call.error() == Some(code);
        self.calls.iter().filter(refused).count()
    }

    /// How often this log event was given out whole.
    pub(crate) fn times_served(&self, id: &str) -> usize {
        self.served.get(id).copied().unwrap_or_default()
    }

    pub(crate) fn note_served(&mut self, ids: &[String]) {
        for id in ids {
            *self.served.entry(id.clone()).or_default() += 1;
        }
    }

    /// The newest calls and what SNS took, for a test that waited in vain.
    pub(crate) fn dump(&self) -> String {
        let mut text = format!(
            "{} calls, {} messages accepted, {} duplicates\n",
            self.calls.len(),
            self.accepted.len(),
            self.duplicates.len()
        );
        for call in self.calls.iter().rev().take(60).rev() {
            writeln!(
                text,
                "#{} {:?} {} {} {} streams={:?} span={:?} resumed={} events={} {:?}",
                call.number,
                call.action,
                call.account,
                call.region,
                call.about,
                call.streams,
                call.span,
                call.resumed,
                call.served.len(),
                call.outcome
            )
            .unwrap();
        }
        text
    }
}
