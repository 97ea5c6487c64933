//! A log event with what it was read as: the unit that queries and detectors look at.

use std::cell::OnceCell;

use super::authenticator;
use super::cluster::Cluster;
use super::event::LogEvent;
use super::fact::Facts;
use super::stamp::parse_time;

/// What a log line holds.
#[derive(Debug)]
pub enum Record<'a> {
    /// A Kubernetes audit event.
    Audit(Box<Facts<'a>>),
    /// A line of aws-iam-authenticator.
    Authenticator(authenticator::Record<'a>),
}

/// A log event, its record and its cluster.
#[derive(Debug)]
pub struct Entry<'a> {
    /// The event as it was delivered.
    pub event: &'a LogEvent<'a>,
    /// The cluster it belongs to.
    pub cluster: &'a Cluster,
    /// What it was read as.
    pub record: Record<'a>,
    time: OnceCell<Option<i64>>,
}

impl<'a> Entry<'a> {
    /// An entry of a cluster. What is known of the cluster goes into the facts.
    #[must_use]
    pub fn new(event: &'a LogEvent<'a>, cluster: &'a Cluster, mut record: Record<'a>) -> Self {
        if let Record::Audit(facts) = &mut record {
            facts.set_own_account(cluster.account.as_deref());
        }
        Self {
            event,
            cluster,
            record,
            time: OnceCell::new(),
        }
    }

    /// The audit event and its facts; `None` for a line of the authenticator.
    #[must_use]
    #[inline]
    pub fn audit(&self) -> Option<&Facts<'a>> {
        match &self.record {
            Record::Audit(facts) => Some(facts),
            Record::Authenticator(_) => None,
        }
    }

    /// The line of the authenticator; `None` for an audit event.
    #[must_use]
    #[inline]
    pub fn authenticator(&self) -> Option<&authenticator::Record<'a>> {
        match &self.record {
            Record::Audit(_) => None,
            Record::Authenticator(line) => Some(line),
        }
    }

    /// Event time in milliseconds since the Unix epoch: when the request came in, else what the line
    /// or CloudWatch says.
    #[must_use]
    pub fn time(&self) -> Option<i64> {
        *self.time.get_or_init(|| self.read_time())
    }

    fn read_time(&self) -> Option<i64> {
        let own = match &self.record {
            Record::Audit(facts) => {
                let record = &facts.record;
                [record.request_received_timestamp, record.stage_timestamp]
                    .into_iter()
                    .flatten()
                    .find_map(|text| parse_time(text.raw()))
            }
            Record::Authenticator(line) => line.time(),
        };
        own.or(self.event.timestamp)
    }
}
