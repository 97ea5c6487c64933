//! Somebody who may have acted: one login, with all that its lines tell.

use super::arn::{has_no_sessions, is_same_principal, is_session};
use super::grants::{Grant, Grants};
use crate::alert::{Actor, Behind, Timestamp};

/// One login.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate<'g> {
    pub(super) arn: Option<String>,
    pub(super) session: Option<String>,
    pub(super) access_key: Option<String>,
    grant: &'g Grant,
}

/// How surely a login is that of an actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// The user name alone, which others may share.
    Name,
    /// The access key, the unique id or the ARN.
    Identity,
}

impl<'g> Candidate<'g> {
    /// The login that a line tells of.
    pub(super) fn of(grant: &'g Grant) -> Self {
        Self {
            arn: grant.arn.clone(),
            session: grant.session.clone(),
            access_key: grant.access_key.clone(),
            grant,
        }
    }

    /// The same with what STS told, where that is certain.
    pub(super) fn with_sts(mut self, grants: &Grants) -> Self {
        if self.grant.username.is_some() {
            self.add_sts(grants.named_by_sts(self.grant));
        }
        self
    }

    /// Takes over what STS told, if all it told around that time is the same.
    fn add_sts<'s>(&mut self, mut told: impl Iterator<Item = &'s Grant>) {
        let Some(sts) = told.next() else { return };
        let same = |other: &Grant| {
            (&other.arn, &other.session, &other.access_key)
                == (&sts.arn, &sts.session, &sts.access_key)
        };
        if !told.all(same) {
            return;
        }
        // That of STS names the session, the other one the role.
        let of_sts = sts.arn.clone().filter(|arn| is_session(arn));
        self.arn = of_sts.or(self.arn.take()).or_else(|| sts.arn.clone());
        self.session = self.session.take().or_else(|| sts.session.clone());
        self.access_key = self.access_key.take().or_else(|| sts.access_key.clone());
    }

    /// Whether it may be the login of an actor: nothing contradicts, and something speaks for it.
    pub(super) fn fits(&self, actor: &Actor) -> Option<Fit> {
        let agree = |one: &Option<String>, other: &Option<String>| match (one, other) {
            (Some(one), Some(other)) => Some(one == other),
            _ => None,
        };
        let arns = match (&self.arn, &actor.arn) {
            (Some(one), Some(other)) if is_session(one) && is_session(other) => Some(one == other),
            (Some(one), Some(other)) => Some(is_same_principal(one, other)),
            _ => None,
        };
        let identity = [
            agree(&self.access_key, &actor.access_key_id),
            agree(&self.grant.uid, &actor.uid),
            arns,
        ];
        let name = agree(&self.grant.username, &actor.username);
        let session = agree(&self.session, &actor.session_name);
        let contradicts =
            identity.contains(&Some(false)) || name == Some(false) || session == Some(false);
        if contradicts {
            None
        } else if identity.contains(&Some(true)) {
            Some(Fit::Identity)
        } else {
            (name == Some(true)).then_some(Fit::Name)
        }
    }

    /// Whether another login tells the same and more.
    pub(super) fn is_part_of(&self, other: &Self) -> bool {
        let tells = |own: &Option<String>, others: &Option<String>| own.is_none() || own == others;
        let arn = match (&self.arn, &other.arn) {
            (Some(own), Some(others)) => {
                own == others || !is_session(own) && is_same_principal(own, others)
            }
            (own, _) => own.is_none(),
        };
        arn && tells(&self.session, &other.session) && tells(&self.access_key, &other.access_key)
    }

    /// Whether it tells of nobody.
    pub(super) const fn is_empty(&self) -> bool {
        self.arn.is_none() && self.session.is_none() && self.access_key.is_none()
    }

    /// When the login was.
    pub(super) const fn time(&self) -> i64 {
        self.grant.time
    }

    /// Fills in what an actor lacks; whether anything was.
    pub(super) fn fill(self, actor: &mut Actor) -> bool {
        let before = (
            actor.arn.is_some(),
            actor.session_name.is_some(),
            actor.access_key_id.is_some(),
        );
        actor.arn = actor.arn.take().or(self.arn);
        let sessions = !actor.arn.as_deref().is_some_and(has_no_sessions);
        actor.session_name = actor
            .session_name
            .take()
            .or(self.session.filter(|_| sessions));
        actor.access_key_id = actor.access_key_id.take().or(self.access_key);
        before
            != (
                actor.arn.is_some(),
                actor.session_name.is_some(),
                actor.access_key_id.is_some(),
            )
    }

    /// The form in which an alert lists it.
    pub(super) fn behind(self) -> Behind {
        Behind {
            arn: self.arn,
            session_name: self.session,
            access_key_id: self.access_key,
            time: Timestamp::from_millis(self.grant.time),
        }
    }
}
