//! Bad habits, and which calls they meet.

use super::answer::{Answer, Refusal};
use super::call::{Action, Call, Service};
use super::caller::Caller;
use super::wire::Manner;

/// A bad habit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// "Rate exceeded", with the code that the service has for it.
    Throttled,
    /// The service is in trouble: a status of 500 or above, with or without a body that says so.
    Unavailable { status: u16, with_body: bool },
    /// The principal may not do this, by name.
    Denied,
    /// The credentials were good once.
    Expired,
    /// Any other error.
    Refused {
        status: u16,
        code: &'static str,
        message: &'static str,
    },
    /// The connection is closed without an answer, and nothing was done.
    CutBefore,
    /// What was asked is done, and the connection is closed without an answer.
    CutAfter,
    /// What was asked is done, and the connection is closed in the middle of the answer.
    CutInside,
    /// What was asked is done, and the answer is shorter than its `Content-Length`.
    PromisedMore,
    /// What was asked is done, and the answer is longer than its `Content-Length`.
    PromisedLess,
    /// What was asked is done, and the answer is half of its text, under a right `Content-Length`.
    Malformed,
    /// What was asked is done, and the answer is somebody else's web page with status 200.
    WebPage,
    /// The answer comes in pieces of so many bytes.
    Trickled(usize),
    /// The answer comes when [`super::Hostile::release`] is called.
    Held,
    /// Half of the answer comes, and the rest when [`super::Hostile::release`] is called.
    Stalled,
    /// FilterLogEvents: an empty page with a token, where there would have been events.
    Empty,
    /// FilterLogEvents: at most so many events and a token, even if nothing comes after them.
    Partial(usize),
    /// FilterLogEvents: a page after the first begins with so many events of those before it.
    Repeated(usize),
    /// A token, if there is one, is not known any more.
    TokenLost,
    /// PublishBatch: every `step`th entry from the `first` on (from 0) has failed.
    Entries {
        first: usize,
        step: usize,
        code: &'static str,
        sender_fault: bool,
    },
}

impl Fault {
    /// The error that is given instead of doing anything.
    pub(crate) fn refusal(&self, call: &Call, caller: &Caller) -> Option<Refusal> {
        let service = call.action.service();
        match self {
            Self::Throttled => {
                let code = match service {
                    Service::Logs => "ThrottlingException",
                    Service::Sns | Service::Sts => "Throttling",
                };
                Some(Refusal::new(code, "Rate exceeded"))
            }
            Self::Unavailable { status, with_body } => {
                let code = match (service, status) {
                    (Service::Logs, 503) => "ServiceUnavailableException",
                    (_, 503) => "ServiceUnavailable",
                    (Service::Sns, _) => "InternalError",
                    _ => "InternalFailure",
                };
                let mut refusal = Refusal::status(*status, code, "We are in trouble");
                refusal.with_body = *with_body;
                Some(refusal)
            }
            Self::Denied => Some(denied(call, caller)),
            Self::Expired => Some(Refusal::expired(call.action)),
            Self::Refused {
                status,
                code,
                message,
            } => Some(Refusal::status(*status, code, *message)),
            Self::TokenLost if call.resumed => Some(lost_token()),
            _ => None,
        }
    }

    /// Breaks an answer that is made already.
    pub(crate) fn spoil(&self, answer: &mut Answer) {
        match self {
            Self::CutBefore | Self::CutAfter => answer.manner = Manner::Nothing,
            Self::CutInside => answer.manner = Manner::Half,
            Self::PromisedMore => answer.manner = Manner::PromisedMore,
            Self::PromisedLess => answer.manner = Manner::PromisedLess,
            Self::Trickled(piece) => answer.manner = Manner::Trickled(*piece),
            Self::Held => answer.manner = Manner::Held,
            Self::Stalled => answer.manner = Manner::Stalled,
            Self::Malformed => {
                let half = answer.body.floor_char_boundary(answer.body.len() / 2);
                answer.body.truncate(half);
                answer.garbled = true;
            }
            Self::WebPage => {
                answer.body = "<!doctype html><title>Please sign in</title>".to_owned();
                answer.garbled = true;
            }
            _ => {}
        }
    }
}

/// What a token that is not known (any more) is answered.
pub(crate) fn lost_token() -> Refusal {
    Refusal::new(
        "InvalidParameterException",
        "The specified nextToken is invalid.",
    )
}

