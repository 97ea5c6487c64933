//! Thresholds and sequences as one sees them who looks at every stretch of time.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use proptest::prelude::*;
use serde_json::json;
use trailhound::alert::Alert;
use trailhound::config::Config;
use trailhound::decode::{Limits, Reader};
use trailhound::pipeline::Judge;
use trailhound::record::Origin;

use super::config;
use super::day::BEGIN;
use super::rules::engine;

/// An audit event, as far as it matters here.
#[derive(Clone, Copy, Debug)]
struct Seen {
    time: i64,
    event: usize,
    user: u8,
    path: u8,
    number: u16,
}

impl Seen {
    fn line(&self) -> String {
        let time = chrono::DateTime::from_timestamp_millis(self.time).unwrap();
        let time = time.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
        json!({
            "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Metadata", "stage": "ResponseComplete",
            "auditID": format!("5b0d5a8c-2f6c-4c1e-9d56-{:012x}", self.event), "verb": "get",
            "requestURI": format!("/p{}", self.path), "user": {"username": format!("u{}", self.user)},
            "responseStatus": {"code": self.number},
            "requestReceivedTimestamp": time, "stageTimestamp": time,
        })
        .to_string()
    }
}

/// Windows in seconds, and the query of a threshold over them.
const WINDOWS: [i64; 3] = [1, 7, 60];

/// What a stretch of time holds: events, paths, the sum and the largest of the numbers.
type Row = (usize, usize, u64, u16);

/// Whether such a stretch is an alert.
type Holds = fn(Row) -> bool;

/// Conditions, as the query has them and as the oracle does.
const CONDITIONS: [(&str, Holds); 6] = [
    ("n > 3", |row| row.0 > 3),
    ("paths >= 3", |row| row.1 >= 3),
    ("n >= 4 and paths >= 2", |row| row.0 >= 4 && row.1 >= 2),
    ("total > 40", |row| row.2 > 40),
    ("largest >= 18 and n > 2", |row| row.3 >= 18 && row.0 > 2),
    ("paths > 3 or total >= 60 or n > 6", |row| {
        row.1 > 3 || row.2 >= 60 || row.0 > 6
    }),
];

fn seen() -> impl Strategy<Value = Vec<Seen>> {
    let time = prop_oneof![
        3 => 0..150_000_i64,
        2 => (0..4_i64, 0..1_500_i64).prop_map(|(at, more)| at * 30_000 + more),
        3 => (0..30_i64, -2..3_i64).prop_map(|(at, by)| at * 1_000 + by),
    ];
    let one = (time, 0..2_u8, 0..5_u8, 0..20_u16);
    prop::collection::vec(one, 1..70).prop_map(|seen| {
        let numbered = seen.into_iter().enumerate();
        let one = |(event, (time, user, path, number))| Seen {
            time: BEGIN + time,
            event,
            user,
            path,
            number,
        };
        numbered.map(one).collect()
    })
}

/// User and aligned window of every alert that there must be.
fn expected(all: &[Seen], length: i64, holds: Holds) -> BTreeSet<(String, i64)> {
    let mut found = BTreeSet::new();
    for end in all {
        let inside = all.iter().filter(|one| {
            one.user == end.user && one.time <= end.time && one.time > end.time - length
        });
        let inside: Vec<&Seen> = inside.collect();
        let paths: BTreeSet<u8> = inside.iter().map(|one| one.path).collect();
        let total = inside.iter().map(|one| u64::from(one.number)).sum();
        let largest = inside.iter().map(|one| one.number).max().unwrap();
        if holds((inside.len(), paths.len(), total, largest)) {
            found.insert((format!("u{}", end.user), end.time.div_euclid(length)));
        }
    }
    found
}

fn raised(all: &[Seen], length: i64, condition: &str) -> BTreeMap<(String, i64), Alert> {
    let query = format!(
        "query = '''stats count() as n, count_distinct(requestURI) as paths, sum(responseStatus.code) as total, \
         max(responseStatus.code) as largest by user.username | filter {condition}'''\nwindow = \"{length}s\""
    );
    let engine = engine(&[("watched", &query)]);
    let settings = Config::default();
    let mut judge = Judge::new(&engine, &settings);
    let mut alerts = BTreeMap::new();
    let text: String = all.iter().map(|one| one.line() + "\n").collect();
    let origin = Origin::default();
    let mut on = |alert: Alert| {
        let user = alert.group["user.username"].clone();
        let window = alert.last.unwrap().millis().div_euclid(length * 1_000);
        let known = alerts.insert((user, window), alert);
        assert!(known.is_none(), "an alert came twice");
        ControlFlow::Continue(())
    };
    let mut reader = Reader::new(Limits::default());
    let flow = reader.read("input", text.as_bytes(), &origin, &mut |item| {
        judge.take(item, &mut on)
    });
    assert!(flow.is_continue());
    assert!(judge.finish(&mut on).is_continue());
    alerts
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn thresholds_find_every_stretch_of_time_that_holds_enough(
        (all, shuffled) in seen().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        length in prop::sample::select(WINDOWS.to_vec()),
        condition in prop::sample::select(CONDITIONS.to_vec()),
    ) {
        let (text, holds) = condition;
        let expected = expected(&all, length * 1_000, holds);
        for stream in [&all, &shuffled] {
            let alerts = raised(stream, length, text);
            let found: BTreeSet<(String, i64)> = alerts.keys().cloned().collect();
            prop_assert_eq!(&found, &expected);
            for alert in alerts.values() {
                let (first, last) = (alert.first.unwrap().millis(), alert.last.unwrap().millis());
                prop_assert!(first <= last && last - first < length * 1_000);
                prop_assert!(all.iter().any(|one| one.time == last));
                prop_assert!(all.iter().any(|one| one.time == first), "an alert begins with an event");
            }
        }
    }
}
