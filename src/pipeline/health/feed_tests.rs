#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use super::{Limits, Monitor, Seen};
use crate::record::Cluster;
use crate::source::cloudwatch::{Class, Found, LogKind, Notice, Purpose, Stream, What};

const START: i64 = 1_800_000_000_000;
const MINUTE: i64 = 60_000;

fn feed() -> Stream {
    Stream {
        group: "111122223333:eu-west-1:eks".into(),
        kind: LogKind::Records,
    }
}

fn log(name: &str) -> Stream {
    Stream {
        group: format!("444455556666:eu-west-1:/aws/eks/{name}/cluster").into(),
        kind: LogKind::Audit,
    }
}

/// A monitor of a feed, and what it raised: each alert's id and log.
struct Watch {
    monitor: Monitor,
    now: i64,
    told: Vec<String>,
}

impl Watch {
    fn new() -> Self {
        Self {
            monitor: Monitor::new(Limits::default()),
            now: START,
            told: Vec::new(),
        }
    }

    fn carries(&mut self, name: &str) {
        let seen = Seen {
            received: self.now,
            arrived: Some(self.now - 1),
            newest: Some(self.now - 2),
        };
        self.monitor.watch(&feed(), &Cluster::default(), self.now);
        self.monitor.fed(&feed(), &seen);
        let stream = log(name);
        self.monitor.watch(&stream, &Cluster::default(), self.now);
        self.monitor.carried(&stream, &feed(), &seen);
    }

    fn notice(&mut self, what: What) {
        self.monitor.watch(&feed(), &Cluster::default(), self.now);
        for stream in self.monitor.kept_of(&feed()) {
            self.monitor.watch(&stream, &Cluster::default(), self.now);
        }
        self.monitor.notice(&Notice {
            stream: feed(),
            time: self.now,
            what,
        });
    }

    fn walked(&mut self) {
        self.notice(What::Walked {
            until: self.now,
            calls: 1,
            purpose: Purpose::Forward,
            settled: i64::MIN,
            found: Found::default(),
            lateness: 0,
            behind: 0,
        });
    }

    /// A minute passes.
    fn minute(&mut self) {
        self.now += MINUTE;
        for alert in self.monitor.tick(self.now) {
            let about = alert.summary.split(' ').take(5).collect::<Vec<_>>();
            self.told
                .push(format!("{}: {}", alert.detector.id, about.join(" ")));
        }
    }
}

#[test]
fn a_log_that_falls_silent_is_missed_although_its_feed_flows() {
    let mut watch = Watch::new();
    for minute in 0..30 {
        watch.carries("a");
        if minute < 5 {
            watch.carries("b");
        }
        watch.walked();
        watch.minute();
    }
    let [told] = watch.told.as_slice() else {
        unreachable!("{:?}", watch.told)
    };
    assert!(
        told.starts_with("blind: audit log of") && told.contains("/eks/b/"),
        "{told}"
    );
}

#[test]
fn while_a_feed_fails_nothing_is_said_of_its_logs_and_silence_counts_from_its_end() {
    let mut watch = Watch::new();
    watch.carries("a");
    for _ in 0..60 {
        watch.notice(What::Failed {
            class: Class::Retry,
            message: "no connection".to_owned(),
        });
        watch.minute();
    }
    let told = std::mem::take(&mut watch.told);
    assert!(
        told.iter().all(|it| it.contains("Kinesis stream")),
        "{told:?}"
    );
    assert_eq!(told.len(), 1);
    for _ in 0..5 {
        watch.walked();
        watch.minute();
    }
    assert!(
        !watch.told.iter().any(|it| it.contains("audit log")),
        "{:?}",
        watch.told
    );
    watch.carries("a");
    watch.walked();
    watch.minute();
    assert_eq!(
        watch.told.len(),
        1,
        "the feed is seen again: {:?}",
        watch.told
    );
}

#[test]
fn a_log_that_does_not_come_any_more_after_a_restart_is_missed() {
    let mut watch = Watch::new();
    watch.carries("a");
    watch.carries("b");
    let saved = watch.monitor.save().unwrap();
    watch.monitor = Monitor::load(Limits::default(), &saved).unwrap();
    for _ in 0..30 {
        watch.carries("a");
        watch.walked();
        watch.minute();
    }
    assert_eq!(watch.told.len(), 1, "{:?}", watch.told);
    // After a week it is not waited for any more, and nothing says that it is over.
    for _ in 0..9 * 24 * 60 {
        watch.carries("a");
        watch.walked();
        watch.minute();
    }
    assert_eq!(watch.told.len(), 1, "{:?}", watch.told);
    assert_eq!(watch.monitor.views().len(), 2);
}