/// What somebody without permission is told.
pub(crate) fn denied(call: &Call, caller: &Caller) -> Refusal {
    let (status, code, prefix) = match call.action.service() {
        Service::Logs => (400, "AccessDeniedException", "logs"),
        Service::Sns => (403, "AuthorizationError", "SNS"),
        Service::Sts => (403, "AccessDenied", "sts"),
    };
    let resource = match call.action.service() {
        Service::Logs => format!(
            "arn:aws:logs:{}:{}:log-group:{}:log-stream:",
            caller.region, call.owner, call.about
        ),
        Service::Sns | Service::Sts => call.about.clone(),
    };
    let action = format!("{prefix}:{}", call.action.name());
    Refusal::status(
        status,
        code,
        format!(
            "User: {} is not authorized to perform: {action} on resource: {resource} because no \
             identity-based policy allows the {action} action",
            caller.arn
        ),
    )
}

/// Which calls a fault meets: all, narrowed by what is said about them.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    fault: Fault,
    action: Option<Action>,
    service: Option<Service>,
    about: Option<String>,
    owner: Option<String>,
    account: Option<String>,
    region: Option<String>,
    skip: u64,
    times: u64,
}

impl Rule {
    /// Every call.
    pub(crate) fn every(fault: Fault) -> Self {
        Self {
            fault,
            action: None,
            service: None,
            about: None,
            owner: None,
            account: None,
            region: None,
            skip: 0,
            times: u64::MAX,
        }
    }

    /// Only calls of this action.
    pub(crate) fn on(mut self, action: Action) -> Self {
        self.action = Some(action);
        self
    }

    /// Only calls to this service.
    pub(crate) fn to(mut self, service: Service) -> Self {
        self.service = Some(service);
        self
    }

    /// Only calls about this log group, topic or role: see [`Call::about`].
    pub(crate) fn about(mut self, about: &str) -> Self {
        self.about = Some(about.to_owned());
        self
    }

    /// Only calls about what this account has, whoever calls.
    pub(crate) fn owned_by(mut self, account: &str) -> Self {
        self.owner = Some(account.to_owned());
        self
    }

    /// Only calls of this account.
    pub(crate) fn from(mut self, account: &str) -> Self {
        self.account = Some(account.to_owned());
        self
    }

    /// Only calls to this region.
    pub(crate) fn within(mut self, region: &str) -> Self {
        self.region = Some(region.to_owned());
        self
    }

    /// Not the first so many that fit.
    pub(crate) fn skip(mut self, calls: u64) -> Self {
        self.skip = calls;
        self
    }

    /// No more than so many.
    pub(crate) fn times(mut self, calls: u64) -> Self {
        self.times = calls;
        self
    }

    fn fits(&self, call: &Call) -> bool {
        let is = |wanted: &Option<String>, text: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted == text)
        };
        self.action.is_none_or(|action| action == call.action)
            && self
                .service
                .is_none_or(|service| service == call.action.service())
            && is(&self.about, &call.about)
            && is(&self.owner, &call.owner)
            && is(&self.account, &call.account)
            && is(&self.region, &call.region)
    }
}

/// Names a rule, to take it away again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RuleId(u64);

/// The rules in force.
#[derive(Default)]
pub(crate) struct Rules {
    next: u64,
    rules: Vec<(RuleId, Rule)>,
}

impl Rules {
    pub(crate) fn add(&mut self, rule: Rule) -> RuleId {
        self.next += 1;
        let id = RuleId(self.next);
        self.rules.push((id, rule));
        id
    }

    pub(crate) fn remove(&mut self, id: RuleId) {
        self.rules.retain(|(known, _)| *known != id);
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    /// The fault of the first rule that fits, which has one time less then.
    pub(crate) fn pick(&mut self, call: &Call) -> Option<Fault> {
        let fits = |(_, rule): &&mut (RuleId, Rule)| rule.fits(call) && rule.times > 0;
        for (_, rule) in self.rules.iter_mut().filter(|entry| fits(entry)) {
            if rule.skip > 0 {
                rule.skip -= 1;
                continue;
            }
            if rule.times != u64::MAX {
                rule.times -= 1;
            }
            return Some(rule.fault.clone());
        }
        None
    }
}
