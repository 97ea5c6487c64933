//! From the table to the alert: fills in whom exactly one login explains, lists them where several do.

use std::collections::BTreeSet;

use super::arn::has_no_sessions;
use super::candidate::Candidate;
use super::grants::{ClusterKey, Grants};
use crate::alert::{Actor, Alert};

/// How many logins an alert lists; the latest of them.
const MOST_LISTED: usize = 10;

/// How many logins are compared with one another; somebody may log in as often as they like.
const MOST_COMPARED: usize = 200;

impl Grants {
    /// Whether an alert lacks something of its actor that the authenticator may tell, so that it should
    /// wait for lines that are still to come.
    #[must_use]
    pub fn is_wanting(alert: &Alert) -> bool {
        let actor = &alert.actor;
        let people = matches!(actor.kind.as_deref(), None | Some("human" | "unknown"));
        let named = [
            &actor.username,
            &actor.uid,
            &actor.arn,
            &actor.access_key_id,
        ];
        people && alert.time.is_some() && named.into_iter().any(Option::is_some) && lacks(actor)
    }

    /// Fills in ARN, session and access key of an alert's actor where they are not known and exactly one
    /// login explains them, or lists the logins where several do. Whether anything was added. The id
    /// stays, and so does all that is known already.
    ///
    /// A login explains an actor when it is of the same cluster, was no longer before than a token
    /// lives, and shares the access key, the uid or the ARN, else the user name; and nothing in it
    /// contradicts. What is added is redacted. To be asked once for an alert, when no more lines are
    /// waited for: what is filled in would count as known the next time.
    pub fn enrich(&self, alert: &mut Alert) -> bool {
        if !Self::is_wanting(alert) {
            return false;
        }
        let mut candidates = self.candidates(alert);
        let added = match candidates.len() {
            0 => false,
            1 => candidates
                .pop()
                .is_some_and(|only| only.fill(&mut alert.actor)),
            _ => {
                let listed = candidates.into_iter().take(MOST_LISTED);
                let behind: Vec<_> = listed.map(Candidate::behind).collect();
                let new = alert.actor.behind != behind;
                alert.actor.behind = behind;
                new
            }
        };
        if added {
            alert.actor.redact();
        }
        added
    }

    /// The logins that explain an actor, the latest first.
    fn candidates(&self, alert: &Alert) -> Vec<Candidate<'_>> {
        let millis = |time: Option<crate::alert::Timestamp>| time.map(|time| time.millis());
        let Some(first) = millis(alert.first.or(alert.time)) else {
            return Vec::new();
        };
        let last = millis(alert.last).unwrap_or(first).max(first);
        let actor = &alert.actor;
        let mut fitting: Vec<_> = self
            .explaining(&ClusterKey::from(&alert.cluster), first, last)
            .map(Candidate::of)
            .filter(|candidate| candidate.fits(actor).is_some())
            .collect();
        // From the back, where the latest are.
        let early = fitting.len().saturating_sub(MOST_COMPARED);
        let fitting: Vec<_> = fitting
            .drain(early..)
            .map(|candidate| candidate.with_sts(self))
            .filter(|candidate| !candidate.is_empty())
            .filter_map(|candidate| Some((candidate.fits(actor)?, candidate)))
            .collect();
        let best = fitting.iter().map(|(fit, _)| *fit).max();
        distinct(
            fitting
                .into_iter()
                .filter(|(fit, _)| Some(*fit) == best)
                .map(|(_, candidate)| candidate),
        )
    }
}

/// Each principal once, with its latest login, the latest first; those of whom another tells more are
/// left out.
fn distinct<'g>(candidates: impl Iterator<Item = Candidate<'g>>) -> Vec<Candidate<'g>> {
    let mut latest: Vec<Candidate<'g>> = candidates.collect();
    latest.sort_by(|a, b| b.time().cmp(&a.time()).then_with(|| a.cmp(b)));
    let mut seen = BTreeSet::new();
    latest.retain(|candidate| {
        seen.insert((
            candidate.arn.clone(),
            candidate.session.clone(),
            candidate.access_key.clone(),
        ))
    });
    let all = latest.clone();
    latest.retain(|one| {
        !all.iter()
            .any(|other| one.is_part_of(other) && !other.is_part_of(one))
    });
    latest
}

/// Whether anything of the principal is not known. An IAM user has no session.
fn lacks(actor: &Actor) -> bool {
    let sessions = !actor.arn.as_deref().is_some_and(has_no_sessions);
    actor.arn.is_none() || actor.access_key_id.is_none() || sessions && actor.session_name.is_none()
}
