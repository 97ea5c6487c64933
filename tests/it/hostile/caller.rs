//! Who calls, told by the access key id and the region in the `Authorization` header. Signatures are not
//! checked.

use std::collections::{HashMap, HashSet};

use super::{ACCOUNT, REGION};

/// Whoever signed a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The access key id; empty when the request was not signed.
    pub(crate) key: String,
    /// The account that the key belongs to.
    pub(crate) account: String,
    /// The region of the credential scope.
    pub(crate) region: String,
    /// The principal.
    pub(crate) arn: String,
    /// The key is good no more.
    pub(crate) expired: bool,
}

/// The keys that somebody was given.
#[derive(Default)]
pub(crate) struct Callers {
    known: HashMap<String, (String, String)>,
    expired: HashSet<String>,
}

impl Callers {
    /// From now on the key stands for this principal of this account.
    pub(crate) fn know(&mut self, key: &str, account: &str, arn: &str) {
        let identity = (account.to_owned(), arn.to_owned());
        self.known.insert(key.to_owned(), identity);
    }

    /// The key is good no more.
    pub(crate) fn expire(&mut self, key: &str) {
        self.expired.insert(key.to_owned());
    }

    /// All keys that were handed out as sessions of roles are good no more.
    pub(crate) fn expire_sessions(&mut self) {
        let sessions = self.known.keys().filter(|key| key.starts_with("ASIA"));
        self.expired.extend(sessions.cloned());
    }

    /// Who signed with this header.
    pub(crate) fn who(&self, authorization: &str) -> Caller {
        let scope = authorization.split_once("Credential=");
        let scope = scope.map_or("", |(_, rest)| rest.split(',').next().unwrap_or_default());
        let mut parts = scope.split('/');
        let key = parts.next().unwrap_or_default().to_owned();
        let region = parts.nth(1).unwrap_or(REGION).to_owned();
        let (account, arn) = self.known.get(&key).cloned().unwrap_or_else(|| {
            let arn = format!("arn:aws:iam::{ACCOUNT}:user/trailhound");
            (ACCOUNT.to_owned(), arn)
        });
        Caller {
            expired: self.expired.contains(&key),
            key,
            account,
            region,
            arn,
        }
    }
}
