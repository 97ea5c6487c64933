#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]

use std::sync::Arc;

use proptest::prelude::*;

use super::{Limits, Monitor, State};
use crate::alert::Alert;
use crate::record::{Cluster, Origin};
use crate::source::cloudwatch::{
    Class, Fetched, Found, LogKind, Notice, Page, Purpose, Stream, What,
};

const START: i64 = 1_800_000_000_000;
const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const GROUP: &str = "111122223333/eu-west-1//aws/eks/prod/cluster";

fn stream(kind: LogKind) -> Stream {
    Stream {
        group: GROUP.into(),
        kind,
    }
}

fn origin() -> Origin {
    Origin {
        log_group: Some("/aws/eks/prod/cluster".into()),
        log_stream: None,
        account: Some("111122223333".into()),
        region: Some("eu-west-1".into()),
    }
}

/// A monitor with a clock of its own that is asked every ten seconds.
struct Watch {
    monitor: Monitor,
    now: i64,
    told: Vec<Alert>,
}

impl Watch {
    fn new() -> Self {
        let mut watch = Self {
            monitor: Monitor::new(Limits::default()),
            now: START,
            told: Vec::new(),
        };
        watch.register();
        watch
    }

    fn register(&mut self) {
        for kind in LogKind::ALL {
            let cluster = Cluster::of(&origin());
            self.monitor.watch(&stream(kind), &cluster, self.now);
        }
    }

    /// A restart: what was stored is all that is left.
    fn restart(&mut self) {
        let saved = self.monitor.save().unwrap();
        self.monitor = Monitor::load(Limits::default(), &saved).unwrap();
        self.register();
    }

    /// An event that is `age` old.
    fn event(&mut self, kind: LogKind, age: i64) {
        let page = Page {
            stream: stream(kind),
            origin: Arc::new(origin()),
            events: vec![Fetched {
                log_stream: format!("{}0", kind.prefix()),
                timestamp: self.now - age,
                ingestion_time: Some(self.now - 1),
                event_id: String::new(),
                message: String::new(),
            }],
            advance: None,
            received: self.now,
        };
        self.monitor.page(&page);
    }

    fn notice(&mut self, kind: LogKind, what: What) {
        self.monitor.notice(&Notice {
            stream: stream(kind),
            time: self.now,
            what,
        });
    }

    fn walked(&mut self, kind: LogKind) {
        let until = self.now;
        let walked = What::Walked {
            until,
            calls: 1,
            purpose: Purpose::Forward,
            settled: until,
            found: Found::default(),
            lateness: 0,
            behind: 0,
        };
        self.notice(kind, walked);
    }

    fn failed(&mut self, kind: LogKind, class: Class) {
        let message = format!("said to be {}", class.as_str());
        self.notice(kind, What::Failed { class, message });
    }

    /// Lets time pass; every ten seconds `each` happens.
    fn pass(&mut self, minutes: i64, mut each: impl FnMut(&mut Self)) -> &mut Self {
        for _ in 0..minutes * 6 {
            self.now += 10 * SECOND;
            each(self);
            self.told.extend(self.monitor.tick(self.now));
        }
        self
    }

    /// Minutes in which both logs are fine.
    fn fine(&mut self, minutes: i64) -> &mut Self {
        self.pass(minutes, |w| {
            for kind in LogKind::ALL {
                w.event(kind, 2 * SECOND);
                w.walked(kind);
            }
        })
    }

    fn state(&self, kind: LogKind) -> State {
        let views = self.monitor.views();
        let view = views.iter().find(|view| view.stream.kind == kind);
        view.unwrap().state
    }

    /// The ids of the alerts so far, with the log.
    fn ids(&self) -> Vec<String> {
        let id = |alert: &Alert| format!("{} {}", alert.detector.id, alert.group["log"]);
        self.told.iter().map(id).collect()
    }
}

/// Both logs can be read and are empty.
fn quiet(watch: &mut Watch) {
    for kind in LogKind::ALL {
        watch.walked(kind);
    }
}

/// Every call fails alike.
fn all_fail(class: Class) -> impl FnMut(&mut Watch) {
    move |watch| {
        for kind in LogKind::ALL {
            watch.failed(kind, class);
        }
    }
}

#[test]
fn a_healthy_cluster_says_nothing() {
    let mut watch = Watch::new();
    assert_eq!(watch.state(LogKind::Audit), State::Starting);
    assert!(watch.fine(600).told.is_empty());
    assert_eq!(watch.state(LogKind::Audit), State::Ok);
}

