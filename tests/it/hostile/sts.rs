//! STS: whose a key is, and keys for the sessions of roles.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, SecondsFormat, Utc};

use super::answer::{Refusal, escape, framed};
use super::call::{Action, Call};
use super::caller::{Caller, Callers};
use super::fault::denied;
use super::form::Form;
use super::state::Shared;

/// How long the keys of a session are said to be good. The SDK compares it with the machine's clock.
const SESSION: Duration = Duration::from_secs(60 * 60);

/// The switches of STS.
#[derive(Clone)]
pub(crate) struct Sts(pub(crate) Arc<Shared>);

impl Sts {
    /// This access key id belongs to this principal of this account.
    pub(crate) fn key(&self, key: &str, account: &str, arn: &str) {
        self.0.change(|state| state.callers.know(key, account, arn));
    }

    /// This access key id is good no more: whoever calls with it is told that it has expired.
    pub(crate) fn expire(&self, key: &str) {
        self.0.change(|state| state.callers.expire(key));
    }

    /// The keys of all sessions that roles have now are good no more; new ones can be had.
    pub(crate) fn expire_sessions(&self) {
        self.0.change(|state| state.callers.expire_sessions());
    }

    /// Only who gives this external id may assume the role.
    pub(crate) fn external_id(&self, role: &str, id: &str) {
        self.0
            .change(|state| state.sts.role(role).external_id = Some(id.to_owned()));
    }

    /// Nobody may assume the role. Any other role may be assumed.
    pub(crate) fn deny(&self, role: &str) {
        self.0.change(|state| state.sts.role(role).denied = true);
    }

    /// The role may be assumed again.
    pub(crate) fn allow(&self, role: &str) {
        self.0.change(|state| state.sts.role(role).denied = false);
    }
}

#[derive(Default)]
struct Role {
    external_id: Option<String>,
    denied: bool,
}

/// All of STS.
#[derive(Default)]
pub(crate) struct StsState {
    roles: BTreeMap<String, Role>,
    sessions: u64,
}

impl StsState {
    fn role(&mut self, arn: &str) -> &mut Role {
        self.roles.entry(arn.to_owned()).or_default()
    }

    pub(crate) fn answer(
        &mut self,
        call: &Call,
        caller: &Caller,
        form: &Form,
        callers: &mut Callers,
    ) -> Result<String, Refusal> {
        let result = match call.action {
            Action::AssumeRole => self.assume(call, caller, form, callers)?,
            _ => format!(
                "<Arn>{}</Arn><UserId>AIDACKCEVSQ6C2EXAMPLE</UserId><Account>{}</Account>",
                escape(&caller.arn),
                caller.account
            ),
        };
        Ok(framed(call.action, &result))
    }

    fn assume(
        &mut self,
        call: &Call,
        caller: &Caller,
        form: &Form,
        callers: &mut Callers,
    ) -> Result<String, Refusal> {
        let arn = &call.about;
        let session = form.get("RoleSessionName").unwrap_or_default();
        let (account, name) = parts(arn).ok_or_else(|| {
            Refusal::new("ValidationError", format!("{arn} is not the ARN of a role"))
        })?;
        if !(2..=64).contains(&session.len()) {
            return Err(Refusal::new(
                "ValidationError",
                "roleSessionName has to have 2 to 64 characters",
            ));
        }
        let role = self.role(arn);
        let known = role.external_id.as_deref();
        if role.denied || known.is_some_and(|id| form.get("ExternalId") != Some(id)) {
            return Err(denied(call, caller));
        }
        self.sessions += 1;
        let key = format!("ASIA{:016}", self.sessions);
        let principal = format!("arn:aws:sts::{account}:assumed-role/{name}/{session}");
        callers.know(&key, account, &principal);
        let expiration = DateTime::<Utc>::from(SystemTime::now() + SESSION);
        Ok(format!(
            "<Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>\
             <SessionToken>session</SessionToken><Expiration>{}</Expiration></Credentials>\
             <AssumedRoleUser><AssumedRoleId>AROADBQP57FF2AEXAMPLE:{}</AssumedRoleId><Arn>{}</Arn>\
             </AssumedRoleUser>",
            expiration.to_rfc3339_opts(SecondsFormat::Secs, true),
            escape(session),
            escape(&principal)
        ))
    }
}

/// A role's account and the name at the end of its path.
fn parts(arn: &str) -> Option<(&str, &str)> {
    let rest = arn.strip_prefix("arn:aws:iam::")?;
    let (account, role) = rest.split_once(":role/")?;
    Some((account, role.rsplit('/').next()?))
}
