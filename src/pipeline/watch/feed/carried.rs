//! Which logs of which clusters a batch carries: each is watched as if it were read by itself, so that one
//! that falls silent is missed although others flow.

use std::sync::Arc;

use super::batch::{Batch, Piece};
use crate::config::Config;
use crate::pipeline::health::Seen;
use crate::record::{Cluster, Origin};
use crate::source::cloudwatch::{LogKind, Stream};

/// A log of a cluster in a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::pipeline::watch) struct Carried {
    /// The log.
    pub(in crate::pipeline::watch) stream: Stream,
    /// Its cluster.
    pub(in crate::pipeline::watch) cluster: Cluster,
    /// What the batch tells of how it is seen.
    pub(in crate::pipeline::watch) seen: Seen,
    /// Its events.
    pub(in crate::pipeline::watch) events: u64,
    /// Bytes of their lines.
    pub(in crate::pipeline::watch) bytes: u64,
}

/// The logs that a batch of records carries, as far as envelopes name them. Of objects none: they are
/// gathered for so long that their silence says nothing.
pub(in crate::pipeline::watch) fn carried(batch: &Batch, config: &Config) -> Vec<Carried> {
    let mut all: Vec<Carried> = Vec::new();
    let mut last: Option<(&Arc<Origin>, Option<usize>)> = None;
    for piece in &batch.pieces {
        let Piece::Event {
            origin,
            timestamp,
            message,
            ..
        } = piece
        else {
            continue;
        };
        // Neighbours mostly share their origin.
        let at = match last {
            Some((known, at)) if Arc::ptr_eq(known, origin) => at,
            _ => place(&mut all, batch, origin, config),
        };
        last = Some((origin, at));
        if let Some(one) = at.and_then(|at| all.get_mut(at)) {
            one.events += 1;
            one.bytes += message.len() as u64;
            let time = timestamp.map(|time| time.min(one.seen.received));
            one.seen.newest = one.seen.newest.max(time);
        }
    }
    all
}

fn place(all: &mut Vec<Carried>, batch: &Batch, origin: &Origin, config: &Config) -> Option<usize> {
    if batch.feed.kind != LogKind::Records {
        return None;
    }
    let (group, name) = (origin.log_group.as_deref()?, origin.log_stream.as_deref()?);
    let is_kind = |kind: &LogKind| name.starts_with(kind.prefix());
    let kind = LogKind::ALL.into_iter().find(is_kind)?;
    let cluster = config.cluster_of(origin, None);
    let part = |part: &Option<String>| part.clone().unwrap_or_else(|| "-".to_owned());
    let (account, region) = (part(&cluster.account), part(&cluster.region));
    let group = format!("{account}:{region}:{group}").into();
    let stream = Stream { group, kind };
    if let Some(at) = all.iter().position(|one| one.stream == stream) {
        return Some(at);
    }
    all.push(Carried {
        stream,
        cluster,
        seen: Seen {
            newest: None,
            ..batch.seen
        },
        events: 0,
        bytes: 0,
    });
    Some(all.len() - 1)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    fn event(group: &str, stream: &str, timestamp: i64) -> Piece {
        Piece::Event {
            message: "12345".to_owned(),
            timestamp: Some(timestamp),
            ingestion_time: None,
            event_id: None,
            origin: Arc::new(Origin {
                log_group: Some(group.to_owned()),
                log_stream: Some(stream.to_owned()),
                account: Some("111122223333".to_owned()),
                region: None,
            }),
        }
    }

    #[test]
    fn each_log_of_each_group_is_seen_by_itself() {
        let config: Config = toml::from_str(
            "[[cluster]]\nlog_group = \"/aws/eks/b/cluster\"\nregion = \"eu-west-1\"\npoll = false\n",
        )
        .unwrap();
        let feed = Stream {
            group: "-:us-east-1:eks".into(),
            kind: LogKind::Records,
        };
        let mut batch = Batch::empty(&feed, 100);
        batch.seen.arrived = Some(90);
        let audit = "kube-apiserver-audit-1";
        batch.pieces = vec![
            event("/aws/eks/a/cluster", audit, 7),
            event("/aws/eks/b/cluster", audit, 800),
            event("/aws/eks/a/cluster", "authenticator-1", 3),
            event("/aws/eks/a/cluster", "kube-scheduler-1", 3),
            event("/aws/eks/a/cluster", audit, 5),
        ];
        let found: Vec<_> = carried(&batch, &config)
            .into_iter()
            .map(|one| (one.stream.to_string(), one.events, one.seen.newest))
            .collect();
        let expected = [
            ("111122223333:-:/aws/eks/a/cluster audit", 2, Some(7)),
            (
                "111122223333:eu-west-1:/aws/eks/b/cluster audit",
                1,
                Some(100),
            ),
            (
                "111122223333:-:/aws/eks/a/cluster authenticator",
                1,
                Some(3),
            ),
        ];
        let expected = expected.map(|(name, events, newest)| (name.to_owned(), events, newest));
        assert_eq!(found, expected);
        batch.feed.kind = LogKind::Objects;
        assert!(carried(&batch, &config).is_empty());
    }
}
