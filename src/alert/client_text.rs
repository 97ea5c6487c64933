//! Which texts of an alert a client, or a user of the cluster, may have written, and their redaction.

use std::borrow::Cow;

use super::{Actor, Alert, Outcome, Source, Target, redact};

impl Alert {
    /// Takes out what looks like a secret, wherever a client's text can stand: names too, since a
    /// client chooses most of them. Idempotent. The ids of events stay, by which they are found.
    ///
    /// Not in the summary: its values are redacted when [`expand`](super::expand)
    /// puts them in, and the detector's own words ("read the secret: …") are not a client's.
    pub fn redact(&mut self) {
        self.actor.redact();
        redact_all(self.source.texts());
        redact_all(self.target.texts());
        redact_all(self.outcome.texts());
        redact_all(self.group.values_mut().collect());
        if let Some(event) = &mut self.event {
            redact::json(event);
        }
    }
}

impl Actor {
    /// Takes out what looks like a secret.
    pub(super) fn redact(&mut self) {
        redact_all(self.texts());
    }

    /// What a client or a user of the cluster may have written.
    fn texts(&mut self) -> Vec<&mut String> {
        let own = [
            &mut self.username,
            &mut self.uid,
            &mut self.arn,
            &mut self.session_name,
            &mut self.access_key_id,
        ];
        let mut texts: Vec<_> = own.into_iter().flatten().chain(&mut self.groups).collect();
        if let Some(whom) = &mut self.impersonated {
            texts.extend([&mut whom.username, &mut whom.uid].into_iter().flatten());
            texts.extend(&mut whom.groups);
        }
        for login in &mut self.behind {
            let own = [
                &mut login.arn,
                &mut login.session_name,
                &mut login.access_key_id,
            ];
            texts.extend(own.into_iter().flatten());
        }
        texts
    }
}

impl Source {
    /// What a client may have written.
    fn texts(&mut self) -> Vec<&mut String> {
        let own = [&mut self.ip, &mut self.user_agent];
        own.into_iter().flatten().chain(&mut self.ips).collect()
    }
}

impl Target {
    /// What a client may have written: all of it.
    fn texts(&mut self) -> Vec<&mut String> {
        let own = [
            &mut self.verb,
            &mut self.resource,
            &mut self.subresource,
            &mut self.api_group,
            &mut self.namespace,
            &mut self.name,
            &mut self.uri,
        ];
        own.into_iter().flatten().collect()
    }
}

impl Outcome {
    /// What a client may have written.
    fn texts(&mut self) -> Vec<&mut String> {
        let own = [&mut self.decision, &mut self.reason];
        own.into_iter().flatten().collect()
    }
}

fn redact_all(texts: Vec<&mut String>) {
    for text in texts {
        if let Cow::Owned(redacted) = redact::value(text) {
            *text = redacted;
        }
    }
}
