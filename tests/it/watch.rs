//! `trailhound watch` as its users run it: live logs in, alerts out, whatever AWS does.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::hostile::{Group, Hostile, Mischief};
use crate::invariance::DAY;
use crate::program::{feed, write};
use crate::watching::{Place, QUICK, cluster, id};

/// Now, in milliseconds since the Unix epoch: the program under test lives in the same time.
pub(crate) fn now() -> i64 {
    chrono::Utc::now().timestamp_millis()
}

/// Writes the day into a log group as if it had been the last ten minutes.
pub(crate) fn write_day(group: &Group) {
    write_day_before(group, 0);
}

/// Writes the day into a log group as if it had been ten minutes, so many milliseconds ago.
pub(crate) fn write_day_before(group: &Group, ago: i64) {
    let start = now() - ago - 600_000;
    let step = 590_000 / i64::try_from(DAY.len()).unwrap();
    for (line, at) in DAY.iter().zip(0..) {
        let prefix = match line.starts_with('{') {
            true => "kube-apiserver-audit-",
            false => "authenticator-",
        };
        group.write(prefix, start + at * step, line);
    }
}

/// The ids of the day's alerts as a replay of the same lines tells them.
pub(crate) static EXPECTED: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let settings = cluster("prod").replace(
        "/aws/eks",
        "arn:aws:logs:us-east-1:111122223333:log-group:/aws/eks",
    );
    let settings = write(folder.path(), "trailhound.toml", settings);
    let args = [
        "replay",
        "--format",
        "json",
        "--cluster",
        "prod",
        "--config",
        &settings,
        "-",
    ];
    let ran = feed(&args, DAY.join("\n").as_bytes()).exits(0);
    ran.rows().iter().map(id).collect()
});

#[test]
fn live_logs_give_the_alerts_of_a_replay() {
    let aws = Hostile::start();
    write_day(&aws.logs().group("/aws/eks/prod/cluster"));
    let place = Place::with(&format!("{QUICK}{}", cluster("prod")));
    let mut run = place.start(&aws, &["--from", "1h"]);
    let mut came = run.until(&EXPECTED);
    let (code, rest, said) = run.stop();
    assert_eq!(code, Some(0), "{said}");
    came.extend(rest.iter().map(id));
    let all: BTreeSet<String> = came.iter().cloned().collect();
    assert_eq!(all, *EXPECTED, "{said}");
    assert_eq!(came.len(), all.len(), "an alert came twice");
}

#[test]
fn whatever_aws_does_nothing_is_lost() {
    let aws = Hostile::start();
    let group = aws.logs().group("/aws/eks/prod/cluster");
    group.rotate_every(50);
    aws.mischief(Mischief::plenty(7));
    write_day(&group);
    let place = Place::with(&format!("{QUICK}{}", cluster("prod")));
    let mut run = place.start(&aws, &["--from", "1h"]);
    let came = run.until(&EXPECTED);
    let (code, rest, said) = run.stop();
    assert_eq!(code, Some(0), "{said}");
    let all: BTreeSet<String> = came.into_iter().chain(rest.iter().map(id)).collect();
    assert_eq!(all, *EXPECTED, "{said}");
}

#[test]
fn a_second_process_on_the_same_state_is_refused() {
    let aws = Hostile::start();
    write_day(&aws.logs().group("/aws/eks/prod/cluster"));
    let place = Place::with(&format!("{QUICK}{}", cluster("prod")));
    let mut run = place.start(&aws, &["--from", "1h"]);
    run.alert().unwrap();
    let (code, alerts, said) = place.start(&aws, &[]).end();
    assert_eq!(code, Some(2));
    assert!(alerts.is_empty());
    assert!(said.contains("another trailhound uses the state"), "{said}");
    run.stop();
}

#[test]
fn with_nothing_to_watch_it_says_what_is_missing() {
    let aws = Hostile::start();
    let (code, _, said) = Place::with(QUICK).start(&aws, &[]).end();
    assert_eq!(code, Some(2));
    assert!(said.contains("add [[cluster]]"), "{said}");
}
