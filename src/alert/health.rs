//! Alerts about the watching itself: that nothing is seen, that it is seen late, that it may not be
//! read, and that it is seen again.
//!
//! This room words them; whether there is one is decided by who follows the streams.

use super::console::Link;
use super::model::{Alert, Cluster, Console, Detector};
use super::{AlertId, Severity, Timestamp};

/// What can be wrong with the watching, and the end of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Trouble {
    /// Nothing is seen of a log.
    Blind,
    /// Nobody logs in, though the cluster is at work.
    AuthenticatorSilent,
    /// What is seen is old.
    Lagging,
    /// Reading is not permitted.
    Denied,
    /// One of these is over.
    Recovered,
}

impl Trouble {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Blind,
        Self::AuthenticatorSilent,
        Self::Lagging,
        Self::Denied,
        Self::Recovered,
    ];

    /// The id that stands where a detector's does.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Blind => "blind",
            Self::AuthenticatorSilent => "authenticator-silent",
            Self::Lagging => "lagging",
            Self::Denied => "denied",
            Self::Recovered => "recovered",
        }
    }

    /// The one with this id.
    #[must_use]
    pub fn of(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|trouble| trouble.id() == id)
    }

    /// A title.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Blind => "A log of a live cluster has gone silent or can't be read",
            Self::AuthenticatorSilent => "The authenticator's log has gone silent",
            Self::Lagging => "A log is seen late",
            Self::Denied => "Reading a log is denied",
            Self::Recovered => "A log is seen again",
        }
    }

    /// How much it matters.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self {
            Self::Blind | Self::Denied => Severity::High,
            Self::Lagging => Severity::Medium,
            Self::AuthenticatorSilent => Severity::Low,
            Self::Recovered => Severity::Info,
        }
    }

    /// Ids of MITRE ATT&CK techniques: who turns the logs off is seen by nothing but the silence.
    #[must_use]
    pub const fn attack(self) -> &'static [&'static str] {
        match self {
            Self::Blind | Self::Denied | Self::AuthenticatorSilent => &["T1562.008"],
            Self::Lagging | Self::Recovered => &[],
        }
    }

    /// When it is raised, for the manual.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Blind => {
                "Nothing has come from a log for `silence`: the audit log reads well and stays empty, though the leases of a live cluster alone give events every few seconds; or every try to read a log fails for longer than `lag` and nothing of it came; or the reader has given the log up; or has not been heard of itself."
            }
            Self::AuthenticatorSilent => {
                "The audit log flows and the authenticator's log has been silent for `authenticator_silence`. Raised only where that log has been heard before: not every cluster has it switched on, and nodes renew their tokens every quarter of an hour."
            }
            Self::Lagging => {
                "From an event to its reading it takes longer than `lag`, for a minute or more; or reading fails again and again for so long, and only parts come through."
            }
            Self::Denied => {
                "Every try to read a log has been refused for `denied`. Alerts of both logs of a group would say the same: there is one, of the audit log."
            }
            Self::Recovered => {
                "One of the others is over: `closes` is the id of the alert it ends, `first` and `last` are the beginning and the end."
            }
        }
    }

    /// What to do now.
    #[must_use]
    pub const fn runbook(self) -> &'static str {
        match self {
            Self::Blind => {
                "Look whether audit logging of the cluster is still on: aws eks describe-cluster --name CLUSTER --query cluster.logging. If it is off, or the log group is gone, look in CloudTrail for UpdateClusterConfig, DeleteLogGroup, DeleteLogStream and DeleteCluster, and who called them: whoever turns the log off wants something unseen.\nIf it is on, open the console's link: does the log group get events?\nIf it does, run `trailhound doctor`: it tries every call and says what to mend."
            }
            Self::AuthenticatorSilent => {
                "Look whether authenticator logging of the cluster is still on: aws eks describe-cluster --name CLUSTER --query cluster.logging. If it was switched off, look in CloudTrail for UpdateClusterConfig and who called it.\nUntil it is back, alerts may name a shared user without the person behind it, and detectors of this log see nothing."
            }
            Self::Lagging => {
                "Run `trailhound doctor`: it measures whether polling can keep up within the region's quota, which is shared with everybody in the account.\nIf it can't, feed the log by a subscription, or watch fewer clusters from this account and region.\nIf it can, CloudWatch delivers late: look at the AWS Health Dashboard."
            }
            Self::Denied => {
                "Run `trailhound doctor`: it names the principal, the action and the resource.\nIf nobody changed the policy on purpose, look in CloudTrail for who did: PutRolePolicy, DeleteRolePolicy, DetachRolePolicy, UpdateAssumeRolePolicy, PutResourcePolicy."
            }
            Self::Recovered => {
                "Nothing needs to be done. Events from the time between are read now if CloudWatch has them; if logging was off, there are none."
            }
        }
    }
}