#[test]
fn a_silent_audit_log_is_one_high_alert_within_the_limit_and_one_recovery() {
    let mut watch = Watch::new();
    watch.fine(30).pass(9, quiet);
    assert!(watch.told.is_empty(), "too early: {:?}", watch.ids());
    watch.pass(60, quiet);
    assert_eq!(watch.ids(), ["blind audit"]);
    assert_eq!(watch.state(LogKind::Audit), State::Blind);
    watch.fine(30);
    assert_eq!(watch.ids(), ["blind audit", "recovered audit"]);
    assert_eq!(watch.told[1].closes, Some(watch.told[0].id));
    assert_eq!(watch.state(LogKind::Audit), State::Ok);
    let told = serde_json::to_string_pretty(&watch.told).unwrap();
    insta::assert_snapshot!("silent_audit_log", told);
}

#[test]
fn a_log_that_never_spoke_is_blind_too() {
    let mut watch = Watch::new();
    watch.pass(30, quiet);
    assert_eq!(watch.ids(), ["blind audit"]);
    let summary = &watch.told[0].summary;
    assert!(
        summary.contains("is audit logging switched on?"),
        "{summary}"
    );
}

#[test]
fn repeats_of_old_events_are_no_sign_of_life() {
    let mut watch = Watch::new();
    watch.fine(5);
    let (now, mut again) = (watch.now, None);
    watch.pass(20, |w| {
        let page = again.get_or_insert_with(|| Page {
            stream: stream(LogKind::Audit),
            origin: Arc::new(origin()),
            events: vec![Fetched {
                log_stream: String::new(),
                timestamp: now - 2 * SECOND,
                ingestion_time: Some(now - 1),
                event_id: String::new(),
                message: String::new(),
            }],
            advance: None,
            received: 0,
        });
        page.received = w.now;
        w.monitor.page(page);
        quiet(w);
    });
    assert_eq!(watch.ids(), ["blind audit"]);
}

#[test]
fn a_denied_group_is_one_alert_for_both_logs_and_one_recovery() {
    let mut watch = Watch::new();
    watch.fine(5).pass(30, all_fail(Class::Denied));
    assert_eq!(watch.ids(), ["denied audit"]);
    assert_eq!(watch.state(LogKind::Audit), State::Denied);
    assert_eq!(watch.state(LogKind::Authenticator), State::Blind);
    assert!(watch.told[0].summary.contains("said to be denied"));
    watch.fine(30);
    assert_eq!(watch.ids(), ["denied audit", "recovered audit"]);
}

#[test]
fn a_denial_that_is_over_soon_is_none() {
    let mut watch = Watch::new();
    watch.fine(5).pass(1, all_fail(Class::Denied));
    assert!(watch.fine(30).told.is_empty());
}

#[test]
fn throttling_is_blindness_when_nothing_comes_and_lag_when_parts_do() {
    let mut watch = Watch::new();
    watch.fine(5).pass(30, all_fail(Class::Throttled));
    assert_eq!(watch.ids(), ["blind audit"]);
    assert!(watch.told[0].summary.contains("can't be read"));

    let mut watch = Watch::new();
    watch.fine(5).pass(30, |w| {
        w.event(LogKind::Audit, 30 * SECOND);
        all_fail(Class::Throttled)(w);
    });
    assert_eq!(watch.ids(), ["lagging audit"]);
    watch.fine(1);
    assert_eq!(watch.ids(), ["lagging audit", "recovered audit"]);
}

#[test]
fn events_that_keep_coming_late_are_lag_until_they_come_in_time() {
    let mut watch = Watch::new();
    let late = |w: &mut Watch| {
        w.event(LogKind::Audit, 6 * MINUTE);
        quiet(w);
    };
    watch.pass(30, late);
    assert_eq!(watch.ids(), ["lagging audit"]);
    assert_eq!(watch.state(LogKind::Audit), State::Lagging);
    watch.fine(10);
    assert_eq!(watch.ids(), ["lagging audit", "recovered audit"]);
}

#[test]
fn old_events_read_once_are_no_lag() {
    let mut watch = Watch::new();
    watch.fine(5);
    watch.event(LogKind::Authenticator, 50 * MINUTE);
    watch.pass(30, |w| {
        w.event(LogKind::Audit, SECOND);
        quiet(w);
    });
    assert!(watch.told.is_empty(), "{:?}", watch.ids());
}

#[test]
fn an_authenticator_that_was_heard_and_fell_silent_is_told_while_audit_flows() {
    let audit_only = |w: &mut Watch| {
        w.event(LogKind::Audit, SECOND);
        quiet(w);
    };
    let mut never_heard = Watch::new();
    assert!(never_heard.pass(600, audit_only).told.is_empty());

    let mut watch = Watch::new();
    watch.fine(5).pass(600, audit_only);
    assert_eq!(watch.ids(), ["authenticator-silent authenticator"]);
    watch.fine(1);
    assert_eq!(watch.ids().last().unwrap(), "recovered authenticator");
}

