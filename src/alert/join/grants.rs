//! The table of what the authenticator told: whom it let in, and whom STS named.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use crate::alert;
use crate::record::{self, authenticator};

/// How many lines are kept unless told otherwise; a line takes some 500 bytes.
pub const DEFAULT_GRANTS: usize = 20_000;

/// How long one line stands for requests: a token is valid for 15 minutes after it was signed
/// (aws-iam-authenticator, `pkg/token/token.go`), and a minute for clocks that differ. Milliseconds.
pub const TOKEN_LIFE: i64 = 16 * 60_000;

/// How far the two lines of one login lie apart: they are written at once, in whole seconds.
const SAME_LOGIN: i64 = 1_000;

/// A longer text is none that IAM or Kubernetes would give.
const LONGEST: usize = 512;

/// Which cluster a line or an alert belongs to, as far as both tell it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClusterKey {
    name: Option<String>,
    account: Option<String>,
    region: Option<String>,
}

impl From<&record::Cluster> for ClusterKey {
    fn from(cluster: &record::Cluster) -> Self {
        Self {
            name: cluster.name.clone(),
            account: cluster.account.clone(),
            region: cluster.region.clone(),
        }
    }
}

impl From<&alert::Cluster> for ClusterKey {
    fn from(cluster: &alert::Cluster) -> Self {
        Self {
            name: cluster.name.clone(),
            account: cluster.account.clone(),
            region: cluster.region.clone(),
        }
    }
}

/// What one line told. Ordered by time, so that the oldest goes first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Grant {
    pub(super) time: i64,
    pub(super) cluster: ClusterKey,
    /// The Kubernetes user; `None` where STS named a caller and no more.
    pub(super) username: Option<String>,
    pub(super) uid: Option<String>,
    pub(super) arn: Option<String>,
    pub(super) session: Option<String>,
    pub(super) access_key: Option<String>,
    /// Address and port of the API server that asked; the lines of one login share it.
    client: Option<String>,
}

/// A bounded table of what the authenticator told. When it is full, the oldest goes, by the time of the
/// line: which lines are left does not depend on the order they came in.
#[derive(Clone, Debug)]
pub struct Grants {
    most: usize,
    lateness: i64,
    grants: BTreeSet<Grant>,
    forgotten: u64,
}

impl Grants {
    /// An empty table for at most `most` lines. `lateness`, in milliseconds, is how much later than an
    /// alert a line's time may be and still explain it.
    #[must_use]
    pub const fn new(most: usize, lateness: i64) -> Self {
        Self {
            most,
            lateness,
            grants: BTreeSet::new(),
            forgotten: 0,
        }
    }

    /// Learns from a line of the authenticator; lines that tell of no caller are passed over. `time` is
    /// the event time in milliseconds since the Unix epoch.
    pub fn learn(&mut self, cluster: &ClusterKey, line: &authenticator::Record<'_>, time: i64) {
        let Some(grant) = Grant::of(cluster, line, time) else {
            return;
        };
        if self.grants.insert(grant) && self.grants.len() > self.most {
            self.grants.pop_first();
            self.forgotten += 1;
        }
    }

    /// How many lines are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.grants.len()
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.grants.is_empty()
    }

    /// How many lines were forgotten for want of room.
    #[must_use]
    pub const fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// What explains requests of a stretch of time.
    pub(super) fn explaining(
        &self,
        cluster: &ClusterKey,
        first: i64,
        last: i64,
    ) -> impl Iterator<Item = &Grant> {
        let from = first.saturating_sub(TOKEN_LIFE);
        let to = last.saturating_add(self.lateness).max(from);
        self.between(cluster.clone(), from..=to)
    }

    /// What STS told of the caller that a line let in.
    pub(super) fn named_by_sts(&self, grant: &Grant) -> impl Iterator<Item = &Grant> {
        let from = grant.time.saturating_sub(SAME_LOGIN);
        let to = grant.time.saturating_add(SAME_LOGIN);
        self.between(grant.cluster.clone(), from..=to)
            .filter(|sts| {
                sts.username.is_none()
                    && grant.client.is_some()
                    && sts.client == grant.client
                    && (sts.uid.is_none() || grant.uid.is_none() || sts.uid == grant.uid)
            })
    }

    fn between(
        &self,
        cluster: ClusterKey,
        time: RangeInclusive<i64>,
    ) -> impl Iterator<Item = &Grant> {
        let start = Grant::least(*time.start());
        self.grants
            .range(start..)
            .take_while(move |grant| grant.time <= *time.end())
            .filter(move |grant| grant.cluster == cluster)
    }
}

impl Grant {
    fn of(cluster: &ClusterKey, line: &authenticator::Record<'_>, time: i64) -> Option<Self> {
        let get = |key: &str| {
            line.get(key)
                .filter(|text| !text.is_empty() && text.len() <= LONGEST)
                .map(ToOwned::to_owned)
        };
        let (username, uid) = match line.message().event() {
            authenticator::Event::AccessGranted => (Some(get("username")?), get("uid")),
            authenticator::Event::StsResponse => (None, uid_of_sts(line)),
            _ => return None,
        };
        Some(Self {
            time,
            cluster: cluster.clone(),
            username,
            uid,
            arn: get("arn"),
            session: get("session"),
            access_key: get("accesskeyid"),
            client: get("client"),
        })
    }

    /// The first that could have that time.
    fn least(time: i64) -> Self {
        Self {
            time,
            cluster: ClusterKey::default(),
            username: None,
            uid: None,
            arn: None,
            session: None,
            access_key: None,
            client: None,
        }
    }
}

/// The uid that the authenticator makes of what STS told (`pkg/server/server.go`).
fn uid_of_sts(line: &authenticator::Record<'_>) -> Option<String> {
    let (account, user) = (line.get("accountid")?, line.get("userid")?);
    let user = user.split(':').next().unwrap_or(user);
    let fits = !account.is_empty() && !user.is_empty() && account.len() + user.len() <= LONGEST;
    fits.then(|| format!("aws-iam-authenticator:{account}:{user}"))
}