/// A stretch of time in which something is wrong with a log.
#[derive(Clone, Copy, Debug)]
pub struct Episode<'e> {
    /// What is wrong.
    pub trouble: Trouble,
    /// The stable name of the log group, with account and region.
    pub group: &'e str,
    /// The log: `audit` or `authenticator`.
    pub log: &'e str,
    /// What the names of its streams begin with; nothing where it is no log of a group.
    pub prefix: &'e str,
    /// The cluster.
    pub cluster: &'e crate::record::Cluster,
    /// Since when, in milliseconds since the Unix epoch.
    pub start: i64,
    /// The time of the alert, in milliseconds since the Unix epoch.
    pub now: i64,
}

impl Episode<'_> {
    /// The id of its alert: a hash of what is wrong, where, and since when.
    #[must_use]
    pub fn id(&self) -> AlertId {
        let start = self.start.to_string();
        AlertId::of(&[self.trouble.id(), self.group, self.log, &start])
    }

    /// The alert that it begins.
    #[must_use]
    pub fn raise(&self, summary: String) -> Alert {
        self.alert(self.trouble, self.id(), summary)
    }

    /// The alert that it is over.
    #[must_use]
    pub fn recover(&self, began: AlertId, summary: String) -> Alert {
        let id = AlertId::of(&[&began.to_string(), Trouble::Recovered.id()]);
        let mut alert = self.alert(Trouble::Recovered, id, summary);
        alert.closes = Some(began);
        alert
    }

    fn alert(&self, trouble: Trouble, id: AlertId, summary: String) -> Alert {
        let group = [("log", self.log), ("trouble", self.trouble.id())];
        let detector = Detector {
            id: trouble.id().to_owned(),
            title: trouble.title().to_owned(),
        };
        let mut alert = Alert {
            id,
            time: Timestamp::from_millis(self.now),
            summary,
            attack: trouble.attack().iter().map(ToString::to_string).collect(),
            cluster: self.place(),
            first: Timestamp::from_millis(self.start),
            last: Timestamp::from_millis(self.now),
            group: group.map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
            console: self.console(),
            runbook: Some(trouble.runbook().to_owned()),
            ..Alert::blank(detector, trouble.severity())
        };
        alert.redact();
        alert
    }

    fn place(&self) -> Cluster {
        Cluster {
            name: self.cluster.name.clone(),
            account: self.cluster.account.clone(),
            region: self.cluster.region.clone(),
            log_group: self.cluster.log_group.clone(),
            labels: self.cluster.labels.clone(),
        }
    }

    /// Shows the last lines of the log, from a little before it began.
    fn console(&self) -> Console {
        if self.prefix.is_empty() {
            return Console::default();
        }
        let query = format!(
            "fields @timestamp, @logStream, @message | filter @logStream like /^{}/ | sort @timestamp desc | limit 20",
            self.prefix
        );
        let cluster = self.cluster;
        let known = cluster.region.as_deref().zip(cluster.log_group.as_deref());
        let url = known.and_then(|(region, log_group)| {
            Link {
                region,
                log_group,
                first: self.start,
                last: self.now,
                query: &query,
            }
            .url()
        });
        Console {
            query: Some(query),
            url,
            scope: None,
        }
    }
}
