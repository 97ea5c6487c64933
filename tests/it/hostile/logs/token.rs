//! Tokens: opaque, good for the same question of the same caller, and not for ever.

use std::collections::HashMap;

use serde_json::Value;

use super::super::answer::Refusal;
use super::super::caller::Caller;
use super::super::fault::lost_token;
use super::store::Place;

/// How long a token is good, in milliseconds.
const LIFE: i64 = 24 * 60 * 60 * 1000;

/// Where the next page begins: behind this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Behind {
    /// A log event; `None` for the beginning.
    Event(Option<Place>),
    /// So many entries of a list.
    Entries(usize),
}

struct Token {
    question: String,
    behind: Behind,
    call: u64,
    given: i64,
    uses: u64,
}

/// All tokens that were given.
#[derive(Default)]
pub(crate) struct Tokens {
    tokens: HashMap<String, Token>,
    /// How often each may be used.
    pub(super) uses: Option<u64>,
    /// After how many further calls each has expired.
    pub(super) calls: Option<u64>,
    counted: u64,
    issued: u64,
    now: i64,
}

impl Tokens {
    pub(super) fn count_call(&mut self, now: i64) {
        self.counted += 1;
        self.now = now;
    }

    /// The time of the call that is being answered.
    pub(super) fn now(&self) -> i64 {
        self.now
    }

    pub(super) fn forget(&mut self) {
        self.tokens.clear();
    }

    /// A token for the question, to go on behind this.
    pub(super) fn issue(&mut self, caller: &Caller, question: &Value, behind: Behind) -> String {
        self.issued += 1;
        let question = fingerprint(caller, question);
        let name = blake3::hash(format!("{question}/{}", self.issued).as_bytes())
            .to_hex()
            .to_string();
        let token = Token {
            question,
            behind,
            call: self.counted,
            given: self.now,
            uses: 0,
        };
        self.tokens.insert(name.clone(), token);
        name
    }

    /// Where the question goes on: `None` when it has no token.
    pub(super) fn resume(
        &mut self,
        caller: &Caller,
        question: &Value,
    ) -> Result<Option<Behind>, Refusal> {
        let Some(name) = question["nextToken"].as_str() else {
            return Ok(None);
        };
        let token = self.tokens.get_mut(name).ok_or_else(lost_token)?;
        token.uses += 1;
        let good = token.question == fingerprint(caller, question)
            && self.uses.is_none_or(|uses| token.uses <= uses)
            && self
                .calls
                .is_none_or(|calls| self.counted - token.call <= calls)
            && self.now - token.given < LIFE;
        good.then(|| Some(token.behind.clone()))
            .ok_or_else(lost_token)
    }
}

/// What a token is tied to: the caller's account and region and everything asked but the token.
fn fingerprint(caller: &Caller, question: &Value) -> String {
    let mut question = question.clone();
    if let Some(members) = question.as_object_mut() {
        members.remove("nextToken");
    }
    format!("{}/{}/{question}", caller.account, caller.region)
}
