//! All that the server knows, behind one lock, and the order in which a call is judged: who calls, which
//! bad habit meets the call, what the service says, and how that reaches the caller.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

use super::answer::{Answer, Refusal};
use super::call::{Action, Call, Log, Outcome};
use super::caller::{Caller, Callers};
use super::fault::{Fault, Rules};
use super::form::Form;
use super::logs::LogsState;
use super::mischief::Chance;
use super::sns::SnsState;
use super::sts::StsState;
use super::wire::Request;

/// The state and the ways to wait for it to change.
pub(crate) struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    released: watch::Sender<u64>,
}

impl Shared {
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::new(State::default()),
            changed: Condvar::new(),
            released: watch::Sender::new(0),
        }
    }

    /// The state, even if a test failed while it held it.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn wait<'a>(
        &self,
        state: MutexGuard<'a, State>,
        at_most: Duration,
    ) -> MutexGuard<'a, State> {
        let woken = self.changed.wait_timeout(state, at_most);
        woken.unwrap_or_else(PoisonError::into_inner).0
    }

    pub(crate) fn look<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.lock())
    }

    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let changed = change(&mut self.lock());
        self.changed.notify_all();
        changed
    }

    pub(crate) fn release(&self) {
        self.released.send_modify(|count| *count += 1);
    }

    /// What to wait on until the next [`Shared::release`].
    pub(crate) fn released(&self) -> watch::Receiver<u64> {
        let mut receiver = self.released.subscribe();
        receiver.mark_unchanged();
        receiver
    }

    /// Judges a call, writes it down, and says what to answer.
    pub(crate) fn answer(&self, request: &Request) -> Answer {
        self.change(|state| state.answer(request))
    }
}

/// All that the server knows.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) log: Log,
    pub(crate) rules: Rules,
    pub(crate) mischief: Chance,
    pub(crate) callers: Callers,
    pub(crate) logs: LogsState,
    pub(crate) sns: SnsState,
    pub(crate) sts: StsState,
    /// The time that was set; without one it is the machine's.
    pub(crate) clock: Option<i64>,
    /// How often each action was asked about each thing.
    asked: HashMap<(Action, String), u64>,
}

/// What was asked, in the form its protocol gives it.
pub(crate) enum Asked {
    /// `awsJson1_1`.
    Json(serde_json::Value),
    /// Query.
    Form(Form),
}

impl State {
    pub(crate) fn now(&self) -> i64 {
        self.clock.unwrap_or_else(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
            i64::try_from(since.as_millis()).unwrap()
        })
    }

    fn answer(&mut self, request: &Request) -> Answer {
        let (action, asked) = read(request);
        let caller = self.callers.who(&request.authorization);
        let mut call = Call::new(self.log.calls.len(), action, &caller, &asked);
        let fault = self.fault(&call);
        let result = self.decide(&mut call, &caller, &asked, fault.as_ref());
        let mut answer = Answer::of(action, result);
        if let Some(fault) = &fault {
            fault.spoil(&mut answer);
        }
        call.outcome = Outcome::of(&answer);
        if call.outcome.arrives() {
            self.log.note_served(&call.served);
        }
        self.log.calls.push(call);
        answer
    }

    /// The bad habit that meets this call.
    fn fault(&mut self, call: &Call) -> Option<Fault> {
        let about = [
            call.account.as_str(),
            &call.region,
            &call.owner,
            &call.about,
            &call.streams,
        ];
        let key = (call.action, about.join("/"));
        let nth = self.asked.entry(key.clone()).or_default();
        *nth += 1;
        let nth = *nth;
        self.rules
            .pick(call)
            .or_else(|| self.mischief.pick(call.action, &key.1, nth))
    }

    fn decide(
        &mut self,
        call: &mut Call,
        caller: &Caller,
        asked: &Asked,
        fault: Option<&Fault>,
    ) -> Result<String, Refusal> {
        if caller.expired {
            return Err(Refusal::expired(call.action));
        }
        if let Some(refusal) = fault.and_then(|fault| fault.refusal(call, caller)) {
            return Err(refusal);
        }
        if matches!(fault, Some(Fault::CutBefore)) {
            return Ok(String::new());
        }
        let now = self.now();
        match asked {
            Asked::Json(question) => self.logs.answer(call, caller, question, fault, now),
            Asked::Form(form) => match call.action {
                Action::GetCallerIdentity | Action::AssumeRole => {
                    self.sts.answer(call, caller, form, &mut self.callers)
                }
                _ => self
                    .sns
                    .answer(call, caller, form, fault, (&mut self.log, now)),
            },
        }
    }
}

/// Which action a request is for and what it asks.
fn read(request: &Request) -> (Action, Asked) {
    if let Some(target) = &request.target {
        let name = target.rsplit('.').next().unwrap_or_default();
        let question = serde_json::from_slice(&request.body).unwrap_or_default();
        return (Action::named(name), Asked::Json(question));
    }
    let form = Form::read(&request.body);
    (
        Action::named(form.get("Action").unwrap_or_default()),
        Asked::Form(form),
    )
}