#[test]
fn a_log_that_was_given_up_and_a_reader_that_says_nothing_are_blindness() {
    let mut watch = Watch::new();
    let reason = "the log group was deleted".to_owned();
    watch.fine(5);
    watch.notice(LogKind::Audit, What::Given { reason });
    watch.pass(1, |w| w.walked(LogKind::Authenticator));
    assert_eq!(watch.ids(), ["blind audit"]);
    assert!(watch.told[0].summary.contains("the log group was deleted"));

    let mut watch = Watch::new();
    watch.fine(5).pass(30, |_| {});
    assert_eq!(watch.ids(), ["blind audit", "blind authenticator"]);
    assert!(
        watch.told[0]
            .summary
            .contains("its reader has said nothing")
    );
}

#[test]
fn what_goes_on_under_another_name_ends_its_alert_and_is_forgotten() {
    let mut watch = Watch::new();
    watch.pass(30, |w| {
        let (class, message) = (Class::Denied, "no".to_owned());
        w.notice(LogKind::Audit, What::Failed { class, message });
        w.walked(LogKind::Authenticator);
    });
    assert_eq!(watch.ids(), ["denied audit"]);
    watch.restart();
    watch.notice(LogKind::Audit, What::Over);
    watch.pass(200, |w| {
        w.walked(LogKind::Authenticator);
    });
    assert_eq!(watch.ids(), ["denied audit", "recovered audit"]);
    assert_eq!(watch.monitor.views().len(), 1);
}

#[test]
fn a_restart_raises_nothing_again_and_ends_what_was_open() {
    let mut watch = Watch::new();
    watch.fine(5).pass(30, quiet);
    watch.restart();
    watch.pass(30, quiet);
    watch.restart();
    watch.fine(5);
    assert_eq!(watch.ids(), ["blind audit", "recovered audit"]);
}

#[test]
fn a_restart_does_not_wind_the_silence_back() {
    let mut watch = Watch::new();
    watch.fine(5);
    for _ in 0..3 {
        watch.pass(4, quiet);
        watch.restart();
    }
    watch.pass(3, quiet);
    assert_eq!(watch.ids(), ["blind audit"]);
}

#[test]
fn the_backlog_of_a_long_stop_is_read_within_the_grace() {
    let mut watch = Watch::new();
    watch.fine(5);
    watch.now += 300 * MINUTE;
    watch.restart();
    for age in (0..10).rev() {
        watch.event(LogKind::Audit, age * 30 * MINUTE);
        watch.pass(0, |_| {});
    }
    assert!(watch.fine(10).told.is_empty(), "{:?}", watch.ids());
}

proptest! {
    /// Whatever happens: an alert opens only when none of its kind is open, and each recovery closes
    /// one that is.
    #[test]
    fn every_recovery_closes_an_alert_and_no_alert_is_raised_twice(
        steps in proptest::collection::vec((0..8_u8, 1..12_i64), 1..40)
    ) {
        let mut watch = Watch::new();
        for (what, minutes) in steps {
            match what {
                0 | 1 => drop(watch.fine(minutes)),
                2 => drop(watch.pass(minutes, quiet)),
                3 => drop(watch.pass(minutes, all_fail(Class::Denied))),
                4 => drop(watch.pass(minutes, all_fail(Class::Retry))),
                5 => watch.restart(),
                6 => drop(watch.pass(minutes, |w| w.event(LogKind::Audit, 9 * MINUTE))),
                _ => drop(watch.pass(minutes, |_| {})),
            }
        }
        watch.fine(5);
        let mut open = std::collections::BTreeSet::new();
        let mut ever = std::collections::BTreeSet::new();
        for alert in &watch.told {
            prop_assert!(ever.insert(alert.id), "twice: {}", alert.summary);
            match alert.closes {
                Some(id) => prop_assert!(open.remove(&id), "closes nothing: {}", alert.summary),
                None => drop(open.insert(alert.id)),
            }
        }
        prop_assert!(open.is_empty(), "never ended: {:?}", watch.ids());
    }
}

#[test]
fn a_name_that_is_settled_ends_its_alerts_and_is_forgotten() {
    let mut watch = Watch::new();
    watch.fine(5).pass(30, all_fail(Class::Denied));
    let settled = |w: &mut Watch| LogKind::ALL.map(|kind| w.notice(kind, What::Over));
    settled(&mut watch);
    watch.pass(600, |_| {});
    assert_eq!(watch.ids(), ["denied audit", "recovered audit"]);
    assert!(watch.monitor.views().is_empty());
}
